"""How the labels of a source can be read, and what does not match, before it is read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.dataset import Choices
from core.dataset.questions import decoding_of
from core.errors import SettingError
from core.ingest.companions import find_companions
from core.ingest.copies import find_copies
from core.ingest.file_index import RELAXATIONS, FileIndex
from core.ingest.file_names import labels_in
from core.ingest.folders import find_folders
from core.ingest.label_tables import is_export, judge_columns, usable_tables
from core.ingest.labels import LabelsFile, SourceLabels
from core.ingest.listing import Listing, find_files
from core.ingest.mismatches import Mismatch, find_mismatches
from core.ingest.readings import (
    CLOSE,
    FOLDERS,
    NOTHING,
    TABLE,
    Reading,
    Source,
    apply,
    collect,
    confirm,
    read_column,
    read_folders,
    read_pattern,
)
from core.ingest.table_choice import choose_table, named_columns
from core.ingest.tables import PassedOver, Table, find_tables, read_cells
from core.progress import Progress, silent
from core.words import count_of

_MOST_CONFIRMED = 3
_MOST_SAID = 3  # other readings in the sentence
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
            if reading is self.chosen or reading.score <= 0:
                continue
            if any(reading.says_the_same(other) for other in (self.chosen, *said)):
                continue
            sources = [
                other.labels_file.name for other in (self.chosen, *said) if other.labels_file
            ]
            is_column = reading.labels_file is not None and reading.labels_file.name in sources
            if not is_column or reading.score >= _WORTH_SAYING * self.chosen.score:
                said.append(reading)
        return tuple(said)

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
        if _is_chosen(self.choices):
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
            or self.chosen.kind not in {FOLDERS, NOTHING}
            or any(reading.kind == TABLE for reading in self.others_said)
        )
        return is_asked or any(mismatch.is_open for mismatch in self.mismatches)

    @property
    def sentence(self) -> str:
        """Return where labels come from, what else could say them, and what was passed over."""
        parts = [f"Labels: {self.chosen.title} ({self._extent()}){self._beside()}."]
        if self.agreeing:
            parts.append(f"{_upper(self.agreeing[0].title)} says the same.")
        parts += self._remarks()
        if others := self.others_said:
            more = len(others) - _MOST_SAID
            titles = "; ".join(reading.title for reading in others[:_MOST_SAID])
            parts.append(f"Other readings: {titles}{f'; and {more} more' if more > 0 else ''}.")
        if self.passed:
            told = "; ".join(f"{one.path} ({one.reason})" for one in self.passed[:_MOST_SAID])
            more = len(self.passed) - _MOST_SAID
            parts.append(f"Not used: {told}{f'; and {more} more' if more > 0 else ''}.")
        return " ".join(parts)

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
        file = self.chosen.labels_file
        if file is None:
            return []
        abouts = list(dict.fromkeys(table.about for table in file.tables if table.about))
        if file.relaxation:
            abouts.append(f"{RELAXATIONS[file.relaxation]}.")
        return abouts


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
    is_aside = np.zeros(len(files.paths), np.bool_)
    is_aside[companions.places] = True
    is_aside[copies.places] = True
    counts = np.bincount(files.folder_of, minlength=len(files.folders))
    source = Source(
        files,
        FileIndex(files.paths),
        find_folders(copies.originals, counts),
        find_folders(copies.originals, counts, has_labels=True),
        is_aside,
    )
    found = find_tables(listing, files.others)
    tables = [table for table in found.tables if not is_export(table)]
    usable, passed = usable_tables(tables, source.index)
    usable = [_without_columns(file, choices) for file in usable]
    readings = collect(source, usable)
    wanted = _wanted(choices, source, tables, usable)
    if wanted is None:
        chosen, labels, readings = _best(readings, source, progress)
    else:
        labels = apply(wanted, source, progress)
        chosen = confirm(wanted, source, labels)
        readings = _with_chosen(readings, chosen)
    chosen, readings = _without_idle_groups(chosen, readings, labels, choices)
    exports = [table for table in found.tables if is_export(table)]
    labels.pictures["companions"] = companions.places.tolist()
    labels.pictures["nested_copies"] = copies.places.tolist()
    labels.pictures["augmented"] = _augmented(exports, source.index)
    read = {table.path for reading in readings for table in _tables_of(reading)}
    passed = [one for one in (*found.passed, *passed) if one.path not in read]
    used = read | (found.used - {table.path for table in exports})
    used |= {one.path for one in passed}
    others = [place for place in files.others if listing.paths[place] not in used]
    return Survey(
        listing,
        files.pictures,
        np.asarray(others, np.intp),
        tuple(readings),
        chosen,
        labels,
        find_mismatches(labels, files, others, source.folders, chosen.level),
        tuple(passed),
        companions.pairs,
        choices,
    )


def _wanted(
    choices: Choices, source: Source, tables: Sequence[Table], usable: Sequence[LabelsFile]
) -> Reading | None:
    """Return the reading that a person asks for, or None."""
    listing = source.files.listing
    named = named_columns(choices)
    if choices.label_pattern:
        if choices.labels_file or named or choices.label_level:
            raise SettingError(
                "A pattern of labels excludes a labels file, its columns and a level of folders. "
                "Choose one of them."
            )
        places = source.sample()
        paths = [source.files.paths[place] for place in places]
        texts = labels_in(paths, choices.label_pattern)
        return read_pattern(source, choices.label_pattern, places, texts)
    if choices.labels_file == "" or choices.label_level is not None:
        if named or choices.labels_file:
            what = f"column '{named[0]}'" if named else f"labels file '{choices.labels_file}'"
            raise SettingError(
                f"The labels come from folders, so there is no {what}. Name its labels "
                "file with --labels, or leave --label-level out."
            )
        return _at_level(read_folders(source), choices.label_level)
    file = choose_table(choices, listing, tables, usable, source.index)
    if file is None:
        return None
    reading = read_column(source, judge_columns(file, source.index)[0])
    return replace(reading, labels_file=file) if reading.labels_file is None else reading


def _at_level(readings: Sequence[Reading], level: int | None) -> Reading:
    if level is None:
        return max(readings, key=lambda reading: reading.score)
    if not 1 <= level <= len(readings):
        deepest = count_of(len(readings), "level")
        raise SettingError(
            f"There is no level {level} of folders. Without splits and what wraps all, folders "
            f"lie in {deepest}. Choose a level from 1 to {len(readings)}."
        )
    return readings[level - 1]


def _best(
    readings: Sequence[Reading], source: Source, progress: Progress
) -> tuple[Reading, SourceLabels, list[Reading]]:
    """Return the best reading, confirmed on all pictures, with its labels; and all in order.

    Where all pictures disagree with the sample, the next one is confirmed, too.
    """
    order = _with_agreeing_table_first(list(readings))
    confirmed: list[tuple[Reading, SourceLabels]] = []
    for number, reading in enumerate(order[:_MOST_CONFIRMED], 1):
        labels = apply(reading, source, progress)
        confirmed.append((confirm(reading, source, labels), labels))
        best, labels = max(confirmed, key=lambda one: one[0].score)
        following = order[number].score if number < len(order) else 0.0
        if best.score >= following or best.says_the_same(order[number]):
            break
    fixed = [reading for reading, _ in confirmed]
    rest = sorted([*fixed, *order[len(fixed) :]], key=lambda reading: -reading.score)
    return best, labels, [best, *(reading for reading in rest if reading is not best)]


def _with_agreeing_table_first(readings: list[Reading]) -> list[Reading]:
    """Put a table that says what the best folders say, and more, before them."""
    best = readings[0]
    if best.kind != FOLDERS:
        return readings
    for reading in readings[1:]:
        file = reading.labels_file
        if file is None or not reading.says_the_same(best) or reading.evidence.share < 1:
            continue
        has_more = file.columns.group is not None or len(reading.evidence.splits) > len(
            best.evidence.splits
        )
        if has_more:
            return [reading, *(other for other in readings if other is not reading)]
    return readings


def _without_columns(file: LabelsFile, choices: Choices) -> LabelsFile:
    """Return a labels file without the columns that a person wants to be none."""
    columns = file.columns
    if choices.split_column == "":
        columns = replace(columns, split=None)
    if choices.group_column == "":
        columns = replace(columns, group=None)
    return replace(file, columns=columns)


def _with_chosen(readings: Sequence[Reading], chosen: Reading) -> list[Reading]:
    """Return all readings with the chosen one in the place of the same one unconfirmed."""
    same = [
        reading
        for reading in readings
        if reading.kind == chosen.kind and reading.title == chosen.title
    ]
    return [chosen, *(reading for reading in readings if reading not in same)]


def _without_idle_groups(
    chosen: Reading, readings: Sequence[Reading], labels: SourceLabels, choices: Choices
) -> tuple[Reading, list[Reading]]:
    """Forget groups that were guessed by the first rows and tell nothing apart in all."""
    file = chosen.labels_file
    if file is None or choices.group_column is not None or labels.has_telling_groups:
        return chosen, list(readings)
    labels.forget_groups()
    columns = replace(file.columns, group=None)
    without = replace(
        chosen,
        labels_file=replace(file, columns=columns),
        choices=replace(chosen.choices, group_column=""),
    )
    return without, [without if reading is chosen else reading for reading in readings]


def _is_chosen(choices: Choices) -> bool:
    """Return whether a person has said how labels are read."""
    return bool(
        choices.labels_file is not None
        or choices.label_level
        or choices.label_pattern
        or choices.label_column
    )


def _is_of_one_table(one: Reading, other: Reading) -> bool:
    files = [reading.labels_file for reading in (one, other)]
    return None not in files and len({file.name for file in files if file}) == 1


def _tables_of(reading: Reading) -> tuple[Table, ...]:
    file = reading.labels_file
    return () if file is None or file.given is not None else file.tables


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:] if text.startswith("the ") else text


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
