"""imbalanced-learn's own tests of SMOTE and Borderline-SMOTE, with our class in their place."""

import warnings
from collections.abc import Callable, Mapping
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import imblearn
import numpy as np
import pytest
from imblearn.utils.estimator_checks import (
    check_dataframe_column_names_consistency,
    check_param_validation,
    parametrize_with_checks,
)
from sklearn.base import clone

from core.smote.sampler import SMOTE

FOLDER = Path(imblearn.__file__).parent / "over_sampling" / "_smote" / "tests"
OWN_STREAMS = "every class draws from a stream of its own, so the numbers are others"
# Where the class without parity differs on purpose.
DIFFERENCES: Mapping[str, str] = {
    "test_sample_regular": OWN_STREAMS,
    "test_sample_regular_half": OWN_STREAMS,
    "test_sample_regular_with_nn": OWN_STREAMS,
    "test_borderline_smote_no_in_danger_samples": "a class without a point in danger gets regular "
    "SMOTE, and the report says so; imbalanced-learn leaves it small without a word",
}


class Borderline(SMOTE):
    """Our class by the parameters of imbalanced-learn's BorderlineSMOTE."""

    parity = False

    def __init__(
        self,
        *,
        kind: str = "borderline-1",
        random_state: object = None,
        k_neighbors: object = 5,
        m_neighbors: int = 10,
    ) -> None:
        super().__init__(
            random_state=random_state, k_neighbors=k_neighbors, m_neighbors=m_neighbors
        )
        self.kind = kind

    def fit_resample(self, X: np.ndarray, y: np.ndarray) -> tuple:  # noqa: N803
        self.variant, self.parity = self.kind, type(self).parity
        return super().fit_resample(X, y)


class ParityBorderline(Borderline):
    parity = True


class Parity(SMOTE):
    """Our class in parity, by the parameters of imbalanced-learn's SMOTE."""

    def __init__(
        self,
        *,
        sampling_strategy: object = "auto",
        random_state: object = None,
        k_neighbors: object = 5,
    ) -> None:
        super().__init__(
            sampling_strategy=sampling_strategy,
            random_state=random_state,
            k_neighbors=k_neighbors,
            parity=True,
        )


def their_tests(file: str, **replaced: type) -> dict[str, Callable[..., None]]:
    """Return the tests of an installed file, as run with our classes."""
    spec = spec_from_file_location(f"theirs_{id(replaced)}", FOLDER / file)
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, replacement in replaced.items():
        assert hasattr(module, name)
        setattr(module, name, replacement)
    return {name: test for name, test in vars(module).items() if name.startswith("test_")}


def collected(prefix: str, tests: dict[str, Callable[..., None]]) -> dict[str, Any]:
    """Return the tests under names of their own, those that differ marked."""
    found: dict[str, Any] = {}
    for name, test in tests.items():
        is_different = prefix == "test_own" and name in DIFFERENCES
        mark = pytest.mark.xfail(reason=DIFFERENCES.get(name, ""), strict=True)
        found[name.replace("test", prefix, 1)] = mark(test) if is_different else test
    return found


IN_PARITY = collected("test_parity", their_tests("test_smote.py", SMOTE=Parity)) | collected(
    "test_parity", their_tests("test_borderline_smote.py", BorderlineSMOTE=ParityBorderline)
)
OWN = collected("test_own", their_tests("test_smote.py", SMOTE=SMOTE)) | collected(
    "test_own", their_tests("test_borderline_smote.py", BorderlineSMOTE=Borderline)
)
globals().update(IN_PARITY | OWN)

SAMPLERS = [
    SMOTE(random_state=0),
    SMOTE(random_state=0, parity=True),
    SMOTE(random_state=0, variant="borderline-1"),
    SMOTE(random_state=0, variant="borderline-2"),
    SMOTE(random_state=0, variant="safe-level"),
]


def test_the_installed_tests_were_found() -> None:
    assert find_spec("imblearn") is not None
    assert len(IN_PARITY) == len(OWN) == 6
    assert {name.replace("test", "test_own", 1) for name in DIFFERENCES} <= set(OWN)


@parametrize_with_checks(SAMPLERS)
def test_their_checks_of_samplers_pass(estimator: SMOTE, check: Callable[..., None]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as their own run of these checks does
        check(estimator)


@pytest.mark.parametrize(
    "check", [check_param_validation, check_dataframe_column_names_consistency]
)
def test_their_checks_of_parameters_and_names_pass(check: Callable[..., None]) -> None:
    check("SMOTE", clone(SAMPLERS[0]))
