"""A folder per split and class: for torchvision, Keras, FiftyOne and Hugging Face, and for YOLO."""

from pathlib import PurePosixPath

from core.dataset import SPLITS, TEST, TRAIN, VALIDATION
from core.export.card import label_names, make_card, splits_at
from core.export.croissant import CROISSANT
from core.export.index_files import COMMON, MANIFEST, Written
from core.export.layouts.layout import Layout

_READERS = (
    'torchvision.datasets.ImageFolder(FOLDER + "/train")',
    'keras.utils.image_dataset_from_directory(FOLDER + "/train")',
    "datasets.load_dataset(FOLDER)",
    'fiftyone.Dataset.from_dir(FOLDER + "/train", fiftyone.types.ImageClassificationDirectoryTree)',
)
_CAVEAT = (
    'Do not use load_dataset("imagefolder", data_dir=FOLDER): it does not read README.md, and '
    "guesses splits from names."
)


def _label_of_folder(written: Written) -> dict[str, str]:
    """Return the folder of each class -> its label."""
    return {PurePosixPath(row.path).parts[1]: row.label for row in written.rows}


def _front_matter(written: Written) -> list[str]:
    return [
        "configs:",
        "- config_name: default",
        "  drop_labels: false",
        *splits_at(written, {split: f"{split}/*/*" for split in SPLITS}),
        "  features:",
        "  - name: image",
        "    dtype: image",
        *label_names(sorted(_label_of_folder(written)), "  "),
    ]


CLASS_FOLDERS = Layout(
    name="class_folders",
    title="A folder per class",
    help="Inside a folder per split: what torchvision, Keras and Hugging Face read.",
    folder=lambda split, name: f"{split}/{name}",
    index=(
        MANIFEST,
        *COMMON,
        CROISSANT,
        make_card(_READERS, _CAVEAT, front_matter=_front_matter, folders=_label_of_folder),
    ),
    readers=_READERS,
    caveat=_CAVEAT,
)

_YOLO_FOLDERS = {TRAIN: "train", VALIDATION: "val", TEST: "test"}
_YOLO_READERS = ("yolo classify train data=FOLDER model=yolo11n-cls.pt",)
_YOLO_CAVEAT = (
    "YOLO scores each epoch on `val`, or on `test` where there is none. It numbers the classes of "
    "`train` in order of their folders; a class that has no folder there is unknown to it."
)

YOLO = Layout(
    name="yolo",
    title="YOLO classification",
    help="Folders train, val and test with a folder per class: what YOLO's classification reads.",
    folder=lambda split, name: f"{_YOLO_FOLDERS[split]}/{name}",
    index=(
        MANIFEST,
        *COMMON,
        CROISSANT,
        make_card(_YOLO_READERS, _YOLO_CAVEAT, folders=_label_of_folder),
    ),
    readers=_YOLO_READERS,
    caveat=_YOLO_CAVEAT,
)
