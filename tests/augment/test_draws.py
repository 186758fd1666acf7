"""Which pictures are made of which images, and how: one key, wherever they are made."""

import gc
from collections import Counter
from pathlib import Path
from weakref import ref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from image_sets import picture, png, read_folder, write_files

from core.augment import (
    AugmentPolicy,
    DrawnStep,
    apply,
    draws,
    make_picture,
    make_step,
    plan_pictures,
)
from core.augment.draws import JUDGED_PX, check_pictures, code_of, draw_steps, pictures_of
from core.dataset import ImageDataset, build_table, read_picture
from core.embed import ENCODERS
from core.errors import SettingError
from core.pictures.decode import shrink
from core.pictures.encode import encode
from core.randomness import stream_seed

TURN = AugmentPolicy((make_step("rotate", probability=1),), seed=4)
SWAP = AugmentPolicy(
    (
        make_step("rotate", probability=1),
        make_step("horizontal_flip", swapped_labels=[("left", "right")]),
    )
)


def drawn(labels: str, digests: list[str] | None = None) -> ImageDataset:
    """Return a dataset with one row a letter, without files."""
    count = len(labels)
    names = [f"{number:04d}.png" for number in range(count)]
    return ImageDataset(
        "drawn",
        Path(),
        build_table(
            {
                "path": names,
                "label": [{"l": "left", "r": "right"}.get(one, one) for one in labels],
                "split": ["train"] * count,
                "width": [8] * count,
                "height": [8] * count,
                "format": ["PNG"] * count,
                "bytes": [9] * count,
                "digest": digests or names,
                "file": names,
            }
        ),
    )


def test_each_source_is_used_equally_often_give_or_take_one() -> None:
    dataset = drawn("aaabbbbb")

    pictures = plan_pictures(dataset, TURN, np.arange(8), {0: 8, 1: 2})

    uses = Counter(pictures.rows[pictures.codes == 0].tolist())
    assert sorted(uses.values()) == [2, 3, 3]
    for row, count in uses.items():
        repeats = pictures.repeats[pictures.rows == row]
        assert sorted(repeats.tolist()) == list(range(1, count + 1))
    assert (pictures.codes == 1).sum() == 2


def test_a_class_without_sources_gets_nothing() -> None:
    assert len(plan_pictures(drawn("aab"), TURN, np.arange(2), {1: 5})) == 0


@given(
    labels=st.text("ablr", min_size=4, max_size=40),
    kept=st.integers(0, 2**40),
    each=st.floats(0.2, 4),
)
def test_a_part_of_a_set_makes_the_same_pictures_as_the_whole(
    labels: str, kept: int, each: float
) -> None:
    dataset = drawn(labels)
    part = np.array([row for row in range(len(labels)) if kept >> row & 1], np.intp)

    def made(rows: np.ndarray) -> set[tuple[int, int, int]]:
        counts = np.bincount(dataset.codes[rows], minlength=len(dataset.classes))
        add = {code: int(each * count) for code, count in enumerate(counts.tolist())}
        pictures = plan_pictures(dataset, SWAP, rows, add)
        keys = zip(
            pictures.rows.tolist(), pictures.repeats.tolist(), pictures.codes.tolist(), strict=True
        )
        found = list(keys)
        assert len(set(found)) == len(found)
        return set(found)

    whole = {(row, repeat): code for row, repeat, code in made(np.arange(len(labels)))}

    # The repeat alone says which class a picture is made for.
    assert all(whole.get((row, repeat), code) == code for row, repeat, code in made(part))


def test_equal_images_get_pictures_of_their_own() -> None:
    dataset = drawn("aab", ["same", "same", "other"])

    first, second = (draw_steps(dataset, TURN, row, 1, 0) for row in (0, 1))

    assert dataset.ordinals.tolist() == [0, 1, 0]
    assert first != second


def test_another_row_number_or_neighbour_moves_no_draw() -> None:
    few, many = drawn("ab", ["x", "y"]), drawn("aaab", ["v", "w", "x", "y"])

    assert draw_steps(few, TURN, 0, 2, 0) == draw_steps(many, TURN, 2, 2, 0)


def test_a_mirror_takes_turns_between_the_classes() -> None:
    dataset = drawn("lr")

    pictures = plan_pictures(dataset, SWAP, np.arange(2), {0: 4, 1: 4})

    keys = list(zip(pictures.rows.tolist(), pictures.repeats.tolist(), strict=True))
    assert len(set(keys)) == 8
    own = pictures.codes == dataset.codes[pictures.rows]
    assert (pictures.repeats[own] % 2 == 1).all()
    assert (pictures.repeats[~own] % 2 == 0).all()
    told = [code_of(dataset, SWAP, row, repeat) for row, repeat in keys]
    assert told == pictures.codes.tolist()
    assert pictures_of(dataset, TURN, np.array([1, 0, 1, 1])).repeats.tolist() == [1, 1, 2, 3]


def test_a_picture_like_its_source_is_drawn_again(tmp_path: Path) -> None:
    half = np.zeros((20, 10, 3), np.uint8)
    half[4:9, 2:5] = 200
    symmetric = encode(np.concatenate([half, half[:, ::-1]], axis=1), "PNG")
    dataset = read_folder(write_files(tmp_path / "set", {"a/0.png": symmetric, "b/0.png": png(1)}))
    flip = AugmentPolicy((make_step("horizontal_flip", probability=1), *TURN.steps), pick=1)

    with read_picture(dataset, 0) as pixels:
        made = [make_picture(dataset, flip, 0, repeat, 0, pixels) for repeat in range(1, 9)]

        for changed, steps in made:
            assert [step.operation for step in steps] == ["rotate"]
            assert np.array_equal(changed, apply(pixels, steps))


def test_a_page_and_an_export_draw_the_same_picture_again(tmp_path: Path) -> None:
    # A mark of one pixel makes the mirrored file another, and is nothing at the size of a page.
    large = np.full((2600, 2600, 3), 90, np.uint8)
    large[1300, 5] = 93
    files = {"a/0.png": encode(large, "PNG"), "b/0.png": png(1)}
    dataset = read_folder(write_files(tmp_path / "set", files))
    bright = make_step("brightness", probability=1)
    policy = AugmentPolicy((make_step("horizontal_flip", probability=1), bright), pick=1)

    for repeat in range(1, 9):
        with read_picture(dataset, 0) as pixels:
            exported, steps = make_picture(dataset, policy, 0, repeat, 0, pixels)
            shown, _ = shrink(pixels, JUDGED_PX)
            assert exported.shape == pixels.shape
            assert np.array_equal(exported, apply(pixels, steps))
        assert make_picture(dataset, policy, 0, repeat, 0, shown)[1] == steps
        assert [step.operation for step in steps] == ["brightness"]


@pytest.mark.parametrize("side_px", [1600, 1610, 2560])
def test_a_comparison_and_an_export_draw_the_same_steps_for_a_large_jpeg(
    side_px: int, tmp_path: Path
) -> None:
    # Both have to see alike that it comes out of a mirror as it was.
    half = picture(3, height=side_px, width=side_px // 2)
    symmetric = np.concatenate([half, half[:, ::-1]], axis=1)
    files = {"a/0.jpg": encode(symmetric, "JPEG", is_grey=True), "b/0.png": png(1)}
    dataset = read_folder(write_files(tmp_path / "set", files))
    bright = make_step("brightness", probability=1)
    policy = AugmentPolicy((make_step("horizontal_flip", probability=1), bright), pick=1)

    with read_picture(dataset, 0) as whole, ENCODERS["classical"].read(dataset, 0) as part:
        for repeat in range(1, 9):
            exported = make_picture(dataset, policy, 0, repeat, 0, whole)[1]
            compared = make_picture(dataset, policy, 0, repeat, 0, part)[1]

            assert part.shape != whole.shape
            assert compared == exported


def test_the_order_of_images_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset, named = drawn("aaaabb"), []

    def name(*names: object) -> int:
        named.append(names)
        return stream_seed(*names)

    monkeypatch.setattr(draws, "stream_seed", name)
    for _ in range(3):
        plan_pictures(dataset, TURN, np.arange(4), {0: 9})
    assert len(named) == 4
    whole = plan_pictures(dataset, TURN, np.arange(6), {0: 9, 1: 3})
    assert len(named) == 6
    assert np.array_equal(
        whole.rows, plan_pictures(drawn("aaaabb"), TURN, np.arange(6), {0: 9, 1: 3}).rows
    )
    for seed in range(9):
        plan_pictures(dataset, AugmentPolicy(TURN.steps, seed), np.arange(6), {0: 1})
    assert len(draws._KEYS[dataset]) == draws._MOST_SEEDS


def test_the_order_of_images_goes_with_its_dataset() -> None:
    dataset = drawn("aab")
    plan_pictures(dataset, TURN, np.arange(3), {0: 2})
    assert dataset in draws._KEYS
    lives = ref(dataset)

    del dataset

    gc.collect()
    assert lives() is None


def test_a_smaller_picture_is_changed_as_the_file_would_look(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 48, 3), np.uint8)
    files = {"a/0.png": encode(noise, "PNG"), "b/0.png": png(2)}
    dataset = read_folder(write_files(tmp_path / "set", files))
    blur = AugmentPolicy((make_step("gaussian_blur", {"sigma": (3, 3)}, probability=1),))

    with read_picture(dataset, 0) as pixels:
        small, steps = make_picture(dataset, blur, 0, 1, 0, pixels[::2, ::2].copy())

        assert steps == make_picture(dataset, blur, 0, 1, 0, pixels)[1]
        # The blur of three pixels is one of one and a half at half the size.
        half = apply(pixels[::2, ::2].copy(), (DrawnStep("gaussian_blur", {"sigma": 1.5}),))
        assert np.array_equal(small, half)


def test_a_policy_that_leaves_a_class_alone_is_told_before_any_work() -> None:
    dataset = drawn("aab")
    policy = AugmentPolicy((make_step("rotate", except_labels=["b"]),))
    pictures = plan_pictures(dataset, policy, np.arange(3), {1: 2})

    with pytest.raises(SettingError, match="class 'b'"):
        check_pictures(dataset, policy, pictures)
