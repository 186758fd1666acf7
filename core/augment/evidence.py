"""Measure what each operation does to each class: how far vectors move, and where to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import cached_property
from time import perf_counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.augment.draws import scale_of
from core.augment.picture import DrawnStep, apply, at_scale
from core.augment.trials import Trial, list_trials
from core.augment.verdict import Figures, Judge, Vectors, Verdict, give_verdicts, open_judge
from core.batches import run_ahead
from core.dataset import TRAIN, ImageDataset, Rows, SkippedFile, refusal_text
from core.embed import Embeddings, Encoder, find_encoder, unadapted
from core.embed.computing import stay_in_this_thread, turn_on
from core.embed.devices import CPU
from core.embed.encoder import open_encoder
from core.errors import EmptyDatasetError, UnreadableImageError
from core.neighbours import nearest_others
from core.pictures.decode import Pixels
from core.progress import Progress, silent
from core.randomness import stream

STAGE = "trying operations"
IMAGES_PER_CLASS = 20  # tried unless another number is asked for

_COMPARED = 300  # images of a class whose distances are looked at


@dataclass(frozen=True, eq=False)
class Cell:
    """One class and one trial: the figures, and the pictures behind them."""

    label: str
    trial: Trial
    figures: Figures
    rows: tuple[int, ...]  # the images that it was tried on
    predicted: tuple[str, ...]  # the class that each augmented picture is nearest to
    verdict: Verdict  # what the figures say among those of all cells


@dataclass(frozen=True, eq=False)
class Evidence:
    """What every trial does to every class."""

    cells: tuple[Cell, ...]  # class by class, in the order of `trials`
    trials: tuple[Trial, ...]
    labels: tuple[str, ...]
    encoder: str
    seed: int
    absent: tuple[SkippedFile, ...] = ()  # drawn to be tried on, but could not be read

    @cached_property
    def by_place(self) -> Mapping[tuple[str, Trial], Cell]:
        """Return the cell of a label and a trial."""
        return {(cell.label, cell.trial): cell for cell in self.cells}

    def table(self) -> pd.DataFrame:
        """Return a row per class and trial."""
        rows = [
            {
                "label": cell.label,
                "operation": cell.trial.operation,
                "level": cell.trial.level,
                "verdict": cell.verdict.value,
                **asdict(cell.figures),
                "lost": cell.figures.lost,
            }
            for cell in self.cells
        ]
        return pd.DataFrame(rows).astype({"level": "float64"})


def measure_evidence(
    dataset: ImageDataset,
    embeddings: Embeddings,
    trials: Sequence[Trial] | None = None,
    *,
    images_per_class: int = IMAGES_PER_CLASS,
    seed: int = 0,
    progress: Progress = silent,
) -> Evidence:
    """Try each operation on some training images of each class.

    Args:
        dataset: The images.
        embeddings: Their vectors; its encoder and device make those of augmented pictures. Of an
            encoder that has learned the labels, the base judges in its place.
        trials: What to try; every level of every operation unless given.
        images_per_class: At most so many of each are tried, drawn with `seed`.
        seed: Same seed, same result.
        progress: Told of images done.

    Raises:
        EmptyDatasetError: no training image has a vector, or none can be read any more.
    """
    embeddings = unadapted(dataset, embeddings, progress=progress)
    trials = tuple(list_trials() if trials is None else trials)
    rows = _drawn_rows(dataset, embeddings, images_per_class, seed)
    tried: dict[str, list[_Tried]] = {}
    absent: list[SkippedFile] = []
    for result in _try_all(dataset, embeddings, rows, trials, seed, progress):
        if isinstance(result, SkippedFile):
            absent.append(result)
        else:
            tried.setdefault(dataset.label(result.row), []).append(result)
    if not tried:
        raise EmptyDatasetError(
            f"None of the training images of '{dataset.name}' can be tried. {refusal_text(absent)}"
        )
    judge = open_judge(dataset, embeddings, seed=seed)
    found: list[_Measured] = []
    for number, (label, results) in enumerate(tried.items()):
        progress("comparing neighbours", number, len(tried))
        code = dataset.classes.index(label)
        found += _measure(label, code, results, trials, judge, dataset.classes)
    verdicts = give_verdicts([one[2] for one in found])
    cells = tuple(Cell(*one, verdict) for one, verdict in zip(found, verdicts, strict=True))
    return Evidence(cells, trials, tuple(tried), embeddings.encoder, seed, tuple(absent))


# A label, a trial, the figures, the rows, and the class that each picture is nearest to.
_Measured = tuple[str, Trial, Figures, tuple[int, ...], tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class _Tried:
    """T trials on one image."""

    row: int
    original: Vectors  # (D,)
    vectors: Vectors  # (T, D)
    identical: NDArray[np.bool_]  # (T,)
    clipped: NDArray[np.float64]  # (T,)
    seconds: NDArray[np.float64]  # (T,)


def _drawn_rows(dataset: ImageDataset, embeddings: Embeddings, count: int, seed: int) -> Rows:
    drawn: list[int] = []
    for label in dataset.classes:
        rows = dataset.rows_of(label, TRAIN)
        rows = rows[embeddings.has(rows)]
        drawn += sorted(stream(seed, "evidence", label).permutation(rows)[:count].tolist())
    if not drawn:
        raise EmptyDatasetError(
            f"No training image of '{dataset.name}' has a vector. Embed the images first."
        )
    return np.array(drawn, np.intp)


def _try_all(
    dataset: ImageDataset,
    embeddings: Embeddings,
    rows: Rows,
    trials: Sequence[Trial],
    seed: int,
    progress: Progress,
) -> Iterator["_Tried | SkippedFile"]:
    """Yield what was tried on each row, or why it cannot be read any more."""
    encoder, device = find_encoder(embeddings.encoder), embeddings.device
    with turn_on(device):
        encode = open_encoder(encoder, device)

    def try_row(row: int) -> _Tried | SkippedFile:
        try:
            with encoder.read(dataset, row) as read:
                pixels = encoder.working_copy(read)
        except UnreadableImageError as error:
            return SkippedFile(dataset.path(row), str(error))
        key = str(dataset.digests[row])
        scale = scale_of(dataset, row, pixels)
        drawn = at_scale([trial.draw(image_key=key, seed=seed) for trial in trials], scale)
        return _try(row, pixels, drawn, encoder, encode, device)

    # As in `embed`: a small encoder computes where its pictures were made.
    is_beside = encoder.is_small and device == CPU
    results = run_ahead(
        try_row,
        rows.tolist(),
        workers=None if is_beside else 1,
        prepare=stay_in_this_thread if is_beside else None,
    )
    with closing(results):
        progress(STAGE, 0, len(rows))
        for done, result in enumerate(results, start=1):
            yield result
            progress(STAGE, done, len(rows))


def _try(
    row: int,
    pixels: Pixels,
    drawn: Sequence[DrawnStep],
    encoder: Encoder,
    encode: Callable[[NDArray[np.uint8]], Vectors],
    device: str,
) -> _Tried:
    prepared = [encoder.square(pixels)]
    identical, clipped, seconds = [], [], []
    ends_before = _share_at_ends(pixels)
    for step in drawn:
        began = perf_counter()
        changed = apply(pixels, [step])
        seconds.append(perf_counter() - began)
        identical.append(np.array_equal(changed, pixels))
        clipped.append(max(0.0, _share_at_ends(changed) - ends_before))
        prepared.append(encoder.square(changed))
    with turn_on(device):
        together = encode(np.stack(prepared))
    return _Tried(
        row, together[0], together[1:], np.array(identical), np.array(clipped), np.array(seconds)
    )


def _share_at_ends(pixels: Pixels) -> float:
    counts = np.bincount(pixels.reshape(-1), minlength=256)
    return float(counts[0] + counts[255]) / pixels.size


def _measure(
    label: str,
    code: int,
    results: Sequence[_Tried],
    trials: Sequence[Trial],
    judge: Judge,
    names: Sequence[str],
) -> list[_Measured]:
    """Return what a cell holds for each trial on one class, without the verdict."""
    own = judge.points_of(code)
    apart, between, farthest = _distances(own[:_COMPARED])
    sources = np.array([result.row for result in results], np.intp)
    originals = np.stack([result.original for result in results])
    judged = (judge.predict(originals, sources, code).codes == code) & (len(own) > 1)
    found: list[_Measured] = []
    for place, trial in enumerate(trials):
        vectors = np.stack([result.vectors[place] for result in results])
        predicted = judge.predict(vectors, sources, code)
        moves = np.linalg.norm(vectors - originals, axis=1) / (between or 1.0)
        lost = predicted.codes[judged & (predicted.codes != code)]
        figures = Figures(
            images=len(results),
            judged=int(judged.sum()),
            move=float(np.median(moves)),
            reach=farthest / (between or 1.0),
            kept=float((predicted.codes[judged] == code).mean()) if judged.any() else 0.0,
            taken_for=names[int(np.bincount(lost).argmax())] if len(lost) else "",
            diversity=float(predicted.to_own.mean() / apart) if apart else 0.0,
            identical=float(np.mean([result.identical[place] for result in results])),
            clipped=float(np.mean([result.clipped[place] for result in results])),
            milliseconds=1000 * float(np.median([result.seconds[place] for result in results])),
        )
        taken_for = tuple(names[code] for code in predicted.codes)
        found.append((label, trial, figures, tuple(sources.tolist()), taken_for))
    return found


def _distances(points: NDArray[np.float32]) -> tuple[float, float, float]:
    """Return how far apart points lie: the mean to the nearest, the median, and 19 of 20 pairs."""
    if len(points) < 2:
        return 0.0, 0.0, 0.0
    squares = np.square(points).sum(axis=1)
    between = np.sqrt(np.maximum(squares[:, None] + squares - 2 * points @ points.T, 0))
    pairs = between[np.triu_indices(len(points), 1)]
    middle, farthest = np.quantile(pairs, (0.5, 0.95))
    return float(nearest_others(points, 1).distances.mean()), float(middle), float(farthest)
