"""What to know about the rows of a comparison before reading them, in sentences for people."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.evaluate.candidates import BASELINE, Candidate
from core.evaluate.predictions import Predictions
from core.resample import find_strategy
from core.words import count_of

_MOST_NAMED = 4
_FEW = 10  # images scored in a run


def write_result_notes(
    predictions: Predictions, candidates: Sequence[Candidate], asked_repeats: int
) -> list[str]:
    """Return a sentence for each thing that would make a row be misread.

    Args:
        predictions: Of the candidates that have begun.
        candidates: All that were to be compared.
        asked_repeats: How often.
    """
    begun = [one for one in candidates if one.name in predictions.scores]
    return [
        *_unfinished(predictions, candidates, asked_repeats),
        *_one_class(predictions, begun),
        *_identical(predictions, begun),
        *_settings(begun),
    ]


def _unfinished(
    predictions: Predictions, candidates: Sequence[Candidate], asked_repeats: int
) -> list[str]:
    notes = []
    missing = [one.title for one in candidates if one.name not in predictions.scores]
    if missing:
        notes.append(
            f"Not compared yet: {_listed(missing)}. With more rivals, intervals become wider."
        )
    done = len(predictions.done)
    if done < asked_repeats:
        notes.append(
            f"{done} of {count_of(asked_repeats, 'repeat')}: with more, intervals become narrower."
        )
    return notes


def _one_class(predictions: Predictions, candidates: Sequence[Candidate]) -> list[str]:
    always: dict[str, list[str]] = {}  # label -> candidates that gave it to every image
    notes = []
    unit = "seed" if predictions.is_held_out else "fold"
    for one in candidates:
        labels = predictions.labels[one.name]
        if (labels == labels[0, 0]).all():
            always.setdefault(predictions.classes[labels[0, 0]], []).append(one.title)
            continue
        runs = [
            labels[place][folds == fold]
            for place, folds in enumerate(predictions.runs[predictions.done])
            for fold in np.unique(folds)
        ]
        # Of a few images, all may be called the same by a head that has learned something.
        found = sum(len(run) >= _FEW and _is_constant(run) for run in runs)
        if found:
            notes.append(
                f"'{one.title}' gave every image to one class in {found} of "
                f"{count_of(len(runs), unit)}: it learned nothing there."
            )
    return [
        *(
            f"{_listed(titles)} gave every image to '{label}'. They learned nothing there, so a "
            "difference of 0.0 is not a finding."
            for label, titles in always.items()
        ),
        *notes,
    ]


def _identical(predictions: Predictions, candidates: Sequence[Candidate]) -> list[str]:
    if BASELINE not in predictions.labels:
        return []
    base = predictions.labels[BASELINE]
    same = [
        one.title
        for one in candidates
        if one.name != BASELINE and np.array_equal(predictions.labels[one.name], base)
    ]
    if not same:
        return []
    verb = "answers" if len(same) == 1 else "answer"
    return [
        f"{_listed(same)} {verb} as 'None' does on every image: identical here, which does not "
        "mean that nothing would differ elsewhere."
    ]


def _settings(candidates: Sequence[Candidate]) -> list[str]:
    changed: dict[str, str] = {}  # title of a strategy -> what is set
    for part in (part for candidate in candidates for part in candidate.parts):
        record = find_strategy(part.strategy)
        if text := record.changed(part.settings):
            changed[record.title] = text
    return [f"Set for '{title}': {text}." for title, text in changed.items()]


def _is_constant(labels: NDArray[np.int16]) -> bool:
    return bool((labels == labels[0]).all())


def _listed(titles: Sequence[str]) -> str:
    """Return titles in quotes, the first few by name."""
    quoted = [f"'{title}'" for title in titles]
    if len(quoted) > _MOST_NAMED:
        quoted = [*quoted[: _MOST_NAMED - 1], f"{len(quoted) - _MOST_NAMED + 1} more"]
    *before, last = quoted
    return f"{', '.join(before)} and {last}" if before else last
