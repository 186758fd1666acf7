"""What strategies leave out: by chance, by where images lie, or by what their neighbours say."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.dataset import Rows
from core.neighbours import SearchOptions, nearest_others
from core.progress import Progress, silent
from core.resample.by_imbalanced_learn import draw_fewer, middle_of_clusters, near_others
from core.resample.made import Made, TrainingSide

Points = NDArray[np.float32]  # (N, D)
Kept = NDArray[np.bool_]  # (N,) whether a point stays


@dataclass(frozen=True)
class Vote:
    """How the neighbours of a point decide on it."""

    n_neighbors: int = 3  # are asked
    kind_sel: str = "all"  # a point stays when all agree with it; 'mode': when most do


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
        vote=vote_of(side),
        device=side.device,
        progress=side.progress,
    )
    return _only(side, rows[stays], rows)


def vote_of(side: TrainingSide) -> Vote:
    """Return how neighbours vote by the settings of a plan."""
    return Vote(side.number("n_neighbors"), side.text("kind_sel"))


def _only(side: TrainingSide, kept: Rows, judged: Rows) -> Made:
    """Return the result of keeping `kept` of the rows that were judged."""
    gone = np.setdiff1d(judged, kept)
    return replace(side.as_it_is(), kept=np.setdiff1d(side.allowed, gone))


def without_tomek_links(
    points: Points,
    codes: NDArray[np.intp],
    *,
    cleans_smallest: bool = False,
    device: str = "cpu",
    progress: Progress = silent,
) -> Kept:
    """Return which points stay when those in a Tomek link go.

    A link is a pair of two classes that are each other's nearest. The smallest class keeps its
    points unless `cleans_smallest`.

    Source:
        Tomek, Two Modifications of CNN, IEEE Trans. SMC 6 (1976), doi:10.1109/TSMC.1976.4309452.
    """
    if len(points) < 2:  # nobody is there to link with
        return np.ones(len(points), bool)
    near = nearest_others(points, 1, options=SearchOptions(device=device), progress=progress)
    first = near.positions[:, 0]
    linked = (codes[first] != codes) & (first[first] == np.arange(len(codes)))
    return np.asarray(~(linked & _cleaned(codes, cleans_smallest)))


def without_contradicted(
    points: Points,
    codes: NDArray[np.intp],
    *,
    vote: Vote = Vote(),
    cleans_smallest: bool = False,
    device: str = "cpu",
    progress: Progress = silent,
) -> Kept:
    """Return which points stay when those go whose neighbours have other labels.

    Args:
        points: (N, D) real and synthetic points.
        codes: (N,) their labels.
        vote: Who is asked, and how many have to agree.
        cleans_smallest: The smallest class may lose points too.
        device: 'cpu' or 'cuda'.
        progress: Told of blocks.

    Source:
        Wilson, Asymptotic Properties of Nearest Neighbor Rules Using Edited Data, IEEE Trans.
        SMC 2 (1972), doi:10.1109/TSMC.1972.4309137.
    """
    if len(points) < 2:  # nobody is there to vote
        return np.ones(len(points), bool)
    options = SearchOptions(device=device)
    near = nearest_others(points, vote.n_neighbors, options=options, progress=progress)
    votes = codes[near.positions]
    if vote.kind_sel == "all":
        agrees = (votes == codes[:, None]).all(axis=1)
    else:
        # Of classes with as many votes, the first wins, as scipy's mode has it.
        counts = np.zeros((len(codes), int(codes.max()) + 1), np.int32)
        for place in range(votes.shape[1]):
            counts[np.arange(len(codes)), votes[:, place]] += 1
        agrees = counts.argmax(axis=1) == codes
    return np.asarray(agrees | ~_cleaned(codes, cleans_smallest))


def _cleaned(codes: NDArray[np.intp], cleans_smallest: bool) -> NDArray[np.bool_]:
    if cleans_smallest:
        return np.ones(len(codes), bool)
    values, counts = np.unique(codes, return_counts=True)
    return np.asarray(codes != values[counts.argmin()])
