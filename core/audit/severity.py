"""How grave a finding is: by its share of all pictures and of a class, and by what follows."""

from collections import Counter
from collections.abc import Mapping

import numpy as np

from core.dataset import ImageDataset, Rows
from core.dataset.finding import Severity

# Shares of all pictures, and of those of the class that has most, from which on it is graver.
_GRAVE, _GRAVE_IN_CLASS = 0.2, 0.5
_NOTABLE, _NOTABLE_IN_CLASS = 0.05, 0.2
_ONE = 1  # picture that is lost is no grave matter, whatever its share

_ORDER = tuple(Severity)


def severity_of(counts: Counter[str], wholes: Mapping[str, int], whole: int) -> Severity:
    """Return how grave it is by its share of all pictures, and of a class.

    Args:
        counts: Pictures concerned, of each label that has any.
        wholes: All pictures of each of these labels.
        whole: All pictures.
    """
    if not counts:
        return Severity.LOW
    share = counts.total() / whole
    of_class = max(count / wholes[label] for label, count in counts.items())
    if counts.total() > _ONE and (share >= _GRAVE or of_class >= _GRAVE_IN_CLASS):
        return Severity.HIGH
    is_notable = share >= _NOTABLE or of_class >= _NOTABLE_IN_CLASS
    return Severity.MEDIUM if is_notable else Severity.LOW


def severity_of_rows(
    dataset: ImageDataset,
    rows: Rows,
    *,
    least: Severity = Severity.LOW,
    most: Severity = Severity.HIGH,
) -> Severity:
    """Return how grave it is that these images are found, by their share; `least` to `most`."""
    each = np.bincount(dataset.codes[rows], minlength=len(dataset.classes)).tolist()
    counts = Counter(
        {label: count for label, count in zip(dataset.classes, each, strict=True) if count}
    )
    found = severity_of(counts, dataset.counts(), len(dataset.present_rows))
    place = max(_ORDER.index(most), min(_ORDER.index(least), _ORDER.index(found)))
    return _ORDER[place]
