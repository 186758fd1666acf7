"""Evenset's own exports among sources: read by their manifest, with what each picture is made from.

A manifest names every picture of an export with its true label, split and group, whatever the
folders, shards or index files around it are made for, and an export without pictures is an index
that does so. So these are labels files of which nothing has to be guessed: `manifest_files` and
`export_file` make one of them that is read letter by letter. What a manifest tells beside labels,
`read_origins` returns, and that holds however labels are read: a picture that was made from another
one stays one.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.dataset import AUGMENTED, ORIGINAL, ORIGINS
from core.errors import SourceError
from core.ingest.cells import AS_IT_IS
from core.ingest.columns import Columns, column_names
from core.ingest.file_index import FileIndex
from core.ingest.labels import LabelsFile
from core.ingest.tables import PassedOver, Table, as_written, read_cells

_PATH, _LABEL, _SPLIT, _ORIGIN, _PARENT = range(5)  # as its columns begin
_GROUP = "group"
# No path in a set begins so: an original that is not in it is no other picture of that name.
_ELSEWHERE = "../"


@dataclass(frozen=True, eq=False)
class Origins:
    """Where each of P pictures comes from, as manifests tell it."""

    codes: NDArray[np.int8]  # (P,) places in ORIGINS
    parents: NDArray[np.intp]  # (P,) places in `names`
    names: Sequence[str]  # of the originals that pictures are made from; '' comes first, for none
    is_named: NDArray[np.bool_]  # (P,) whether a manifest names the picture

    @property
    def made(self) -> list[int]:
        """Return the places of pictures that Evenset has made, ascending."""
        return np.flatnonzero(self.codes != ORIGINS.index(ORIGINAL)).tolist()


def manifest_files(
    exports: Sequence[Table], origins: Origins
) -> tuple[list[LabelsFile], list[PassedOver]]:
    """Return the manifests as labels files, those of the same columns as one; none without files.

    Args:
        exports: Manifests.
        origins: What they tell of the pictures of the source.
    """
    if not origins.is_named.any():
        reason = "an export's manifest without its pictures"
        return [], [PassedOver(table.path, reason) for table in exports]
    by_columns: dict[tuple[str, ...], list[Table]] = {}
    for table in exports:
        by_columns.setdefault(tuple(column_names(table, has_header=True)), []).append(table)
    return [export_file(tables) for tables in by_columns.values()], []


def export_file(tables: Sequence[Table]) -> LabelsFile:
    """Return the labels file of tables of an export: manifests or indices, of the same columns."""
    names = column_names(tables[0], has_header=True)
    group = names.index(_GROUP) if _GROUP in names else None
    columns = Columns(True, _PATH, _LABEL, _SPLIT, group=group)
    return LabelsFile(tuple(map(as_written, tables)), columns, AS_IT_IS, is_of_export=True)


def read_origins(exports: Sequence[Table], index: FileIndex, paths: Sequence[str]) -> Origins:
    """Return where the pictures of a source come from; all are originals that no manifest names.

    Where the original of a made picture is one of `paths`, its parent is that path; else a name
    that all pictures made from it share. Damage ends a manifest: it is told when labels are read.

    Args:
        exports: Manifests.
        index: Of `paths`.
        paths: (P,) the pictures.
    """
    codes = np.zeros(len(paths), np.int8)
    parents = np.zeros(len(paths), np.intp)
    is_named = np.zeros(len(paths), np.bool_)
    code_of = {"": 0}
    # Nearly all are found at once: 200,000 rows took 25 s by the index alone, and 6 s so.
    place_of = {path: place for place, path in enumerate(paths)} if exports else {}
    for table in exports:
        originals: dict[str, str] = {}  # path in the source of the export -> path here
        made: list[tuple[int, str]] = []
        folder = table.path.rpartition("/")[0]
        rows = read_cells(table, [_PATH, _ORIGIN, _PARENT], has_header=True)
        with suppress(SourceError):
            for _, (path, origin, parent) in rows:
                place = place_of.get(f"{folder}/{path}" if folder else path, -1)
                if place < 0:
                    found = index.find(path, folder=folder)
                    place = found[0] if len(found) == 1 else -1
                if place < 0 or is_named[place]:
                    continue
                is_named[place] = True
                if origin in {ORIGINAL, ""}:
                    originals[parent] = paths[place]
                else:
                    # What a later version may call otherwise is made all the same.
                    known = origin if origin in ORIGINS else AUGMENTED
                    codes[place] = ORIGINS.index(known)
                    made.append((place, parent))
        for place, parent in made:
            name = originals.get(parent, f"{_ELSEWHERE}{parent}")
            parents[place] = code_of.setdefault(name, len(code_of))
    return Origins(codes, parents, list(code_of), is_named)
