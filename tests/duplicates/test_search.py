"""What is close is found among many, and a frame is found that was cut."""

import cv2
import numpy as np
import pytest
from detailed_pictures import detailed

from core.duplicates.alignment import align
from core.duplicates.search import WAYS, Candidates, find_candidates, lay


def sketches(count: int, seed: int = 0) -> np.ndarray:
    """Return (N, 32, 32) brightness of pictures with detail of all sizes."""
    rng = np.random.default_rng(seed)
    layers = [
        np.stack(
            [cv2.resize(one, (32, 32), interpolation=cv2.INTER_CUBIC) for one in
             rng.uniform(0, 1, (count, side, side))]
        ) / side
        for side in (3, 6, 12, 24)
    ]  # fmt: skip
    whole = sum(layers[1:], start=layers[0])
    return (255 * (whole - whole.min()) / np.ptp(whole)).astype(np.uint8)


def test_copies_are_found_among_more_than_are_all_compared() -> None:
    grey = sketches(1500)
    ways = np.arange(4 * WAYS) % WAYS
    laid = np.stack([lay(grey[place], way) for place, way in enumerate(ways.tolist())])

    found = find_candidates(np.concatenate([grey, laid]))

    # The way of a pair is the one that lays the copy back.
    is_copy = found.second == found.first + 1500
    back = {
        first
        for first, second, way in np.column_stack(found)[is_copy].tolist()
        if (lay(laid[second - 1500], way) == grey[first]).all()
    }
    assert back == set(range(4 * WAYS))


@pytest.mark.parametrize("way", range(WAYS))
def test_the_way_lays_a_copy_back_whichever_was_looked_for(way: int) -> None:
    picture = sketches(1)[0]
    copy = lay(picture, way)

    (first,), (second,), (back,) = find_candidates(np.stack([picture, copy]))

    assert (first, second) == (0, 1)
    assert (lay(copy, back) == picture).all()


def test_nothing_is_found_of_nothing() -> None:
    found = find_candidates(np.empty((0, 32, 32), np.uint8))

    assert [len(part) for part in found] == [0, 0, 0]
    assert len(align(np.empty((0, 32, 32), np.uint8), found).agreement) == 0


def test_each_pair_stands_once_lower_row_first() -> None:
    grey = np.concatenate([sketches(40), lay(sketches(40), 5)])

    first, second, ways = find_candidates(grey)

    assert (first < second).all()
    assert len(set(zip(first.tolist(), second.tolist(), ways.tolist(), strict=True))) == len(first)


def test_the_frame_of_a_cut_copy_is_found() -> None:
    whole = cv2.cvtColor(detailed(4), cv2.COLOR_RGB2GRAY)
    cut = whole[6:, :-8]  # of 120 x 160
    grey = np.stack(
        [cv2.resize(one, (32, 32), interpolation=cv2.INTER_AREA) for one in (whole, cut)]
    )

    agreement, frames = align(grey, Candidates(*np.array([[0], [1], [0]])))

    assert agreement[0] > 0.99
    # 5 % less across and down; the middle moves by half of that, to the left and down.
    assert frames[0] == pytest.approx([-0.05, -0.025, -0.05, 0.025], abs=0.005)
