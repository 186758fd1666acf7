"""One decoded picture as the measures of an audit look at it: what two of them need, made once."""

from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from core.pictures.decode import Pixels, block_means, resize
from core.pictures.header import ImageHeader

Grey = NDArray[np.uint8]  # (H, W)

# Pictures are judged about as large as classifiers see them: of a photo of 12 Mpx, what a single
# point shows is of no matter.
JUDGED_PX = 256
REDUCED_PX = 128


@dataclass(frozen=True, eq=False)
class View:
    """One picture of a file."""

    pixels: Pixels  # (H, W, 3) uint8 RGB, upright; a JPEG's may be reduced, see `measure_pictures`
    content: bytes  # of the file
    header: ImageHeader
    _small: dict[int, Pixels] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def judged(self) -> Pixels:
        """Return the picture by means of whole points: 256 to 511 px on the short side."""
        return block_means(self.pixels, max(1, min(self.pixels.shape[:2]) // JUDGED_PX))

    @cached_property
    def grey(self) -> Grey:
        """Return (H, W) brightness of the judged picture."""
        return np.asarray(cv2.cvtColor(self.judged, cv2.COLOR_RGB2GRAY), np.uint8)

    @cached_property
    def reduced(self) -> Pixels:
        """Return the picture with a short side of 128 px, or as it is where that is shorter."""
        short = min(self.judged.shape[:2])
        if short <= REDUCED_PX:
            return self.judged
        # Means of 2 x 2 points first: they are several times as fast as others.
        means = block_means(self.judged, min(2, short // REDUCED_PX))
        scale = REDUCED_PX / min(means.shape[:2])
        height, width = (max(1, round(side * scale)) for side in means.shape[:2])
        return resize(means, width=width, height=height)

    def small(self, side_px: int) -> Pixels:
        """Return (side, side, 3) the whole picture, whatever its shape; means where it shrinks."""
        if side_px not in self._small:
            source = self.reduced if 2 * side_px <= REDUCED_PX else self.judged
            shrinks = min(source.shape[:2]) > side_px
            method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
            small = cv2.resize(source, (side_px, side_px), interpolation=method)
            self._small[side_px] = np.asarray(small, np.uint8)
        return self._small[side_px]
