"""What to know about the rows of a comparison before reading them, in sentences for people."""

from collections.abc import Sequence

import numpy as np

from core.evaluate.candidates import Candidate
from core.evaluate.metrics import METRICS
from core.evaluate.report import FLOOR, Row, StrategyResult
from core.resample import find_strategy
from core.words import count_of

_MOST_NAMED = 4
_FEW = 10  # images scored in a fold


def write_result_notes(
    rows: Sequence[Row],
    results: Sequence[StrategyResult],
    candidates: Sequence[Candidate],
    *,
    classes: Sequence[str],
    metric: str,
    is_held_out: bool,
) -> list[str]:
    """Return a sentence for each thing that would make a row be misread.

    Args:
        rows: Runs of the strategies that are done, the baseline first.
        results: What they came to, and the floor.
        candidates: All that were to be compared.
        classes: The C labels of the confusions.
        metric: The one that matters to the person.
        is_held_out: Each run is of another seed, not of another fold.
    """
    return [
        *_unfinished(rows, candidates),
        *_one_class(rows, classes, "seed" if is_held_out else "fold"),
        *width_notes(results, metric, is_held_out=is_held_out),
        *_settings([one for one in candidates if one.name in {row.name for row in rows}]),
    ]


def width_notes(results: Sequence[StrategyResult], metric: str, *, is_held_out: bool) -> list[str]:
    """Return a sentence for intervals in `metric` without width, which look like certainty."""
    unit = "seed" if is_held_out else "fold"
    flat = [
        (row.title, row.difference[metric].mean)
        for row in results
        if row.name != FLOOR and row.difference is not None and not row.difference[metric].has_width
    ]
    figure = METRICS[metric].words
    same = [title for title, mean in flat if abs(mean) < 1e-9]
    notes = []
    if same:
        has, its = (
            ("has", "its interval has") if len(same) == 1 else ("have", "their intervals have")
        )
        notes.append(
            f"{_listed(same)} {has} the {figure} of 'None' in every {unit}: {its} no width. "
            "Nothing differed here, which does not mean that nothing would differ elsewhere."
        )
    return [
        *notes,
        *(
            f"'{title}' differs by the same {figure} in every {unit}: its interval has no width by "
            "chance, which is no certainty."
            for title, mean in flat
            if title not in same
        ),
    ]


def _unfinished(rows: Sequence[Row], candidates: Sequence[Candidate]) -> list[str]:
    done = {row.name for row in rows}
    missing = [one.title for one in candidates if one.name not in done]
    if not missing:
        return []
    # Whoever stops when a row looks good has looked at all of them: fewer would be too narrow.
    return [
        f"Not compared: {_listed(missing)}. The intervals are corrected for all "
        f"{count_of(len(candidates), 'strategy')} that were requested, which is wider than "
        f"{count_of(len(rows), 'strategy')} would need."
    ]


def _one_class(rows: Sequence[Row], classes: Sequence[str], unit: str) -> list[str]:
    always: dict[str, list[str]] = {}  # label -> strategies that gave it to every image
    notes = []
    for row in rows:
        given = {_only_answer(run.confusion) for run in row.runs}
        (code,) = given if len(given) == 1 else (None,)
        if code is not None:
            always.setdefault(classes[code], []).append(row.title)
            continue
        # Of a few images, all may be called the same by a head that has learned something.
        large = [run.confusion for run in row.runs if run.confusion.sum() >= _FEW]
        if found := sum(_only_answer(confusion) is not None for confusion in large):
            notes.append(
                f"'{row.title}' gave every image to one class in {found} of "
                f"{count_of(len(row.runs), unit)}: it learned nothing there."
            )
    return [
        *(
            f"{_listed(titles)} gave every image to '{label}'. They learned nothing there, so a "
            "difference of 0.0 is not a finding."
            for label, titles in always.items()
        ),
        *notes,
    ]


def _only_answer(confusion: np.ndarray) -> int | None:
    """Return the code that every image was given, where images of two classes were."""
    given = np.flatnonzero(confusion.sum(axis=0))
    return int(given[0]) if len(given) == 1 and (confusion.sum(axis=1) > 0).sum() > 1 else None


def _settings(candidates: Sequence[Candidate]) -> list[str]:
    changed: dict[str, str] = {}  # title of a strategy -> what is set
    for part in (part for candidate in candidates for part in candidate.parts):
        record = find_strategy(part.strategy)
        if text := record.changed(part.settings):
            changed[record.title] = text
    return [f"Set for '{title}': {text}." for title, text in changed.items()]


def _listed(titles: Sequence[str]) -> str:
    """Return titles in quotes, the first few by name."""
    quoted = [f"'{title}'" for title in titles]
    if len(quoted) > _MOST_NAMED:
        quoted = [*quoted[: _MOST_NAMED - 1], f"{len(quoted) - _MOST_NAMED + 1} more"]
    *before, last = quoted
    return f"{', '.join(before)} and {last}" if before else last
