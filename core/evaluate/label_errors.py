"""Rank images by how little their label is believed, from predictions that never saw them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.dataset import Rows
from core.evaluate.influence import measure_figure
from core.evaluate.predictions import Predictions


@dataclass(frozen=True, eq=False)
class LabelErrors:
    """All N scored images, those first whose label is believed least.

    A ranking to look through from the top, not a rate: every set has a first image, also where all
    labels are right. How many are wrong cannot be told from it.
    """

    rows: Rows  # (N,)
    given: NDArray[np.intp]  # (N,) places in `classes`
    suggested: NDArray[np.intp]  # (N,) the likeliest other class
    scores: NDArray[np.float64]  # (N,) ascending: how likely the given label is, 0 to 1
    classes: tuple[str, ...]
    candidate: str  # whose predictions they are
    is_contradicted: NDArray[np.bool_]  # (N,) another class is likelier


def rank_label_errors(predictions: Predictions) -> LabelErrors:
    """Return the scored images, those first whose given label is the least likely.

    Probabilities are averaged over repeats, and come from the candidate with the lowest Brier
    score: what a balanced candidate says of a large class is no probability. Images of equal
    likelihood are ranked by how much likelier another class is.

    Args:
        predictions: At least one repeat is done.

    Source:
        Northcutt, Jiang & Chuang, Confident Learning, JAIR 70 (2021): self-confidence, with the
        margin to the next class where it ties.
    """
    candidate = min(
        predictions.scores, key=lambda name: measure_figure(predictions, name, "brier").mean
    )
    scores = predictions.scores[candidate][predictions.done].astype(np.float32).mean(axis=0)
    images, given = np.arange(len(scores)), predictions.actual
    own = scores[images, given]
    others = scores.copy()
    others[images, given] = -1
    suggested = others.argmax(axis=1)
    best = others[images, suggested]
    order = np.lexsort((predictions.rows, own - best, own))
    return LabelErrors(
        predictions.rows[order],
        given[order],
        suggested[order],
        own[order].astype(np.float64),
        predictions.classes,
        candidate,
        (best > own)[order],
    )
