"""imbalanced-learn's SMOTE and Borderline-SMOTE as they are, with the parents they drew."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from imblearn.over_sampling import SMOTE, BorderlineSMOTE
from numpy.typing import NDArray
from scipy import sparse

from core.resample.drawing import BORDERLINE, BORDERLINE_2, REGULAR
from core.resample.segments import Segments
from core.smote.estimator_search import Estimator, Matrix


@dataclass(frozen=True, eq=False)
class Parity:
    """imbalanced-learn's own result, bit for bit, and where its points lie."""

    vectors: Matrix  # (N + S, D), dense or sparse
    labels: NDArray[Any]  # (N + S,)
    segments: Segments  # without a report
    in_danger: dict[Any, NDArray[np.intp]]


def recording_sampler(
    variant: str,
    *,
    k_neighbors: int | Estimator,
    m_neighbors: int,
    random_state: int | np.random.RandomState | None,
) -> Estimator:
    """Return imbalanced-learn's sampler, which will keep what it draws.

    Args:
        variant: 'regular', 'borderline-1' or 'borderline-2'.
        k_neighbors: A number or a neighbours object, as for imbalanced-learn.
        m_neighbors: For Borderline-SMOTE.
        random_state: As for imbalanced-learn.

    Raises:
        ValueError: another variant.
    """
    if variant not in (REGULAR, *BORDERLINE):
        raise ValueError(
            "With parity=True, variant is 'regular', 'borderline-1' or 'borderline-2': "
            f"imbalanced-learn's '{variant}' does not exist or does not report parents."
        )
    if variant == REGULAR:
        return _RecordingSmote(k_neighbors=k_neighbors, random_state=random_state)
    return _RecordingBorderline(
        k_neighbors=k_neighbors, m_neighbors=m_neighbors, kind=variant, random_state=random_state
    )


def resample_as_imblearn(
    sampler: Estimator,
    vectors: Matrix,
    labels: NDArray[Any],
    codes: NDArray[np.intp],
    add: dict[Any, int],
) -> Parity:
    """Return what imbalanced-learn makes of checked input.

    Args:
        sampler: Such as `recording_sampler` gives.
        vectors: (N, D) dense or sparse.
        labels: (N,)
        codes: (N,) a number for each label.
        add: Label -> how many points.
    """
    sampler.sampling_strategy_ = add
    sampler.drawn = []
    resampled, new_labels = sampler._fit_resample(vectors, labels)
    in_danger = dict(getattr(sampler, "in_danger_indices", {}))
    is_abroad = getattr(sampler, "kind", REGULAR) == BORDERLINE_2  # parents of other classes
    base, neighbor, fraction, code = [], [], [], []
    done = len(labels)
    for label, rows, neighbors, steps in sampler.drawn:
        own = np.flatnonzero(labels == label)
        base.append(in_danger.get(label, own)[rows])
        neighbor.append(neighbors if is_abroad else own[neighbors])
        made = slice(done, done + len(rows))
        if is_abroad:
            # Towards other classes it shortens the step by numbers that it keeps to itself.
            steps = _measured(vectors, base[-1], neighbor[-1], resampled[made], steps)
        fraction.append(steps)
        code.append(codes[own[:1]].repeat(len(rows)))
        done = made.stop
    empty = np.empty(0, np.intp)
    segments = Segments(
        np.concatenate([empty, *base]),
        np.concatenate([empty, *neighbor]),
        np.concatenate([np.empty(0, np.float32), *fraction]).astype(np.float32),
        np.concatenate([empty, *code]),
        (),
    )
    return Parity(resampled, new_labels, segments, in_danger)


class _Recording:
    """Keeps the draws of a sampler in `drawn`."""

    drawn: list[tuple[object, NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]]

    def _generate_samples(
        self,
        X: Matrix,  # noqa: N803 (imbalanced-learn's name)
        nn_data: Matrix,
        nn_num: NDArray[np.intp],
        rows: NDArray[np.intp],
        cols: NDArray[np.intp],
        steps: NDArray[np.float64],
        y_type: object = None,
        y: NDArray[Any] | None = None,
    ) -> Matrix:
        self.drawn.append((y_type, rows, nn_num[rows, cols], steps.ravel()))
        return super()._generate_samples(  # type: ignore[misc]
            X, nn_data, nn_num, rows, cols, steps, y_type, y
        )


class _RecordingSmote(_Recording, SMOTE):  # type: ignore[misc]
    pass


class _RecordingBorderline(_Recording, BorderlineSMOTE):  # type: ignore[misc]
    pass


def _measured(
    vectors: Matrix,
    base: NDArray[np.intp],
    neighbor: NDArray[np.intp],
    made: Matrix,
    steps: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return how far along their segments points lie; `steps` where a segment has no length."""
    begins, ends, points = (
        np.asarray(part.toarray() if sparse.issparse(part) else part, np.float64)
        for part in (vectors[base], vectors[neighbor], made)
    )
    ends = ends - begins
    length = np.einsum("sd,sd->s", ends, ends)
    along = np.einsum("sd,sd->s", points - begins, ends)
    found: NDArray[np.float64] = np.divide(along, length, out=steps.copy(), where=length > 0)
    return found.clip(0, 1)
