"""The choice of a reading: what a person asks for, else the best, confirmed on all pictures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.dataset import Choices
from core.errors import SettingError
from core.ingest.file_names import labels_in
from core.ingest.folders import NO_LABEL
from core.ingest.label_tables import judge_columns
from core.ingest.labels import LabelsFile, SourceLabels
from core.ingest.readings import (
    FOLDERS,
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
from core.ingest.tables import Table
from core.progress import Progress
from core.words import count_of

_MOST_CONFIRMED = 3


@dataclass(frozen=True, eq=False)
class Chosen:
    """The reading that counts, with the labels of all pictures, and all readings in order."""

    reading: Reading
    labels: SourceLabels
    readings: tuple[Reading, ...]


def choose(
    choices: Choices,
    source: Source,
    tables: Sequence[Table],
    usable: Sequence[LabelsFile],
    progress: Progress,
) -> Chosen:
    """Return the reading that a person asks for, else the best of all, confirmed on all pictures.

    Args:
        choices: What a person has chosen.
        source: The pictures.
        tables: All tables of the source.
        usable: Those that name pictures, with the columns as they were guessed.
        progress: Told of rows read.

    Raises:
        SettingError: `choices` names a labels file, column or level that is not there, or a
            pattern that is none.
        SourceError: the labels file cannot be read.
    """
    readings = collect(source, usable)
    wanted = _wanted(choices, source, tables, usable)
    if wanted is None:
        chosen, labels, readings = _best(readings, source, progress)
    else:
        labels = apply(wanted, source, progress)
        chosen = confirm(wanted, source, labels)
        readings = _with_chosen(readings, chosen)
    chosen, readings = _without_idle_groups(chosen, readings, labels, choices)
    chosen, readings = _compared_with_all(chosen, readings, source, labels)
    return Chosen(chosen, labels, tuple(readings))


def _wanted(
    choices: Choices, source: Source, tables: Sequence[Table], usable: Sequence[LabelsFile]
) -> Reading | None:
    """Return the reading that a person asks for, or None."""
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
    file = choose_table(choices, source, tables, usable)
    if file is None:
        return None
    return read_column(source, judge_columns(file, source.index)[0])


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
    if file.is_of_export and len(labels.group_names) > 1:
        return chosen, list(readings)  # they tell something apart in the set that it was made from
    labels.forget_groups()
    columns = replace(file.columns, group=None)
    without = replace(
        chosen,
        labels_file=replace(file, columns=columns),
        choices=replace(chosen.choices, group_column=""),
    )
    return without, [without if reading is chosen else reading for reading in readings]


def _compared_with_all(
    chosen: Reading, readings: Sequence[Reading], source: Source, labels: SourceLabels
) -> tuple[Reading, list[Reading]]:
    """Add to the samples of a table and of folders the pictures where they differ.

    A sample may agree although a few of all pictures do not.
    """
    folders = [one for one in readings if one.kind == FOLDERS and one.says_the_same(chosen)]
    if chosen.kind == FOLDERS or not folders:
        return chosen, list(readings)
    codes, names = source.folders.labels_at(folders[0].level)
    ours = codes[source.files.folder_of]
    both = np.flatnonzero((ours != NO_LABEL) & (labels.codes != NO_LABEL) & ~source.is_aside)
    pairs = ours[both] * (len(labels.names) + 1) + labels.codes[both]
    places = both[np.unique(pairs, return_index=True)[1]]
    sample = {int(place): names[ours[place]] for place in places}
    said = {int(place): labels.names[labels.codes[place]] for place in places}
    changed = {
        id(folders[0]): replace(folders[0], sample={**folders[0].sample, **sample}),
        id(chosen): replace(chosen, sample={**chosen.sample, **said}),
    }
    every = [changed.get(id(reading), reading) for reading in readings]
    return changed[id(chosen)], every
