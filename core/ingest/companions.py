"""Pictures that are no examples but belong to others: masks, outlines, previews."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.ingest.source_files import SourceFiles
from core.ingest.twins import find_twins

_MOST_PAIRS = 12

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


@dataclass(frozen=True, eq=False)
class Companions:
    """Pictures that belong to another one, and some of both to look at."""

    places: NDArray[np.intp]  # of pictures, ascending
    pairs: tuple[tuple[int, int], ...] = ()  # companion and its picture, the first few


def find_companions(files: SourceFiles) -> Companions:
    """Return the pictures of a source that belong to another one: by name, or by what they show.

    A name says so only where the other picture is there: in the same folder under the bare name,
    or, for a folder 'masks', in the folder above or in 'images' beside it. Classes 'mask' and
    'no mask' are classes.
    """
    stems = [_stem(path) for path in files.paths]
    found = _by_name(files, stems) | find_twins(files, stems)
    places = np.array(sorted(found), np.intp)
    pairs = tuple((place, found[place]) for place in sorted(found)[:_MOST_PAIRS])
    return Companions(places, pairs)


def _stem(path: str) -> str:
    name = path[path.rfind("/") + 1 :]
    return name.rpartition(".")[0] or name


def _by_name(files: SourceFiles, stems: Sequence[str]) -> dict[int, int]:
    """Return place of a companion -> place of its picture, where names say so."""
    partners = _partner_folders(set(files.folders))
    fullmatch = _NAME.fullmatch
    matches = {place: match for place, stem in enumerate(stems) if (match := fullmatch(stem))}
    if not partners and not matches:
        return {}
    folder_of = files.folder_of.tolist()
    there = {
        (files.folders[folder], stem): place
        for place, (folder, stem) in enumerate(zip(folder_of, stems, strict=True))
    }
    found: dict[int, int] = {}
    for place, (code, stem) in enumerate(zip(folder_of, stems, strict=True)):
        folder, named = files.folders[code], matches.get(place)
        bare = named[1] if named else stem
        wanted = [(folder, bare)] if named else []
        wanted += [(other, name) for other in partners.get(folder, ()) for name in (stem, bare)]
        partner = next((there[key] for key in wanted if key in there), None)
        if partner is not None:
            found[place] = partner
    return found


def _partner_folders(folders: set[str]) -> dict[str, list[str]]:
    """Return, for each folder in one such as 'masks', the folders that may hold its pictures."""
    partners: dict[str, list[str]] = {}
    for folder in folders:
        parts = folder.split("/")
        for depth, part in enumerate(parts):
            if part.lower() not in _ASIDE:
                continue
            above, below = parts[:depth], parts[depth + 1 :]
            wanted = ["/".join([*above, *below])]
            for name in _beside(folders, above):
                wanted += ["/".join([*above, name, *below]), "/".join([*above, name])]
            wanted = [name for name in dict.fromkeys(wanted) if name in folders and name != folder]
            partners.setdefault(folder, []).extend(wanted)
    return partners


def _beside(folders: set[str], above: Sequence[str]) -> list[str]:
    """Return the folders such as 'images' that lie in a folder."""
    depth = len(above)
    inside = {
        parts[depth]
        for folder in folders
        if len(parts := folder.split("/")) > depth and parts[:depth] == list(above)
    }
    return sorted(name for name in inside if name.lower() in _PICTURE_FOLDERS)
