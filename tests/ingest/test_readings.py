"""Which reading of a source is proposed, what is said of it, and what else is said."""

import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from core.ingest import Listing, Survey, preview_counts, survey

Files = Mapping[str, str]  # path -> text, '' for a picture: nothing below looks into one


def listed(folder: Path, files: Files) -> Listing:
    """Return a listing of files of which only the tables are there."""
    for path, text in files.items():
        if text:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
    return Listing("set", folder, list(files), list(files))


def look(folder: Path, files: Files) -> Survey:
    return survey(listed(folder, files))


def csv(header: str, *rows: str) -> str:
    return "\n".join([header, *rows]) + "\n"


def pictures(*folders: str, count: int = 6, name: str = "{}.jpg") -> dict[str, str]:
    return {f"{folder}/{name.format(n)}": "" for folder in folders for n in range(count)}


# A table over folders that are parts.

PARTS = [
    ("HAM10000_images_part_1", "HAM10000_images_part_2"),
    ("images_001/images", "images_002/images"),
    ("batch1", "batch2", "batch3"),
    ("2019-05-01", "2019-05-02"),
    ("DCIM/100CANON", "DCIM/101CANON"),
    ("part_a", "part_b"),
]


@pytest.mark.parametrize("parts", PARTS, ids=lambda parts: parts[0])
def test_a_table_of_labels_stands_before_folders_that_are_parts(
    tmp_path: Path, parts: Sequence[str]
) -> None:
    names = [f"{part}/{place}_{n}.jpg" for place, part in enumerate(parts) for n in range(6)]
    stems = [name.rpartition("/")[2].removesuffix(".jpg") for name in names]
    rows = [f"L{n // 2},{stem},{['nv', 'mel', 'bkl'][n % 3]}" for n, stem in enumerate(stems)]
    files = {**dict.fromkeys(names, ""), "meta.csv": csv("lesion_id,image_id,dx", *rows)}

    found = look(tmp_path, files)

    assert found.sentence.startswith(
        f"Labels: meta.csv, column 'dx' (3 labels, all {len(names)} pictures); group 'lesion_id'."
    )
    assert not found.is_close
    assert found.needs_answer


def test_the_other_readings_are_said(tmp_path: Path) -> None:
    names = [f"part_{n % 2 + 1}/{n}.jpg" for n in range(24)]
    rows = [f"{n}.jpg,{['nv', 'mel'][n % 3 // 2]}" for n in range(24)]

    found = look(tmp_path, {**dict.fromkeys(names, ""), "meta.csv": csv("file,dx", *rows)})

    assert found.sentence.endswith("Other readings: the folders part_1 and part_2.")


@pytest.mark.parametrize(
    ("name", "header", "row", "reason"),
    [
        ("sample_submission.csv", "id,a,b,c,d", "{},0.25,0.25,0.25,0.25", "the same probability"),
        ("baseline.csv", "id,a,b,c", "{0},0.{0},0.1,0.{1}", "probabilities, no labels"),
        ("sampleSubmission.csv", "id,label", "{},0", "a form for a submission"),
        ("pixels.csv", "p0,p1,p2", "12,13,14", "no column names pictures"),
    ],
)
def test_a_table_that_says_no_labels_is_passed_over_and_said(
    tmp_path: Path, name: str, header: str, row: str, reason: str
) -> None:
    truth = [f"{n},{['a', 'b'][n % 2]}" for n in range(1, 9)]
    answers = [row.format(n, 9 - n) for n in range(1, 9)]
    files = {f"images/{n}.jpg": "" for n in range(1, 9)}
    files |= {"train.csv": csv("id,kind", *truth), name: csv(header, *answers)}

    found = look(tmp_path, files)

    assert found.chosen.title == "train.csv, column 'kind'"
    assert [passed.path for passed in found.passed] == [name]
    assert f"{name} ({reason}" in found.sentence


def test_where_only_a_submission_names_pictures_nothing_takes_it_for_labels(tmp_path: Path) -> None:
    rows = [f"{n},0.5,0.5" for n in range(6)]

    found = look(tmp_path, {**pictures("images"), "my_submission.csv": csv("id,a,b", *rows)})

    assert found.chosen.kind == "folders"
    assert "Not used: my_submission.csv" in found.sentence


# Folders.


@pytest.mark.parametrize(
    ("folders", "labels", "splits"),
    [
        (["seg_train/seg_train/{}", "seg_test/seg_test/{}"], "ab", 2),
        (["Final_Training/Images/{}", "Final_Test/Images/{}"], "ab", 2),
        (["training_set/{}", "test_set/{}"], "ab", 2),
        (["x/train_images/{}", "x/test_images/{}"], "ab", 2),
        (["train2017/{}", "val2017/{}"], "ab", 2),
        (["Data/Train-Data/{}", "Data/Valid-Data/{}", "Data/Test-Data/{}"], "ab", 3),
        (["TRAIN/{}", "TEST/{}"], "ab", 2),
        (["{}/train", "{}/test"], "ab", 2),
        (["a/b/{}/Training", "a/b/{}/Testing"], "xy", 2),
        (["images/train/{}", "images/val/{}"], "ab", 2),
        (["train/train_images/{}", "test/test_images/{}"], "ab", 2),
        (["train/{}", "test/{}"], ["ship", "train", "test tube"], 2),
    ],
)
def test_splits_are_found_by_their_words_at_any_depth(
    tmp_path: Path, folders: Sequence[str], labels: Sequence[str], splits: int
) -> None:
    places = [folder.format(label) for folder in folders for label in labels]

    found = look(tmp_path, pictures(*places))

    assert list(preview_counts(found, {})) == sorted(labels)
    assert len(found.chosen.evidence.splits) == splits
    assert found.mismatches == ()


@pytest.mark.parametrize("name", ["seg_pred/seg_pred", "test1", "test_images", "unlabeled"])
def test_an_unlabelled_folder_beside_splits_is_said_by_name(tmp_path: Path, name: str) -> None:
    prefix = "seg_" if name.startswith("seg_") else ""
    labelled = pictures(*(f"{prefix}{s}/{c}" for s in ("train", "val") for c in ("cat", "dog")))

    found = look(tmp_path, {**labelled, **pictures(name, count=3)})

    assert list(preview_counts(found, {})) == ["cat", "dog"]
    [mismatch] = found.mismatches
    folder = name.split("/")[0]
    assert mismatch.text == (
        f"3 pictures without labels, in a folder for validation or test: {folder}"
    )
    assert found.chosen.evidence.share == 1


@pytest.mark.parametrize(
    "classes",
    [("bus", "car", "train"), ("pipette", "test strip", "vial"), ("cup", "training", "plate")],
)
def test_a_class_called_like_a_split_is_proposed_as_a_class(
    tmp_path: Path, classes: Sequence[str]
) -> None:
    found = look(tmp_path, pictures(*classes))

    assert list(preview_counts(found, {})) == sorted(classes)


@pytest.mark.parametrize("name", ["test", "test_images", "test1", "unlabeled"])
def test_a_flat_test_folder_beside_classes_is_asked_about_and_left_out(
    tmp_path: Path, name: str
) -> None:
    found = look(tmp_path, pictures("cup", "plate", name))

    assert list(preview_counts(found, {})) == ["cup", "plate"]
    assert "(2 labels, all 12 pictures)" in found.sentence
    assert found.needs_answer


@pytest.mark.parametrize(
    "above", [("color", "grayscale", "segmented"), ("hospital A", "hospital B"), ("run1", "run2")]
)
def test_folders_with_the_same_folders_inside_are_no_classes(
    tmp_path: Path, above: Sequence[str]
) -> None:
    found = look(tmp_path, pictures(*(f"{top}/{c}" for top in above for c in ("rust", "scab"))))

    assert list(preview_counts(found, {})) == ["rust", "scab"]


def test_of_folders_in_folders_the_outer_ones_are_proposed_and_the_inner_ones_said(
    tmp_path: Path,
) -> None:
    found = look(tmp_path, pictures("cats/siamese", "cats/persian", "dogs/pug", "dogs/boxer"))
    inner = survey(found.listing, found.readings[1].choices)

    assert list(preview_counts(found, {})) == ["cats", "dogs"]
    assert found.sentence.endswith("the folders boxer, persian, pug and siamese at level 2.")
    assert list(preview_counts(inner, {})) == ["boxer", "persian", "pug", "siamese"]


def test_folders_that_are_hardly_classes_are_asked_about(tmp_path: Path) -> None:
    assert look(tmp_path, pictures("100CANON", "101CANON")).needs_answer
    assert not look(tmp_path, pictures("cat", "dog")).needs_answer


# Names of files.


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (["cat.{}.jpg", "dog.{}.jpg"], ["cat", "dog"]),
        (["crazing_{}.bmp", "rolled-in_scale_{}.bmp"], ["crazing", "rolled-in_scale"]),
        (["class1_000{}.png", "class3_000{}.png"], ["class1", "class3"]),
        (["n01440764_{}.JPEG", "n01443537_{}.JPEG"], ["n01440764", "n01443537"]),
        (["benign ({}).png", "malignant ({}).png"], ["benign", "malignant"]),
        (["000{}_car.png", "001{}_bus.png"], ["bus", "car"]),
        (["oak12{}.jpg", "elm3{}.jpg"], ["elm", "oak"]),
        (["cat_{}_a.jpg", "dog_{}_b.jpg"], ["cat", "dog"]),
    ],
    ids=lambda value: value[0],
)
def test_words_in_names_are_labels_where_nothing_else_is(
    tmp_path: Path, names: Sequence[str], labels: Sequence[str]
) -> None:
    files = {f"images/{name.format(n)}": "" for name in names for n in range(6)}

    found = look(tmp_path, files)
    again = survey(found.listing, found.chosen.choices)

    assert found.chosen.kind == "file names"
    assert list(preview_counts(found, {})) == labels
    assert found.needs_answer
    assert preview_counts(again, {}) == preview_counts(found, {})


@pytest.mark.parametrize(
    "names",
    [
        ["IMG_{}.jpg", "DSC_{}.jpg"],
        ["Train_{}.jpg", "Test_{}.jpg"],
        ["{}_left.jpg", "{}_right.jpg"],
        ["ISIC_002430{}.jpg"],
        ["image_{}.jpg"],
    ],
    ids=lambda names: names[0],
)
def test_words_that_every_camera_and_program_writes_are_no_labels(
    tmp_path: Path, names: Sequence[str]
) -> None:
    files = {f"images/{name.format(n)}": "" for name in names for n in range(6)}

    assert {reading.kind for reading in look(tmp_path, files).readings} == {"folders"}


def test_names_in_class_folders_are_not_said(tmp_path: Path) -> None:
    found = look(tmp_path, {f"{c}/{c}_{n}.jpg": "" for c in ("bus", "car") for n in range(6)})

    assert found.sentence == "Labels: the folders bus and car (2 labels, all 12 pictures)."


def test_long_names_are_said_without_their_middle(tmp_path: Path) -> None:
    names = ["a" * 80 + end for end in (" left", " right")]

    found = look(tmp_path, pictures(*names))

    assert len(found.sentence) < 140
    assert " left and " in found.sentence and " right (" in found.sentence


# Folders and tables that agree, or nearly.


def test_a_table_that_says_what_folders_say_is_no_question(tmp_path: Path) -> None:
    files = pictures("cat", "dog", name="a{}.jpg")
    rows = [f"{path},{path[:3]}" for path in files]

    found = look(tmp_path, {**files, "labels.csv": csv("file,label", *rows)})

    assert found.chosen.kind == "folders"
    assert "labels.csv, column 'label' says the same." in found.sentence
    assert not found.needs_answer


def test_of_two_that_agree_the_one_with_groups_counts(tmp_path: Path) -> None:
    files = pictures("cat", "dog", name="a{}.jpg")
    rows = [f"{path},{path[:3]},p{n // 2}" for n, path in enumerate(files)]

    found = look(tmp_path, {**files, "labels.csv": csv("file,label,patient_id", *rows)})

    assert found.chosen.title == "labels.csv, column 'label'"
    assert "The folders cat and dog say the same." in found.sentence
    assert not found.needs_answer


def test_a_table_that_differs_in_one_picture_does_not_say_the_same(tmp_path: Path) -> None:
    files = pictures("cat", "dog", name="a{}.jpg", count=5_000)
    rows = [f"{path},{path[:3]},p{n // 2}" for n, path in enumerate(files)]
    rows[4_001] = rows[4_001].replace(",cat,", ",dog,")

    found = look(tmp_path, {**files, "labels.csv": csv("file,label,patient_id", *rows)})

    assert "the same" not in found.sentence
    assert found.needs_answer


def test_a_close_call_is_asked_about(tmp_path: Path) -> None:
    files = pictures("north", "south", name="a{}.jpg")
    rows = [f"{path},{['oak', 'elm'][n % 2]}" for n, path in enumerate(files)]

    found = look(tmp_path, {**files, "kinds.csv": csv("file,label", *rows)})

    assert found.is_close
    assert [reading.option for reading in found.close_readings] == [
        "--labels kinds.csv --label-column label"
    ]
    assert not survey(found.listing, found.chosen.choices).is_close


@pytest.mark.parametrize("header", ["filename,width,height,date", "filename,md5,size,comment"])
def test_a_table_of_what_files_are_like_is_no_question(tmp_path: Path, header: str) -> None:
    files = pictures("cat", "dog", name="a{}.jpg")
    rows = [f"{path},640,480,2020-01-0{n % 5 + 1}" for n, path in enumerate(files)]

    found = look(tmp_path, {**files, "info.csv": csv(header, *rows)})

    assert found.chosen.kind == "folders"
    assert found.sentence.endswith("Not used: info.csv (no column of labels).")
    assert not found.needs_answer


def test_other_columns_of_a_table_without_a_header_are_offered(tmp_path: Path) -> None:
    rows = [f"{n}.jpg {['red', 'blue', 'tan'][n % 3]} {['x', 'y'][n % 2]}" for n in range(12)]
    files = {f"{n}.jpg": "" for n in range(12)} | {"list.txt": "\n".join(rows)}

    found = look(tmp_path, files)

    assert found.chosen.title == "list.txt, column 'column 2'"
    assert "Other readings: list.txt, column 'column 3'." in found.sentence


def test_the_winner_of_a_sample_is_confirmed_on_all_pictures(tmp_path: Path) -> None:
    """A table of a million rows that names few pictures: its sample names many of its rows."""
    names = [f"part_{n % 2}/{n}.jpg" for n in range(400)]
    rows = [f"{n % 4}.jpg,{['a', 'b'][n % 2]}" for n in range(6_000)]
    truth = [f"{n}.jpg,{['u', 'v', 'w'][n % 3]}" for n in range(400)]
    files = {**dict.fromkeys(names, ""), "a.csv": csv("file,label", *rows)}

    found = look(tmp_path, {**files, "b.csv": csv("file,kind", *truth)})

    assert found.chosen.title == "b.csv, column 'kind'"


# Random layouts: the truth is proposed, or said.

WORDS = ("oak", "elm", "fir", "yew", "ash", "red maple", "Scots-pine", "birch_white")


def in_folders(draw: random.Random, truth: Mapping[str, str]) -> tuple[dict[str, str], str]:
    wrap = draw.choice(["", "data/", "trees/trees/"])
    splits = draw.choice([[""], ["train/", "test/"], ["Train_Set/", "Val_Set/", "Test_Set/"]])
    files = {
        f"{wrap}{draw.choice(splits)}{label}/{name}.jpg": label for name, label in truth.items()
    }
    return files, ""


def in_table(draw: random.Random, truth: Mapping[str, str]) -> tuple[dict[str, str], str]:
    parts = draw.choice([["images"], ["part_1", "part_2"], ["img_01/images", "img_02/images"]])
    files = {f"{draw.choice(parts)}/{name}.jpg": label for name, label in truth.items()}
    column = draw.choice(["label", "class", "species", "kind"])
    suffix = draw.choice(["", ".jpg"])
    rows = [f"{name}{suffix},{draw.randint(20, 90)},{label}" for name, label in truth.items()]
    return files, csv(f"image,age,{column}", *rows)


def in_names(draw: random.Random, truth: Mapping[str, str]) -> tuple[dict[str, str], str]:
    form = draw.choice(["{}_{}", "{}.{}", "{} ({})"])
    numbered = enumerate(truth.values())
    return {f"all/{form.format(label, number)}.jpg": label for number, label in numbered}, ""


Layout = Callable[[random.Random, Mapping[str, str]], tuple[dict[str, str], str]]


@pytest.mark.parametrize("layout", [in_folders, in_table, in_names])
def test_the_truth_of_a_random_layout_is_proposed(tmp_path: Path, layout: Layout) -> None:
    proposed = 0
    for seed in range(60):
        draw = random.Random(seed)
        labels = draw.sample(WORDS, draw.randint(2, 6))
        names = draw.sample(range(100, 999), 12 * len(labels))
        truth = {f"x{name}": labels[place % len(labels)] for place, name in enumerate(names)}
        files, table = layout(draw, truth)
        texts = dict.fromkeys(files, "") | {"readme.txt": "Trees.\nTaken in May\n"}
        if table:
            texts[draw.choice(["labels.csv", "train.csv", "meta/trees.csv"])] = table
        if draw.random() < 0.3:
            rows = [f"{name},0.5,0.5" for name in truth]
            texts["sample_submission.csv"] = csv("id,a,b", *rows)

        found = look(tmp_path / str(seed), dict(sorted(texts.items())))

        paths = [found.listing.paths[place] for place in found.pictures]
        said = [found.labels.names[code] if code >= 0 else "" for code in found.labels.codes]
        proposed += said == [files[path] for path in paths]
    assert proposed >= 57
