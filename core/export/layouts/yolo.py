"""A folder per split and class as YOLO's classification names them."""

from core.dataset import TEST, TRAIN, VALIDATION
from core.export.card import make_card
from core.export.index_files import MANIFEST
from core.export.layouts.class_folders import label_of_folder
from core.export.layouts.common import COMMON, CROISSANT
from core.export.layouts.layout import Layout

_FOLDERS = {TRAIN: "train", VALIDATION: "val", TEST: "test"}
_READERS = ("yolo classify train data=FOLDER model=yolo11n-cls.pt",)
_CAVEAT = (
    "YOLO scores each epoch on `val`, or on `test` where there is none. It numbers the classes of "
    "`train` in order of their folders; a class that has no folder there is unknown to it."
)

YOLO = Layout(
    name="yolo",
    title="YOLO classification",
    help="Folders train, val and test with a folder per class: what YOLO's classification reads.",
    folder=lambda split, name: f"{_FOLDERS[split]}/{name}",
    index=(MANIFEST, *COMMON, CROISSANT, make_card(_READERS, _CAVEAT, folders=label_of_folder)),
    readers=_READERS,
    caveat=_CAVEAT,
)
