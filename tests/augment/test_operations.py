"""The contract that every operation keeps, whatever the picture and the values."""

import json
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.augment import OPERATIONS, Operation, find_operation
from core.augment.operation import BLUR, COLOUR, GEOMETRY, LOSS
from core.errors import SettingError
from core.parameters import RangeValues
from core.pictures.decode import Pixels

every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)


def picture(height: int, width: int, seed: int = 0) -> Pixels:
    """Return a read-only picture of random pixels."""
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    pixels.setflags(write=False)
    return pixels


def many_channels(
    height: int, width: int, channels: int | None, dtype: type
) -> NDArray[np.unsignedinteger]:
    """Return a read-only picture of random values; no channel axis for None."""
    shape = (height, width) if channels is None else (height, width, channels)
    top = np.iinfo(dtype).max + 1
    pixels = np.random.default_rng(1).integers(0, top, shape, dtype=dtype)
    pixels.setflags(write=False)
    return pixels


def defaults(operation: Operation) -> RangeValues:
    return {parameter.name: parameter.default for parameter in operation.parameters}


def all_extremes(operation: Operation) -> list[RangeValues]:
    """Return the values of every parameter pinned to its low and its high end, in all ways."""
    names = [parameter.name for parameter in operation.parameters]
    ends = [((p.low, p.low), (p.high, p.high), (p.low, p.high)) for p in operation.parameters]
    return [dict(zip(names, choice, strict=True)) for choice in product(*ends)]


def drawn_from(operation: Operation, values: RangeValues, seed: int = 0) -> dict[str, float]:
    return operation.draw(np.random.default_rng(seed), values)


@every_operation
def test_the_record_is_complete(operation: Operation) -> None:
    assert find_operation(operation.name) is operation
    assert all((operation.title, operation.help, operation.warning, operation.source))
    assert 0 < operation.probability <= 1
    for parameter in operation.parameters:
        assert parameter.check(parameter.default) == parameter.default
        assert parameter.help


@every_operation
def test_a_read_only_picture_gives_a_new_one_of_the_same_kind(operation: Operation) -> None:
    pixels = picture(24, 33)
    before = pixels.copy()

    changed = operation.apply(pixels, drawn_from(operation, defaults(operation)))

    assert changed.shape == pixels.shape
    assert changed.dtype == np.uint8
    assert changed.flags.c_contiguous
    assert changed.flags.writeable
    assert not np.shares_memory(changed, pixels)
    np.testing.assert_array_equal(pixels, before)


@every_operation
def test_default_strength_changes_the_picture(operation: Operation) -> None:
    pixels = picture(32, 32)

    for seed in range(50):
        changed = operation.apply(pixels, drawn_from(operation, defaults(operation), seed))
        assert not np.array_equal(changed, pixels)


@every_operation
def test_a_view_into_a_larger_array_gives_the_same_as_its_copy(operation: Operation) -> None:
    view = picture(40, 40)[3:30:2, 35:4:-1]
    drawn = drawn_from(operation, defaults(operation))

    changed = operation.apply(view, drawn)

    assert changed.flags.c_contiguous
    np.testing.assert_array_equal(changed, operation.apply(np.ascontiguousarray(view), drawn))


@every_operation
def test_drawn_values_rebuild_the_picture_after_a_journey_through_json(
    operation: Operation,
) -> None:
    pixels = picture(24, 33)

    for seed in range(20):
        drawn = drawn_from(operation, defaults(operation), seed)
        again = json.loads(json.dumps(drawn))
        as_floats = {name: float(value) for name, value in again.items()}

        assert again == drawn
        expected = operation.apply(pixels, drawn)
        np.testing.assert_array_equal(operation.apply(pixels, again), expected)
        np.testing.assert_array_equal(operation.apply(pixels, as_floats), expected)


@every_operation
def test_the_same_generator_draws_the_same_values(operation: Operation) -> None:
    values = defaults(operation)

    assert drawn_from(operation, values, 7) == drawn_from(operation, values, 7)
    if operation.parameters:
        assert drawn_from(operation, values, 7) != drawn_from(operation, values, 8)


@every_operation
def test_draws_fill_their_range_and_stay_inside(operation: Operation) -> None:
    values = defaults(operation)
    draws = [drawn_from(operation, values, seed) for seed in range(300)]

    for name, (low, high) in values.items():
        numbers = np.array([drawn[name] for drawn in draws])
        assert numbers.min() >= low
        assert numbers.max() <= high
        assert np.quantile(numbers, 0.1) < low + 0.2 * (high - low)
        assert np.quantile(numbers, 0.9) > high - 0.2 * (high - low)


@every_operation
@pytest.mark.parametrize(
    ("height", "width"),
    [(2, 2), (1, 1), (1, 7), (7, 1), (2, 3), (3, 500), (17, 31), (2, 60_000), (60_000, 1)],
)
def test_every_extreme_works_on_odd_shapes(operation: Operation, height: int, width: int) -> None:
    pixels = picture(height, width)

    for values in all_extremes(operation):
        changed = operation.apply(pixels, drawn_from(operation, values))
        assert changed.shape == pixels.shape
        assert changed.dtype == np.uint8
        assert changed.flags.c_contiguous
        assert not np.shares_memory(changed, pixels)


@pytest.mark.parametrize("name", [o.name for o in OPERATIONS.values() if o.idle])
def test_idle_values_change_nothing_and_are_known_as_idle(name: str) -> None:
    operation = OPERATIONS[name]
    idle = {parameter: (value, value) for parameter, value in operation.idle.items()}
    values = {**defaults(operation), **idle}
    pixels = picture(20, 30)

    drawn = drawn_from(operation, values)

    assert operation.is_idle(drawn)
    np.testing.assert_array_equal(operation.apply(pixels, drawn), pixels)


def test_flips_are_never_idle() -> None:
    assert not OPERATIONS["horizontal_flip"].is_idle({})
    assert not OPERATIONS["vertical_flip"].is_idle({})


def test_what_moves_pixels_comes_first_and_noise_last() -> None:
    kinds = [operation.kind for operation in OPERATIONS.values()]

    assert list(dict.fromkeys(kinds)) == [GEOMETRY, COLOUR, BLUR, LOSS]
    assert kinds == sorted(kinds, key=[GEOMETRY, COLOUR, BLUR, LOSS].index)
    assert list(OPERATIONS)[-2:] == ["gaussian_noise", "salt_and_pepper"]


@every_operation
def test_levels_lie_in_the_range_of_the_first_parameter(operation: Operation) -> None:
    assert bool(operation.levels) == bool(operation.parameters)
    for level in operation.levels:
        assert operation.parameters[0].check((level, level))


@every_operation
@pytest.mark.parametrize("channels", [None, 1, 2, 3, 4, 5])
def test_any_channels_and_depth_come_back_as_they_were_given(
    operation: Operation, channels: int | None
) -> None:
    drawn = drawn_from(operation, defaults(operation))

    for height, width in ((1, 1), (1, 5000), (5000, 1), (23, 31)):
        for dtype in (np.uint8, np.uint16):
            pixels = many_channels(height, width, channels, dtype)
            before = pixels.copy()

            changed = operation.apply(pixels, drawn)

            assert (changed.shape, changed.dtype) == (pixels.shape, dtype)
            assert changed.flags.c_contiguous
            assert not np.shares_memory(changed, pixels)
            np.testing.assert_array_equal(pixels, before)
            np.testing.assert_array_equal(operation.apply(pixels, drawn), changed)


@pytest.mark.parametrize(
    "operation",
    [operation for operation in OPERATIONS.values() if operation.keeps_alpha],
    ids=lambda operation: operation.name,
)
def test_light_leaves_transparency_as_it_is(operation: Operation) -> None:
    pixels = many_channels(20, 20, 4, np.uint8)

    changed = operation.apply(pixels, drawn_from(operation, defaults(operation)))

    np.testing.assert_array_equal(changed[..., 3], pixels[..., 3])


@every_operation
def test_16_bits_look_as_8_bits_do(operation: Operation) -> None:
    # Smooth, so that a jump of one level in 8 bits is not a jump of one pixel.
    rows, columns = np.mgrid[0:32, 0:48]
    smooth = np.dstack([rows * 4 + 60, columns * 3 + 50, rows * 2 + columns + 70])
    byte, word = smooth.astype(np.uint8), (smooth * 257).astype(np.uint16)
    drawn = drawn_from(operation, defaults(operation), 3)

    from_byte = operation.apply(byte, drawn).astype(float)
    from_word = operation.apply(word, drawn).astype(float) / 257

    assert np.abs(from_byte - from_word).mean() < 1.5


def test_an_unknown_operation_is_named_beside_the_known_ones() -> None:
    with pytest.raises(SettingError, match=r"no operation 'melt'.* crop, resized_crop"):
        find_operation("melt")


@st.composite
def operations_and_values(draw: st.DrawFn) -> tuple[Operation, RangeValues]:
    operation = draw(st.sampled_from(list(OPERATIONS.values())))
    values = {}
    for parameter in operation.parameters:
        numbers = st.floats(parameter.low, parameter.high)
        low, high = sorted((draw(numbers), draw(numbers)))
        values[parameter.name] = (low, high)
    return operation, values


@given(operations_and_values(), st.integers(0, 2**32), st.integers(1, 40), st.integers(1, 40))
def test_any_values_draw_inside_their_range_and_give_the_same_picture_twice(
    chosen: tuple[Operation, RangeValues], seed: int, height: int, width: int
) -> None:
    operation, values = chosen
    pixels = picture(height, width, seed)

    drawn = drawn_from(operation, values, seed)
    first, second = operation.apply(pixels, drawn), operation.apply(pixels, drawn)

    for name, (low, high) in values.items():
        assert low <= drawn[name] <= high
    assert first.shape == pixels.shape
    np.testing.assert_array_equal(first, second)


@given(operations_and_values(), st.integers(0, 2**32))
def test_an_idle_value_is_drawn_only_when_nothing_else_is_asked_for(
    chosen: tuple[Operation, RangeValues], seed: int
) -> None:
    operation, values = chosen
    asked_idle = bool(operation.idle) and all(
        values[name] == (idle, idle) for name, idle in operation.idle.items()
    )

    assert operation.is_idle(drawn_from(operation, values, seed)) == asked_idle
