"""Counts, sizes and lists read as a person would write them."""

import pytest

from core.words import count_of, duration_of, isolated, named, signed, size_of, times


@pytest.mark.parametrize(
    ("count", "noun", "text"),
    [
        (0, "image", "0 images"),
        (1, "image", "1 image"),
        (1245, "image", "1,245 images"),
        (2, "class", "2 classes"),
        (1, "more class", "1 more class"),
        (3, "more class", "3 more classes"),
        (2, "copy", "2 copies"),
        (2, "strategy", "2 strategies"),
        (2, "synthetic vector", "2 synthetic vectors"),
    ],
)
def test_nouns_take_their_plural(count: int, noun: str, text: str) -> None:
    assert count_of(count, noun) == text


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (1, "1x"),
        (2.5, "2.5x"),
        (4.02, "4x"),
        (9.94, "9.9x"),
        (9.96, "10x"),
        (26.6, "27x"),
        (1234.5, "1,234x"),
    ],
)
def test_ratios_are_short(ratio: float, text: str) -> None:
    assert times(ratio) == text


@pytest.mark.parametrize(
    ("labels", "text"),
    [
        (["a"], "'a'"),
        (["a", "b"], "'a' and 'b'"),
        (["a", "b", "c"], "'a', 'b' and 'c'"),
        (["a", "b", "c", "d"], "'a', 'b', 'c' and 'd'"),
        (["a", "b", "c", "d", "e"], "'a', 'b', 'c', 'd' and 1 more class"),
        (list("abcdef"), "'a', 'b', 'c', 'd' and 2 more classes"),
    ],
)
def test_classes_are_listed(labels: list[str], text: str) -> None:
    assert named(labels) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (18200000, "18 MB"),
        (1300000000, "1.3 GB"),
        (999999, "1.0 MB"),
        (9960000, "10 MB"),
    ],
)
def test_sizes_have_two_digits(count: int, text: str) -> None:
    assert size_of(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "a few seconds"),
        (4.9, "a few seconds"),
        (7, "7 s"),
        (43, "40 s"),
        (100, "2 min"),
        (179, "3 min"),
        (3599, "1 h 0 min"),
        (7500, "2 h 5 min"),
    ],
)
def test_durations_are_round(seconds: float, text: str) -> None:
    assert duration_of(seconds) == text


@pytest.mark.parametrize(
    ("points", "text"),
    [
        (4.24, "+4.2"),
        (-0.6, "-0.6"),
        (0.0, "0.0"),
        (-0.0, "0.0"),
        (-0.04, "0.0"),
        (0.04, "0.0"),
        (-0.06, "-0.1"),
    ],
)
def test_nothing_has_no_sign(points: float, text: str) -> None:
    assert signed(points) == text


def test_a_name_from_right_to_left_keeps_its_direction_among_others() -> None:
    assert isolated("cat") == "cat"
    assert isolated("כלבים") == "\u2068כלבים\u2069"
