"""Carry a plan out: which images stay, and what is made of them."""

import numpy as np

from core.errors import LeakError, SettingError
from core.resample.made import Made, TrainingSide, settled
from core.resample.strategies import find_strategy
from core.resample.synthetic import rows_of_parents


def resample(side: TrainingSide) -> Made:
    """Choose what stays and make what the plan of `side` adds.

    Raises:
        SettingError: the strategy needs embeddings, and there are none.
        LeakError: a row that may be used is not of the training split, or what was made comes of a
            row outside.
    """
    record = find_strategy(side.plan.strategy)
    if record.needs_embeddings and side.embeddings is None:
        raise SettingError(f"{record.title} works on embeddings. Embed the images first.")
    if not np.isin(side.allowed, side.dataset.training_rows).all():
        raise LeakError(
            "Validation and test images are never balanced, but a row of them was given."
        )
    made = settled(side, record.make(side))
    parents = rows_of_parents(made.points).ravel()
    used = np.concatenate([made.kept, made.copies, made.pictures.rows, parents[parents >= 0]])
    if not np.isin(used, side.allowed).all():
        raise LeakError("Something was made from an image outside the given rows.")
    return made
