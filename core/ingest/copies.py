"""Folders that lie inside of themselves once more: the same files, byte for byte."""

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.ingest.names import is_split_name
from core.ingest.source_files import SourceFiles

_MOST_FOLDERS = 20_000
_MOST_COMPARED_BYTES = 200_000_000
_DEEPEST = 50
_MOST_COMPARED = 200  # pictures, where all of them would be too many bytes
_BLOCK = 1 << 20


@dataclass(frozen=True, eq=False)
class Copies:
    """The pictures that lie in a copy of their folder, and what each folder is a copy of."""

    places: NDArray[np.intp]  # of pictures, ascending
    originals: Sequence[str]  # (D,) for each folder the one that it is a copy of, or itself


def find_copies(files: SourceFiles) -> Copies:
    """Return the copies among the folders of a source.

    A folder is a copy where all that lies in it lies above it, too, or in the folder of its name
    at the root, under the same names and with the same bytes: 'x/x/cat/1.jpg' and 'x/cat/1.jpg'.
    """
    pairs = _candidates(files.folders)
    originals = list(files.folders)
    if not pairs:
        return Copies(np.empty(0, np.intp), originals)
    inside: dict[str, list[int]] = defaultdict(list)
    wanted = {folder for pair in pairs for folder in _below(files.folders, pair)}
    place_of = {folder: place for place, folder in enumerate(files.folders)}
    is_wanted = np.zeros(len(files.folders), np.bool_)
    is_wanted[[place_of[folder] for folder in wanted]] = True
    for picture in np.flatnonzero(is_wanted[files.folder_of]).tolist():
        inside[files.folders[files.folder_of[picture]]].append(picture)
    found: list[int] = []
    for copy, original in pairs:
        same = _same_files(files, inside, copy, original)
        if same:
            found += same
            for place, folder in enumerate(files.folders):
                if folder == copy or folder.startswith(copy + "/"):
                    originals[place] = _moved(folder, copy, original)
    return Copies(np.array(sorted(set(found)), np.intp), originals)


def _candidates(folders: Sequence[str]) -> list[tuple[str, str]]:
    """Return pairs of folders that may be copy and original, by the folders inside."""
    if len(folders) > _MOST_FOLDERS:
        return []
    there = set(folders)
    nodes: dict[str, set[str]] = defaultdict(set)  # folder -> what lies in it, itself as ''
    for folder in folders:
        parts = folder.split("/") if folder else []
        for depth in range(1, min(len(parts), _DEEPEST) + 1):
            nodes["/".join(parts[:depth])].add("/".join(parts[depth:]))
    order = sorted(nodes, key=lambda node: (node.count("/"), node))
    pairs: list[tuple[str, str]] = []
    for node in order:
        if any(node.startswith(copy + "/") for copy, _ in pairs):
            continue
        # 'x/x' may be a copy of 'x', and 'new/x' of 'x', never 'dog/old' of 'cat/old'.
        above = node.rpartition("/")[0]
        parts = node.split("/")
        ends = ["/".join(parts[start:]) for start in range(1, len(parts))]
        for other in dict.fromkeys([above, *ends]):
            is_there = all(_joined(other, rest) in there for rest in nodes[node])
            if other != node and is_there and not _crosses_splits(node, other):
                pairs.append((node, other))
                break
    return pairs


def _crosses_splits(copy: str, original: str) -> bool:
    """Return whether two folders are of two splits: equal pictures there are for Audit to find."""
    parts, others = set(copy.split("/")), set(original.split("/"))
    return any(is_split_name(part) for part in parts ^ others)


def _same_files(
    files: SourceFiles, inside: Mapping[str, Sequence[int]], copy: str, original: str
) -> list[int]:
    """Return the pictures of a copy that the original has, too, or nothing where one differs."""
    pairs: list[tuple[int, int]] = []
    count = 0
    for folder, places in inside.items():
        if folder != copy and not folder.startswith(copy + "/"):
            continue
        named = {
            files.paths[place].rpartition("/")[2]: place
            for place in inside.get(_moved(folder, copy, original), ())
        }
        for place in places:
            other = named.get(files.paths[place].rpartition("/")[2])
            if other is not None:
                pairs.append((place, other))
            count += 1
    if 2 * len(pairs) < count:
        return []
    try:
        return [place for place, _ in pairs] if _are_equal(files, pairs) else []
    except OSError:
        return []


def _are_equal(files: SourceFiles, pairs: Sequence[tuple[int, int]]) -> bool:
    total = 0
    for one, other in pairs:
        size = os.stat(_file(files, one)).st_size  # noqa: PTH116
        if size != os.stat(_file(files, other)).st_size:  # noqa: PTH116
            return False
        total += size
    step = 1 if total <= _MOST_COMPARED_BYTES else max(1, len(pairs) // _MOST_COMPARED)
    return all(_digest(_file(files, a)) == _digest(_file(files, b)) for a, b in pairs[::step])


def _file(files: SourceFiles, place: int) -> Path:
    return files.listing.root / files.listing.files[int(files.pictures[place])]


def _digest(file: Path) -> bytes:
    digest = blake2b(digest_size=16)
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.digest()


def _below(folders: Sequence[str], pair: tuple[str, str]) -> list[str]:
    copy, original = pair
    copies = [folder for folder in folders if folder == copy or folder.startswith(copy + "/")]
    return [*copies, *(_moved(folder, copy, original) for folder in copies)]


def _moved(folder: str, copy: str, original: str) -> str:
    """Return a folder in a copy as it is called in the original."""
    return _joined(original, folder[len(copy) :].lstrip("/"))


def _joined(above: str, below: str) -> str:
    return f"{above}/{below}" if above and below else above or below
