"""What candidates predicted for images that they never saw: all that a comparison keeps."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.dataset import Rows


@dataclass(frozen=True, eq=False)
class Predictions:
    """What candidates predicted for each scored image, in every repeat, on images they never saw.

    A repeat that is not done yet has scored no image.
    """

    rows: Rows  # (N,) scored images, rows of the dataset, ascending
    actual: NDArray[np.intp]  # (N,) places in `classes`
    groups: NDArray[np.intp]  # (N,) images of one group are never parted
    classes: tuple[str, ...]  # (C,) the classes that are scored
    runs: NDArray[np.int16]  # (R, N) the fold that scored the image; -1 where none did
    # Candidate -> (R, N, C) probabilities; rows sum to 1, as far as half precision does.
    scores: Mapping[str, NDArray[np.float16]]
    is_held_out: bool = False  # scored on the test split: the estimand is these trained models
