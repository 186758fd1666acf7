"""Which pictures are made from which images, and what hides that they were made."""

import csv
from collections import Counter
from io import StringIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from image_sets import png, read_folder, write_files, write_folder, zipped

from app.cli import main
from core.augment import AugmentPolicy, make_step
from core.augment.draws import draw_steps
from core.dataset import ImageDataset
from core.errors import SettingError
from core.export import AS_THEY_ARE, ENCODED_ANEW, ExportSource, Recipe, export, list_items
from core.pictures.encode import encode
from core.resample import TrainingSide, make_plan, plan_counts, resample
from core.resample.resample import with_share


@given(
    keep=st.lists(st.integers(0, 50), min_size=1, max_size=5),
    extra=st.integers(0, 40),
    share=st.floats(0, 0.9),
)
def test_every_class_has_its_share_and_equal_classes_stay_equal(
    keep: list[int], extra: int, share: float
) -> None:
    kept = {str(place): count for place, count in enumerate(keep)}
    top = max(keep) + extra
    add = {label: top - count if count else 0 for label, count in kept.items()}

    grown = with_share(kept, add, share)

    after = {label: kept[label] + grown[label] for label in kept if kept[label]}
    assert len(set(after.values())) <= 1
    for label, count in after.items():
        assert grown[label] >= share * count - 1
    assert all(grown[label] == 0 for label in kept if not kept[label])


def test_the_limit_per_image_holds_for_the_share_too() -> None:
    assert with_share({"a": 10, "b": 100}, {"a": 20, "b": 0}, 0.5, most_per_image=2) == {
        "a": 20, "b": 100,
    }  # fmt: skip


def test_a_share_that_is_there_already_adds_nothing() -> None:
    assert with_share({"a": 10}, {"a": 10}, 0.5) == {"a": 10}


@pytest.mark.parametrize("share", [-0.1, 0.95])
def test_a_share_out_of_range_is_refused(share: float) -> None:
    with pytest.raises(SettingError, match="Augmented share of each class"):
        plan_counts({"a": 3, "b": 1}, "augment", settings={"least_share": share})


@pytest.fixture
def two_classes(tmp_path: Path) -> ImageDataset:
    return read_folder(write_folder(tmp_path / "set", {"left": 6, "right": 2}))


def recipe_of(dataset: ImageDataset, policy: AugmentPolicy, originals: str = AS_THEY_ARE) -> Recipe:
    return Recipe(
        source="set", dataset_digest=dataset.digest, choices=dataset.choices, take=None,
        strategy="augment", target=None, settings={}, most_per_image=None, encoder="efficientnet",
        policy=policy, seed=0, originals=originals,
    )  # fmt: skip


TURN = AugmentPolicy((make_step("rotate", probability=1),))


def manifest_of(archive: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(zipped(archive)["manifest.csv"].decode())))


def test_the_largest_class_holds_augmented_pictures_too(
    two_classes: ImageDataset, tmp_path: Path
) -> None:
    plan = make_plan(two_classes, "augment", settings={"least_share": 0.25})
    target = tmp_path / "out.zip"

    report = export(ExportSource(two_classes, plan), recipe_of(two_classes, TURN), target)

    assert report.after == {"left": 8, "right": 8}
    made = Counter(row["label"] for row in manifest_of(target) if row["origin"] == "augmented")
    assert made == {"left": 2, "right": 6}


def test_normalised_originals_are_encoded_anew_and_look_the_same(
    two_classes: ImageDataset, tmp_path: Path
) -> None:
    plan = make_plan(two_classes, "augment")
    target = tmp_path / "out.zip"

    export(ExportSource(two_classes, plan), recipe_of(two_classes, TURN, ENCODED_ANEW), target)

    files = zipped(target)
    originals = [row for row in manifest_of(target) if row["origin"] == "original"]
    assert {row["written"] for row in originals} == {"encoded"}
    before = (two_classes.root / originals[0]["parent"]).read_bytes()
    after = files[originals[0]["path"]]
    assert before != after
    first, second = (
        cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR).astype(int)
        for content in (before, after)
    )
    assert np.abs(first - second).mean() < 3


def test_a_share_is_refused_where_the_strategy_augments_some_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_folder(tmp_path / "set", {"a": 4, "b": 2})

    status = main(
        ["balance", str(folder), "--out", str(tmp_path / "out.zip"), "--least-augmented", "0.2",
         "--strategy", "random_oversampling"]
    )  # fmt: skip

    assert status == 1
    assert "cannot augment a share of each class" in capsys.readouterr().err


def test_a_picture_like_its_source_is_drawn_again(tmp_path: Path) -> None:
    # Its halves are alike: a mirror changes nothing, a turn does.
    half = np.zeros((20, 10, 3), np.uint8)
    half[4:9, 2:5] = 200
    symmetric = encode(np.concatenate([half, half[:, ::-1]], axis=1), "PNG")
    folder = write_files(
        tmp_path / "set",
        {"a/0.png": symmetric, **{f"b/{number}.png": png(number) for number in range(30)}},
    )
    dataset = read_folder(folder)
    policy = AugmentPolicy((make_step("horizontal_flip", probability=1),
                            make_step("rotate", probability=1)), pick=1)  # fmt: skip
    target = tmp_path / "out.zip"

    export(ExportSource(dataset, make_plan(dataset, "augment")), recipe_of(dataset, policy), target)

    augmented = [row for row in manifest_of(target) if row["origin"] == "augmented"]
    assert len(augmented) == 29
    assert {row["operation"] for row in augmented} == {"rotate"}
    files = zipped(target)
    assert all(files[row["path"]] != symmetric for row in augmented)


def test_a_mirror_makes_right_arrows_of_left_ones(two_classes: ImageDataset) -> None:
    flip = make_step("horizontal_flip", swapped_labels=[("left", "right")])
    policy = AugmentPolicy((make_step("rotate", probability=1), flip))
    plan = make_plan(two_classes, "augment")

    items = list_items(
        two_classes, resample(TrainingSide(two_classes, plan, seed=0, policy=policy))
    )

    made = [item for item in items if item.origin == "augmented"]
    assert {item.label for item in made} == {"right"}
    # Four pictures, of eight images that can become one.
    sources = [two_classes.label(item.row) for item in made]
    assert len({item.row for item in made}) == 4
    for item, source in zip(made, sources, strict=True):
        drawn = draw_steps(two_classes, policy, item.row, item.repeat, item.code)
        is_mirrored = "horizontal_flip" in [step.operation for step in drawn]
        assert is_mirrored == (source == "left")
        assert item.stem.startswith("train/right/")


def test_the_command_augments_a_share_of_every_class(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "set", {"a": 4, "b": 2})
    target = tmp_path / "out.zip"

    status = main(
        ["balance", str(folder), "--out", str(target), "--least-augmented", "0.5",
         "--normalise-originals"]
    )  # fmt: skip

    assert status == 0
    counts = Counter((row["label"], row["origin"]) for row in manifest_of(target))
    assert counts == {("a", "original"): 4, ("a", "augmented"): 4,
                      ("b", "original"): 2, ("b", "augmented"): 6}  # fmt: skip


def test_a_recipe_with_a_top_up_makes_the_same_zip_again(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "set", {"a": 4, "b": 2})
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    main(["balance", str(folder), "--out", str(first), "--least-augmented", "0.5"])
    (tmp_path / "recipe.json").write_bytes(zipped(first)["recipe.json"])

    main(["balance", str(folder), "--out", str(second), "--recipe", str(tmp_path / "recipe.json")])

    assert first.read_bytes() == second.read_bytes()
