"""Decisions about what does not match: from a survey to a dataset, each image with a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.dataset import SPLITS, TRAIN, Choices, Decided, ImageDataset, SkippedFile
from core.dataset.proposal import propose
from core.dataset.questions import settle
from core.errors import EmptyDatasetError, LimitError, SettingError
from core.ingest.cells import combined
from core.ingest.folders import NO_LABEL
from core.ingest.labels import UNKNOWN_SPLIT, alike
from core.ingest.mismatches import LEAVE_OUT, MISMATCHES, lost_classes
from core.ingest.names import why_no_picture
from core.ingest.picture_files import PictureFiles, read_picture_files
from core.ingest.readings import FOLDERS, TABLE
from core.ingest.survey import Survey
from core.limits import DEFAULT_LIMITS, Limits
from core.progress import Progress, silent
from core.words import count_of

UNLABELLED = "unlabelled"
_UNUSED_TABLE = "a table that is not used"
_REASONS = {
    "nested_copies": "a copy of another picture, in a folder inside of itself",
    "several_labels": "more than one label in the labels file",
    "files_without_row": "no row in the labels file",
    "rows_without_label": "an empty label in the labels file",
    "unknown_splits": "an unknown split in the labels file",
    "outside_classes": "not in a class folder",
    "names_without_label": "no label in its name",
    "unlabelled_split": "no label, in a folder for validation or test",
    "split_among_classes": "in a folder named like a split, next to class folders",
    "companions": "belongs to another picture",
    "augmented": "made by Evenset from another picture",
}
_OWN_CLASS = frozenset(
    {"files_without_row", "rows_without_label", "outside_classes", "names_without_label",
     "unlabelled_split"}
)  # fmt: skip
_LEFT_OUT = frozenset({LEAVE_OUT, "once"})


def read_survey(
    found: Survey,
    decisions: Mapping[str, str] | None = None,
    *,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = silent,
) -> ImageDataset:
    """Read the pictures of a survey as decided; what is not decided goes as proposed.

    Raises:
        SettingError: a decision that there is not.
        EmptyDatasetError: no image can be used.
        LimitError: more classes than the limit.
    """
    chosen = _complete(found, decisions or {})
    applied = _apply(found, chosen)
    listing = found.listing
    pictures = _picture_files(found, applied, limits)
    table, unreadable = read_picture_files(pictures, limits=limits, progress=progress)
    skipped = [*listing.skipped, *unreadable, *_refused(found, applied)]
    if table.empty:
        raise EmptyDatasetError(_why_empty(found, skipped))
    present = set(table["label"].unique())
    lost = [name for name in pictures.classes if name not in present]
    dataset = ImageDataset(
        listing.name,
        listing.root,
        table,
        tuple(sorted(skipped, key=lambda skip: skip.path)),
        choices=_choices(found, chosen),
        decided=_decided(found, chosen, lost),
        reading=found.sentence,
        proposal=propose(table["vanishing"].to_numpy(), table["highest"].to_numpy()),
    )
    if len(dataset.training_rows) == 0:
        raise EmptyDatasetError(
            f"No image in the training split of '{listing.name}' can be used. Put its images in "
            "one sub-folder per class, such as 'train/cat/1.jpg'."
        )
    return settle(dataset, found.choices)


def _picture_files(found: Survey, applied: "_Applied", limits: Limits) -> PictureFiles:
    """Return the pictures that have a label.

    Raises:
        LimitError: more classes than the limit.
    """
    listing = found.listing
    kept = np.flatnonzero(applied.codes != NO_LABEL)
    # Only labels that pictures have, in order of name.
    classes = sorted({applied.names[code] for code in np.unique(applied.codes[kept])})
    if len(classes) > limits.classes:
        raise LimitError(_too_many_classes(found, len(classes), limits))
    place_of = {name: place for place, name in enumerate(classes)}
    order = np.array([place_of.get(name, NO_LABEL) for name in applied.names], np.intp)
    places = found.pictures[kept]
    return PictureFiles(
        listing.root,
        [listing.paths[place] for place in places],
        [listing.files[place] for place in places],
        order[applied.codes[kept]] if len(kept) else applied.codes[kept],
        classes,
        applied.splits[kept],
        found.labels.groups[kept],
        found.labels.group_names,
        found.origins.codes[kept],
        found.origins.parents[kept],
        found.origins.names,
    )


def _refused(found: Survey, applied: "_Applied") -> list[SkippedFile]:
    """Return the pictures that are left out, other files, and tables that are not used."""
    paths = found.listing.paths
    refused = [
        SkippedFile(paths[found.pictures[place]], reason)
        for place, reason in sorted(applied.reasons.items())
    ]
    others = [SkippedFile(paths[p], why_no_picture(paths[p])) for p in found.others]
    there = set(paths) if found.passed else set()
    tables = [
        SkippedFile(one.path, f"{_UNUSED_TABLE}: {one.reason}")
        for one in found.passed
        if one.path in there
    ]
    return [*refused, *others, *tables]


def preview_counts(found: Survey, decisions: Mapping[str, str]) -> dict[str, int]:
    """Return label -> pictures under these decisions, in name order, before any is looked into."""
    applied = _apply(found, _complete(found, decisions))
    codes, counts = np.unique(applied.codes[applied.codes != NO_LABEL], return_counts=True)
    named = zip(codes.tolist(), counts.tolist(), strict=True)
    return dict(sorted((applied.names[code], count) for code, count in named))


@dataclass(frozen=True, eq=False)
class _Applied:
    """The pictures of a survey after all decisions."""

    codes: NDArray[np.intp]  # (P,) places in `names`, NO_LABEL for what is left out
    names: list[str]
    splits: NDArray[np.int8]  # (P,) places in SPLITS
    reasons: dict[int, str]  # place -> why it is left out


def _complete(found: Survey, decisions: Mapping[str, str]) -> dict[str, str]:
    """Return a decision for every mismatch."""
    for kind, decision in decisions.items():
        if kind not in MISMATCHES:
            raise SettingError(
                f"There is no mismatch '{kind}'. The mismatches are: {', '.join(MISMATCHES)}."
            )
        if decision not in MISMATCHES[kind].decisions:
            known = ", ".join(MISMATCHES[kind].decisions)
            raise SettingError(
                f"The decision '{decision}' does not exist for '{kind}'. Use one of: {known}."
            )
    return {
        mismatch.kind: decisions.get(mismatch.kind, mismatch.proposed)
        for mismatch in found.mismatches
    }


def _apply(found: Survey, chosen: Mapping[str, str]) -> _Applied:
    codes, splits = found.labels.codes.copy(), found.labels.splits.copy()
    names = list(found.labels.names)
    reasons: dict[int, str] = {}
    for kind, reason in _REASONS.items():
        places = found.labels.pictures.get(kind, [])
        decision = chosen.get(kind)
        if not places or decision is None:
            continue
        left = list(places) if decision in _LEFT_OUT else []
        if decision == "beside":
            left = _label_as_beside(found, places, codes, splits)
        elif decision == "combination":
            names = _combine(found, codes, names)
        elif not left and kind in _OWN_CLASS:
            label = found.listing.name if kind == "outside_classes" else UNLABELLED
            if label not in names:
                names.append(label)
            codes[places] = names.index(label)
        for place in left:
            reasons.setdefault(place, reason)
    splits[splits == UNKNOWN_SPLIT] = SPLITS.index(TRAIN)
    codes[list(reasons)] = NO_LABEL
    if chosen.get("alike_labels") == "merge":
        codes = _merge(codes, names)
    return _Applied(codes, names, splits, reasons)


def _combine(found: Survey, codes: NDArray[np.intp], names: Sequence[str]) -> list[str]:
    """Give each picture of several labels the one that combines them; return the names then."""
    code_of = {name: code for code, name in enumerate(names)}
    for place, labels in found.labels.combinations.items():
        codes[place] = code_of.setdefault(combined(labels), len(code_of))
    return list(code_of)


def _label_as_beside(
    found: Survey, places: Sequence[int], codes: NDArray[np.intp], splits: NDArray[np.int8]
) -> list[int]:
    """Give pictures the label and split of those in their folder, where all of these have the same.

    Returns:
        The places of which they have not.
    """
    said = found.labels.codes
    folders = [found.listing.paths[place].rpartition("/")[0] for place in found.pictures]
    one_of: dict[str, int | None] = {}  # folder -> a picture with its label
    for place in np.flatnonzero(said != NO_LABEL).tolist():
        other = one_of.setdefault(folders[place], place)
        if other is not None and said[other] != said[place]:
            one_of[folders[place]] = None
    left = []
    for place in places:
        other = one_of.get(folders[place])
        if other is None:
            left.append(place)
        else:
            codes[place], splits[place] = said[other], found.labels.splits[other]
    return left


def _merge(codes: NDArray[np.intp], names: Sequence[str]) -> NDArray[np.intp]:
    """Return codes in which each group of alike labels has the one that most pictures have."""
    counts = np.bincount(codes[codes != NO_LABEL], minlength=len(names))
    code_of = {name: code for code, name in enumerate(names)}
    usual = np.arange(len(names))
    for group in alike(names):
        members = [code_of[name] for name in group]
        usual[members] = max(members, key=lambda code: counts[code])
    return np.where(codes == NO_LABEL, NO_LABEL, usual[codes]) if len(names) else codes


def _choices(found: Survey, chosen: dict[str, str]) -> Choices:
    """Return what makes the same reading again without a guess."""
    open_ = {m.kind: chosen[m.kind] for m in found.mismatches if m.is_open}
    return replace(found.chosen.choices, decisions=open_)


def _decided(found: Survey, chosen: dict[str, str], lost: Sequence[str]) -> tuple[Decided, ...]:
    mismatches = (*found.mismatches, *([lost_classes(lost)] if lost else []))
    return tuple(
        Decided(m.kind, len(m.names), m.text, chosen.get(m.kind, m.proposed), m.names)
        for m in mismatches
    )


def _too_many_classes(found: Survey, count: int, limits: Limits) -> str:
    is_table = found.chosen.kind == TABLE
    where = "class folders" if found.chosen.kind == FOLDERS else "labels"
    what = "the column of labels is the right one" if is_table else "the folders are classes"
    return (
        f"'{found.listing.name}' has {count:,} {where}; the limit is {limits.classes:,}. "
        f"Check that {what}, or raise the limit with --max-classes."
    )


def _why_empty(found: Survey, refused: Sequence[SkippedFile]) -> str:
    """Return the sentence for a source without a usable image."""
    name = found.listing.name
    if not refused:
        return (
            f"'{name}' is empty. Choose a folder or archive with one sub-folder of images per "
            "class."
        )
    reasons = {skip.reason for skip in refused}
    told = {f"{_UNUSED_TABLE}: {one.reason}" for one in found.passed}
    if len(found.pictures) == 0 and reasons <= {why_no_picture("a.txt"), *told}:
        return (
            f"'{name}' has {count_of(len(refused), 'file')}, but none of them is an image. Put "
            "each class in a sub-folder of JPEG, PNG, WebP, BMP, GIF or TIFF images."
        )
    file = found.chosen.labels_file
    if file is not None and _REASONS["files_without_row"] in reasons:
        return (
            f"No image of '{name}' has a label in '{file.name}'. Check the columns, or use "
            "folders as labels."
        )
    if _REASONS["outside_classes"] in reasons:
        return (
            f"The images of '{name}' are not in class folders. Put each class in a sub-folder with "
            "the name of the class, or add a labels file."
        )
    first = next(skip for skip in refused if skip.reason != why_no_picture("a.txt"))
    none = "The only file" if len(refused) == 1 else f"None of the {len(refused):,} files"
    return (
        f"{none} of '{name}' {'cannot' if len(refused) == 1 else 'can'} be read as an image "
        f"('{first.path}': {first.reason}). Check the files, or choose another source."
    )
