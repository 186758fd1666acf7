"""The images that are most like one."""

import numpy as np

from core.embed import Embeddings
from core.embed.embeddings import similar_rows


def line(places: list[float]) -> Embeddings:
    vectors = np.array(places, np.float32)[:, None]
    return Embeddings(vectors, np.arange(10, 10 + len(places)), "x", "x", "cpu")


def test_the_nearest_come_first_without_the_image_itself() -> None:
    assert similar_rows(line([0, 5, 1, 9]), 10, 3).tolist() == [12, 11, 13]


def test_copies_of_the_image_are_found_and_not_it() -> None:
    assert set(similar_rows(line([4, 4, 4, 7]), 11, 2).tolist()) == {10, 12}


def test_a_lone_image_is_like_none() -> None:
    assert similar_rows(line([3]), 10, 5).tolist() == []
