"""A picture is known again however it was saved, cut or turned, and two pictures stay two."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from detailed_pictures import compressed, detailed
from hypothesis import given, settings
from hypothesis import strategies as st
from image_sets import picture, read_folder, write_files
from sklearn.datasets import load_digits

from core.dataset import ImageDataset
from core.duplicates import Kind, effective_images, find_copies, picture_groups
from core.duplicates.sketch import sketch_picture
from core.errors import CancelledError
from core.pictures.decode import Pixels, resize
from core.pictures.encode import encode

SAVED_AGAIN: dict[str, Callable[[Pixels], Pixels]] = {
    "encoded again": compressed,
    "encoded badly": lambda pixels: compressed(pixels, 30),
    "half as large": lambda pixels: resize(pixels, width=80, height=60),
    "twice as large": lambda pixels: resize(pixels, width=320, height=240),
    "brighter": lambda pixels: np.clip(pixels * 1.15, 0, 255).astype(np.uint8),
    "darker": lambda pixels: (pixels * 0.7).astype(np.uint8),
    "warmer": lambda pixels: (pixels * [1, 0.97, 0.94]).astype(np.uint8),
}
CUT: dict[str, Callable[[Pixels], Pixels]] = {
    "left": lambda pixels: pixels[:, 8:],
    "right": lambda pixels: pixels[:, :-8],
    "top": lambda pixels: pixels[6:],
    "a corner": lambda pixels: pixels[6:, 8:],
    "all sides": lambda pixels: pixels[6:-6, 8:-8],
    "unevenly": lambda pixels: pixels[3:-5, 7:-2],
}
LAID: dict[Kind, dict[str, Callable[[Pixels], Pixels]]] = {
    Kind.MIRRORED: {
        "mirrored": lambda pixels: pixels[:, ::-1],
        "upside down": lambda pixels: pixels[::-1],
        "mirrored and cut": lambda pixels: pixels[4:, ::-1][:, 5:],
    },
    Kind.TURNED: {
        "by 90": lambda pixels: np.rot90(pixels),
        "by 180": lambda pixels: np.rot90(pixels, 2),
        "by 270": lambda pixels: np.rot90(pixels, 3),
        "transposed": lambda pixels: pixels.swapaxes(0, 1),
        "by 90 and mirrored": lambda pixels: np.rot90(pixels)[:, ::-1],
        "by 90 and encoded": lambda pixels: compressed(np.ascontiguousarray(np.rot90(pixels))),
    },
}
CHANGES = {
    **{name: (Kind.SAVED_AGAIN, change) for name, change in SAVED_AGAIN.items()},
    **{f"cut {name}": (Kind.CUT, change) for name, change in CUT.items()},
    **{name: (kind, change) for kind, each in LAID.items() for name, change in each.items()},
}


def dataset_of(tmp_path: Path, files: dict[str, Pixels]) -> ImageDataset:
    data = {name: encode(np.ascontiguousarray(pixels), "PNG") for name, pixels in files.items()}
    return read_folder(write_files(tmp_path / "set", data))


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_copy_is_found_and_how_it_differs(tmp_path: Path, change: str) -> None:
    kind, changed = CHANGES[change]
    files = {f"a/{seed}.png": detailed(seed) for seed in range(6)}
    copies = {f"b/{seed}.png": changed(detailed(seed)) for seed in range(5)}

    found = find_copies(dataset_of(tmp_path, {**files, **copies}))

    assert found.groups[:5].tolist() == found.groups[6:].tolist()
    assert len(set(found.groups.tolist())) == 6
    assert [list(Kind)[place] for place in found.kinds] == [kind] * 5


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), way=st.integers(0, 7), quality=st.integers(30, 95))
def test_any_detailed_picture_is_known_whatever_way_it_lies(
    tmp_path_factory: pytest.TempPathFactory, seed: int, way: int, quality: int
) -> None:
    laid = np.rot90(detailed(seed), way % 4)
    laid = compressed(np.ascontiguousarray(laid[:, ::-1] if way > 3 else laid), quality)
    others = {f"b/{other}.png": detailed(seed + other) for other in range(1, 4)}
    files = {"a/1.png": detailed(seed), "a/2.png": laid, **others}

    groups = picture_groups(dataset_of(tmp_path_factory.mktemp("laid"), files))

    assert groups[0] == groups[1]
    assert len(set(groups.tolist())) == 4


def test_what_is_alike_to_one_of_a_group_belongs_to_it(tmp_path: Path) -> None:
    files = {
        "a/1.png": detailed(1),
        "a/2.png": compressed(detailed(1)),
        "a/3.png": resize(detailed(1), width=80, height=60),
        "b/1.png": detailed(2),
    }

    groups = picture_groups(dataset_of(tmp_path, files))

    assert groups[0] == groups[1] == groups[2] != groups[3]


def test_one_shape_in_two_colours_is_two_pictures(tmp_path: Path) -> None:
    shape = detailed(3)[..., :1].astype(float)
    red, blue = (np.asarray(shape * tint, np.uint8) for tint in ([1, 0.6, 0.6], [0.6, 0.7, 1]))

    groups = picture_groups(dataset_of(tmp_path, {"a/1.png": red, "b/1.png": blue}))

    assert groups[0] != groups[1]


def test_no_two_written_digits_are_one_picture(tmp_path: Path) -> None:
    images, labels = load_digits(return_X_y=True)
    files = {
        f"{label}/{place}.png": np.repeat(image.reshape(8, 8, 1) * 15, 3, axis=2).astype(np.uint8)
        for place, (image, label) in enumerate(zip(images[:400], labels, strict=False))
    }

    groups = picture_groups(dataset_of(tmp_path, files))

    assert len(set(groups.tolist())) == 400


def test_plain_pictures_are_no_copies_of_each_other(tmp_path: Path) -> None:
    white, black = (np.full((30, 30, 3), value, np.uint8) for value in (255, 0))

    groups = picture_groups(dataset_of(tmp_path, {"a/1.png": white, "a/2.png": black}))

    assert sketch_picture(white) is None
    assert groups[0] != groups[1]


def test_a_picture_that_is_gone_stands_alone(tmp_path: Path) -> None:
    dataset = dataset_of(tmp_path, {"a/1.png": detailed(70), "a/2.png": compressed(detailed(70))})
    (dataset.root / str(dataset.table["file"].iloc[1])).unlink()

    groups = picture_groups(dataset)

    assert groups[0] != groups[1]


def test_names_of_files_decide_nothing(tmp_path: Path) -> None:
    pictures = [detailed(seed) for seed in range(8)]
    pictures += [pictures[0][5:], np.rot90(pictures[1]), compressed(pictures[2])]
    orders = np.arange(11), np.random.default_rng(0).permutation(11)

    first, second = (
        picture_groups(
            dataset_of(
                tmp_path / str(number),
                {f"a/{name:02d}.png": pictures[place] for name, place in enumerate(order)},
            )
        )
        for number, order in enumerate(orders)
    )

    together = first[:, None] == first
    assert together.sum() == 11 + 6
    assert ((second[:, None] == second) == together[np.ix_(orders[1], orders[1])]).all()


def test_a_search_for_alike_pictures_can_be_cancelled(tmp_path: Path) -> None:
    dataset = dataset_of(tmp_path, {"a/1.png": picture(80), "a/2.png": picture(81)})

    def cancel(stage: str, done: int, total: int) -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        picture_groups(dataset, cancel)


def test_a_class_of_copies_is_worth_fewer_images(tmp_path: Path) -> None:
    files = {f"{label}/{number}.png": picture(number) for label in "ab" for number in range(6)}
    dataset = dataset_of(tmp_path, files)
    groups = np.array([0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8])

    # (4 + 1 + 1)^2 / (16 + 1 + 1), and six of which none is a copy.
    assert effective_images(dataset, groups) == {"a": 2.0, "b": 6.0}
    assert effective_images(dataset, groups, np.arange(4)) == {"a": 1.0, "b": 0.0}


def test_a_mirror_under_another_label_is_no_copy_in_folds_and_one_under_its_own_is(
    tmp_path: Path,
) -> None:
    files = {
        "left/1.png": detailed(1),
        "left/2.png": detailed(1)[:, ::-1],
        "right/1.png": detailed(2),
        "left/3.png": detailed(2)[:, ::-1],
    }
    dataset = dataset_of(tmp_path, files)

    copies = find_copies(dataset)
    groups = picture_groups(dataset)

    assert copies.groups[0] == copies.groups[1] and copies.groups[2] == copies.groups[3]
    assert groups[0] == groups[1]
    assert len(set(groups.tolist())) == 3
