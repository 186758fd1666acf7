"""A cache of augmented pictures: made once for a comparison and shared by its folds.

A picture is the one that an export makes: row and repeat name it. Where the image is on the side
that learns, so may its pictures be.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.augment import AugmentPolicy, Pictures, make_picture
from core.dataset import ImageDataset, SkippedFile, refusal_text
from core.errors import SourceError, UnreadableImageError
from core.evaluate.inputs import HeadInput, compute_inputs
from core.pictures.decode import Pixels
from core.progress import Progress

STAGE = "augmenting pictures"


@dataclass(frozen=True, eq=False)
class PictureCache:
    """What a head takes of augmented pictures."""

    pictures: Pictures  # (A,) ascending by row, then by repeat
    values: NDArray[Any]  # (A, ...)
    seconds: float = 0.0  # that it took to make

    def find(self, pictures: Pictures) -> NDArray[np.intp]:
        """Return the places in `values` of pictures that it `has`."""
        return np.searchsorted(_keys(self.pictures), _keys(pictures))

    def has(self, pictures: Pictures) -> NDArray[np.bool_]:
        """Return, for each picture, whether it could be made."""
        return np.isin(_keys(pictures), _keys(self.pictures))


def fill_cache(
    dataset: ImageDataset,
    pictures: Pictures,
    policy: AugmentPolicy,
    head_input: HeadInput,
    progress: Progress,
    clock: Callable[[], float] = perf_counter,
) -> PictureCache:
    """Return the cache of `policy`.

    Args:
        dataset: The images.
        pictures: What to make; one may stand there again.
        policy: How.
        head_input: What is taken of each.
        progress: Told of images.
        clock: Tells seconds.

    Raises:
        SettingError: no step of the policy changes pictures of some class.
        OutputError: there is no room for what is taken of them.
        SourceError: a file cannot be read any more, or has changed.
    """
    begin = clock()
    wanted = _each_once(pictures)
    begins = np.flatnonzero(np.diff(wanted.rows, prepend=-1))
    ends = np.append(begins[1:], len(wanted))
    items = [wanted.only(slice(*span)) for span in zip(begins.tolist(), ends.tolist(), strict=True)]

    def squares(item: Pictures) -> list[Pixels]:
        return _squares(dataset, item, policy, head_input)

    counts, values = compute_inputs(
        items, len, squares, head_input.encode, stage=STAGE, progress=progress
    )
    is_made = np.repeat(np.array(counts, np.intp) > 0, ends - begins)
    return PictureCache(wanted.only(is_made), values, clock() - begin)


def _squares(
    dataset: ImageDataset, pictures: Pictures, policy: AugmentPolicy, head_input: HeadInput
) -> list[Pixels]:
    """Return the pictures of one row, prepared.

    Raises:
        SourceError: the file cannot be read any more, or has changed.
    """
    row = int(pictures.rows[0])
    pairs = zip(pictures.repeats.tolist(), pictures.codes.tolist(), strict=True)
    try:
        with head_input.read(dataset, row) as pixels:
            return [
                head_input.prepare(make_picture(dataset, policy, row, repeat, code, pixels)[0])
                for repeat, code in pairs
            ]
    except UnreadableImageError as error:
        raise SourceError(refusal_text([SkippedFile(dataset.path(row), str(error))])) from error


def _each_once(pictures: Pictures) -> Pictures:
    """Return the pictures ascending by row and repeat, each once."""
    first = np.unique(_keys(pictures), return_index=True)[1]
    return Pictures(pictures.rows[first], pictures.repeats[first], pictures.codes[first])


def _keys(pictures: Pictures) -> NDArray[np.int64]:
    """Return a number for each picture, greater for greater rows, then for greater repeats."""
    return (pictures.rows.astype(np.int64) << 32) | pictures.repeats
