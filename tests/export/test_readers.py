"""Snippets of libraries that `make readers` installs, run by those libraries as they stand."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from snippet_runs import export_for, write_exports

from core.export import SNIPPETS

pytestmark = pytest.mark.readers

# What is printed of each when it has run.
TOLD = {
    "keras_class_weight": "[train.class_names, sorted(class_weight)]",
    "keras_sample_weight": "[len(WeightedPictures()), model.count_params() > 0]",
    "keras_vectors": "[len(BalancedVectors()), model.count_params()]",
    "transformers_sampler": "[trainer.state.global_step, len(trainer.train_dataset)]",
    "transformers_class_weights": "[trainer.state.global_step, len(trainer.train_dataset)]",
}
EXPECTED = {
    "keras_class_weight": [["cat", "dog", "fox"], [0, 1, 2]],
    "keras_sample_weight": [1, True],
    "keras_vectors": [1, 6 * 3 + 3],
    "transformers_sampler": [1, 12],
    "transformers_class_weights": [1, 12],
}


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_exports(tmp_path_factory.mktemp("readers"))


def test_each_library_that_is_not_in_the_other_tests_is_run_here() -> None:
    libraries = {"Keras", "transformers"}

    assert set(TOLD) == {name for name, one in SNIPPETS.items() if one.library in libraries}


@pytest.mark.parametrize("name", TOLD)
def test_a_snippet_trains_by_its_library(
    name: str, exports: dict[str, Path], tmp_path: Path
) -> None:
    code = SNIPPETS[name].code(str(export_for(SNIPPETS[name], exports)))
    program = tmp_path / f"{name}.py"
    program.write_text(f"{code}\nimport json\nprint('told', json.dumps({TOLD[name]}))\n")

    offline = {"HF_HUB_OFFLINE": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, program.name],
        cwd=tmp_path,
        env={**os.environ, **offline},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    told = next(line for line in done.stdout.splitlines() if line.startswith("told "))
    assert json.loads(told.removeprefix("told ")) == EXPECTED[name]
