"""Write a random truth as a random layout: folders, tables or names, with what lies beside."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from layout_sketch import small_mask, small_picture

from core.ingest import Listing

# Labels of one style; a truth takes two to eight of them.
_LABELS = (
    ("cat", "dog", "horse", "rabbit", "sheep", "goat", "cow", "duck"),
    ("great heron", "blue tit", "house sparrow", "red kite", "barn owl", "grey goose"),
    ("0", "1", "2", "3", "4", "5", "6", "7"),
    ("00000", "00001", "00002", "00010", "00014", "00042"),
    ("Äpfel", "Birnenbäume", "café", "crème brûlée", "Öl", "naïve"),
    ("りんご", "なし", "もも", "ぶどう"),
    ("NORMAL", "PNEUMONIA", "COVID", "TUBERCULOSIS"),
    ("Apple___Apple_scab", "Apple___healthy", "Corn_(maize)___rust", "Tomato___healthy"),
    ("n01440764", "n01443537", "n02102040", "n03394916"),
    ("bus", "car", "train", "tram", "ship"),
    ("test tube", "train", "flask", "validation stamp"),
    ("001.Black_footed_Albatross", "002.Laysan_Albatross", "004.Groove_billed_Ani"),
    ("rolled-in_scale", "pitted_surface", "crazing", "inclusion"),
    ("a", "b", "c", "d", "e", "f"),
)
_SPLITS = (("train", "test"), ("train", "valid"), ("train", "valid", "test"))
_READ = {"train": "train", "valid": "validation", "test": "test"}
_SPLIT_NAMES: tuple[Mapping[str, str], ...] = (
    {"train": "train", "valid": "valid", "test": "test"},
    {"train": "train", "valid": "val", "test": "test"},
    {"train": "Training", "valid": "Validation", "test": "Testing"},
    {"train": "seg_train", "valid": "seg_val", "test": "seg_test"},
    {"train": "training_set", "valid": "validation_set", "test": "test_set"},
    {"train": "train2017", "valid": "val2017", "test": "test2017"},
    {"train": "TRAIN", "valid": "VAL", "test": "TEST"},
    {"train": "Train-Data", "valid": "Val-Data", "test": "Test-Data"},
)
_FILE_COLUMNS = ("image_id", "filename", "file_name", "image", "id", "path", "Image Index", "img")
_LABEL_COLUMNS = ("label", "class", "diagnosis", "dx", "species", "category", "Finding", "target")
_CHUNKS = ("part_{}", "images_00{}", "batch{}", "chunk-{}", "10{}CANON")
_WRAPPERS = ("archive", "my dataset", "data", "dataset-master", "Downloads", "v2")
_JUNK = ("__MACOSX/{}", "@eaDir/{}/SYNOPHOTO_THUMB_M.jpg", ".ipynb_checkpoints/{}", "#recycle/{}")


@dataclass(eq=False)
class RandomLayout:
    """Files of a layout, what is right there, and how it was written."""

    pictures: list[str] = field(default_factory=list)
    masks: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    truth: dict[str, tuple[str, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def listing(self, folder: Path) -> Listing:
        """Write the tables into `folder`; all pictures are the same two files."""
        (folder / "picture.png").write_bytes(small_picture("picture.png"))
        (folder / "mask.png").write_bytes(small_mask("mask.png"))
        for place, text in enumerate(self.texts.values()):
            (folder / f"{place}.txt").write_text(text, "utf-8")
        files = {
            **dict.fromkeys(self.pictures, "picture.png"),
            **dict.fromkeys(self.masks, "mask.png"),
            **{path: f"{place}.txt" for place, path in enumerate(self.texts)},
        }
        paths = sorted(files)
        return Listing("set", folder, paths, [files[path] for path in paths])


@dataclass(frozen=True)
class _Image:
    name: str
    label: str
    split: str  # a key of _READ


def draw_layout(rng: Random) -> RandomLayout:
    """Return a layout whose every choice is drawn by `rng`."""
    write = rng.choice((_folders, _folders, _table, _table, _one_hot, _tables, _names))
    # Two numbers in a name say nothing: no label of digits stands there.
    style = rng.choice([s for s in _LABELS if write is not _names or not s[0].isdigit()])
    labels = rng.sample(style, rng.randint(2, min(8, len(style))))
    splits = rng.choice((*[("train",)] * 2, *_SPLITS))
    images = _images(rng, labels, splits)
    drawn = RandomLayout(notes=[write.__name__, f"labels {labels}", f"splits {splits}"])
    folder_of = rng.choice(_SPLIT_NAMES) if len(splits) > 1 else {}
    write(drawn, rng, images, folder_of)
    is_table = write not in (_folders, _names)
    _add_noise(drawn, rng, is_table=is_table, has_test="test" in splits)
    return _wrapped(drawn, rng)


def _images(rng: Random, labels: Sequence[str], splits: Sequence[str]) -> list[_Image]:
    numbers = rng.sample(range(1, 9_000), 800)
    start, digits = rng.choice(("IMG_", "", "photo", "x")), rng.choice((1, 5))
    return [
        _Image(f"{start}{numbers.pop():0{digits}}", label, split)
        for split in splits
        for label in labels
        for _ in range(rng.randint(4, 12) if split == "train" else rng.randint(3, 5))
    ]


def _place(drawn: RandomLayout, path: str, image: _Image) -> None:
    drawn.pictures.append(path)
    drawn.truth[path] = (image.label, _READ[image.split])


def _folders(
    drawn: RandomLayout, rng: Random, images: Sequence[_Image], folder_of: Mapping[str, str]
) -> None:
    inner = rng.choice(("", "", "", "images/", "Imgs/"))
    is_doubled = bool(folder_of) and rng.random() < 0.3
    drawn.notes.append(f"inner '{inner}', doubled {is_doubled}")
    for image in images:
        above = f"{folder_of[image.split]}/" if folder_of else ""
        above *= 1 + is_doubled
        _place(drawn, f"{above}{image.label}/{inner}{image.name}.jpg", image)


def _names(
    drawn: RandomLayout, rng: Random, images: Sequence[_Image], folder_of: Mapping[str, str]
) -> None:
    between = rng.choice(("_", ".", "-", " "))
    counts: dict[str, int] = {}
    drawn.notes.append(f"between '{between}'")
    for image in images * 2:  # few words of many files each
        counts[image.label] = counts.get(image.label, 0) + 1
        above = f"{folder_of[image.split]}/" if folder_of else "pictures/"
        _place(drawn, f"{above}{image.label}{between}{counts[image.label]}.jpg", image)


def _lay_for_table(
    drawn: RandomLayout, rng: Random, images: Sequence[_Image], folder_of: Mapping[str, str]
) -> Callable[[_Image], str]:
    """Place pictures without saying labels; return how a table names an image."""
    chunk = rng.choice((*_CHUNKS, "", "", "", ""))
    is_by_split = bool(folder_of) and not chunk
    loss = rng.choice(("none", "none", "suffix", "suffix", "zeros", "path"))
    drawn.notes.append(f"chunk '{chunk}', loss {loss}, folders of splits {is_by_split}")
    places = {}
    for turn, image in enumerate(images):
        folder = chunk.format(turn % 3 + 1) if chunk else "images"
        places[image] = f"{folder_of[image.split] if is_by_split else folder}/{image.name}.jpg"
        _place(drawn, places[image], image)

    def name(image: _Image) -> str:
        if loss == "path":
            return places[image]
        if loss == "zeros" and image.name.isdigit():
            return str(int(image.name))
        return image.name if loss in {"suffix", "zeros"} else f"{image.name}.jpg"

    return name


def _table(
    drawn: RandomLayout, rng: Random, images: Sequence[_Image], folder_of: Mapping[str, str]
) -> None:
    name = _lay_for_table(drawn, rng, images, folder_of)
    columns: dict[str, Callable[[_Image], str]] = {rng.choice(_FILE_COLUMNS): name}
    columns[rng.choice(_LABEL_COLUMNS)] = lambda image: image.label
    # Nothing else says the split where it is not in folders.
    if folder_of:
        columns["split"] = lambda image: image.split
    extras: dict[str, Callable[[_Image], str]] = {
        "age": lambda image: f"{20 + len(image.name) * hash_of(image) % 60}.0",
        "width": lambda image: str(224 + hash_of(image) % 3),
        "comment": lambda image: "",
        "patient_id": lambda image: f"P{hash_of(image) % 20:03}",
        "sha1": lambda image: f"{hash_of(image):08x}",
    }
    columns.update(rng.sample(sorted(extras.items()), rng.randint(0, 3)))
    path = rng.choice(("labels.csv", "metadata.csv", "train_info.csv"))
    _write(drawn, path, rng, images, columns)


def _one_hot(
    drawn: RandomLayout, rng: Random, images: Sequence[_Image], folder_of: Mapping[str, str]
) -> None:
    name = _lay_for_table(drawn, rng, images, folder_of)
    one, zero = rng.choice((("1", "0"), ("1.0", "0.0")))
    columns: dict[str, Callable[[_Image], str]] = {rng.choice(_FILE_COLUMNS): name}
    for label in sorted({image.label for image in images}):
        columns[label] = lambda image, label=label: one if image.label == label else zero  # type: ignore[misc]
    if folder_of:
        columns["split"] = lambda image: image.split
    _write(drawn, rng.choice(("train.csv", "GroundTruth.csv", "labels.csv")), rng, images, columns)


def _tables(
    drawn: RandomLayout, rng: Random, images: Sequence[_Image], folder_of: Mapping[str, str]
) -> None:
    """Write a table for each split, inside its folder or beside it."""
    form = rng.choice(("{}/_classes.csv", "{}/labels.csv", "{}.csv", "{}_labels.csv"))
    names = folder_of or {"train": "train"}
    column, label_column = rng.choice(_FILE_COLUMNS), rng.choice(_LABEL_COLUMNS)
    drawn.notes.append(f"tables {form}")
    for image in images:
        _place(drawn, f"{names[image.split]}/{image.name}.jpg", image)
    for split, folder in names.items():
        columns: dict[str, Callable[[_Image], str]] = {
            column: lambda image: f"{image.name}.jpg",
            label_column: lambda image: image.label,
        }
        some = [image for image in images if image.split == split]
        if some:
            _write(drawn, form.format(folder), rng, some, columns)


def _write(
    drawn: RandomLayout,
    path: str,
    rng: Random,
    images: Sequence[_Image],
    columns: Mapping[str, Callable[[_Image], str]],
) -> None:
    rows = [list(columns), *([cell(image) for cell in columns.values()] for image in images)]
    body = rows[1:]
    rng.shuffle(body)
    drawn.texts[path] = "".join(",".join(row) + "\n" for row in [rows[0], *body])
    drawn.notes.append(f"{path}: {rows[0]}")


def _add_noise(drawn: RandomLayout, rng: Random, *, is_table: bool, has_test: bool) -> None:
    """Add what lies beside the images in downloads; no image changes by it."""
    pictures = list(drawn.pictures)
    kinds = ["readme", "junk", "unlabelled", "masks", "submission", "nothing", "nothing"]
    for kind in rng.sample(kinds, 2):
        drawn.notes.append(kind)
        if kind == "readme":
            drawn.texts["README.md"] = "# A set\n\nIt was drawn, and is free.\nCite it, please.\n"
            drawn.texts["LICENSE.txt"] = "Permission is hereby granted, to all, for ever.\n"
        elif kind == "junk":
            form = rng.choice(_JUNK)
            drawn.pictures += [form.format(f"{turn}.jpg") for turn in range(9)]
        elif kind == "masks":
            for path in pictures[:: rng.choice((1, 2))]:
                drawn.masks.append(f"{path.rpartition('.')[0]}_mask.png")
        elif kind in {"unlabelled", "submission"} and not has_test:
            start = rng.choice(("", "test_", "IMG_"))
            tests = [f"test_images/{start}{number}.jpg" for number in range(9_000, 9_008)]
            drawn.pictures += [path for path in tests if path not in drawn.pictures]
            if kind == "submission" and is_table:
                rows = (f"{path.rpartition('/')[2]},0" for path in tests)
                drawn.texts["sample_submission.csv"] = "\n".join(["id,label", *rows]) + "\n"


def _wrapped(drawn: RandomLayout, rng: Random) -> RandomLayout:
    """Return the layout inside folders that say nothing."""
    above = "".join(f"{name}/" for name in rng.sample(_WRAPPERS, rng.choice((0, 0, 1, 2))))
    if above and rng.random() < 0.3:
        above += f"{above.split('/')[-2]}/"
    return RandomLayout(
        [above + path for path in drawn.pictures],
        [above + path for path in drawn.masks],
        {above + path: text for path, text in drawn.texts.items()},
        {above + path: truth for path, truth in drawn.truth.items()},
        [*drawn.notes, f"above '{above}'"],
    )


def hash_of(image: _Image) -> int:
    """Return a number of an image that says nothing about its label."""
    return sum(ord(letter) * 31**place for place, letter in enumerate(image.name)) % (1 << 31)
