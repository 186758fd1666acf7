"""What is there twice, or in two splits: copies and near copies of pictures, and groups.

They spoil the labels, the measurement, or only the count.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.audit.check import AuditInput
from core.dataset import SPLITS, TEST, TRAIN, VALIDATION, ImageDataset, Rows, column_text
from core.dataset.edits import Change, Edit
from core.dataset.finding import Finding, Remedy, Severity
from core.duplicates import (
    Copies,
    Groups,
    Kind,
    duplicate_groups,
    effective_images,
    repeated,
)
from core.words import count_of, named

# What the images of a class are worth, as a share of their number, from which down it is graver.
_GRAVE, _NOTABLE = 0.5, 0.8
_WORTH_SAYING = 0.9


def find_duplicates(dataset: ImageDataset) -> list[Finding]:
    """Return what pictures do harm that are there twice, byte for byte."""
    groups = duplicate_groups(dataset)
    harm = _sorted_by_harm(dataset, repeated(groups, dataset.present_rows))
    findings = []
    if harm.conflicts:
        example = _example(dataset, harm.conflicts)
        text = f"{_pictures(len(harm.conflicts))} under two or more labels, such as {example}."
        remedy = "Decide which label is right, and leave out the other file."
        findings.append(_conflict("label_conflict", Severity.HIGH, harm.conflicts, text, remedy))
    if harm.leaks:
        text = (
            f"{_pictures(len(harm.leaks))} in two or more splits: a model can recall them from "
            "memory."
        )
        remedy = "Leave them out of the split that is learned from."
        findings.append(_leak(dataset, "split_leak", harm.leaks, text, remedy))
    if harm.copies:
        extra = sum(len(rows) - 1 for rows in harm.copies)
        worth = _worth(dataset, groups)
        text = (
            f"{_pictures(len(harm.copies))} in the same class more than once "
            f"({count_of(extra, 'file')} extra). {worth.text}"
        )
        remedy = "Leave out the extra files. Evaluate keeps copies on one side of every fold."
        findings.append(_repeated(dataset, "duplicates", harm.copies, worth, text, remedy))
    return findings


def find_near_duplicates(given: AuditInput) -> list[Finding]:
    """Return what pictures do harm that are there again, nearly the same."""
    assert given.measures is not None
    dataset, same, copies = given.dataset, given.copies, given.measures.copies
    near = [
        rows
        for rows in repeated(copies.groups, dataset.present_rows)
        if len(set(same[rows].tolist())) > 1
    ]
    harm = _sorted_by_harm(dataset, near)
    findings = []
    if harm.conflicts:
        kinds = _kinds_text(copies, harm.conflicts)
        example = _example(dataset, harm.conflicts)
        text = f"{_alike(len(harm.conflicts))} under two or more labels, such as {example}{kinds}."
        remedy = (
            "Check them: one of the labels may be wrong, or the pictures may be hard to tell apart."
        )
        severity = Severity.MEDIUM
        if _kinds_between_labels(dataset, copies, harm.conflicts) <= {Kind.MIRRORED, Kind.TURNED}:
            severity = Severity.LOW
            remedy += " Leave them as they are if the label says which way a thing points."
        findings.append(_conflict("near_label_conflict", severity, harm.conflicts, text, remedy))
    if harm.leaks:
        text = (
            f"{_alike(len(harm.leaks))} in two or more splits{_kinds_text(copies, harm.leaks)}. "
            "A model can almost recall them from memory."
        )
        remedy = "Check them, and leave them out of the split that is learned from."
        findings.append(_leak(dataset, "near_split_leak", harm.leaks, text, remedy))
    if harm.copies:
        worth = _worth(dataset, copies.groups)
        kinds = _kinds_text(copies, harm.copies)
        text = f"{_alike(len(harm.copies))} in the same class{kinds}. {worth.text}"
        remedy = (
            "Evaluate keeps them on one side of every fold. Leave out those that add nothing new."
        )
        findings.append(_repeated(dataset, "near_duplicates", harm.copies, worth, text, remedy))
    return findings


def find_split_groups(dataset: ImageDataset) -> list[Finding]:
    """Return the groups with images in two or more splits; a row that names none is in one."""
    present = dataset.present_rows
    pairs = np.column_stack([dataset.group_codes[present], dataset.split_codes[present]])
    codes, splits = np.unique(np.unique(pairs, axis=0)[:, 0], return_counts=True)
    rows = present[np.isin(pairs[:, 0], codes[splits > 1])]
    if len(rows) == 0:
        return []
    count = int((splits > 1).sum())
    first = dataset.group_codes == dataset.group_codes[rows[0]]
    places = sorted(set(dataset.split_codes[first & (dataset.split_codes >= 0)].tolist()))
    name = str(dataset.table["group"].iloc[rows[0]])
    text = (
        f"{count_of(count, 'group')}{column_text(dataset)} {'is' if count == 1 else 'are'} in two "
        f"or more splits with {count_of(len(rows), 'image')}, such as '{name}' in "
        f"{' and '.join(SPLITS[place] for place in places)}: a model can know it from training."
    )
    remedy = "Move all images of a group to one split, or leave out those in the training split."
    return [Finding("group_leak", Severity.HIGH, rows, text, remedy)]


@dataclass(frozen=True)
class _Harm:
    """Groups of rows by what they spoil; one may spoil labels and the measurement."""

    conflicts: list[Rows]  # of two labels
    leaks: list[Rows]  # in two splits
    copies: list[Rows]  # neither


@dataclass(frozen=True)
class _Worth:
    """What the images of the class that has most copies are worth."""

    text: str  # '' where it is nearly their number
    severity: Severity


def _sorted_by_harm(dataset: ImageDataset, groups: Sequence[Rows]) -> _Harm:
    harm = _Harm([], [], [])
    for rows in groups:
        is_conflict = len(set(dataset.codes[rows].tolist())) > 1
        is_leak = len(set(dataset.split_codes[rows].tolist())) > 1
        if is_conflict:
            harm.conflicts.append(rows)
        if is_leak:
            harm.leaks.append(rows)
        if not is_conflict and not is_leak:
            harm.copies.append(rows)
    return harm


def _conflict(
    id_: str, severity: Severity, groups: Sequence[Rows], text: str, remedy: str
) -> Finding:
    rows = np.concatenate(groups)
    remedies = (
        _remedy("Put {} on the review list", id_, rows, Change.REVIEW),
        _remedy("Leave out {}", id_, rows, Change.LEAVE_OUT),
    )
    return Finding(id_, severity, rows, text, remedy, remedies=remedies)


def _leak(
    dataset: ImageDataset, id_: str, groups: Sequence[Rows], text: str, remedy: str
) -> Finding:
    """Return the finding; what is tested on stays, and else what settings are chosen by."""
    left_out = []
    for rows in groups:
        splits = dataset.split_codes[rows]
        kept = next(
            code for split in (TEST, VALIDATION, TRAIN) if (code := SPLITS.index(split)) in splits
        )
        left_out.append(rows[splits != kept])
    extra = np.concatenate(left_out)
    is_training = bool((dataset.split_codes[extra] == SPLITS.index(TRAIN)).all())
    title = "Leave out {} of the training split" if is_training else "Leave out {}, not the tested"
    remedies = (
        _remedy(title, id_, extra, Change.LEAVE_OUT),
        _remedy("Put {} on the review list", id_, np.concatenate(groups), Change.REVIEW),
    )
    return Finding(id_, Severity.HIGH, np.concatenate(groups), text, remedy, remedies=remedies)


def _repeated(
    dataset: ImageDataset, id_: str, groups: Sequence[Rows], worth: _Worth, text: str, remedy: str
) -> Finding:
    """Return the finding; of each group the picture with most pixels, then most bytes, stays."""
    table = dataset.table
    pixels = table["width"].to_numpy().astype(np.int64) * table["height"].to_numpy()
    sizes = table["bytes"].to_numpy()
    extra = np.concatenate(
        [rows[np.lexsort((rows, -sizes[rows], -pixels[rows]))[1:]] for rows in groups]
    )
    remedies = (_remedy("Leave out {}, one of each stays", id_, extra, Change.LEAVE_OUT),)
    rows = np.concatenate(groups)
    return Finding(id_, worth.severity, rows, text.strip(), remedy, remedies=remedies)


def _remedy(title: str, why: str, rows: Rows, change: Change) -> Remedy:
    rows = np.unique(rows)
    return Remedy(title.format(count_of(len(rows), "image")), (Edit(rows, change, why=why),))


def _worth(dataset: ImageDataset, groups: Groups) -> _Worth:
    """Say of the class that loses most by its copies how many pictures it has, as it were."""
    counts = dataset.counts()
    effective = effective_images(dataset, groups)
    share, label = min(
        (effective[label] / count, label) for label, count in counts.items() if count
    )
    severity = Severity.LOW
    if share <= _NOTABLE:
        severity = Severity.HIGH if share <= _GRAVE else Severity.MEDIUM
    text = (
        f"'{label}' has {count_of(counts[label], 'image')}, as good as "
        f"{effective[label]:,.0f} different ones."
    )
    return _Worth(text if share <= _WORTH_SAYING else "", severity)


def _kinds_text(copies: Copies, groups: Sequence[Rows]) -> str:
    """Return how the pictures of groups differ: ', mirrored', ': 5 mirrored, 2 turned'."""
    # Of each group what differs most tells; `Kind` begins with what differs least.
    most = np.full(len(copies.groups), -1)
    np.maximum.at(most, copies.groups[copies.pairs[:, 0]], copies.kinds)
    kinds = tuple(Kind)
    counts = Counter(kinds[most[copies.groups[rows[0]]]] for rows in groups)
    if len(counts) == 1:
        return f", {next(iter(counts))}"
    return ": " + ", ".join(f"{counts[kind]:,} {kind}" for kind in reversed(kinds) if counts[kind])


def _kinds_between_labels(
    dataset: ImageDataset, copies: Copies, groups: Sequence[Rows]
) -> set[Kind]:
    """Return how pictures of two labels differ in groups."""
    kinds = tuple(Kind)
    codes = dataset.codes[copies.pairs]
    is_there = np.isin(copies.pairs, np.concatenate(groups)).all(axis=1)
    places = copies.kinds[is_there & (codes[:, 0] != codes[:, 1])]
    return {kinds[place] for place in np.unique(places).tolist()}


def _example(dataset: ImageDataset, groups: Sequence[Rows]) -> str:
    return named(sorted({dataset.label(int(row)) for row in groups[0]})[:2])


def _pictures(count: int) -> str:
    return "1 picture is" if count == 1 else f"{count:,} pictures are"


def _alike(count: int) -> str:
    groups = "1 group" if count == 1 else f"{count:,} groups"
    stand = "stands" if count == 1 else "stand"
    return f"{groups} of nearly the same picture {stand}"
