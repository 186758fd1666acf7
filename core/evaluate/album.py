"""Augmented pictures of the images of a comparison, made once and shared by its folds.

An augmented picture comes from one image and a seed, and from nothing else: where the image is on
the side that learns, so may its pictures be.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.augment import AugmentPolicy, apply, draw
from core.dataset import ImageDataset, Rows, SkippedFile, read_picture, refusal_text
from core.errors import SourceError, UnreadableImageError
from core.evaluate.look import Look, look_at
from core.pictures.decode import Pixels
from core.progress import Progress

STAGE = "augmenting pictures"


@dataclass(frozen=True, eq=False)
class Album:
    """What a head takes of `copies[row]` augmented pictures of each row."""

    starts: Mapping[int, int]  # row -> place of its first picture
    copies: Mapping[int, int]  # row -> pictures, 1 or more
    values: NDArray[Any]  # (A, ...)
    seconds: float = 0.0  # that it took to make

    def find(self, rows: Rows, repeats: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the places in `values` of the given repeat, from 0, of each row.

        A repeat beyond the last starts anew. A row that could not be read has no picture, and
        raises KeyError; `has` tells which.
        """
        pairs = zip(rows.tolist(), repeats.tolist(), strict=True)
        places = [self.starts[row] + repeat % self.copies[row] for row, repeat in pairs]
        return np.array(places, np.intp)

    def has(self, rows: Rows) -> NDArray[np.bool_]:
        """Return, for each row, whether it has pictures."""
        return np.array([row in self.starts for row in rows.tolist()], np.bool_)


def fill_album(
    dataset: ImageDataset,
    copies: Mapping[int, int],
    policy: AugmentPolicy,
    look: Look,
    progress: Progress,
    clock: Callable[[], float] = perf_counter,
) -> Album:
    """Return the album of `policy`.

    Args:
        dataset: The images.
        copies: Row -> pictures to make of it.
        policy: How.
        look: What is taken of each.
        progress: Told of images.
        clock: Tells seconds.

    Raises:
        SettingError: no step of the policy changes pictures of some class.
        OutputError: there is no room for what is taken of them.
        SourceError: a file cannot be read any more, or has changed.
    """
    begin = clock()
    wanted = [(row, count) for row, count in sorted(copies.items()) if count > 0]

    def count_of(item: tuple[int, int]) -> int:
        return item[1]

    def squares(item: tuple[int, int]) -> list[Pixels]:
        return _squares(dataset, *item, policy, look)

    counts, values = look_at(wanted, count_of, squares, look.encode, stage=STAGE, progress=progress)
    starts, made, place = {}, {}, 0
    for (row, _), count in zip(wanted, counts, strict=True):
        if count:
            starts[row], made[row] = place, count
            place += count
    return Album(starts, made, values, clock() - begin)


def _squares(
    dataset: ImageDataset, row: int, count: int, policy: AugmentPolicy, look: Look
) -> list[Pixels]:
    """Return the augmented pictures of a row, prepared.

    Raises:
        SourceError: the file cannot be read any more, or has changed.
    """
    path, label = dataset.path(row), dataset.label(row)
    drawn = (draw(policy, image_key=path, copy=copy, label=label) for copy in range(1, count + 1))
    try:
        with read_picture(dataset, row) as original:
            return [look.prepare(apply(original, steps)) for steps in drawn]
    except UnreadableImageError as error:
        refused = SkippedFile(path, str(error))
        raise SourceError(refusal_text([refused])) from error
