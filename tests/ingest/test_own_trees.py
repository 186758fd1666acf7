"""Trees of folders as people keep them: their own words, dates, phones and levels."""

import pytest
from known_layouts import read_files, wrong
from layout_sketch import LABELS, Sketch, in_splits, sizes

# Words of other languages.


@pytest.mark.parametrize(
    ("train", "test", "labels"),
    [
        ("Trainingsdaten", "Testdaten", ("Äpfel", "Birnen", "Öl")),
        ("Trainingsbilder", "Prüfbilder", ("gut", "schlecht")),
        ("entraînement", "essai", ("pomme", "poire")),
        ("entrenamiento", "prueba", ("señal", "mañana")),
        ("訓練", "テスト", ("りんご", "なし")),
        ("训练集", "测试集", ("苹果", "梨")),
        ("обучение", "проверка", ("яблоко", "груша")),
    ],
)
def test_splits_in_other_languages_are_no_classes(
    train: str, test: str, labels: tuple[str, ...]
) -> None:
    sketch = Sketch()
    for folder in (train, test):
        for label, number in sizes(labels):
            sketch.draw(f"Bilder/{folder}/{label}/{folder[:2]}{number}.jpg", label)

    split = in_splits(sketch.images, lambda path: "test" if f"/{test}/" in path else "train")
    assert wrong(read_files(sketch.files), sketch.images, split) == ""


@pytest.mark.parametrize(
    "labels",
    [
        ("Hund", "Katze", "Vögel"),
        ("犬", "猫", "鳥"),
        ("собака", "кошка"),
        ("chien errant", "chat de l'île"),
        ("🍎", "🍐"),
        ("c++", "c#", "f(x) = 1"),
        ("100%", "50%"),
        ("'quoted'", '"double"'),
        ("<b>bold</b>", "a & b"),
    ],
)
@pytest.mark.parametrize("above", ["", "Eigene Bilder/"])
def test_classes_have_any_name(labels: tuple[str, ...], above: str) -> None:
    sketch = Sketch()
    for label, number in sizes(labels):
        sketch.draw(f"{above}{label}/{number}.jpg".replace("</b>", "<_b>"), label)
    sketch.images = {
        path: (label.replace("</b>", "<_b>"), split)
        for path, (label, split) in sketch.images.items()
    }

    assert wrong(read_files(sketch.files), sketch.images) == ""


def test_a_line_break_in_a_name_leaves_the_sentence_one_line() -> None:
    sketch = Sketch()
    for label, number in sizes(("two\nlines", "one line", "\x1b[31mred")):
        sketch.draw(f"{label}/{number}.jpg", label)

    sentence = read_files(sketch.files).survey.sentence

    assert not any(ord(letter) < 32 for letter in sentence)


# Levels.


def test_splits_below_the_classes_are_splits() -> None:
    sketch = Sketch()
    for folder, split in (("train", "train"), ("test", "test")):
        for label, number in sizes(LABELS):
            sketch.draw(f"{label}/{folder}/{folder}{number}.jpg", label, split)

    assert wrong(read_files(sketch.files), sketch.images) == ""


def test_a_class_folder_that_is_doubled_is_one_class() -> None:
    sketch = Sketch()
    for label, number in sizes(LABELS):
        sketch.draw(f"{label}/{label}/{number}.jpg", label)

    assert wrong(read_files(sketch.files), sketch.images) == ""


@pytest.mark.parametrize(
    "dates",
    [
        ("2024-01-05", "2024-01-06", "2024-02-11"),
        ("20240105", "20240106"),
        ("05.01.24", "11.02.24"),
    ],
    ids=lambda dates: dates[0],
)
def test_dates_inside_classes_are_no_classes(dates: tuple[str, ...]) -> None:
    sketch = Sketch()
    for place, (label, number) in enumerate(sizes(LABELS, least=6)):
        sketch.draw(f"{label}/{dates[place % len(dates)]}/{number}.jpg", label)

    assert wrong(read_files(sketch.files), sketch.images) == ""


@pytest.mark.parametrize(
    "above",
    [
        ("2024-01-05", "2024-01-06", "2024-02-11"),
        ("fold_1", "fold_2", "fold_3"),
        ("256x256", "512x512"),
        ("camera A", "camera B"),
        ("patient_001", "patient_002", "patient_003", "patient_004"),
    ],
    ids=lambda above: above[0],
)
def test_folders_that_each_hold_some_of_the_classes_are_no_classes(above: tuple[str, ...]) -> None:
    sketch = Sketch()
    for place, (label, number) in enumerate(sizes((*LABELS, "egret"), least=8)):
        sketch.draw(f"{above[place % len(above)]}/{label}/{number}.jpg", label)

    assert wrong(read_files(sketch.files), sketch.images) == ""


def test_patients_above_their_findings_are_no_classes() -> None:
    sketch, by_name = Sketch(), {}
    for patient in range(10253, 10265):
        for label in "01":
            for number in range(1 + patient % 3):
                name = f"{patient}_idx5_x{number}01_y1051_class{label}.png"
                sketch.draw(f"{patient}/{label}/{name}", label)
                by_name[f"{patient}/{label}/{name}"] = (f"class{label}", "train")

    assert wrong(read_files(sketch.files), sketch.images, by_name) == ""


def test_of_families_and_kinds_one_is_proposed_and_the_other_named() -> None:
    sketch, families = Sketch(), {}
    kinds = {"birds": ("heron", "ibis"), "mammals": ("otter", "mole"), "fish": ("carp", "tench")}
    for family, labels in kinds.items():
        for label, number in sizes(labels, least=5):
            sketch.draw(f"animals/{family}/{label}/{number}.jpg", label)
            families[f"animals/{family}/{label}/{number}.jpg"] = (family, "train")

    read = read_files(sketch.files)

    assert wrong(read, sketch.images, families) == ""
    assert any(family in read.survey.sentence for family in kinds)
    assert any(kind in read.survey.sentence for labels in kinds.values() for kind in labels)


def test_a_picture_beside_the_class_folders_is_said() -> None:
    sketch = Sketch()
    for label, number in sizes(LABELS):
        sketch.draw(f"birds/{label}/{number}.jpg", label)
    sketch.draw("birds/cover.jpg")
    sketch.draw("preview.png")

    read = read_files(sketch.files)

    assert wrong(read, sketch.images) == ""
    assert "2 pictures" in read.said


def test_numbers_as_class_folders_are_classes() -> None:
    sketch = Sketch()
    for label, number in sizes(("0", "1", "2", "10")):
        sketch.draw(f"{label}/{number * 7}.jpg", label)

    assert wrong(read_files(sketch.files), sketch.images) == ""


@pytest.mark.parametrize("form", ["class_{}", "grade {}", "Level{}", "type-{}", "C{}"])
def test_numbered_class_folders_are_classes(form: str) -> None:
    sketch = Sketch()
    for place, number in sizes("1234"):
        label = form.format(place)
        sketch.draw(f"{label}/img{number}.jpg", label)

    assert wrong(read_files(sketch.files), sketch.images) == ""


# Phones and cameras.


@pytest.mark.parametrize(
    "folders",
    [("DCIM/100APPLE", "DCIM/101APPLE"), ("100CANON", "101CANON"), ("DCIM/Camera", "Screenshots")],
    ids=lambda folders: folders[0],
)
def test_folders_of_a_phone_are_never_classes_without_a_word(folders: tuple[str, ...]) -> None:
    sketch = Sketch()
    for number in range(1, 25):
        sketch.draw(f"{folders[number % 2]}/IMG_{number:04}.JPG")
        sketch.files[f"{folders[number % 2]}/IMG_{number:04}.AAE"] = b"<plist>"

    read = read_files(sketch.files)

    labels = {label for label, _ in read.images.values()}
    assert len(labels) <= 1 or read.survey.is_close or read.survey.needs_answer, read.said


def test_albums_of_a_phone_are_classes() -> None:
    sketch = Sketch()
    for label, number in sizes(("Rost", "Kratzer", "in Ordnung"), least=6):
        sketch.draw(f"DCIM/{label}/IMG_20240105_1200{number}{len(label)}.jpg", label)

    assert wrong(read_files(sketch.files), sketch.images) == ""


# Pictures and their masks.


@pytest.mark.parametrize(
    ("pictures", "masks"), [("images", "masks"), ("Bilder", "Masken"), ("x", "y")]
)
def test_a_folder_of_masks_beside_one_of_pictures_is_no_class(pictures: str, masks: str) -> None:
    sketch = Sketch()
    for number in range(14):
        sketch.draw(f"{pictures}/{number}.png")
        sketch.draw_mask(f"{masks}/{number}.png")

    read = read_files(sketch.files)

    labels = {label for label, _ in read.images.values()}
    assert len(labels) <= 1 or read.survey.is_close, read.said


def test_masks_in_class_folders_of_their_own_are_no_images() -> None:
    sketch = Sketch()
    for label, number in sizes(LABELS, least=6):
        sketch.draw(f"images/{label}/{number}.png", label)
        sketch.draw_mask(f"masks/{label}/{number}.png")

    assert wrong(read_files(sketch.files), sketch.images) == ""
