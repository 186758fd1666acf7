"""How grave a finding about images is: by their share of all images, and of a class."""

from collections import Counter
from collections.abc import Mapping

from core.dataset import ImageDataset, Rows
from core.dataset.finding import Severity

# Shares of all pictures, and of those of the class that has most, from which on it is graver.
_GRAVE, _GRAVE_IN_CLASS = 0.2, 0.5
_NOTABLE, _NOTABLE_IN_CLASS = 0.05, 0.2
_ONE = 1  # picture that is lost is no grave matter, whatever its share


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


def count_labels(dataset: ImageDataset, rows: Rows) -> Counter[str]:
    """Return label -> how many of `rows` have it, the most frequent first."""
    return Counter(
        dict(Counter(dataset.classes[code] for code in dataset.codes[rows]).most_common())
    )


def severity_of_doubts(dataset: ImageDataset, rows: Rows) -> Severity:
    """Return how grave it is that something may be wrong with these rows: never the gravest."""
    found = severity_of(count_labels(dataset, rows), dataset.counts(), len(dataset.present_rows))
    return Severity.MEDIUM if found is Severity.HIGH else found
