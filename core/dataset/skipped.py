"""Why files were skipped: alike reasons together, so that a thousand are one line."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.dataset.choices import SkippedFile

_NUMBER = re.compile(r"\d[\d,.]*")
_SHORTEST = 8  # letters that reasons of one kind share at least


@dataclass(frozen=True)
class Reason:
    """Why some files were skipped."""

    text: str
    count: int
    example: str  # the path of the first of them


def reasons_of(skipped: Iterable[SkippedFile]) -> list[Reason]:
    """Return the reasons, the one of most files first; those that differ in numbers are one."""
    files: dict[str, list[SkippedFile]] = {}
    for skip in skipped:
        files.setdefault(_NUMBER.sub("0", skip.reason), []).append(skip)
    reasons = [
        Reason(_common({skip.reason for skip in alike}), len(alike), alike[0].path)
        for alike in files.values()
    ]
    return sorted(reasons, key=lambda reason: -reason.count)


def listed(reasons: Sequence[Reason], most: int = 4) -> str:
    """Return 'empty file (3); not an image (2)'; and how many have others."""
    texts = [f"{reason.text} ({reason.count:,})" for reason in reasons[:most]]
    rest = sum(reason.count for reason in reasons[most:])
    return "; ".join([*texts, f"other reasons ({rest:,})"] if rest else texts)


def _common(texts: set[str]) -> str:
    """Return what reasons that differ in their numbers say before the first one."""
    first = min(texts)
    start = _NUMBER.split(first)[0].rstrip(" (:,.'")
    if len(texts) == 1:
        return first
    return start if len(start) >= _SHORTEST else f"{first}, and the like"
