"""How well properties that have nothing to do with what pictures show tell their labels.

A model that learns such a shortcut scores well on this set, and fails where the shortcut is not.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import freeze
from core.audit.measures import PictureMeasures
from core.audit.properties import PROPERTIES, PropertyTable, read_properties
from core.dataset import ImageDataset, Rows
from core.duplicates import Groups
from core.progress import Progress, silent
from core.randomness import stream

Codes = NDArray[np.intp]  # (M,)
Bins = NDArray[np.int16]  # (M, P)
Numbers = NDArray[np.float64]

FEWEST = 5  # pictures of a class that is judged
CERTAIN = 0.05  # p value up to which a shortcut is no chance
STAGE = "comparing properties with labels"

_MOST_COMPARED = 20_000  # drawn from larger sets; figures of theirs are as exact as they are read
_PERMUTATIONS = 199
_FOLDS = 5
_SMOOTHING = 0.5  # added to each count (Jeffreys' prior)


@dataclass(frozen=True, eq=False)
class Shortcuts:
    """What P properties of the images tell of K classes; of near-duplicates, one is compared."""

    labels: tuple[str, ...]  # (K,) of classes with at least FEWEST different pictures
    compared: int  # images
    information: Numbers  # (P,) mutual information of property and label, in nats
    p_information: Numbers  # (P,) that one of P properties tells as much by chance
    accuracy: Numbers  # (P,) balanced accuracy of the property alone, cross-validated, 0 to 1
    together: float  # balanced accuracy of all properties
    files_together: float  # balanced accuracy of those that only the files have
    told: Numbers  # (K, P) how often the property tells the class from all others, 0.5 to 1
    p_told: Numbers  # (K, P) that one of K x P does so by chance
    rows: Rows  # (M,) all images of the table, ascending
    table: PropertyTable  # (M, P)
    counts: NDArray[np.intp]  # (P, classes of the set, B) images of each range, of all M

    def __post_init__(self) -> None:
        freeze(self, "information", "p_information", "accuracy", "told", "p_told", "rows", "counts")

    @property
    def chance(self) -> float:
        """Return the balanced accuracy of guessing."""
        return 1 / max(len(self.labels), 1)

    def to_json(self) -> dict[str, object]:
        """Return the figures as plain values: of each property, and the classes that it tells."""
        properties = []
        for place, each in enumerate(PROPERTIES):
            is_told = (self.p_told[:, place] <= CERTAIN) & (self.told[:, place] >= 0.75)
            properties.append(
                {
                    "name": each.name,
                    "title": each.title,
                    "mutual_information": float(self.information[place]),
                    "p": float(self.p_information[place]),
                    "balanced_accuracy": float(self.accuracy[place]),
                    "classes": {
                        self.labels[code]: float(self.told[code, place])
                        for code in np.flatnonzero(is_told)
                    },
                }
            )
        return {
            "compared": self.compared,
            "chance": self.chance,
            "together": self.together,
            "files_together": self.files_together,
            "properties": properties,
        }


def measure_shortcuts(
    dataset: ImageDataset,
    measures: PictureMeasures,
    progress: Progress = silent,
    *,
    seed: int = 0,
) -> Shortcuts:
    """Return what the properties of the images tell of their labels.

    Args:
        dataset: The images; those that are left out do not count.
        measures: Of all of them.
        progress: Told of permutations.
        seed: Of permutations and folds.

    Returns:
        The figures; of no class where there are no two with FEWEST different pictures.
    """
    rows = dataset.present_rows
    table = read_properties(dataset, measures.columns, rows)
    counts_of_all = count_table(dataset.codes[rows], table.bins, classes=len(dataset.classes))
    places = _one_of_each_picture(measures.groups[rows], dataset.codes[rows])
    if len(places) > _MOST_COMPARED:
        places = np.sort(stream(seed, "compared").permutation(places)[:_MOST_COMPARED])
    codes = dataset.codes[rows][places]
    counts = np.bincount(codes, minlength=len(dataset.classes))
    judged = np.flatnonzero(counts >= FEWEST)
    if len(judged) < 2:
        return _of_nothing(rows, table, counts_of_all)
    is_judged = np.isin(codes, judged)
    places, codes = places[is_judged], np.searchsorted(judged, codes[is_judged])
    bins = table.bins[places]
    information, p_information, p_told = _against_chance(codes, bins, progress, seed)
    predicted = _predict(codes, bins, seed)
    return Shortcuts(
        labels=tuple(dataset.classes[code] for code in judged),
        compared=len(places),
        information=information,
        p_information=p_information,
        accuracy=np.array([_balanced_accuracy(codes, each) for each in predicted[:-2]]),
        together=_balanced_accuracy(codes, predicted[-2]),
        files_together=_balanced_accuracy(codes, predicted[-1]),
        told=_told(codes, bins),
        p_told=p_told,
        rows=rows,
        table=table,
        counts=counts_of_all,
    )


def _of_nothing(rows: Rows, table: PropertyTable, counts: NDArray[np.intp]) -> Shortcuts:
    count = len(PROPERTIES)
    none, certain = np.zeros(count), np.ones(count)
    no_class = np.empty((0, count))
    return Shortcuts(
        (), 0, none, certain, certain, 1.0, 1.0, no_class, no_class, rows, table, counts
    )


def _one_of_each_picture(groups: Groups, codes: Codes) -> Codes:
    """Return the first place of each group, ascending; groups of several labels are left out.

    To permute their labels, or to share them out to folds, is then to do so with whole groups.
    """
    count = int(codes.max(initial=0)) + 1
    pairs = np.unique(groups * count + codes)
    _, labels = np.unique(pairs // count, return_counts=True)
    _, first = np.unique(groups, return_index=True)
    return np.sort(first[labels == 1])


def count_table(codes: Codes, bins: Bins, *, classes: int) -> NDArray[np.intp]:
    """Return (P, K, B) how many images of each of K classes have each range of each property."""
    ranges = int(bins.max(initial=0)) + 1
    properties = bins.shape[1]
    starts = np.arange(properties) * classes * ranges
    cells = starts + codes[:, np.newaxis] * ranges + bins
    counts = np.bincount(cells.ravel(), minlength=properties * classes * ranges)
    return counts.reshape(properties, classes, ranges)


def _against_chance(
    codes: Codes, bins: Bins, progress: Progress, seed: int
) -> tuple[Numbers, Numbers, Numbers]:
    """Return (P,) information, (P,) its p values, and (K, P) those of each class against the rest.

    Labels are permuted. All statistics are put on one scale by their mean and deviation, and each
    is compared with the largest one of a permutation, so that p values hold for all at once.

    Source:
        Westfall and Young, Resampling-Based Multiple Testing (1993), chapter 2.
    """
    rng = stream(seed, "permutations")
    logs, classes = _entropies_of(len(codes)), int(codes.max()) + 1
    whole: list[Numbers] = []
    each: list[Numbers] = []
    for turn in range(1 + _PERMUTATIONS):
        progress(STAGE, turn, 1 + _PERMUTATIONS)
        table = count_table(rng.permutation(codes) if turn else codes, bins, classes=classes)
        rest = table.sum(axis=1, keepdims=True) - table
        of_class = logs[table].sum(axis=2)
        whole.append(of_class.sum(axis=1))
        each.append((of_class + logs[rest].sum(axis=2)).T)
    table = count_table(codes, bins, classes=classes)
    entropy_of_label = np.log(len(codes)) - logs[np.bincount(codes)].sum() / len(codes)
    given_property = logs[table.sum(axis=1)].sum(axis=1) - whole[0]
    information = entropy_of_label - given_property / len(codes)
    return information.clip(0), _p_values(np.array(whole)), _p_values(np.array(each))


def _entropies_of(count: int) -> Numbers:
    """Return n log n for n from 0 to `count`."""
    numbers = np.arange(count + 1, dtype=np.float64)
    return numbers * np.log(np.maximum(numbers, 1))


def _p_values(statistics: Numbers) -> Numbers:
    """Return p values of the first of T sets of statistics, each beside the largest of each set."""
    spread = statistics.std(axis=0)
    is_fixed = spread <= 1e-9 * np.abs(statistics).max(initial=1.0)
    scaled = (statistics - statistics.mean(axis=0)) / np.where(is_fixed, np.inf, spread)
    largest = np.sort(scaled.reshape(len(statistics), -1).max(axis=1))
    below = np.searchsorted(largest, scaled[0] - 1e-9)
    p_values: Numbers = np.where(is_fixed, 1.0, (len(largest) - below) / len(largest))
    return p_values


def _told(codes: Codes, bins: Bins) -> Numbers:
    """Return (K, P) the balanced accuracy of the best rule by ranges, one class against the rest.

    It is (1 + d) / 2, where d is the total variation distance of the two distributions.
    """
    table = count_table(codes, bins, classes=int(codes.max()) + 1).transpose(1, 0, 2)
    rest = table.sum(axis=0) - table
    counts = np.bincount(codes)[:, np.newaxis, np.newaxis]
    shares, others = table / counts, rest / (len(codes) - counts)
    return np.asarray(0.5 + np.abs(shares - others).sum(axis=2) / 4)


def _predict(codes: Codes, bins: Bins, seed: int) -> NDArray[np.intp]:
    """Return (P + 2, M) the class that each property alone predicts, all do, and those of files.

    Naive Bayes with equal priors over ranges; who is predicted is in none of the folds learned.
    """
    order = stream(seed, "folds").permutation(len(codes))
    by_class = order[np.argsort(codes[order], kind="stable")]
    folds = np.empty(len(codes), np.intp)
    folds[by_class] = np.arange(len(codes)) % _FOLDS
    predicted = np.empty((len(PROPERTIES) + 2, len(codes)), np.intp)
    classes = int(codes.max()) + 1
    whole = count_table(codes, bins, classes=classes)
    for fold in range(_FOLDS):
        test = folds == fold
        held_out = np.zeros_like(whole)
        part = count_table(codes[test], bins[test], classes=classes)
        held_out[:, :, : part.shape[2]] = part
        counts = whole - held_out + _SMOOTHING
        logs = np.log(counts / counts.sum(axis=2, keepdims=True)).astype(np.float32)
        together = np.zeros((2, int(test.sum()), whole.shape[1]), np.float32)
        for place, each in enumerate(PROPERTIES):
            chances = logs[place].T[bins[test, place]]
            predicted[place, test] = chances.argmax(axis=1)
            together[0] += chances
            if each.is_of_file:
                together[1] += chances
        predicted[-2:, test] = together.argmax(axis=2)
    return predicted


def _balanced_accuracy(codes: Codes, predicted: Codes) -> float:
    """Return the mean over classes of the share that is right."""
    counts = np.bincount(codes)
    return float((np.bincount(codes[codes == predicted], minlength=len(counts)) / counts).mean())
