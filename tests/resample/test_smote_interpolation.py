"""Vectors between two vectors, on the line and on the arc."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import SettingError
from core.resample import synthetic as module
from core.resample.synthetic import INTERPOLATIONS, interpolate

PLANE = np.array([[1, 0], [0, 1], [0, 3], [-1, 0], [0, 0], [2, 0]], np.float32)


def between(base: int, neighbor: int, fraction: float, interpolation: str) -> list[float]:
    pair = np.array([base]), np.array([neighbor]), np.array([fraction], np.float32)
    return interpolate(PLANE, *pair, interpolation=interpolation)[0].tolist()


@pytest.mark.parametrize(
    ("neighbor", "fraction", "point"),
    [(1, 0.0, [1, 0]), (1, 0.25, [0.75, 0.25]), (2, 0.5, [0.5, 1.5]), (3, 0.5, [0, 0])],
)
def test_a_linear_point_lies_on_the_line(
    neighbor: int, fraction: float, point: list[float]
) -> None:
    assert between(0, neighbor, fraction, "linear") == point


@pytest.mark.parametrize(
    ("neighbor", "fraction", "point"),
    [
        (1, 0.0, [1, 0]),
        (1, 1 / 3, [np.cos(np.pi / 6), np.sin(np.pi / 6)]),
        (2, 0.5, [np.sqrt(2), np.sqrt(2)]),  # half way from length 1 to length 3
        (2, 1.0, [0, 3]),
        (3, 0.5, [0, 0]),  # opposite: no arc
        (4, 0.5, [0.5, 0]),  # length zero: no direction
        (5, 0.5, [1.5, 0]),  # the same direction
    ],
)
def test_a_spherical_point_lies_on_the_arc(
    neighbor: int, fraction: float, point: list[float]
) -> None:
    assert between(0, neighbor, fraction, "spherical") == pytest.approx(point, abs=1e-6)


def test_opposite_directions_have_no_arc_in_float64_either() -> None:
    pair = np.array([[0.6, 0.8], [-0.6, -0.8]])
    place = np.array([0]), np.array([1]), np.array([0.25])

    made = interpolate(pair, *place, interpolation="spherical", out=np.empty((1, 2)))

    assert made[0].tolist() == pytest.approx([0.3, 0.4])


@given(seed=st.integers(0, 99))
def test_the_arc_stays_on_the_sphere(seed: int) -> None:
    rng = np.random.default_rng(seed)
    vectors = rng.standard_normal((20, 6)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    pairs = rng.integers(20, size=(2, 50))

    made = interpolate(vectors, *pairs, rng.random(50, dtype=np.float32), interpolation="spherical")

    assert np.allclose(np.linalg.norm(made, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.uint8])
def test_the_size_of_a_block_changes_nothing(
    interpolation: str, dtype: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    vectors = rng.integers(0, 256, (30, 37)).astype(dtype)
    places = *rng.integers(30, size=(2, 100)), rng.random(100, dtype=np.float32)

    whole = interpolate(vectors, *places, interpolation=interpolation)
    monkeypatch.setattr(module, "_BLOCK_BYTES", 1)
    one_by_one = interpolate(vectors, *places, interpolation=interpolation)

    assert whole.dtype == np.float32
    assert np.array_equal(whole, one_by_one)


def test_small_integers_do_not_wrap_around() -> None:
    bytes_ = np.array([[200], [100]], np.uint8)

    made = interpolate(bytes_, np.array([0]), np.array([1]), np.array([0.5], np.float32))

    assert made.tolist() == [[150]]


def test_float64_keeps_its_digits() -> None:
    far = np.array([[1e9], [1e9 + 1]])

    made = interpolate(far, np.array([0]), np.array([1]), np.array([0.5]), out=np.empty((1, 1)))

    assert made.tolist() == [[1e9 + 0.5]]


def test_an_unknown_interpolation_is_refused() -> None:
    with pytest.raises(SettingError, match=r"'cubic' is unknown\. Use linear or spherical"):
        between(0, 1, 0.5, "cubic")
