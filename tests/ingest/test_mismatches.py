"""What does not match in a source: every kind is found, and every decision is carried out."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from image_sets import jpeg, png, read_folder, write_files
from survey_sets import FLAT, NFC, NFD, kinds, look, table

from core.augment import PRESETS, AugmentPolicy
from core.errors import SettingError
from core.export import ExportSource, Recipe, export
from core.ingest import MISMATCHES, preview_counts, read_survey, survey
from core.ingest.folder import list_folder
from core.resample import make_plan

ALIKE = {"Cat": 1, "cat": 3, NFC: 1, NFD: 2, "big  dog": 1, "big dog": 2}
CASES: Mapping[str, Mapping[str, bytes]] = {
    "alike_labels": {
        f"{label}/{number}.jpg": jpeg(number)
        for label, count in ALIKE.items()
        for number in range(count)
    },
    "several_labels": {
        **FLAT,
        "l.csv": table("0.jpg,cat", "0.jpg,dog", "1.jpg,cat", "2.jpg,dog", "3.jpg,dog"),
    },
    "files_without_row": {**FLAT, "l.csv": table("0.jpg,cat", "1.jpg,dog", "2.jpg,dog")},
    "rows_without_file": {
        **FLAT,
        "l.csv": table("0.jpg,cat", "1.jpg,dog", "2.jpg,dog", "3.jpg,cat", "9.jpg,cat"),
    },
    "rows_of_several_files": {
        "a/0.jpg": jpeg(0), "a/b/0.jpg": jpeg(1), "a/1.jpg": jpeg(2), "a/2.jpg": jpeg(3),
        "l.csv": table("0.jpg,cat", "1.jpg,dog", "2.jpg,dog", "a/0.jpg,cat", "a/b/0.jpg,cat"),
    },
    "rows_without_label": {
        **FLAT, "l.csv": table("0.jpg,cat", "1.jpg,dog", "2.jpg,dog", "3.jpg,")
    },
    "repeated_rows": {
        **FLAT, "l.csv": table("0.jpg,cat", "1.jpg,dog", "2.jpg,dog", "3.jpg,cat", "0.jpg,cat")
    },
    "unknown_splits": {
        **FLAT,
        "l.csv": table(
            "0.jpg,cat,train", "1.jpg,dog,train", "2.jpg,dog,later", "3.jpg,dog,",
            header="image,label,split",
        ),
    },
    "outside_classes": {"cat/1.jpg": jpeg(1), "dog/1.jpg": jpeg(2), "0.jpg": jpeg(3)},
    "split_among_classes": {"cat/1.jpg": jpeg(1), "dog/1.jpg": jpeg(2), "test/x.jpg": jpeg(3)},
    "names_without_label": {
        **{f"{word}_{number}.jpg": jpeg(number) for word in ("cat", "dog") for number in range(4)},
        "7.jpg": jpeg(9),
    },
    "unlabelled_split": {
        "train/cat/1.jpg": jpeg(1), "train/dog/1.jpg": jpeg(2), "test/3.jpg": jpeg(3)
    },
    "nested_copies": {
        f"{folder}{label}/1.jpg": jpeg(number)
        for folder in ("pets/", "pets/pets/")
        for number, label in enumerate(("cat", "dog"))
    },
    "empty_classes": {
        "cat/1.jpg": jpeg(1), "dog/1.jpg": jpeg(2), "fox/1.heic": b"x", "owl/2.heic": b"x"
    },
    "unusable_classes": {"cat/1.jpg": jpeg(1), "dog/1.jpg": b"", "fox/1.jpg": jpeg(2)},
    "companions": {
        "a/x (1).png": png(1), "a/x (1)_mask.png": png(2), "a/x (1)_mask_1.png": png(3),
        "b/y.png": png(4),
    },
    "augmented": {
        "cat/1.jpg": jpeg(1), "cat/1_aug.jpg": jpeg(2), "dog/1.jpg": jpeg(3),
        "dog/1_copy.jpg": jpeg(3),
        "manifest.csv": table(
            "cat/1.jpg,cat,train,original,", "cat/1_aug.jpg,cat,train,augmented,cat/1.jpg",
            "dog/1.jpg,dog,train,original,", "dog/1_copy.jpg,dog,train,copy,dog/1.jpg",
            header="path,label,split,origin,parent",
        ),
    },
    "other_files": {"cat/1.jpg": jpeg(1), "dog/1.jpg": jpeg(2), "cat/film.mp4": b"x"},
}  # fmt: skip
COUNTS: Mapping[tuple[str, str], Mapping[str, int]] = {
    ("alike_labels", "merge"): {"big dog": 3, NFD: 3, "cat": 4},
    ("alike_labels", "keep_apart"): ALIKE,
    ("several_labels", "leave_out"): {"cat": 1, "dog": 2},
    ("several_labels", "first"): {"cat": 2, "dog": 2},
    ("files_without_row", "leave_out"): {"cat": 1, "dog": 2},
    ("files_without_row", "own_class"): {"cat": 1, "dog": 2, "unlabelled": 1},
    ("files_without_row", "beside"): {"cat": 1, "dog": 2},
    ("rows_without_file", "leave_out"): {"cat": 2, "dog": 2},
    ("rows_of_several_files", "leave_out"): {"cat": 2, "dog": 2},
    ("rows_without_label", "leave_out"): {"cat": 1, "dog": 2},
    ("rows_without_label", "own_class"): {"cat": 1, "dog": 2, "unlabelled": 1},
    ("repeated_rows", "once"): {"cat": 2, "dog": 2},
    ("unknown_splits", "train"): {"cat": 1, "dog": 3},
    ("unknown_splits", "leave_out"): {"cat": 1, "dog": 1},
    ("outside_classes", "leave_out"): {"cat": 1, "dog": 1},
    ("outside_classes", "one_class"): {"cat": 1, "dog": 1, "set": 1},
    ("several_labels", "combination"): {"cat": 1, "cat + dog": 1, "dog": 2},
    ("names_without_label", "leave_out"): {"cat": 4, "dog": 4},
    ("names_without_label", "own_class"): {"cat": 4, "dog": 4, "unlabelled": 1},
    ("unlabelled_split", "leave_out"): {"cat": 1, "dog": 1},
    ("unlabelled_split", "own_class"): {"cat": 1, "dog": 1, "unlabelled": 1},
    ("nested_copies", "once"): {"cat": 1, "dog": 1},
    ("nested_copies", "keep"): {"cat": 2, "dog": 2},
    ("empty_classes", "leave_out"): {"cat": 1, "dog": 1},
    ("unusable_classes", "leave_out"): {"cat": 1, "fox": 1},
    ("split_among_classes", "leave_out"): {"cat": 1, "dog": 1},
    ("split_among_classes", "class"): {"cat": 1, "dog": 1, "test": 1},
    ("companions", "leave_out"): {"a": 1, "b": 1},
    ("companions", "keep"): {"a": 3, "b": 1},
    ("augmented", "keep"): {"cat": 2, "dog": 2},
    ("augmented", "leave_out"): {"cat": 1, "dog": 1},
    ("other_files", "leave_out"): {"cat": 1, "dog": 1},
}  # fmt: skip


def test_every_decision_about_every_kind_is_tried_below() -> None:
    decisions = {(kind, name) for kind in MISMATCHES for name in MISMATCHES[kind].decisions}

    assert decisions == set(COUNTS)


@pytest.mark.parametrize("kind", sorted(set(MISMATCHES) - {"unusable_classes"}))
def test_every_kind_is_found_alone(tmp_path: Path, kind: str) -> None:
    found = look(tmp_path, CASES[kind])

    # The files of a class that cannot be read.
    others = {"other_files"} if kind == "empty_classes" else set()
    assert set(kinds(found)) == {kind} | others
    assert found.mismatches[0].proposed == next(iter(MISMATCHES[kind].decisions))


@pytest.mark.parametrize("kind", MISMATCHES)
def test_a_kind_reads_after_one_and_after_many(kind: str) -> None:
    # It follows '1 file' as well as '12 files': no verb may agree with either.
    verbs = {"is", "are", "has", "have", "was", "were", "does", "do"}

    assert not verbs & set(re.findall(r"\w+", MISMATCHES[kind].text))


@pytest.mark.parametrize(("kind", "decision"), COUNTS)
def test_every_decision_does_what_it_says(tmp_path: Path, kind: str, decision: str) -> None:
    found = look(tmp_path, CASES[kind])

    dataset = read_survey(found, {kind: decision})

    assert dataset.counts() == COUNTS[kind, decision]
    lost = {"dog": 1} if kind == "unusable_classes" else {}  # known once it is looked into
    assert preview_counts(found, {kind: decision}) == {**COUNTS[kind, decision], **lost}
    [decided] = [decided for decided in dataset.decided if decided.kind == kind]
    assert (decided.decision, decided.count) == (decision, len(decided.names))
    assert decided.count > 0


@pytest.mark.parametrize(("kind", "decision"), COUNTS)
def test_reading_again_by_the_choices_gives_the_same(
    tmp_path: Path, kind: str, decision: str
) -> None:
    dataset = read_survey(look(tmp_path, CASES[kind]), {kind: decision})

    again = read_survey(
        survey(list_folder(tmp_path / "set"), dataset.choices), dataset.choices.decisions
    )

    assert again.digest == dataset.digest
    assert again.skipped == dataset.skipped
    assert again.choices == dataset.choices


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("several_labels", "more than one label in the labels file"),
        ("files_without_row", "no row in the labels file"),
        ("rows_without_label", "an empty label in the labels file"),
        ("unknown_splits", "an unknown split in the labels file"),
        ("outside_classes", "not in a class folder"),
        ("split_among_classes", "in a folder named like a split, next to class folders"),
        ("companions", "belongs to another picture"),
        ("augmented", "made by Evenset from another picture"),
        ("other_files", "not an image file"),
    ],
)
def test_what_is_left_out_has_its_reason(tmp_path: Path, kind: str, reason: str) -> None:
    found = look(tmp_path, CASES[kind])

    dataset = read_survey(found, {kind: "leave_out"})

    left_out = [skip.path for skip in dataset.skipped if skip.reason == reason]
    assert set(left_out) >= set(kinds(found)[kind])


def test_rows_are_named_with_their_line(tmp_path: Path) -> None:
    assert kinds(look(tmp_path, CASES["rows_without_file"]))["rows_without_file"] == (
        "l.csv, row 6: 9.jpg",
    )


@pytest.mark.parametrize(
    ("kind", "decision", "message"),
    [
        ("nothing", "leave_out", "no mismatch 'nothing'. The mismatches are: alike_labels"),
        (
            "alike_labels",
            "first",
            "The decision 'first' does not exist for .* Use one of: merge, keep_apart",
        ),
    ],
)
def test_a_decision_that_there_is_not_is_refused(
    tmp_path: Path, kind: str, decision: str, message: str
) -> None:
    with pytest.raises(SettingError, match=message):
        read_survey(look(tmp_path, CASES["alike_labels"]), {kind: decision})


def test_pictures_outside_of_folders_are_one_class_where_there_is_no_other(tmp_path: Path) -> None:
    found = look(tmp_path, FLAT)

    assert [mismatch.proposed for mismatch in found.mismatches] == ["one_class"]
    assert read_survey(found).counts() == {"set": 4}


@pytest.mark.parametrize("folders", [("mask", "no mask"), ("with_mask", "without_mask")])
def test_classes_may_be_called_masks(tmp_path: Path, folders: tuple[str, str]) -> None:
    files = {f"{folder}/{n}.jpg": jpeg(n) for folder in folders for n in range(3)}

    assert kinds(look(tmp_path, files)) == {}


def test_a_mask_without_its_picture_is_a_picture(tmp_path: Path) -> None:
    files = {"cat/1_mask.jpg": jpeg(1), "dog/1.jpg": jpeg(2)}

    assert kinds(look(tmp_path, files)) == {}


def test_a_test_folder_that_holds_the_same_classes_is_a_split(tmp_path: Path) -> None:
    files = {f"{place}/1.jpg": jpeg(1) for place in ("cat", "dog", "test/cat", "test/dog")}

    found = look(tmp_path, files)

    assert found.mismatches == ()
    assert read_survey(found).counts("test") == {"cat": 1, "dog": 1}


def test_an_export_of_evenset_is_known_again(tmp_path: Path) -> None:
    dataset = read_folder(
        write_files(
            tmp_path / "set", {**{f"cat/{n}.jpg": jpeg(n) for n in range(4)}, "dog/1.jpg": jpeg(9)}
        )
    )
    recipe = Recipe(
        source="set", dataset_digest=dataset.digest, choices=dataset.choices, take=None,
        strategy="augment", target=None, settings={}, most_per_image=None, encoder="classical",
        policy=AugmentPolicy(PRESETS["standard"].steps, seed=0), seed=0,
    )  # fmt: skip
    export(ExportSource(dataset, make_plan(dataset, "augment")), recipe, tmp_path / "out")

    found = survey(list_folder(tmp_path / "out"))

    assert found.needs_answer
    assert found.sentence == (
        "Labels: manifest.csv of an Evenset export (2 labels, all 8 pictures). "
        "The folders cat and dog say the same."
    )
    assert len(kinds(found)["augmented"]) == 3
    assert read_survey(found).counts() == {"cat": 4, "dog": 4}
    assert read_survey(found, {"augmented": "leave_out"}).counts() == {"cat": 4, "dog": 1}


def test_where_nothing_has_to_be_looked_at_nobody_is_asked(tmp_path: Path) -> None:
    found = look(tmp_path, CASES["other_files"])

    assert not found.needs_answer
    assert not look(tmp_path / "b", {"cat/1.jpg": jpeg(1), "dog/1.jpg": jpeg(2)}).mismatches


def test_inside_clean_splits_a_folder_is_a_class_whatever_its_name(tmp_path: Path) -> None:
    names = [
        f"{split}/{label}"
        for split in ("train", "test")
        for label in ("ship", "test tube", "train")
    ]

    found = look(tmp_path, {f"{name}/1.jpg": jpeg(number) for number, name in enumerate(names)})

    assert not found.mismatches
    assert read_survey(found).counts("test") == {"ship": 1, "test tube": 1, "train": 1}
    assert read_survey(found).counts("train") == {"ship": 1, "test tube": 1, "train": 1}
