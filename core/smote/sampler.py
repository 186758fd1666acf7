"""SMOTE as a sampler of imbalanced-learn, exact, with parents, in bounded memory."""

# ruff: noqa: N803  X is scikit-learn's name

from collections.abc import Callable, Mapping
from numbers import Integral, Real
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

import numpy as np
from imblearn.over_sampling.base import BaseOverSampler
from imblearn.utils import check_sampling_strategy, check_target_type
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from sklearn.neighbors import NearestNeighbors
from sklearn.utils import check_consistent_length, check_random_state, column_or_1d
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from core.progress import Progress, silent
from core.randomness import stream
from core.resample.cost import SmoteCost, smote_cost
from core.resample.drawing import (
    BORDERLINE,
    CLAMP,
    ON_SMALL,
    REGULAR,
    VARIANTS,
    ClassReport,
    SmoteSettings,
)
from core.resample.searching import MEMORY_BYTES, BlockSearch, Search
from core.resample.segments import Request, Segments, draw_segments
from core.resample.synthetic import INTERPOLATIONS, LINEAR, interpolate
from core.smote.estimator_search import Estimator, EstimatorSearch, Matrix, neighbors_of
from core.smote.parity import recording_sampler, resample_as_imblearn
from core.smote.resampled import (
    join_dense,
    join_sparse,
    real_type,
    refuse_gaps,
    write_resampled,
)
from core.smote.vector_file import opened

PROVENANCE = np.dtype([("base", np.int64), ("neighbor", np.int64), ("fraction", np.float32)])
Strategy: TypeAlias = str | float | Mapping[Any, int] | Callable[[NDArray[Any]], Mapping[Any, int]]


class SMOTE(BaseOverSampler):  # type: ignore[misc]  # imbalanced-learn has no types
    """Makes points between neighbours of a class; takes the place of imbalanced-learn's SMOTE.

    Neighbours are exact, found in float32 within `memory_bytes`. Draws differ from
    imbalanced-learn's unless `parity` is set: each class has a stream of its own, so what one
    class is asked for moves no other class's points, and blocks, threads and device change nothing.

    Args:
        sampling_strategy: As for imbalanced-learn.
        random_state: As for imbalanced-learn.
        k_neighbors: A number, or a neighbours object with `n_neighbors` one higher.
        m_neighbors: Neighbours of any class that 'borderline-1', 'borderline-2' and 'safe-level'
            look at.
        variant: 'regular', 'borderline-1', 'borderline-2', 'safe-level' or 'adasyn'. A class where
            a variant finds nothing to begin from gets regular SMOTE, and the report says so.
        on_small: What becomes of a class of at most `k_neighbors` points: 'clamp' (fewer
            neighbours; a class of one is left as it is), 'duplicate', 'skip' or 'raise'.
        interpolation: 'linear' or 'spherical'.
        uses_evenly: Whether all points of a class are bases equally often, give or take one.
        max_ratio: At most so many synthetic points for each real one of a class.
        device: 'cpu' or 'cuda'.
        memory_bytes: What the search may hold beside input and result.
        parity: Whether to give imbalanced-learn's result bit for bit, with its draws, neighbours,
            memory and errors; for 'regular' and the two borderline variants.

    Attributes:
        provenance_: (S,) structured array: base and neighbor, rows of the X given; fraction, 0 at
            the base and 1 at the neighbour.
        report_: Label -> ClassReport, for each class that was to grow.
        in_danger_indices: For the borderline variants, label -> rows that could be a base.
        sampling_strategy_: As for imbalanced-learn.

    Integers and truth values become float32 where it holds them all, else float64; imbalanced-learn
    computes differences in the type given, where unsigned ones wrap around.

    Source:
        Chawla et al., SMOTE, JAIR 16 (2002), doi:10.1613/jair.953. The variants: see
        `core.resample.drawing`.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseOverSampler._parameter_constraints,
        "k_neighbors": [
            Interval(Integral, 1, None, closed="left"),
            HasMethods(["kneighbors", "kneighbors_graph"]),
        ],
        "m_neighbors": [Interval(Integral, 1, None, closed="left")],
        "variant": [StrOptions(set(VARIANTS))],
        "on_small": [StrOptions(set(ON_SMALL))],
        "interpolation": [StrOptions(set(INTERPOLATIONS))],
        "uses_evenly": ["boolean"],
        "max_ratio": [Interval(Real, 0, None, closed="neither"), None],
        "device": [StrOptions({"cpu", "cuda"})],
        "memory_bytes": [Interval(Integral, 1, None, closed="left")],
        "parity": ["boolean"],
    }

    def __init__(
        self,
        *,
        sampling_strategy: Strategy = "auto",
        random_state: int | np.random.RandomState | None = None,
        k_neighbors: int | Estimator = 5,
        m_neighbors: int = 10,
        variant: str = REGULAR,
        on_small: str = CLAMP,
        interpolation: str = LINEAR,
        uses_evenly: bool = False,
        max_ratio: float | None = None,
        device: str = "cpu",
        memory_bytes: int = MEMORY_BYTES,
        parity: bool = False,
    ) -> None:
        super().__init__(sampling_strategy=sampling_strategy)
        self.random_state = random_state
        self.k_neighbors = k_neighbors
        self.m_neighbors = m_neighbors
        self.variant = variant
        self.on_small = on_small
        self.interpolation = interpolation
        self.uses_evenly = uses_evenly
        self.max_ratio = max_ratio
        self.device = device
        self.memory_bytes = memory_bytes
        self.parity = parity

    def plan(self, X: Matrix, y: ArrayLike) -> SmoteCost:
        """Return what `fit_resample` would cost, without running it.

        Args:
            X: (N, D) vectors, or the pair (N, D) alone.
            y: (N,) labels.
        """
        self._validate_params()
        shape = X if isinstance(X, tuple) else X.shape
        itemsize = 4 if isinstance(X, tuple) else real_type(X.dtype).itemsize
        labels = column_or_1d(check_target_type(y))
        classes, codes = np.unique(labels, return_inverse=True)
        strategy = check_sampling_strategy(self.sampling_strategy, labels, self._sampling_type)
        add = _by_code(strategy, classes)
        real = dict(enumerate(np.bincount(codes).tolist()))
        return smote_cost(real, add, self._settings(), dimension=shape[1], itemsize=itemsize)

    def draw(self, X: Matrix, y: ArrayLike, *, progress: Progress = silent) -> "SMOTE":
        """Choose parents and fractions only; `materialize` makes vectors of them, block by block.

        Keeps X, not a copy of it.
        """
        self._validate_params()
        self._refuse_parity()
        check_classification_targets(y)
        vectors, labels, _ = self._check_X_y(X, y, accept_sparse=False)
        self._keep(*self._drawn(vectors, labels, progress))
        self.vectors_ = vectors
        return self

    def materialize(self, block: slice = slice(None)) -> NDArray[Any]:
        """Return the synthetic vectors of a block of what `draw` chose."""
        check_is_fitted(self, "vectors_")
        chosen = self.provenance_[block]
        out = np.empty((len(chosen), self.vectors_.shape[1]), real_type(self.vectors_.dtype))
        return interpolate(
            self.vectors_, chosen["base"], chosen["neighbor"], chosen["fraction"],
            interpolation=self.interpolation, out=out,
        )  # fmt: skip

    def fit_resample_to(
        self, X: Matrix, y: ArrayLike, path: Path | str, *, progress: Progress = silent
    ) -> NDArray[Any]:
        """Write what `fit_resample` would return to a .npy file; both may exceed memory.

        Args:
            X: The path of a .npy file, a memory map of one, or an array.
            y: (N,) labels.
            path: Takes the name when the file is whole: originals first, then synthetic vectors.
            progress: Told of pairs compared, then of rows written.

        Returns:
            (N + S,) labels of the rows of the file. Parents are in `provenance_`.

        Raises:
            ValueError: a value of X is no finite number, or X and y do not fit together.
            OutputError: the file cannot be written.
        """
        self._validate_params()
        self._refuse_parity()
        labels: NDArray[Any] = column_or_1d(check_target_type(y))
        check_classification_targets(labels)
        with opened(X) as vectors:
            check_consistent_length(vectors, labels)
            refuse_gaps(vectors)
            segments, classes = self._drawn(vectors, labels, progress)
            write_resampled(
                Path(path), vectors, segments, interpolation=self.interpolation,
                memory_bytes=self.memory_bytes, progress=progress,
            )  # fmt: skip
            self.n_features_in_ = vectors.shape[1]
        self._keep(segments, classes)
        return _with_labels(labels, segments, classes)

    def _fit_resample(self, X: Matrix, y: NDArray[Any]) -> tuple[Matrix, NDArray[Any]]:
        if self.parity:
            return self._as_imblearn(X, y)
        segments, classes = self._drawn(X, y, silent)
        self._keep(segments, classes)
        labels = _with_labels(y, segments, classes)
        if sparse.issparse(X):
            if self.interpolation != LINEAR:
                raise ValueError("Sparse vectors have no arcs: use interpolation='linear'.")
            return join_sparse(X, segments), labels
        return join_dense(X, segments, interpolation=self.interpolation), labels

    def _drawn(
        self, vectors: Matrix, y: NDArray[Any], progress: Progress
    ) -> tuple[Segments, NDArray[Any]]:
        self.sampling_strategy_ = check_sampling_strategy(
            self.sampling_strategy, y, self._sampling_type
        )
        classes, codes = np.unique(y, return_inverse=True)
        add = _by_code(self.sampling_strategy_, classes)
        seed = int(check_random_state(self.random_state).randint(np.iinfo(np.int32).max))
        request = Request(
            add,
            rng_of=lambda code: stream(seed, "smote", str(classes[code])),
            name_of=lambda code: str(classes[code]),
        )
        search, settings = self._search(vectors), self._settings()
        segments = draw_segments(search, codes, request, settings, progress=progress)
        return segments, classes

    def _search(self, vectors: Matrix) -> Search:
        if hasattr(self.k_neighbors, "kneighbors"):
            return EstimatorSearch(vectors, self.k_neighbors)
        if sparse.issparse(vectors):
            return EstimatorSearch(vectors, NearestNeighbors(algorithm="brute"))
        return BlockSearch(vectors, None, self.device, self.memory_bytes)

    def _settings(self) -> SmoteSettings:
        return SmoteSettings(
            k_neighbors=neighbors_of(self.k_neighbors), m_neighbors=self.m_neighbors,
            variant=self.variant, on_small=self.on_small, uses_evenly=self.uses_evenly,
            max_ratio=self.max_ratio,
        )  # fmt: skip

    def _keep(self, segments: Segments, classes: NDArray[Any]) -> None:
        self.provenance_ = np.empty(len(segments), PROVENANCE)
        self.provenance_["base"] = segments.base
        self.provenance_["neighbor"] = segments.neighbor
        self.provenance_["fraction"] = segments.fraction
        self.report_: dict[Any, ClassReport] = {
            classes[told.code]: told for told in segments.report
        }
        if self.variant in BORDERLINE:
            self.in_danger_indices = {
                classes[code]: rows for code, rows in segments.candidates.items()
            }

    def _as_imblearn(self, X: Matrix, y: NDArray[Any]) -> tuple[Matrix, NDArray[Any]]:
        if self.interpolation != LINEAR:
            raise ValueError("With parity=True, interpolation is 'linear': use that.")
        classes, codes = np.unique(y, return_inverse=True)
        real = np.bincount(codes)
        add = {
            classes[code]: self._settings().allowed(count, real=int(real[code]))
            for code, count in _by_code(self.sampling_strategy_, classes).items()
        }
        sampler = recording_sampler(
            self.variant, k_neighbors=self.k_neighbors, m_neighbors=self.m_neighbors,
            random_state=self.random_state,
        )  # fmt: skip
        made = resample_as_imblearn(sampler, X, y, codes, add)
        self._keep(made.segments, classes)
        self.in_danger_indices = made.in_danger
        return made.vectors, made.labels

    def _refuse_parity(self) -> None:
        if self.parity:
            raise ValueError(
                "With parity=True, imbalanced-learn makes all points at once in memory: use "
                "fit_resample, or parity=False."
            )


def _by_code(strategy: Mapping[Any, int], classes: NDArray[Any]) -> dict[int, int]:
    """Return code -> count for label -> count, in the same order."""
    codes = {label: code for code, label in enumerate(classes.tolist())}
    return {codes[label]: int(count) for label, count in strategy.items()}


def _with_labels(y: NDArray[Any], segments: Segments, classes: NDArray[Any]) -> NDArray[Any]:
    return np.concatenate([y, classes[segments.codes].astype(y.dtype)])
