"""What candidates predicted for images that they never saw: all that a comparison keeps."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

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

    def only(self, is_kept: NDArray[np.bool_], actual: NDArray[np.intp]) -> "Predictions":
        """Return the predictions of the images where `is_kept`, (N,), is true.

        Args:
            is_kept: Which.
            actual: (N,) places in `classes`, as these images are labelled otherwise.
        """
        return replace(
            self,
            rows=self.rows[is_kept],
            actual=actual[is_kept],
            groups=self.groups[is_kept],
            runs=self.runs[:, is_kept],
            scores={name: scores[:, is_kept] for name, scores in self.scores.items()},
        )

    @cached_property
    def done(self) -> NDArray[np.intp]:
        """Return (D,) the repeats that scored every image; figures are made of these alone."""
        return np.flatnonzero((self.runs >= 0).all(axis=1))

    @cached_property
    def labels(self) -> Mapping[str, NDArray[np.int16]]:
        """Return candidate -> (D, N) the class that it gave each image in each repeat done."""
        return {
            name: np.stack(
                # Single precision is what a processor compares; half is compared bit by bit.
                [scores[repeat].astype(np.float32).argmax(axis=1) for repeat in self.done]
            ).astype(np.int16)
            if len(self.done)
            else np.empty((0, len(self.rows)), np.int16)
            for name, scores in self.scores.items()
        }
