"""Augmented pictures of the images of a comparison, made once and shared by its folds.

An augmented picture comes from one image and a seed, and from nothing else: where the image is on
the side that learns, so may its pictures be.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from threading import Lock
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.augment import AugmentPolicy, apply, draw
from core.batches import run_ahead
from core.dataset import ImageDataset, Rows
from core.embed import Embeddings, find_encoder, resolve_device
from core.embed.computing import stay_in_this_thread, turn_on
from core.embed.devices import CPU
from core.errors import UnreadableImageError
from core.images import Pixels, decode, resize
from core.limits import Limits
from core.progress import Progress

STAGE = "augmenting pictures"

_BATCH = 32

# Pictures of one image to what a head takes of each.
Describe = Callable[[Sequence[Pixels]], NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Album:
    """What a head takes of `copies[row]` augmented pictures of each row."""

    starts: Mapping[int, int]  # row -> place of its first picture
    copies: Mapping[int, int]  # row -> pictures, 1 or more
    values: NDArray[Any]  # (A, ...)
    seconds: float = 0.0  # that it took to make

    def take(self, rows: Rows, repeats: NDArray[np.intp]) -> NDArray[Any]:
        """Return the values of the given repeat, from 0, of each row.

        A repeat beyond the last starts anew. A row that could not be read has no picture, and
        raises KeyError; `has` tells which.
        """
        pairs = zip(rows.tolist(), repeats.tolist(), strict=True)
        places = [self.starts[row] + repeat % self.copies[row] for row, repeat in pairs]
        return self.values[np.array(places, np.intp)]

    def has(self, rows: Rows) -> NDArray[np.bool_]:
        """Return, for each row, whether it has pictures."""
        return np.array([row in self.starts for row in rows.tolist()], np.bool_)


def fill_album(
    dataset: ImageDataset,
    copies: Mapping[int, int],
    policy: AugmentPolicy,
    describe: Describe,
    progress: Progress,
    clock: Callable[[], float] = perf_counter,
) -> Album:
    """Return the album of `policy`; a row whose file cannot be read any more is left out.

    Args:
        dataset: The images.
        copies: Row -> pictures to make of it.
        policy: How.
        describe: Called in threads, with the pictures of one image.
        progress: Told of images.
        clock: Tells seconds.

    Raises:
        SettingError: no step of the policy changes pictures of some class.
    """
    begin = clock()
    wanted = [(row, count) for row, count in sorted(copies.items()) if count > 0]

    def work(batch: Sequence[tuple[int, int]]) -> list[NDArray[Any] | None]:
        return [_described(dataset, row, count, policy, describe) for row, count in batch]

    starts, made, parts, place = {}, {}, [], 0
    for (row, _), values in zip(wanted, _flat(work, wanted, progress), strict=True):
        if values is not None:
            starts[row], made[row] = place, len(values)
            parts.append(values)
            place += len(values)
    joined = np.concatenate(parts) if parts else np.empty((0, 0), np.float32)
    return Album(starts, made, joined, clock() - begin)


def by_encoder(embeddings: Embeddings) -> Describe:
    """Return what embeds pictures as `embeddings` were: the same encoder, the same device."""
    encoder = find_encoder(embeddings.encoder)
    device = resolve_device(embeddings.device)
    with turn_on(device):
        encode = encoder.open(device)
    # A small network runs in the threads that read; a large one takes one picture's copies after
    # the other's.
    turn = nullcontext() if encoder.is_small and device == CPU else Lock()

    def describe(pictures: Sequence[Pixels]) -> NDArray[np.float32]:
        prepared = np.stack([encoder.prepare(one, encoder.input_px) for one in pictures])
        with turn, turn_on(device):
            return encode(prepared)

    return describe


def as_small(side_px: int) -> Describe:
    """Return what brings pictures to a square of `side_px`."""

    def describe(pictures: Sequence[Pixels]) -> NDArray[np.uint8]:
        return np.stack([resize(one, width=side_px, height=side_px) for one in pictures])

    return describe


def _described(
    dataset: ImageDataset, row: int, count: int, policy: AugmentPolicy, describe: Describe
) -> NDArray[Any] | None:
    path, label = dataset.path(row), dataset.label(row)
    width, height = (int(dataset.table[side].iloc[row]) for side in ("width", "height"))
    try:
        original = decode(dataset.read_bytes(row), limits=Limits(image_pixels=width * height))
    except (OSError, UnreadableImageError):
        return None
    drawn = (draw(policy, image_key=path, copy=copy, label=label) for copy in range(1, count + 1))
    return describe([apply(original, steps) for steps in drawn])


def _flat(
    work: Callable[[Sequence[tuple[int, int]]], list[NDArray[Any] | None]],
    wanted: Sequence[tuple[int, int]],
    progress: Progress,
) -> Iterator[NDArray[Any] | None]:
    batches = [wanted[start : start + _BATCH] for start in range(0, len(wanted), _BATCH)]
    done = 0
    progress(STAGE, done, len(wanted))
    with closing(run_ahead(work, batches, prepare=stay_in_this_thread)) as results:
        for result in results:
            yield from result
            done += len(result)
            progress(STAGE, done, len(wanted))
