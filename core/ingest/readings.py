"""Ways to read the labels of a source: each a candidate with its evidence and a score."""

import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from core.dataset import SPLITS, Choices
from core.ingest.file_index import FileIndex
from core.ingest.file_names import PATTERNS, labels_in, words_quality
from core.ingest.folder_names import folders_quality, may_be_class
from core.ingest.folders import NO_LABEL, Folders
from core.ingest.label_tables import JudgedTable, judge_columns
from core.ingest.labels import (
    LabelsFile,
    SourceLabels,
    label_by_folders,
    label_by_names,
    label_by_table,
    unlabelled_splits,
)
from core.ingest.source_files import SourceFiles
from core.ingest.tables import is_manifest
from core.progress import Progress
from core.words import isolated, largest_first, listed, shortened

FOLDERS, TABLE, FILE_NAMES, PATTERN, NOTHING = (
    "folders", "table", "file names", "pattern", "nothing",
)  # fmt: skip
CLOSE = 0.8  # of the best score: a reading from here on is as good as the best
_SAMPLE = 4_096  # pictures, spread over the source
_DEEPEST = 4  # levels of folders
# Of a reading of each kind that names all pictures, with names that are clearly labels.
_BASE: Mapping[str, float] = {
    FOLDERS: 0.9,
    TABLE: 0.88,
    FILE_NAMES: 0.35,
    PATTERN: 1.0,
    NOTHING: 0.01,
}
# The same of a table that Evenset wrote itself, at most 1 in the end: where some pictures were
# added to an export, its manifest is still the best.
_OF_EXPORT = 1.1
_DEEPER = 0.75  # of a level of folders, for each level above it that could hold the classes
_ALIKE, _MOSTLY_SHARED = 0.2, 0.75
_TOLD_TWICE = 1.1  # of the best score, for a column of numbers that agrees with file names
_SILENT = 0.7  # where folders and tables score less, names of files are asked, too
_MOST_NAMED = 3
_LONGEST = 80  # letters of a name in a sentence
_LONGEST_LISTED = 32  # of one among others


@dataclass(frozen=True)
class Evidence:
    """What speaks for a reading and against it; of a sample, where a source is large."""

    pictures: int  # that could have a label: those of unlabelled test folders apart
    named: int  # of them that have one
    labels: int  # different ones
    repeating: float  # share of labels that two images or more have
    quality: float  # how its names, or those of its column, read: 0 to 1
    splits: tuple[str, ...] = ()
    rows_without_file: int = 0
    several: float = 0.0  # share of cells with several labels

    @property
    def share(self) -> float:
        """Return the share of pictures that have a label."""
        return self.named / self.pictures if self.pictures else 0.0

    @property
    def images_per_label(self) -> float:
        """Return how many images a label has, on average."""
        return self.named / self.labels if self.labels else 0.0

    def score(self, base: float) -> float:
        """Return how good a reading is, 0 to `base`."""
        if self.labels == 0:
            return 0.0
        score = base * min(1.0, self.share) * self.quality * (0.7 + 0.3 * self.repeating)
        score *= 1 - 0.15 * self.several
        if self.labels == 1:
            score *= 0.2
        elif self.named > 20 and self.images_per_label < 2:
            score *= 0.3
        return score


@dataclass(frozen=True, eq=False)
class Reading:
    """One way to read the labels of a source."""

    kind: str  # FOLDERS, TABLE, FILE_NAMES, PATTERN or NOTHING
    title: str  # for people: "the folders part_1 and part_2", "labels.csv, column 'dx'"
    choices: Choices  # how to ask for it again
    evidence: Evidence
    score: float  # 0 to 1
    labels_file: LabelsFile | None = None  # of a table
    level: int = 0  # of folders, from 1
    sample: Mapping[int, str] = field(default_factory=dict)  # place of a picture -> label

    @property
    def is_of_export(self) -> bool:
        """Return whether the manifest of an export says the labels: nothing is guessed."""
        return self.labels_file is not None and self.labels_file.is_of_export

    @property
    def option(self) -> str:
        """Return the options of the command line that ask for this reading."""
        choices = self.choices
        if choices.label_pattern:
            return f"--label-pattern {shlex.quote(choices.label_pattern)}"
        if choices.labels_file == "":
            return f"--label-level {choices.label_level or 1}"
        options = [f"--labels {shlex.quote(choices.labels_file or '')}"]
        if choices.label_column:
            options.append(f"--label-column {shlex.quote(choices.label_column)}")
        return " ".join(options)

    def says_the_same(self, other: "Reading") -> bool:
        """Return whether both part the pictures that both name in the same way, by the samples."""
        common = [place for place in self.sample if place in other.sample]
        if not common or len(common) < 0.9 * min(len(self.sample), len(other.sample)):
            return False
        pairs = {(self.sample[place], other.sample[place]) for place in common}
        ours, theirs = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
        return len(pairs) == len(ours) == len(theirs)


@dataclass(frozen=True, eq=False)
class Source:
    """The pictures of a source with what their folders say, as every reading needs it."""

    files: SourceFiles
    index: FileIndex
    folders: Folders
    labelled_folders: Folders  # the same, where something else says the labels
    is_aside: NDArray[np.bool_]  # (P,) belongs to another picture, or is a copy of one

    def sample(self) -> NDArray[np.intp]:
        """Return places of pictures spread over the source, those apart that are no examples."""
        places = np.flatnonzero(~self.is_aside)
        step = max(1, len(places) // _SAMPLE)
        return places[::step]


def collect(source: Source, labels_files: Sequence[LabelsFile]) -> list[Reading]:
    """Return every way to read the labels of a source, the best first."""
    tables = [read for file in labels_files for read in read_columns(source, file)]
    seen = sorted(
        {place for read in tables for place in read.sample} | set(source.sample().tolist())
    )
    folders = read_folders(source, seen)
    found = [*folders, *tables]
    best = max(found, key=lambda reading: reading.score)
    is_coded = best.kind == TABLE and all(map(_is_number, best.sample.values()))
    if best.score < _SILENT or is_coded:
        names = read_names(source)
        if is_coded:
            found = [_as_names_say(reading, names, best) for reading in found]
        found += names
    found.sort(key=lambda reading: -reading.score)  # stable: of equals, folders come first
    return found


def _as_names_say(reading: Reading, names: Sequence[Reading], best: Reading) -> Reading:
    """Return a column above all others where it parts the pictures as their names do."""
    if reading.kind == TABLE and any(reading.says_the_same(other) for other in names):
        return replace(reading, score=min(1.0, _TOLD_TWICE * best.score))
    return reading


def apply(reading: Reading, source: Source, progress: Progress) -> SourceLabels:
    """Return the labels of all pictures, as a reading says them.

    Raises:
        SourceError: the table is damaged.
        SettingError: the pattern takes too long.
    """
    folder_of = source.files.folder_of
    if reading.labels_file is not None:
        found = label_by_table(
            reading.labels_file, source.index, source.labelled_folders, folder_of, progress
        )
        if reading.is_of_export:
            # They were classes apart when the set was exported.
            found.proposals["alike_labels"] = "keep_apart"
            if all(map(is_manifest, reading.labels_file.tables)):
                found.proposals["files_without_row"] = "beside"  # added since; an index draws some
        return found
    if reading.choices.label_pattern:
        texts = labels_in(source.files.paths, reading.choices.label_pattern)
        return label_by_names(texts, source.labelled_folders, folder_of)
    return label_by_folders(source.folders, folder_of, max(1, reading.level))


def confirm(reading: Reading, source: Source, labels: SourceLabels) -> Reading:
    """Return a reading with the evidence of all pictures in place of a sample's."""
    is_used = ~source.is_aside
    aside = np.zeros(len(is_used), np.bool_)
    aside[labels.pictures.get("unlabelled_split", [])] = True
    if labels.proposals.get("split_among_classes") is None:
        aside[labels.pictures.get("split_among_classes", [])] = True
    has_one = is_used & ~aside & (labels.codes != NO_LABEL)
    has_one[list(labels.combinations)] = False
    counts = np.bincount(labels.codes[has_one], minlength=len(labels.names))
    counts = counts[counts > 0]
    evidence = replace(
        reading.evidence,
        pictures=int((is_used & ~aside).sum()),
        named=int(counts.sum()),
        labels=len(counts),
        repeating=float((counts > 1).mean()) if len(counts) else 0.0,
        splits=tuple(
            SPLITS[code] for code in np.unique(labels.splits[labels.codes != NO_LABEL]) if code >= 0
        ),
        rows_without_file=len(labels.rows.get("rows_without_file", [])),
        several=len(labels.combinations) / max(1, len(labels.combinations) + int(counts.sum())),
    )
    # Several labels are no fault of the reading: they are decided about.
    told = replace(evidence, named=evidence.named + len(labels.combinations))
    # What lowers a level of folders is not in its evidence.
    factor = reading.score / (reading.evidence.score(1.0) or 1.0)
    return replace(reading, evidence=evidence, score=min(1.0, factor * told.score(1.0)))


def read_folders(source: Source, seen: Sequence[int] | None = None) -> list[Reading]:
    """Return a reading for each level of folders, the outermost first.

    Args:
        source: The pictures.
        seen: Places of pictures that stand for all when readings are compared.
    """
    folders, folder_of = source.folders, source.files.folder_of
    counts = np.bincount(folder_of[~source.is_aside], minlength=len(folders.names))
    seen = source.sample().tolist() if seen is None else seen
    found: list[Reading] = []
    factor = 1.0
    for level in range(1, min(folders.levels, _DEEPEST) + 1):
        codes, names = folders.labels_at(level)
        has_label = (codes != NO_LABEL) & (counts > 0)
        held = np.bincount(codes[has_label], counts[has_label], minlength=len(names)).astype(int)
        of_name = {name: int(count) for name, count in zip(names, held, strict=True) if count}
        quality = folders_quality(of_name) * _unlike_each_other(folders, level, counts)
        left = counts[~unlabelled_splits(folders, has_label)]
        evidence = Evidence(
            int(left.sum()), int(held.sum()), len(of_name), _repeating(list(of_name.values())),
            quality, _splits_of(folders, has_label),
        )  # fmt: skip
        sample = {
            place: names[code] for place in seen if (code := codes[folder_of[place]]) != NO_LABEL
        }
        found.append(
            Reading(
                FOLDERS, _folders_title(of_name, level), Choices(labels_file="", label_level=level),
                evidence, evidence.score(_BASE[FOLDERS] * factor), level=level, sample=sample,
            )
        )  # fmt: skip
        if len(of_name) > 1 and quality > 0.5:
            factor *= _DEEPER
    if not found:
        evidence = Evidence(int(counts.sum()), 0, 0, 0.0, 0.0)
        choices = Choices(labels_file="", label_level=1)
        found.append(Reading(NOTHING, "no labels", choices, evidence, 0.0))
    return found


def read_columns(source: Source, labels_file: LabelsFile) -> list[Reading]:
    """Return a reading for each column of a table that may hold labels, the guessed one first."""
    return [read_column(source, judged) for judged in judge_columns(labels_file, source.index)]


def read_column(source: Source, judged: JudgedTable) -> Reading:
    """Return the reading of one column of a table."""
    file, names = judged.labels_file, judged.labels_file.column_names
    columns = file.columns
    folder_of = source.files.folder_of
    counts = np.bincount(folder_of[~source.is_aside], minlength=len(source.folders.names))
    has_label = np.zeros(len(counts), np.bool_)
    has_label[folder_of[list(judged.labels)]] = True
    pictures = int(counts[~unlabelled_splits(source.labelled_folders, has_label)].sum())
    of_label = Counter(judged.labels.values())
    named = round(len(judged.labels) * judged.rows / max(1, judged.sampled))
    evidence = Evidence(
        pictures, min(named, pictures), len(of_label), _repeating(list(of_label.values())),
        judged.quality, tuple(sorted(judged.splits)), judged.rows_without_file, judged.several,
    )  # fmt: skip
    what = "one column a label" if columns.one_hot else f"column '{short(names[columns.label])}'"
    choices = Choices(
        labels_file=file.given or file.name,
        image_column=names[columns.file],
        label_column=names[columns.label],
        split_column="" if columns.split is None else names[columns.split],
        group_column="" if columns.group is None else names[columns.group],
    )
    paths = [table.path for table in file.tables]
    title = _listed(paths) if len(paths) > _MOST_NAMED else ", ".join(map(short, paths))
    title += " of an Evenset export" if file.is_of_export else f", {what}"
    score = min(1.0, evidence.score(_OF_EXPORT if file.is_of_export else _BASE[TABLE]))
    return Reading(TABLE, title, choices, evidence, score, file, sample=judged.labels)


def read_names(source: Source) -> list[Reading]:
    """Return the readings of file names whose words are few, and each of many files."""
    places = source.sample()
    paths = [source.files.paths[place] for place in places]
    found: list[Reading] = []
    for pattern in PATTERNS:
        reading = read_pattern(source, pattern, places, labels_in(paths, pattern))
        is_new = not any(reading.says_the_same(other) for other in found)
        if reading.score > 0 and is_new:
            found.append(reading)
    return found


def read_pattern(
    source: Source, pattern: str, places: NDArray[np.intp], labels: Sequence[str]
) -> Reading:
    """Return the reading of what a pattern found in the paths of a sample of pictures."""
    folder_of = source.files.folder_of[places]
    has_label = np.zeros(len(source.folders.names), np.bool_)
    has_label[folder_of[[bool(label) for label in labels]]] = True
    is_aside = unlabelled_splits(source.labelled_folders, has_label)[folder_of]
    left = [label for label, aside in zip(labels, is_aside, strict=True) if not aside]
    of_label = Counter(label for label in left if label)
    kind = FILE_NAMES if pattern in PATTERNS else PATTERN
    evidence = Evidence(
        len(left), sum(of_label.values()), len(of_label), _repeating(list(of_label.values())),
        words_quality(left) if kind == FILE_NAMES else 1.0,
        _splits_of(source.labelled_folders, has_label),
    )  # fmt: skip
    title = PATTERNS.get(pattern, f"the pattern {short(pattern)}")
    title += f", {_listed(_in_order(of_label))}" if of_label else ""
    sample = {int(place): label for place, label in zip(places, labels, strict=True) if label}
    return Reading(
        kind, title, Choices(label_pattern=pattern), evidence, evidence.score(_BASE[kind]),
        sample=sample,
    )  # fmt: skip


def short(name: str) -> str:
    """Return a name as a sentence holds it: its middle left out where it is long."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST // 2]}...{name[-_LONGEST // 2 :]}"


def _unlike_each_other(folders: Folders, level: int, counts: NDArray[np.intp]) -> float:
    """Return less than 1 where the folders of a level hold folders of the same names: parts."""
    inside: dict[str, set[str]] = {}
    for parts, count in zip(folders.classes, counts, strict=True):
        if len(parts) >= level and count:
            inner = filter(may_be_class, parts[level : level + 1])
            inside.setdefault(parts[level - 1], set()).update(inner)
    every = set().union(*inside.values())
    if len(inside) < 2 or len(every) < 2:
        return 1.0
    shared = sum(map(len, inside.values())) / (len(every) * len(inside))
    return _ALIKE if shared >= _MOSTLY_SHARED else 1.0


def _is_number(label: str) -> bool:
    return label.replace(".", "", 1).isdecimal()


def _repeating(counts: Sequence[int]) -> float:
    return sum(count > 1 for count in counts) / len(counts) if counts else 0.0


def _splits_of(folders: Folders, has_label: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(SPLITS[code] for code in np.unique(folders.splits[has_label]))


def _folders_title(counts: Mapping[str, int], level: int) -> str:
    names = _in_order(counts)
    noun = "the folder" if len(names) == 1 else "the folders"
    where = f" at level {level}" if level > 1 else ""
    return f"{noun} {_listed(names)}{where}"


def _in_order(counts: Mapping[str, int]) -> list[str]:
    """Return names in order, or the most frequent first where not all of them will be said."""
    if len(counts) <= _MOST_NAMED + 1:
        return sorted(counts)
    return largest_first(counts)


def _listed(names: Sequence[str]) -> str:
    """Return 'a', 'a and b', 'a, b, c and 4 more'; of long names the middle is left out."""
    said = [isolated(shortened(name, _LONGEST_LISTED)) for name in names]
    if len(said) <= _MOST_NAMED + 1:  # 'and 1 more' is no shorter
        return listed(said) if said else ""
    return f"{', '.join(said[:_MOST_NAMED])} and {len(said) - _MOST_NAMED} more"
