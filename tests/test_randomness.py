"""Streams of random numbers that do not disturb each other."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.randomness import stream, stream_seed

NAMES = st.lists(st.one_of(st.text(max_size=4), st.integers(0, 99)), max_size=3)


def test_the_numbers_of_a_stream_stay_the_same_for_ever() -> None:
    assert stream_seed(0, "augment", "cat/1.jpg", 1) == 421587355143111028
    assert stream(0, "smote", "cat").integers(1000, size=6).tolist() == [
        198,
        576,
        70,
        707,
        528,
        590,
    ]


@given(st.integers(0, 99), NAMES, NAMES)
def test_other_names_give_another_stream(
    seed: int, first: list[str | int], second: list[str | int]
) -> None:
    assert (stream_seed(seed, *first) == stream_seed(seed, *second)) == (first == second)


def test_names_do_not_run_into_each_other() -> None:
    seeds = [stream_seed(0, "ab", "c"), stream_seed(0, "a", "bc"), stream_seed(0, "abc")]
    seeds += [stream_seed(0, "1"), stream_seed(0, 1), stream_seed(1, "0"), stream_seed(0, "0")]

    assert len(set(seeds)) == len(seeds)


def test_drawing_from_one_stream_moves_no_other() -> None:
    alone = stream(0, "b").random(5)

    busy = stream(0, "a")
    busy.random(1000)
    beside = stream(0, "b").random(5)

    assert np.array_equal(alone, beside)


def test_numbers_of_numpy_are_numbers() -> None:
    assert stream_seed(np.int64(3), "a", np.intp(2)) == stream_seed(3, "a", 2)


def test_names_that_are_no_text_are_taken() -> None:
    assert stream_seed(0, "caf\udce9") != stream_seed(0, "cafe")
