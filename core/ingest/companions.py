"""Pictures that are no examples but belong to others: masks, outlines, previews."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_WORDS = (
    "mask", "masks", "seg", "segmentation", "segmentations", "groundtruth", "ground_truth", "gt",
    "annotation", "annotations", "contour", "contours", "outline", "depth", "heatmap", "overlay",
    "thumb", "thumbs", "thumbnail", "thumbnails",
)  # fmt: skip
_ASIDE = frozenset(_WORDS) | {"labels"}
_PICTURE_FOLDERS = frozenset(
    {"image", "images", "img", "imgs", "photo", "photos", "picture", "pictures", "input", "inputs",
     "original", "originals", "raw", "rgb"}
)  # fmt: skip
# 'benign (1)_mask', 'benign (1)_mask_1', 'img-12-seg': a picture's name, a word, a number at most.
_NAME = re.compile(rf"(.+?)[ _.-](?:{'|'.join(_WORDS)})(?:[ _.-]*\d+)?", re.IGNORECASE)


def find_companions(paths: Sequence[str]) -> NDArray[np.intp]:
    """Return the places of pictures that belong to another one of `paths`, ascending.

    A name says so only where the other picture is there: in the same folder under the bare name,
    or, for a folder 'masks', in the folder above or in 'images' beside it. Classes 'mask' and
    'no mask' are classes.
    """
    splits = [path.rpartition("/") for path in paths]
    folders = [folder for folder, _, _ in splits]
    stems = [name.rpartition(".")[0] or name for _, _, name in splits]
    partners = _partner_folders(set(folders))
    matches = [_NAME.fullmatch(stem) for stem in stems]
    if not partners and not any(matches):
        return np.empty(0, np.intp)
    there = set(zip(folders, stems, strict=True))
    found = []
    for place, (folder, stem, match) in enumerate(zip(folders, stems, matches, strict=True)):
        bare = match[1] if match else stem
        if (match and (folder, bare) in there) or any(
            (partner, name) in there
            for partner in partners.get(folder, ())
            for name in {stem, bare}
        ):
            found.append(place)
    return np.array(found, np.intp)


def _partner_folders(folders: set[str]) -> dict[str, list[str]]:
    """Return, for each folder such as 'masks', the folders that may hold its pictures."""
    partners = {}
    for folder in folders:
        above, _, last = folder.rpartition("/")
        if last.lower() in _ASIDE:
            beside = [
                other
                for other in folders
                if other.rpartition("/")[0] == above
                and other.rpartition("/")[2].lower() in _PICTURE_FOLDERS
            ]
            partners[folder] = [above, *beside]
    return partners
