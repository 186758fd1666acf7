"""A folder per split and class: what torchvision, Keras, FiftyOne and Hugging Face read."""

from pathlib import PurePosixPath

from core.dataset import SPLITS
from core.export.card import label_names, make_card, splits_at
from core.export.index_files import MANIFEST, Written
from core.export.layouts.common import COMMON, CROISSANT
from core.export.layouts.layout import Layout

READERS = (
    'torchvision.datasets.ImageFolder(FOLDER + "/train")',
    'keras.utils.image_dataset_from_directory(FOLDER + "/train")',
    "datasets.load_dataset(FOLDER)",
    'fiftyone.Dataset.from_dir(FOLDER + "/train", fiftyone.types.ImageClassificationDirectoryTree)',
)
CAVEAT = (
    'Do not use load_dataset("imagefolder", data_dir=FOLDER): it does not read README.md, and '
    "guesses splits from names."
)


def label_of_folder(written: Written) -> dict[str, str]:
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
        *label_names(sorted(label_of_folder(written)), "  "),
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
        make_card(READERS, CAVEAT, front_matter=_front_matter, folders=label_of_folder),
    ),
    readers=READERS,
    caveat=CAVEAT,
)
