"""Mix two pictures and their labels: to be looked at, never exported.

The result belongs to two classes at once, in shares. Folders of classes cannot say that, and a
trainer mixes better itself, within each batch.
"""

from dataclasses import dataclass
from math import sqrt

import cv2
import numpy as np

from core.pictures.decode import Pixels, resize


@dataclass(frozen=True, eq=False)
class Mixed:
    """A picture of two, and how much of the first one's label it has."""

    pixels: Pixels
    share: float  # of the first label, 0 to 1; the rest is the second one's


def mixup(first: Pixels, second: Pixels, share: float) -> Mixed:
    """Return both pictures shining through each other; the second one takes the first one's size.

    Source:
        Zhang et al., mixup, ICLR 2018, arXiv:1710.09412.
    """
    second = resize(second, width=first.shape[1], height=first.shape[0])
    blended = cv2.addWeighted(first, share, second, 1 - share, 0)
    return Mixed(np.asarray(blended, np.uint8), share)


def cutmix(first: Pixels, second: Pixels, share: float, *, x: float, y: float) -> Mixed:
    """Return the first picture with a rectangle of the second one in it.

    Args:
        first: The picture that stays around.
        second: It takes the size of the first.
        share: Of the first picture that is to stay; the share that does, by whole pixels, is
            what comes back.
        x: Place of the rectangle: 0 is left, 1 right.
        y: The same from top to bottom.

    Source:
        Yun et al., CutMix, ICCV 2019, arXiv:1905.04899.
    """
    height, width = first.shape[:2]
    second = resize(second, width=width, height=height)
    rows, columns = round(height * sqrt(1 - share)), round(width * sqrt(1 - share))
    top, left = round((height - rows) * y), round((width - columns) * x)
    mixed = first.copy()
    mixed[top : top + rows, left : left + columns] = second[top : top + rows, left : left + columns]
    return Mixed(mixed, 1 - rows * columns / (height * width))
