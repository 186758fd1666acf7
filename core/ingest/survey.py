"""How the labels of a source can be read, and what does not match, before it is read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.dataset import Choices
from core.dataset.questions import decoding_of
from core.ingest.companions import Companions, find_companions
from core.ingest.copies import Copies, find_copies
from core.ingest.exports import Origins, manifest_files, read_origins
from core.ingest.file_index import RELAXATIONS, FileIndex
from core.ingest.folders import find_folders
from core.ingest.label_tables import usable_tables
from core.ingest.labels import LabelsFile, SourceLabels
from core.ingest.listing import Listing
from core.ingest.mismatches import Mismatch, find_mismatches
from core.ingest.reading_choice import choose
from core.ingest.readings import CLOSE, FOLDERS, NOTHING, TABLE, Reading, Source, short
from core.ingest.source_files import SourceFiles, find_files
from core.ingest.tables import FoundTables, PassedOver, Table, find_tables
from core.progress import Progress, silent
from core.words import count_of

_MOST_SAID = 3  # other readings in the sentence
_WORTH_A_WORD = 0.1  # of a score
_SURE = 0.8  # quality of a column that its name calls labels
_DOUBTFUL = 0.2  # a score below this one is a guess, to be looked at
_WORTH_SAYING = 0.6  # of the best score, for another column of the same table


@dataclass(frozen=True, eq=False)
class Survey:
    """What there is to decide about a source. Nothing has been decoded yet."""

    listing: Listing
    pictures: NDArray[np.intp]  # (P,) places in the listing of what may be a picture, by path
    others: NDArray[np.intp]  # places of all other files that are somebody's data
    readings: tuple[Reading, ...]  # every way to read the labels, the best first
    chosen: Reading  # the best of them, or the one that a person chose
    labels: SourceLabels  # as `chosen` reads them
    origins: Origins  # of the pictures, as manifests of Evenset tell them
    mismatches: tuple[Mismatch, ...]
    passed: tuple[PassedOver, ...]  # tables that say no labels of these pictures
    pairs: tuple[tuple[int, int], ...]  # some companions and their pictures: places of pictures
    choices: Choices  # that a person has made

    @property
    def tables(self) -> tuple[LabelsFile, ...]:
        """Return the labels files that could be used, each once, the chosen one as it is read."""
        found = {
            reading.labels_file.name: reading.labels_file
            for reading in (*reversed(self.readings), self.chosen)
            if reading.labels_file is not None
        }
        return tuple(found[name] for name in sorted(found))

    @property
    def others_said(self) -> tuple[Reading, ...]:
        """Return the readings that a person should know of beside the chosen one, best first."""
        said: list[Reading] = []
        for reading in self.readings:
            if reading is self.chosen or reading.score < self._least_said:
                continue
            # Nothing is guessed of an export: that all of it lies in one folder, or shard, is none.
            is_idle = self.chosen.is_of_export and reading.evidence.labels < 2
            if is_idle or any(reading.says_the_same(other) for other in (self.chosen, *said)):
                continue
            sources = [
                other.labels_file.name for other in (self.chosen, *said) if other.labels_file
            ]
            is_column = reading.labels_file is not None and reading.labels_file.name in sources
            # Where a column's name says that it holds labels, the others hardly do.
            is_sure = self.chosen.evidence.quality > _SURE
            least = _WORTH_SAYING * self.chosen.score if is_sure else _WORTH_A_WORD
            if not is_column or reading.score >= least:
                said.append(reading)
        return tuple(said)

    @property
    def _least_said(self) -> float:
        """Return the score from which a reading is worth a word: what is worse is no choice."""
        return max(1e-9, min(_WORTH_A_WORD, _WORTH_SAYING * self.chosen.score))

    @property
    def agreeing(self) -> tuple[Reading, ...]:
        """Return readings of other sources that label the pictures as the chosen one does."""
        return tuple(
            reading
            for reading in self.readings
            if reading is not self.chosen
            and reading.kind in {FOLDERS, TABLE}
            and not _is_of_one_table(reading, self.chosen)
            and reading.says_the_same(self.chosen)
        )

    @property
    def close_readings(self) -> tuple[Reading, ...]:
        """Return the readings that are nearly as good as the chosen one, where nobody chose it."""
        if _is_chosen(self.choices) or self.chosen.is_of_export:
            return ()
        least = CLOSE * self.chosen.score
        return tuple(reading for reading in self.others_said if reading.score >= least)

    @property
    def is_close(self) -> bool:
        """Return whether another reading is nearly as good, labels otherwise, and nobody chose."""
        return bool(self.close_readings)

    @property
    def needs_answer(self) -> bool:
        """Return whether there is something that a person should look at first."""
        is_asked = (
            self.is_close
            or (
                self.chosen.kind not in {FOLDERS, NOTHING}
                and not self.chosen.is_of_export
                and not any(reading.kind == FOLDERS for reading in self.agreeing)
            )
            or any(reading.kind == TABLE for reading in self.others_said)
            or self.is_doubtful
        )
        return is_asked or any(mismatch.is_open for mismatch in self.mismatches)

    @property
    def is_doubtful(self) -> bool:
        """Return whether the best reading is hardly one, and nobody chose it."""
        if _is_chosen(self.choices) or len(self.pictures) == 0:
            return False  # of an empty source nothing can be asked: it is refused
        evidence = self.chosen.evidence
        is_bare = evidence.labels == 1 and evidence.quality > _DOUBTFUL and not self.passed
        return self.chosen.score < _DOUBTFUL and not is_bare

    @property
    def sentence(self) -> str:
        """Return where labels come from, what else could say them, and what was passed over."""
        parts = [f"Labels: {self.chosen.title} ({self._extent()}){self._beside()}."]
        if self.chosen.kind == NOTHING:
            parts = ["Labels: none found."]
        if same := self.agreeing:
            is_one = len(same) == 1 and (same[0].kind == TABLE or same[0].evidence.labels == 1)
            titles = _first([reading.title for reading in same], " and ")
            parts.append(f"{_upper(titles)} {'says' if is_one else 'say'} the same.")
        parts += self._remarks()
        if self.chosen.kind in {FOLDERS, NOTHING} and self.chosen.evidence.labels < 2:
            parts.append("If file names hold the labels, give a pattern of them.")
        if others := self.others_said:
            parts.append(f"Other readings: {_first([one.title for one in others], '; ')}.")
        if passed := self.not_used:
            told = [f"{short(one.path)} ({one.reason})" for one in passed]
            parts.append(f"Not used: {_first(told, '; ')}.")
        return "".join(letter if letter.isprintable() else " " for letter in " ".join(parts))

    @property
    def not_used(self) -> tuple[PassedOver, ...]:
        """Return the tables that were looked at and say nothing worth a reading."""
        return (*self._weak_tables, *self.passed)

    @property
    def _weak_tables(self) -> list[PassedOver]:
        """Return the tables of which no column is worth a word, with the reason."""
        best: dict[str, Reading] = {}
        for reading in self.readings:
            if reading.labels_file is not None:
                best.setdefault(reading.labels_file.name, reading)
        told = {self.chosen, *self.others_said, *self.agreeing}
        names = {reading.labels_file.name for reading in told if reading.labels_file}
        return [
            PassedOver(name, _why_weak(reading))
            for name, reading in best.items()
            if name not in names
        ]

    def _extent(self) -> str:
        evidence = self.chosen.evidence
        pictures = count_of(evidence.pictures, "picture")
        if evidence.named == evidence.pictures:
            which = pictures if evidence.pictures == 1 else f"all {pictures}"
        else:
            which = f"{evidence.named:,} of {pictures}"
        return f"{count_of(evidence.labels, 'label')}, {which}"

    def _beside(self) -> str:
        file = self.chosen.labels_file
        text = ""
        if file is not None and file.columns.group is not None:
            text += f"; group '{file.column_names[file.columns.group]}'"
        splits = self.chosen.evidence.splits
        return f"{text}; splits {', '.join(splits)}" if len(splits) > 1 else text

    def _remarks(self) -> list[str]:
        remarks = list(self.listing.notes)
        file = self.chosen.labels_file
        if file is not None:
            remarks += dict.fromkeys(table.about for table in file.tables if table.about)
            if file.relaxation:
                remarks.append(f"{RELAXATIONS[file.relaxation]}.")
        return remarks


def survey(
    listing: Listing, choices: Choices | None = None, *, progress: Progress = silent
) -> Survey:
    """Return how the labels of `listing` are read, by `choices` and else by what fits best.

    Raises:
        SettingError: `choices` names a labels file, column, level or background that is not there,
            or a pattern that is none.
        SourceError: the labels file cannot be read.
    """
    choices = choices or Choices()
    decoding_of(choices)  # refused before anything is read
    files = find_files(listing)
    copies = find_copies(files)
    companions = find_companions(files)
    found = find_tables(listing, files.others)
    origins = read_origins(found.exports, FileIndex(files.paths), files.paths)
    copies, companions = _without(origins.is_named, copies, companions)
    source = _source(files, copies, companions, has_tables=bool(found.passed))
    tables = _Tables(found, source, choices, origins)
    chosen = choose(choices, source, tables.all, tables.usable, progress)
    labels = chosen.labels
    labels.pictures["companions"] = companions.places.tolist()
    labels.pictures["nested_copies"] = copies.places.tolist()
    labels.pictures["augmented"] = origins.made
    passed, others = tables.left(chosen.readings)
    return Survey(
        listing,
        files.pictures,
        np.asarray(others, np.intp),
        chosen.readings,
        chosen.reading,
        labels,
        origins,
        find_mismatches(labels, files, others, source.folders, chosen.reading.level),
        passed,
        companions.pairs,
        choices,
    )


def _source(
    files: SourceFiles, copies: Copies, companions: Companions, *, has_tables: bool
) -> Source:
    """Return the pictures of a source; beside tables, flat folders of splits are no classes."""
    is_aside = np.zeros(len(files.paths), np.bool_)
    is_aside[companions.places] = True
    is_aside[copies.places] = True
    counts = np.bincount(files.folder_of, minlength=len(files.folders))
    return Source(
        files,
        FileIndex(files.paths, frozenset(np.flatnonzero(is_aside).tolist())),
        find_folders(copies.originals, counts, has_labels=has_tables),
        find_folders(copies.originals, counts, has_labels=True),
        is_aside,
    )


def _without(
    is_named: NDArray[np.bool_], copies: Copies, companions: Companions
) -> tuple[Copies, Companions]:
    """Return copies and companions but for pictures that were examples in an export."""
    if not is_named.any():
        return copies, companions
    return (
        replace(copies, places=copies.places[~is_named[copies.places]]),
        Companions(
            companions.places[~is_named[companions.places]],
            tuple(pair for pair in companions.pairs if not is_named[pair[0]]),
        ),
    )


class _Tables:
    """The tables of a source: those that say labels, manifests of exports, and the others."""

    def __init__(
        self, found: FoundTables, source: Source, choices: Choices, origins: Origins
    ) -> None:
        self._files = source.files
        self._found = found
        self.all = (*found.tables, *found.exports)
        manifests, without = manifest_files(found.exports, origins)
        usable, passed = usable_tables(found.tables, source.index)
        self._passed = (*without, *passed)
        self.usable = [_without_columns(file, choices) for file in (*manifests, *usable)]

    def left(self, readings: Sequence[Reading]) -> tuple[tuple[PassedOver, ...], list[int]]:
        """Return the tables that were passed over, and the places of files that are no table."""
        read = {table.path for reading in readings for table in _tables_of(reading)}
        every = (*self._found.passed, *self._passed)
        passed = tuple(one for one in every if one.path not in read)
        used = read | self._found.used | {one.path for one in passed}
        paths = self._files.listing.paths
        return passed, [place for place in self._files.others if paths[place] not in used]


def _without_columns(file: LabelsFile, choices: Choices) -> LabelsFile:
    """Return a labels file without the columns that a person wants to be none."""
    columns = file.columns
    if choices.split_column == "":
        columns = replace(columns, split=None)
    if choices.group_column == "":
        columns = replace(columns, group=None)
    return replace(file, columns=columns)


def _is_chosen(choices: Choices) -> bool:
    """Return whether a person has said how labels are read."""
    return bool(
        choices.labels_file is not None
        or choices.label_level
        or choices.label_pattern
        or choices.label_column
    )


def _why_weak(reading: Reading) -> str:
    evidence = reading.evidence
    if evidence.quality * evidence.labels < 1 and evidence.labels != 1:
        return "no column of labels"
    if evidence.labels < 2:
        return "one label for all"
    return f"it names {evidence.named:,} of {count_of(evidence.pictures, 'picture')}"


def _is_of_one_table(one: Reading, other: Reading) -> bool:
    files = [reading.labels_file for reading in (one, other)]
    return None not in files and len({file.name for file in files if file}) == 1


def _tables_of(reading: Reading) -> tuple[Table, ...]:
    file = reading.labels_file
    return () if file is None or file.given is not None else file.tables


def _first(titles: Sequence[str], between: str) -> str:
    """Return the first few of some titles, and how many more there are."""
    more = len(titles) - _MOST_SAID
    told = between.join(titles[:_MOST_SAID])
    return f"{told}{between}{'and ' if ';' in between else ''}{more} more" if more > 0 else told


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:] if text.startswith("the ") else text
