"""What a person looks at before anything is read: pictures with the labels of each reading."""

from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np

from core.errors import SettingError
from core.ingest.file_names import labels_in
from core.ingest.readings import Reading
from core.ingest.survey import Survey
from core.words import count_of

_NAMES_TRIED = 1_000  # while a pattern is being written; all names once it is used
_PATTERN_SECONDS = 1.0


@dataclass(frozen=True)
class Example:
    """A picture of a source, with the label that a reading gives it."""

    place: int  # among the pictures of the survey
    path: str  # as the person knows it
    label: str  # '' for none


@dataclass(frozen=True)
class PatternTrial:
    """What a pattern finds in the names of a source, or why it is refused."""

    examples: tuple[Example, ...] = ()  # spread over the names
    told: str = ""  # how many labels it finds, in how many names
    refusal: str = ""

    @property
    def finds_labels(self) -> bool:
        """Return whether there is anything to read by it."""
        return not self.refusal and any(example.label for example in self.examples)


def examples(found: Survey, reading: Reading, most: int = 6) -> list[Example]:
    """Return pictures spread over the labels of a reading, from the commonest to the rarest."""
    aside = _aside(found)
    of_label: dict[str, list[int]] = defaultdict(list)
    for place, label in sorted(reading.sample.items()):
        if place not in aside:
            of_label[label].append(place)
    labels = sorted(of_label, key=lambda label: (-len(of_label[label]), label))
    if not labels:
        return []
    picked = _spread(len(labels), most)
    found_places: list[tuple[int, str]] = []
    for number, which in enumerate(picked):
        label = labels[which]
        places = of_label[label]
        share = most // len(picked) + (number < most % len(picked))
        found_places += [(places[at], label) for at in _spread(len(places), share)]
    return [_example(found, place, label) for place, label in found_places]


def label_counts(reading: Reading) -> list[int]:
    """Return how many pictures each label has, the most first; of a sample of a large source."""
    return sorted(Counter(reading.sample.values()).values(), reverse=True)


def extent_of(reading: Reading) -> str:
    """Return '7 labels for all pictures; train, test; group 'lesion_id'' of a reading."""
    evidence, file = reading.evidence, reading.labels_file
    share = evidence.share
    which = "all pictures" if share >= 1 else f"{100 * share:.0f}% of the pictures"
    if 0 < share < 0.01:
        which = "less than 1% of the pictures"
    parts = [f"{count_of(evidence.labels, 'label')} for {which}"]
    if len(evidence.splits) > 1:
        parts.append(f"splits {', '.join(evidence.splits)}")
    if file is not None and file.columns.group is not None:
        parts.append(f"group '{file.column_names[file.columns.group]}'")
    if evidence.several > 0:
        parts.append("some pictures have several labels")
    return "; ".join(parts)


def try_pattern(found: Survey, pattern: str, most: int = 8) -> PatternTrial:
    """Return what a pattern finds in a sample of the names, spread over the source."""
    aside = _aside(found)
    places = [place for place in range(len(found.pictures)) if place not in aside]
    tried = [places[at] for at in _spread(len(places), _NAMES_TRIED)]
    paths = [_path(found, place) for place in tried]
    try:
        labels = labels_in(paths, pattern, within_s=_PATTERN_SECONDS)
    except SettingError as error:
        return PatternTrial(refusal=str(error))
    named = sum(map(bool, labels))
    which = "" if len(tried) == len(places) else " that were tried"
    told = (
        f"{count_of(len(set(labels) - {''}), 'label')} in {named:,} of "
        f"{count_of(len(tried), 'name')}{which}"
    )
    shown = tuple(_example(found, tried[at], labels[at]) for at in _spread(len(tried), most))
    return PatternTrial(shown, told)


def _aside(found: Survey) -> set[int]:
    """Return the places of pictures that are no examples: masks, copies of others."""
    pictures = found.labels.pictures
    return {*pictures.get("companions", ()), *pictures.get("nested_copies", ())}


def _path(found: Survey, place: int) -> str:
    return found.listing.paths[int(found.pictures[place])]


def _example(found: Survey, place: int, label: str) -> Example:
    return Example(int(place), _path(found, place), label)


def _spread(count: int, most: int) -> list[int]:
    """Return at most `most` numbers below `count`, the first and the last among them."""
    if count <= most:
        return list(range(count))
    places = np.linspace(0, count - 1, most).round().astype(int)
    return [int(place) for place in np.unique(places)]
