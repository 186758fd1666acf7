"""The files of a source that are somebody's data, in columns: its pictures, and all others."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.ingest.listing import Listing
from core.ingest.names import is_junk_name, may_be_picture

_MOST_SNIFFED = 5  # files of a folder
_HEAD_BYTES = 64


@dataclass(frozen=True, eq=False)
class SourceFiles:
    """The files of a listing that are somebody's data: P that may be pictures, and the others."""

    listing: Listing
    pictures: NDArray[np.intp]  # (P,) places in the listing, by path
    paths: Sequence[str]  # (P,)
    folder_of: NDArray[np.intp]  # (P,) places in `folders`
    folders: Sequence[str]  # (D,) with a picture in them, '' for the root
    others: Sequence[int]  # places in the listing of all other files, by path
    empty_folders: Sequence[str] = ()  # without a file, but for what systems and programs leave


def find_files(listing: Listing) -> SourceFiles:
    """Return the files of a listing in order of path, without what systems leave."""
    paths, files = listing.paths, listing.files
    is_junk_folder: dict[str, bool] = {}
    found: list[int] = []
    left: set[str] = set()  # folders in which '.gitkeep' or 'Thumbs.db' lie
    for place, path in enumerate(paths):
        folder, _, name = path.rpartition("/")
        is_junk = is_junk_folder.get(folder)
        if is_junk is None:
            # A million files lie in a few thousand folders.
            is_junk = any(map(is_junk_name, folder.split("/")))
            is_junk_folder[folder] = is_junk
        if not is_junk and not is_junk_name(name):
            found.append(place)
        elif not is_junk:
            left.add(folder)
    found.sort(key=paths.__getitem__)
    is_picture = [bool(files[place]) and may_be_picture(paths[place]) for place in found]
    texts = _texts_without_suffix(listing, found, is_picture)
    if texts:
        is_picture = [
            is_one and place not in texts for place, is_one in zip(found, is_picture, strict=True)
        ]
    pictures = [place for place, is_one in zip(found, is_picture, strict=True) if is_one]
    others = [place for place, is_one in zip(found, is_picture, strict=True) if not is_one]
    chosen = [paths[place] for place in pictures]
    codes, folders = pd.factorize(np.array([path.rpartition("/")[0] for path in chosen], object))
    return SourceFiles(
        listing,
        np.asarray(pictures, np.intp),
        chosen,
        np.asarray(codes, np.intp),
        [str(folder) for folder in folders],
        others,
        (*listing.empty_folders, *_without_files(left, [paths[place] for place in found])),
    )


def _without_files(folders: set[str], paths: Sequence[str]) -> list[str]:
    """Return those of `folders` in which, and below which, none of `paths` lies."""
    if not folders:
        return []
    holding: set[str] = set()
    for folder in {path.rpartition("/")[0] for path in paths}:
        parts = folder.split("/")
        holding.update("/".join(parts[:depth]) for depth in range(len(parts) + 1))
    return sorted(folders - holding)


def _texts_without_suffix(
    listing: Listing, found: Sequence[int], is_picture: Sequence[bool]
) -> set[int]:
    """Return files without a suffix in folders where those that are looked into are texts.

    So annotations are told from pictures; a single damaged picture is not.
    """
    by_folder: dict[str, list[int]] = {}
    for place, is_one in zip(found, is_picture, strict=True):
        path = listing.paths[place]
        name = path[path.rfind("/") + 1 :]
        if is_one and "." not in name:
            by_folder.setdefault(path[: len(path) - len(name)], []).append(place)
    texts: set[int] = set()
    for places in by_folder.values():
        if all(_is_text(listing.root / listing.files[place]) for place in places[:_MOST_SNIFFED]):
            texts.update(places)
    return texts


def _is_text(file: Path) -> bool:
    """Return whether a file begins as text: without a control character, and with something."""
    try:
        with file.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
    except OSError:
        return False
    # 'P5' and a size begin some pictures, and no text that people write.
    is_netpbm = head[:1] == b"P" and head[1:2].isdigit()
    return bool(head) and not is_netpbm and all(byte > 8 for byte in head) and head.isascii()
