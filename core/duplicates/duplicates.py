"""Pictures that are in the dataset more than once: byte for byte, or nearly."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.arrays import freeze
from core.dataset import ImageDataset, Rows
from core.duplicates.alignment import align
from core.duplicates.search import Candidates, find_candidates, lay
from core.duplicates.sketch import Sketches, sketch_pictures
from core.progress import Progress, silent

Groups = NDArray[np.intp]  # (N,) rows of one group show the same picture

# How far two sketches may be from agreeing. Of 15,000 photographs of CIFAR-10 all 116 pairs below
# 0.016 show one picture; the nearest pair of two clothing photos has 0.043.
_MOST_APART = 0.015
# Drawings of one kind come nearer: there a copy must stand out from the pictures beside it. It is
# one from 0.005 on; else it may have this share of how far the fourth best pair of either is apart.
_SURELY_COPY = 0.005
_BESIDE, _SHARE_OF_BESIDE = 4, 0.3
# How far blue and red of the quarters may lie apart, of 255. A shirt in another colour has the same
# shape and is another shirt; a copy of which all else is the same may be tinted.
_NEARLY_EXACT = 0.003
_MOST_COLOUR, _MOST_COLOUR_EXACT = 4.5, 8.0
# From here on a frame is cut, as shares of the side: half a pixel of a sketch.
_LEAST_CUT = 0.015
_MIRRORED, _AS_IT_IS = (1, 2), 0


class Kind(StrEnum):
    """How a copy differs; the values are words for people, the plainest kind first."""

    SAVED_AGAIN = "in another size, encoding or brightness"
    CUT = "cut at the edges"
    MIRRORED = "mirrored"
    TURNED = "turned"


@dataclass(frozen=True, eq=False)
class Copies:
    """Which of N pictures show the same, and how L pairs of them differ."""

    groups: Groups  # (N,) rows of one group show the same picture, or nearly
    pairs: NDArray[np.intp]  # (L, 2) rows whose bytes differ; enough of them to link each group
    kinds: NDArray[np.intp]  # (L,) places in `Kind`

    def __post_init__(self) -> None:
        freeze(self, "groups", "pairs", "kinds")


def duplicate_groups(dataset: ImageDataset) -> Groups:
    """Return (N,) the group of each row: rows of one group hold the same bytes."""
    codes, _ = pd.factorize(dataset.table["digest"])
    return np.asarray(codes, np.intp)


def picture_groups(dataset: ImageDataset, progress: Progress = silent) -> Groups:
    """Return (N,) the group of each row, which no fold may part: see `fold_groups`."""
    return fold_groups(dataset, find_copies(dataset, progress))


def fold_groups(dataset: ImageDataset, copies: Copies | None = None) -> Groups:
    """Return (N,) the group of each row: rows of one group show the same picture.

    Mirrored or turned under another label, it is another picture: of arrows, the way that they
    point is what the label says, and all of them would be one group. What Evenset has made from a
    picture, in an export that came back, shows that picture, whatever was done to it.

    Args:
        dataset: The images.
        copies: From `find_copies`; without, only files of the same bytes are copies.
    """
    groups = duplicate_groups(dataset) if copies is None else _without_ways(dataset, copies)
    if not dataset.is_made.any():
        return groups
    order = np.argsort(dataset.families, kind="stable")
    families = dataset.families[order]
    is_same = families[1:] == families[:-1]
    return _joined(groups, np.column_stack([order[:-1][is_same], order[1:][is_same]]))


def _without_ways(dataset: ImageDataset, copies: Copies) -> Groups:
    """Return (N,) the groups of copies, none joined by ways to lay it under another label alone."""
    way = np.isin(copies.kinds, [list(Kind).index(Kind.MIRRORED), list(Kind).index(Kind.TURNED)])
    codes = dataset.codes[copies.pairs]
    is_other = way & (codes[:, 0] != codes[:, 1])
    if not is_other.any():
        return copies.groups
    return _joined(duplicate_groups(dataset), copies.pairs[~is_other])


def find_copies(dataset: ImageDataset, progress: Progress = silent) -> Copies:
    """Return which rows show the same picture.

    That is a picture in another size, encoding or brightness, in slightly other colours, cut at
    the edges by up to 5 % of a side, mirrored or turned by quarters, or some of that together.
    What is alike to one of a group belongs to it, too. Plain pictures and those that cannot be
    read are alike to copies of themselves alone.

    Args:
        dataset: The images.
        progress: Told of pictures read, then of comparisons.
    """
    exact = duplicate_groups(dataset)
    sketches = sketch_pictures(dataset, progress)
    # Equal sketches are one here; else they would be compared in pairs. In order of content, so
    # that names of files decide nothing.
    keys = sketches.content.view(f"V{sketches.content.shape[1]}").ravel()
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    some = Sketches(sketches.rows[first], sketches.content[first])
    links, kinds = link_sketches(some, progress)
    equal = np.column_stack([sketches.rows, some.rows[inverse]])
    equal = equal[exact[equal[:, 0]] != exact[equal[:, 1]]]
    pairs = np.concatenate([equal, some.rows[links]])
    kinds = np.concatenate([np.zeros(len(equal), np.intp), kinds])
    return Copies(_joined(exact, pairs), pairs, kinds)


def link_sketches(
    sketches: Sketches, progress: Progress = silent
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return (L, 2) the pairs of sketches that show one picture, each once, and (L,) their kinds.

    Args:
        sketches: Which should differ; kinds are places in `Kind`.
        progress: Told of comparisons.
    """
    candidates = find_candidates(sketches.grey, progress)
    alignment = align(sketches.grey, candidates, progress)
    apart = 1 - alignment.agreement
    near = np.flatnonzero(apart <= _limits(candidates, apart, len(sketches.rows)))
    first, second, ways = (part[near] for part in candidates)
    apart = apart[near]
    most = np.where(apart <= _NEARLY_EXACT, _MOST_COLOUR_EXACT, _MOST_COLOUR)
    is_copy = _tint(sketches, first, second, ways) <= most
    # A picture that looks the same mirrored is no mirrored one; else the best way tells.
    order = np.lexsort((apart, ways != _AS_IT_IS, second, first))
    order = order[is_copy[order]]
    pairs = np.column_stack([first, second])[order]
    is_new = np.ones(len(order), np.bool_)
    is_new[1:] = (pairs[1:] != pairs[:-1]).any(axis=1)
    order = order[is_new]
    return pairs[is_new], _kinds(ways[order], alignment.frames[near[order]])


def effective_images(
    dataset: ImageDataset, groups: Groups, rows: Rows | None = None
) -> dict[str, float]:
    """Return label -> how many different pictures its images are as good as, in name order.

    Of group sizes m in the class it is (sum m)^2 / sum m^2: as many as there are images where
    none is a copy, 1 where all are of one picture.

    Args:
        dataset: The images.
        groups: (N,) the picture that each row shows.
        rows: Those that count; all that are in a split unless given.

    Source:
        Kish, Survey Sampling (1965), section 11.7: the effective size of a sample by weights.
    """
    rows = dataset.present_rows if rows is None else rows
    pairs, sizes = np.unique(
        np.column_stack([dataset.codes[rows], groups[rows]]), axis=0, return_counts=True
    )
    count = len(dataset.classes)
    whole = np.bincount(pairs[:, 0], sizes, count)
    squares = np.bincount(pairs[:, 0], sizes.astype(float) ** 2, count)
    effective = whole**2 / np.maximum(squares, 1)
    return dict(zip(dataset.classes, effective.tolist(), strict=True))


def repeated(groups: Groups, present: Rows | None = None) -> list[Rows]:
    """Return the rows of each group that has two or more, in order of group.

    Only the rows in `present` count, all unless given: a picture that is left out is no copy.
    """
    present = np.arange(len(groups)) if present is None else present
    # Of a million pictures nearly all are alone; only the others are sorted and cut apart.
    rows = present[np.bincount(groups[present])[groups[present]] > 1]
    if len(rows) == 0:
        return []
    order = rows[np.argsort(groups[rows], kind="stable")]
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    return np.split(order, starts[1:])


def _tint(
    sketches: Sketches, first: NDArray[np.intp], second: NDArray[np.intp], ways: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Return (P,) how far the colours of pairs lie apart, of 255, the second laid its way."""
    ours, theirs = (sketches.colours[ends].astype(np.float32) - 128 for ends in (first, second))
    for way in np.unique(ways).tolist():
        theirs[ways == way] = lay(theirs[ways == way], way)
    # The colours of a darker copy are weaker, by as much as its contrast is.
    spreads = [sketches.grey[ends].std(axis=(1, 2), dtype=np.float32) for ends in (first, second)]
    ratio = (spreads[1] / spreads[0]).reshape(-1, 1, 1, 1)
    scaled = ours * np.maximum(ratio, 1) - theirs * np.maximum(1 / ratio, 1)
    gaps = [np.abs(gap).mean(axis=(1, 2, 3)) for gap in (ours - theirs, scaled)]
    return np.asarray(np.minimum(*gaps), np.float32)


def _limits(candidates: Candidates, apart: NDArray[np.float32], count: int) -> NDArray[np.float64]:
    """Return (C,) how far each pair may be apart: less where others are nearly as near."""
    ends = np.concatenate([candidates.first, candidates.second])
    values = np.concatenate([apart, apart])
    order = np.lexsort((values, ends))
    starts = np.searchsorted(ends[order], np.arange(count + 1))
    has_others = np.diff(starts) >= _BESIDE
    beside = np.ones(count)
    beside[has_others] = values[order][starts[:-1][has_others] + _BESIDE - 1]
    limits = np.clip(_SHARE_OF_BESIDE * beside, _SURELY_COPY, _MOST_APART)
    return np.minimum(limits[candidates.first], limits[candidates.second])


def _kinds(ways: NDArray[np.intp], frames: NDArray[np.float32]) -> NDArray[np.intp]:
    places = {kind: place for place, kind in enumerate(Kind)}
    is_cut = np.abs(frames).max(axis=1, initial=0) >= _LEAST_CUT
    kinds = np.where(is_cut, places[Kind.CUT], places[Kind.SAVED_AGAIN])
    kinds[np.isin(ways, _MIRRORED)] = places[Kind.MIRRORED]
    kinds[(ways != _AS_IT_IS) & ~np.isin(ways, _MIRRORED)] = places[Kind.TURNED]
    return kinds


def _joined(groups: Groups, pairs: NDArray[np.intp]) -> Groups:
    """Return (N,) groups after those of each pair of rows are one."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = int(groups.max(initial=-1)) + 1
    links = groups[pairs[:, 0]], groups[pairs[:, 1]]
    graph = coo_array((np.ones(len(pairs), np.bool_), links), shape=(count, count))
    _, joined = connected_components(graph, directed=False)
    return np.asarray(joined[groups], np.intp)
