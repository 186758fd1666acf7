"""How the labels of a source could be read, and what does not match, before it is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.dataset import Choices
from core.dataset.questions import decoding_of
from core.ingest.columns import Columns, column_names, guess_columns
from core.ingest.companions import find_companions
from core.ingest.file_index import FileIndex
from core.ingest.label_choice import choose_labels
from core.ingest.labels import LabelsFile, SourceLabels, alike, label_by_folders, label_by_table
from core.ingest.layout import (
    NO_LABEL,
    SPLIT_CODES,
    Places,
    find_places,
    is_junk,
    may_be_picture,
)
from core.ingest.listing import Listing
from core.ingest.mismatches import LEAVE_OUT, MISMATCHES, Mismatch
from core.ingest.tables import Table, find_tables, read_cells
from core.progress import Progress, silent
from core.words import count_of


@dataclass(frozen=True, eq=False)
class Survey:
    """What there is to decide about a source. Nothing has been decoded yet."""

    listing: Listing
    pictures: NDArray[np.intp]  # (P,) places in the listing of what may be a picture, by path
    others: NDArray[np.intp]  # places of all other files that are not junk
    labels_files: tuple[LabelsFile, ...]  # that could be used instead of folders
    chosen: LabelsFile | None  # None: folders say the labels
    labels: SourceLabels
    mismatches: tuple[Mismatch, ...]
    choices: Choices  # that a person has made

    @property
    def needs_answer(self) -> bool:
        """Return whether there is something that a person should look at first."""
        return bool(self.labels_files) or any(mismatch.is_open for mismatch in self.mismatches)


def survey(
    listing: Listing, choices: Choices | None = None, *, progress: Progress = silent
) -> Survey:
    """Return how the labels of `listing` are read, by `choices` and else by what fits best.

    Raises:
        SettingError: `choices` names a labels file, column or background that is not there.
        SourceError: the labels file cannot be read.
    """
    choices = choices or Choices()
    decoding_of(choices)  # refused before anything is read
    places = [place for place, path in enumerate(listing.paths) if not is_junk(path)]
    places.sort(key=listing.paths.__getitem__)
    pictures = [p for p in places if listing.files[p] and may_be_picture(listing.paths[p])]
    is_picture = np.zeros(len(listing.paths), bool)
    is_picture[pictures] = True
    paths = [listing.paths[place] for place in pictures]
    index = FileIndex(paths)
    folders = find_places(paths)
    companions = find_companions(paths)
    found = find_tables(listing, places)
    labels_files = _usable(found.tables, index)
    chosen = choose_labels(choices, listing, labels_files, index, _without(folders, companions))
    used = set(found.used)
    used |= {table.path for labels_file in labels_files for table in labels_file.tables}
    if chosen is not None and chosen.given is None:
        used.update(table.path for table in chosen.tables)
    others = [p for p in places if not is_picture[p] and listing.paths[p] not in used]
    if chosen is None:
        labels = label_by_folders(folders)
    else:
        folders = find_places(paths, has_labels=True)
        labels = label_by_table(chosen, index, folders, progress)
        if choices.group_column is None and not labels.has_telling_groups:
            labels.forget_groups()  # the first rows may have looked as if they were some
            chosen = replace(chosen, columns=replace(chosen.columns, group=None))
    labels.pictures["companions"] = companions.tolist()
    labels.pictures["augmented"] = _augmented(found.exports, index)
    return Survey(
        listing,
        np.asarray(pictures, np.intp),
        np.asarray(others, np.intp),
        labels_files,
        chosen,
        labels,
        _mismatches(labels, paths, [listing.paths[place] for place in others]),
        choices,
    )


def _usable(tables: Sequence[Table], index: FileIndex) -> tuple[LabelsFile, ...]:
    """Return the labels files among `tables`; those of one form, one per split, count as one."""
    found: dict[tuple[object, ...], list[tuple[Table, Columns]]] = {}
    for table in tables:
        columns = guess_columns(table, index, folder=table.path.rpartition("/")[0])
        if columns is None:
            continue
        names = tuple(column_names(table, columns.has_header)) if columns.has_header else None
        path = Path(table.path)
        is_part = path.stem.lower() in SPLIT_CODES or path.stem.lower() == "metadata"
        # Which of two groups is guessed hangs on the rows: the training table says it for all.
        shape = replace(columns, group=None)
        form = (names, shape, path.suffix) if names and is_part else (table.path,)
        found.setdefault(form, []).append((table, columns))
    return tuple(
        LabelsFile(tuple(table for table, _ in parts), min(parts, key=_place_of_split)[1])
        for parts in found.values()
    )


def _place_of_split(part: tuple[Table, Columns]) -> int:
    return SPLIT_CODES.get(Path(part[0].path).stem.lower(), 0)


def _without(places: Places, companions: NDArray[np.intp]) -> Places:
    """Return the places of the pictures that belong to no other one."""
    codes, splits = np.delete(places.codes, companions), np.delete(places.splits, companions)
    names = [places.names[code] for code in np.unique(codes) if code != NO_LABEL]
    return Places(codes, names, splits)


def _augmented(exports: Sequence[Table], index: FileIndex) -> list[int]:
    """Return the pictures that a manifest of Evenset calls augmented, or copies."""
    found: list[int] = []
    for table in exports:
        folder = table.path.rpartition("/")[0]
        for _, (path, origin) in read_cells(table, [0, 3], has_header=True):
            if origin in {"augmented", "copy"}:
                matches = index.find(path, folder=folder)
                found.extend(matches if len(matches) == 1 else ())
    return sorted(set(found))


def _mismatches(
    labels: SourceLabels, paths: Sequence[str], others: Sequence[str]
) -> tuple[Mismatch, ...]:
    names: dict[str, Sequence[str]] = {
        kind: [paths[place] for place in found] for kind, found in labels.pictures.items()
    }
    names.update(labels.rows)
    names["alike_labels"] = [
        ", ".join(f"'{label}'" for label in group) for group in alike(labels.present)
    ]
    names["other_files"] = others
    return tuple(
        _mismatch(kind, names[kind], is_all=len(names[kind]) == len(paths) > 0)
        for kind in MISMATCHES
        if names.get(kind)
    )


def _mismatch(kind: str, names: Sequence[str], *, is_all: bool) -> Mismatch:
    record = MISMATCHES[kind]
    decisions: Mapping[str, str] = record.decisions
    proposed = next(iter(decisions))
    if kind == "outside_classes" and is_all:
        # Nothing else would be left.
        proposed = next(name for name in decisions if name != LEAVE_OUT)
    text = f"{count_of(len(names), record.noun)} {record.text}"
    return Mismatch(kind, tuple(names), text, proposed, decisions)
