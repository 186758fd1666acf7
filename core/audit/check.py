"""One thing that an audit looks for, as a record that also looks."""

from collections.abc import Callable
from dataclasses import dataclass

from core.audit.duplicates import Groups
from core.audit.finding import Finding
from core.dataset import ImageDataset


@dataclass(frozen=True)
class Check:
    """One thing that an audit looks for."""

    name: str
    title: str
    help: str  # what it looks at
    # The images, and (N,) groups whose rows show the same picture: byte for byte, and with
    # `compares_pictures` also nearly.
    find: Callable[[ImageDataset, Groups], list[Finding]]
    compares_pictures: bool = False  # it is left out where pictures are not compared


def in_rows(
    find: Callable[[ImageDataset], list[Finding]],
) -> Callable[[ImageDataset, Groups], list[Finding]]:
    """Return `find` as a check that looks at the images' rows alone."""
    return lambda dataset, _: find(dataset)
