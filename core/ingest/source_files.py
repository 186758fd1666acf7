"""The files of a source that are somebody's data, in columns: its pictures, and all others."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.ingest.listing import Listing
from core.ingest.names import is_junk_name, may_be_picture


@dataclass(frozen=True, eq=False)
class SourceFiles:
    """The files of a listing that are somebody's data: P that may be pictures, and the others."""

    listing: Listing
    pictures: NDArray[np.intp]  # (P,) places in the listing, by path
    paths: Sequence[str]  # (P,)
    folder_of: NDArray[np.intp]  # (P,) places in `folders`
    folders: Sequence[str]  # (D,) with a picture in them, '' for the root
    others: Sequence[int]  # places in the listing of all other files, by path


def find_files(listing: Listing) -> SourceFiles:
    """Return the files of a listing in order of path, without what systems leave."""
    paths, files = listing.paths, listing.files
    is_junk_folder: dict[str, bool] = {}
    found: list[int] = []
    for place, path in enumerate(paths):
        folder, _, name = path.rpartition("/")
        is_junk = is_junk_folder.get(folder)
        if is_junk is None:
            # A million files lie in a few thousand folders.
            is_junk = any(map(is_junk_name, folder.split("/")))
            is_junk_folder[folder] = is_junk
        if not is_junk and not is_junk_name(name):
            found.append(place)
    found.sort(key=paths.__getitem__)
    is_picture = [bool(files[place]) and may_be_picture(paths[place]) for place in found]
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
    )
