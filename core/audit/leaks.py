"""What is there twice, or in two splits: copies and near copies of pictures, and groups.

They spoil the labels, the measurement, or only the count.
"""

import numpy as np
from numpy.typing import NDArray

from core.audit.check import AuditInput
from core.dataset import SPLITS, ImageDataset, column_text
from core.dataset.finding import Finding, Severity
from core.duplicates import duplicate_groups, repeated
from core.words import count_of, named


def find_duplicates(dataset: ImageDataset) -> list[Finding]:
    """Return what pictures do harm that are there twice, byte for byte."""
    kinds = _sorted_by_harm(dataset, repeated(duplicate_groups(dataset), dataset.present_rows))
    findings = []
    if groups := kinds["conflict"]:
        example = _example(dataset, groups)
        text = f"{_pictures(len(groups))} under two or more labels, such as {example}."
        remedy = "Decide which label is right, and remove the other file."
        findings.append(_finding("label_conflict", Severity.HIGH, groups, text, remedy))
    if groups := kinds["leak"]:
        text = (
            f"{_pictures(len(groups))} in two or more splits: a model can recall them from memory."
        )
        remedy = "Remove them from the training split."
        findings.append(_finding("split_leak", Severity.HIGH, groups, text, remedy))
    if groups := kinds["copy"]:
        extra = sum(len(rows) - 1 for rows in groups)
        text = (
            f"{_pictures(len(groups))} in the same class more than once "
            f"({count_of(extra, 'file')} extra)."
        )
        remedy = "Remove the extra files. Evaluate keeps copies on one side of every fold."
        findings.append(_finding("duplicates", Severity.MEDIUM, groups, text, remedy))
    return findings


def find_near_duplicates(given: AuditInput) -> list[Finding]:
    """Return what pictures do harm that are there again in another size or encoding."""
    assert given.measures is not None
    dataset, same = given.dataset, given.copies
    near = [
        rows
        for rows in repeated(given.measures.groups, dataset.present_rows)
        if len(set(same[rows].tolist())) > 1
    ]
    kinds = _sorted_by_harm(dataset, near)
    findings = []
    if groups := kinds["conflict"]:
        example = _example(dataset, groups)
        text = f"{_alike(len(groups))} under two or more labels, such as {example}."
        remedy = (
            "Check them: one of the labels may be wrong, or the pictures may be hard to tell apart."
        )
        findings.append(_finding("near_label_conflict", Severity.MEDIUM, groups, text, remedy))
    if groups := kinds["leak"]:
        text = (
            f"{_alike(len(groups))} in two or more splits: a model can almost recall them from "
            "memory."
        )
        remedy = "Check them, and remove copies from the training split."
        findings.append(_finding("near_split_leak", Severity.HIGH, groups, text, remedy))
    if groups := kinds["copy"]:
        text = f"{_alike(len(groups))} in the same class."
        remedy = "Evaluate keeps them on one side of every fold. Remove those that add nothing new."
        findings.append(_finding("near_duplicates", Severity.LOW, groups, text, remedy))
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


def _sorted_by_harm(
    dataset: ImageDataset, groups: list[NDArray[np.intp]]
) -> dict[str, list[NDArray[np.intp]]]:
    """Return groups by what they spoil: the labels, the measurement, or only the count."""
    kinds: dict[str, list[NDArray[np.intp]]] = {"conflict": [], "leak": [], "copy": []}
    for rows in groups:
        is_conflict = len(set(dataset.codes[rows].tolist())) > 1
        is_leak = len(set(dataset.split_codes[rows].tolist())) > 1
        if is_conflict:
            kinds["conflict"].append(rows)
        if is_leak:
            kinds["leak"].append(rows)
        if not is_conflict and not is_leak:
            kinds["copy"].append(rows)
    return kinds


def _example(dataset: ImageDataset, groups: list[NDArray[np.intp]]) -> str:
    return named(sorted({dataset.label(int(row)) for row in groups[0]})[:2])


def _finding(
    id_: str, severity: Severity, groups: list[NDArray[np.intp]], text: str, remedy: str
) -> Finding:
    return Finding(id_, severity, np.concatenate(groups), text, remedy)


def _pictures(count: int) -> str:
    return "1 picture is" if count == 1 else f"{count:,} pictures are"


def _alike(count: int) -> str:
    groups = "1 group" if count == 1 else f"{count:,} groups"
    stand = "stands" if count == 1 else "stand"
    return f"{groups} of nearly the same picture {stand}"
