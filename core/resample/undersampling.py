"""What strategies leave out: by chance, by where images lie, or by what their neighbours say."""

from dataclasses import replace

import numpy as np

from core.dataset import Rows
from core.resample.cleaning import without_contradicted, without_tomek_links
from core.resample.made import Made, TrainingSide
from core.resample.samplers import draw_fewer, middle_of_clusters, near_others


def drop_at_random(side: TrainingSide) -> Made:
    """Leave out randomly chosen images of the large classes."""
    codes = side.dataset.codes[side.allowed]
    return _only(side, draw_fewer(side.allowed, codes, side.keep, seed=side.seed), side.allowed)


def keep_near_others(side: TrainingSide) -> Made:
    """Keep the images of large classes that lie near the others."""
    rows = side.usable
    kept = near_others(
        side.vectors(rows),
        rows,
        side.dataset.codes[rows],
        side.keep,
        version=side.number("version"),
        n_neighbors=side.number("n_neighbors"),
    )
    return _only(side, kept, rows)


def keep_centres(side: TrainingSide) -> Made:
    """Keep the image nearest to the middle of each cluster of a large class."""
    rows = side.usable
    codes = side.dataset.codes[rows]
    kept = middle_of_clusters(side.vectors(rows), rows, codes, side.keep, seed=side.seed)
    return _only(side, kept, rows)


def drop_links(side: TrainingSide) -> Made:
    """Leave out Tomek links."""
    rows = side.usable
    stays = without_tomek_links(
        side.vectors(rows),
        side.dataset.codes[rows],
        cleans_smallest=side.text("side") == "both",
        device=side.device,
        progress=side.progress,
    )
    return _only(side, rows[stays], rows)


def drop_contradicted(side: TrainingSide) -> Made:
    """Leave out images that their neighbours contradict."""
    rows = side.usable
    stays = without_contradicted(
        side.vectors(rows),
        side.dataset.codes[rows],
        n_neighbors=side.number("n_neighbors"),
        kind_sel=side.text("kind_sel"),
        device=side.device,
        progress=side.progress,
    )
    return _only(side, rows[stays], rows)


def _only(side: TrainingSide, kept: Rows, judged: Rows) -> Made:
    """Return the result of keeping `kept` of the rows that were judged."""
    gone = np.setdiff1d(judged, kept)
    return replace(side.as_it_is(), kept=np.setdiff1d(side.allowed, gone))
