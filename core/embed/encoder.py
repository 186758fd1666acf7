"""One encoder as a record: a picture in, a vector out, and how it is opened."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from core.dataset import ImageDataset, read_picture
from core.embed.computing import in_groups
from core.embed.cutting import CutEncoder
from core.embed.devices import CPU, FLOAT32, precision_on
from core.pictures.decode import Pixels, block_means, resize

# The longer side of what is worked on for an encoder, where its square is not larger: operations on
# more pixels take longer than the encoder, which sees far fewer.
_WORKING_PX = 640
# Pictures that are computed together, always so many. On a CPU the maps of more do not fit its
# caches, and memory is asked of the system again for each: MobileNetV2 took 30 ms of a core for a
# picture in a batch of 64, and 14 in eights. A small network takes as long in eights as in 32s.
_ON_CPU, _ON_GPU = 8, 64

# (B, input_px, input_px, 3) uint8 RGB to (B, dimension) float32
Encode = Callable[[NDArray[np.uint8]], NDArray[np.float32]]


def squeeze(pixels: Pixels, side_px: int) -> Pixels:
    """Return the whole picture as a square, whatever its proportions were."""
    return resize(pixels, width=side_px, height=side_px)


@dataclass(frozen=True)
class Encoder:
    """One way to turn a picture into a vector, with nothing learned from the person's images.

    Only one that has a `base` has learned from them; see `adapted`.
    """

    name: str
    title: str
    help: str  # for people: what it sees and what it misses
    source: str
    dimension: int
    input_px: int  # pictures are brought to a square of this side
    version: str  # changes whenever the same picture would give another vector
    open: Callable[[str], Encode]  # a device to a function; loads weights. See `open_encoder`
    core_seconds: float  # of one core at 2 GHz for a picture, read and encoded: a rough guide
    prepare: Callable[[Pixels, int], Pixels] = squeeze  # its last step; see `square`
    kept: float = 1.0  # how much of the short side `prepare` keeps
    is_exact: bool = False  # it computes in float32 wherever it runs
    cut: Callable[[str], CutEncoder] | None = None  # in two, where it has layers that may learn
    learn_seconds: float | None = None  # of one core, for them to learn from a picture; or unknown
    is_small: bool = False  # on a CPU, each thread encodes what it read
    base: str | None = None  # what it was before it learned labels of the person's images
    why_missing: Callable[[], str | None] = lambda: None  # a sentence where it cannot be opened

    def precision_on(self, device: str) -> str:
        """Return in which numbers it computes there: one of `devices.precision_on`."""
        return FLOAT32 if self.is_exact else precision_on(device)

    def read(self, dataset: ImageDataset, row: int) -> AbstractContextManager[Pixels]:
        """Give the pixels of a row, as `read_picture`, for all that is to come to this encoder.

        A large JPEG is decoded at a half, a quarter or an eighth of its size. Whoever read it whole
        would give the encoder slightly other pixels.
        """
        width, height, _ = dataset.shapes[row].tolist()
        return read_picture(dataset, row, at_least_px=self.least_px(width, height))

    def least_px(self, width: int, height: int) -> int:
        """Return how many pixels the short side of a picture keeps at least when it is decoded.

        Twice as many as the encoder sees of it, so that means of areas make the square; and so many
        that the longer side keeps half of _WORKING_PX, as it does in every working copy.
        """
        shorter, longer = sorted((width, height))
        for_square = ceil(2 * self.input_px / self.kept)
        return max(for_square, ceil(shorter * _WORKING_PX / (2 * longer)))

    def working_copy(self, pixels: Pixels) -> Pixels:
        """Return the picture as work for this encoder begins, from what `read` gives.

        Its longer side has at most _WORKING_PX, as long as the square need not be enlarged. The
        working copy of a working copy is itself.
        """
        longer_px = max(pixels.shape[:2])
        factor = min(ceil(longer_px / _WORKING_PX), self._most_reduction(pixels))
        return block_means(pixels, max(1, factor))

    def square(self, pixels: Pixels) -> Pixels:
        """Return the (input_px, input_px, 3) picture that it computes on, from what `read` gives.

        Originals, augmented pictures and working copies all come this way: what differs is what was
        done to them, and not how they were made small.
        """
        copy = self.working_copy(pixels)
        small = block_means(copy, max(1, self._most_reduction(copy)))
        return self.prepare(small, self.input_px)

    def _most_reduction(self, pixels: Pixels) -> int:
        return int(min(pixels.shape[:2]) * self.kept) // self.input_px


def open_encoder(encoder: Encoder, device: str) -> Encode:
    """Return an encoder's function over (B, input_px, input_px, 3) pictures on a device.

    The vector of a picture is the same in every batch.
    """
    return in_groups(encoder.open(device), group_size(device))


def group_size(device: str) -> int:
    """Return how many pictures an encoder computes together on a device."""
    return _ON_CPU if device == CPU else _ON_GPU
