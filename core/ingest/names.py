"""What the name of a file or folder tells: a picture, a table, a split, or nobody's data."""

import re
from functools import lru_cache

from core.dataset import SPLITS, TEST, TRAIN, VALIDATION
from core.ingest.tables import TABLE_SUFFIXES
from core.pictures.decode import IMAGE_SUFFIXES

SPLIT_WORDS = {
    "train": TRAIN,
    "training": TRAIN,
    "val": VALIDATION,
    "valid": VALIDATION,
    "validation": VALIDATION,
    "validate": VALIDATION,
    "dev": VALIDATION,
    "eval": VALIDATION,
    "evaluation": VALIDATION,
    "test": TEST,
    "testing": TEST,
}
SPLIT_CODES = {name: SPLITS.index(split) for name, split in SPLIT_WORDS.items()}
# What stands for pictures without labels, which somebody was to predict.
_PREDICTED = frozenset(
    {"pred", "predict", "prediction", "predictions", "unlabeled", "unlabelled", "submission"}
)
# Beside the word of a split these tell nothing: 'training_set', 'test_images', 'Final_Test'.
_FILLERS = frozenset(
    {"set", "sets", "data", "dataset", "datasets", "image", "images", "img", "imgs", "picture",
     "pictures", "photo", "photos", "folder", "dir", "split", "final", "label", "labels", "labeled",
     "labelled", "list", "annotation", "annotations", "meta", "metadata", "csv", "classes", "x",
     "full", "new", "files", "file", "samples", "ds", "my", "all", "jpg", "png"}
)  # fmt: skip
# Folders that hold pictures of every kind.
CONTAINERS = frozenset(
    {"image", "images", "img", "imgs", "photo", "photos", "picture", "pictures", "pic", "pics",
     "input", "inputs", "original", "originals", "raw", "rgb", "data", "dataset", "files",
     "jpegimages", "jpg", "jpgs", "jpeg", "jpegs", "png", "pngs", "all", "color", "colour",
     "frames", "crops", "resized", "imgs_resized", "samples"}
)  # fmt: skip
_JUNK_NAMES = frozenset(
    {"thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "@eadir", "#recycle", "#snapshot",
     "@recycle", "@tmp", "$recycle.bin", "recycler", "system volume information", "lost+found",
     "__pycache__", "icon\r", "found.000"}
)  # fmt: skip
# Texts that have no suffix.
_TEXTS = frozenset(
    {"readme", "license", "licence", "copying", "makefile", "dockerfile", "notice", "authors",
     "changelog", "changes", "contributors", "citation", "version", "md5sums", "sha1sums",
     "sha256sums", "checksums", "todo", "install", "manifest"}
)  # fmt: skip
_JUNK_STARTS = (".", "~$", "._")
_OTHER_REASONS = {
    ".heic": "a HEIC picture, which is not supported: convert it to JPEG",
    ".heif": "a HEIC picture, which is not supported: convert it to JPEG",
    ".svg": "an SVG drawing, which is not supported: convert it to PNG",
    ".zip": "an archive inside the source: unpack it first",
    ".tar": "an archive inside the source: unpack it first",
    ".gz": "an archive inside the source: unpack it first",
    ".tgz": "an archive inside the source: unpack it first",
    ".bz2": "an archive inside the source: unpack it first",
    ".xz": "an archive inside the source: unpack it first",
    ".rar": "an archive inside the source: unpack it first",
    ".7z": "an archive inside the source: unpack it first",
}
# Pictures of formats that are not read: a class of them is a class that loses all it has.
UNREAD_PICTURES = frozenset(
    {".heic", ".heif", ".svg", ".psd", ".raw", ".cr2", ".cr3", ".nef", ".arw", ".dng", ".dcm",
     ".nii", ".mha", ".jxl", ".eps", ".pdf"}
)  # fmt: skip
_SHARD = re.compile(r"-\d+\.tar$", re.IGNORECASE)  # 'train-000000.tar'
_TOKENS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_]+?(?=[A-Z])|[^\W\d_]+|\d+")


def suffix_of(path: str) -> str:
    """Return the suffix of a name in small letters, with its dot, or ''."""
    name = path[path.rfind("/") + 1 :]
    dot = name.rfind(".")
    return name[dot:].lower() if dot > 0 else ""


def may_be_picture(path: str) -> bool:
    """Return whether a file is worth a look: by its suffix, or because it has none.

    The content decides in the end. Names such as 'img.0017' end in a number, not a suffix.
    """
    suffix = suffix_of(path)
    if not suffix:
        return path[path.rfind("/") + 1 :].lower() not in _TEXTS
    return suffix in IMAGE_SUFFIXES or suffix[1:].isdecimal()


def is_wanted(path: str) -> bool:
    """Return whether the bytes of a file matter: it may be a picture, or hold some, or labels."""
    is_one = may_be_picture(path) or suffix_of(path) in TABLE_SUFFIXES or bool(_SHARD.search(path))
    return is_one and not is_junk(path)


def why_no_picture(path: str) -> str:
    """Return the reason why a file that is not worth a look is skipped."""
    return _OTHER_REASONS.get(suffix_of(path), "not an image file")


def is_junk(path: str) -> bool:
    """Return whether a file was left by a system and is nobody's data."""
    return any(is_junk_name(part) for part in path.split("/"))


def is_junk_name(name: str) -> bool:
    """Return whether a file or folder of this name was left by a system."""
    return name.startswith(_JUNK_STARTS) or name.lower() in _JUNK_NAMES


def tokens_of(name: str) -> list[str]:
    """Return words and numbers of a name in small letters: 'Train-Data2' is train, data, 2."""
    return [token.lower() for token in _TOKENS.findall(name)]


@lru_cache(maxsize=1 << 16)
def split_of(name: str) -> tuple[int, tuple[str, ...]] | None:
    """Return the split that a folder's or table's name speaks of, and its other words.

    'seg_train' is of training with the word 'seg' beside it, 'val2017' is of validation with
    nothing, 'cat' is of none. The split is a place in SPLITS.
    """
    words = [token for token in tokens_of(name) if not token.isdecimal()]
    found = [word for word in words if word in SPLIT_CODES]
    guessed = [word for word in words if word in _PREDICTED]
    if len({SPLIT_CODES[word] for word in found}) > 1 or not (found or guessed):
        return None
    code = SPLIT_CODES[found[0]] if found else SPLITS.index(TEST)
    taken = {*found, *guessed}
    return code, tuple(word for word in words if word not in taken and word not in _FILLERS)


def is_split_name(name: str) -> bool:
    """Return whether a name says a split and nothing else: 'train', 'test_images', 'val2017'."""
    found = split_of(name)
    return found is not None and not found[1]
