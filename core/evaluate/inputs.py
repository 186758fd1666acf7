"""The input of a head: how it is computed from pictures, one batch after the other."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.batches import run_ahead
from core.dataset import ImageDataset, read_picture
from core.embed import Embeddings, Encoder, find_encoder, resolve_device
from core.embed.computing import in_groups, stay_in_this_thread, turn_on
from core.embed.devices import CPU
from core.embed.encoder import group_size
from core.evaluate.buffer import make_buffer
from core.pictures.decode import Pixels, resize
from core.progress import Progress

_BATCH = 64  # pictures that are encoded together

Item = TypeVar("Item")


@dataclass(frozen=True, eq=False)
class HeadInput:
    """How a picture becomes the input of a head."""

    read: Callable[[ImageDataset, int], AbstractContextManager[Pixels]]  # of a row
    prepare: Callable[[Pixels], Pixels]  # to a square; called in threads
    encode: Callable[[NDArray[np.uint8]], NDArray[Any]]  # (B, side, side, 3) to (B, ...), as well


def pixel_input(side_px: int) -> HeadInput:
    """Return the input of a head on the pixels of a square, whatever the proportions."""

    def prepare(pixels: Pixels) -> Pixels:
        return resize(pixels, width=side_px, height=side_px)

    return HeadInput(read_picture, prepare, lambda squares: squares)


def encoder_input(embeddings: Embeddings) -> HeadInput:
    """Return the input of an encoder: pictures are embedded as `embeddings` were."""
    encoder = find_encoder(embeddings.encoder)
    device = resolve_device(embeddings.device)
    with turn_on(device):
        return network_input(encoder, encoder.open(device), device)


def network_input(
    encoder: Encoder, encode: Callable[[NDArray[np.uint8]], NDArray[Any]], device: str
) -> HeadInput:
    """Return the input of an encoder, or of its part `encode`, on a device."""
    encode = in_groups(encode, group_size(device))
    # A small network runs in the threads that read; a large one takes one batch after the other.
    turn = nullcontext() if encoder.is_small and device == CPU else Lock()

    def encode_in_turn(squares: NDArray[np.uint8]) -> NDArray[Any]:
        with turn, turn_on(device):
            return encode(squares)

    return HeadInput(encoder.read, encoder.square, encode_in_turn)


def compute_inputs(
    items: Sequence[Item],
    count_of: Callable[[Item], int],
    squares: Callable[[Item], list[Pixels]],
    encode: Callable[[NDArray[np.uint8]], NDArray[Any]],
    *,
    stage: str,
    progress: Progress,
) -> tuple[list[int], NDArray[Any]]:
    """Return how many pictures each item gave, and what a head takes of them, in order.

    Args:
        items: What is worked on, in threads.
        count_of: How many pictures an item gives, at most.
        squares: The prepared pictures of an item.
        encode: As of `HeadInput`.
        stage: For `progress`.
        progress: Told of items.

    Raises:
        OutputError: there is no room for what is taken of them.
    """

    def work(batch: Sequence[Item]) -> tuple[list[int], list[NDArray[Any]]]:
        made = [squares(item) for item in batch]
        flat = [square for some in made for square in some]
        pieces = [flat[start : start + _BATCH] for start in range(0, len(flat), _BATCH)]
        return [len(some) for some in made], [encode(np.stack(piece)) for piece in pieces]

    counts: list[int] = []
    values: NDArray[Any] = np.empty((0, 0), np.float32)
    most, filled = sum(map(count_of, items)), 0
    progress(stage, 0, len(items))
    batches = _batches(items, count_of)
    with closing(run_ahead(work, batches, prepare=stay_in_this_thread)) as results:
        for some, parts in results:
            for part in parts:
                if filled == 0:
                    values = make_buffer((most, *part.shape[1:]), part.dtype)
                values[filled : filled + len(part)] = part
                filled += len(part)
            counts += some
            progress(stage, len(counts), len(items))
    return counts, values[:filled]


def _batches(items: Sequence[Item], count_of: Callable[[Item], int]) -> Iterator[list[Item]]:
    """Yield items that follow each other and give about one batch of pictures."""
    batch: list[Item] = []
    count = 0
    for item in items:
        batch.append(item)
        count += count_of(item)
        if count >= _BATCH:
            yield batch
            batch, count = [], 0
    if batch:
        yield batch
