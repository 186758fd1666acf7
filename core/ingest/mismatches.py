"""What does not match in a source, and the ways to decide about it: one record each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.ingest.folders import Folders
from core.ingest.labels import SourceLabels, alike, split_folder
from core.ingest.names import CONTAINERS, UNREAD_PICTURES, is_junk, may_be_picture, suffix_of
from core.ingest.source_files import SourceFiles
from core.words import count_of

LEAVE_OUT = "leave_out"
_MOST_NAMED = 5


@dataclass(frozen=True)
class MismatchKind:
    """One way in which files and labels do not fit together."""

    name: str
    noun: str  # what is counted
    text: str  # of the sentence, after the count
    decisions: Mapping[str, str]  # name -> what is done, the default first


@dataclass(frozen=True, eq=False)
class Mismatch:
    """Something that was found in a source, with the decision that Evenset proposes."""

    kind: str  # a key of MISMATCHES
    names: tuple[str, ...]  # the files, rows or labels concerned
    text: str
    proposed: str
    decisions: Mapping[str, str]  # those that are possible here, name -> what is done

    @property
    def is_open(self) -> bool:
        """Return whether there is more than one way to decide."""
        return len(self.decisions) > 1


_OUT = {LEAVE_OUT: "Leave them out"}

MISMATCHES: Mapping[str, MismatchKind] = {
    kind.name: kind
    for kind in (
        MismatchKind(
            "alike_labels",
            "label group",
            "differing only in case, spaces or Unicode form",
            {
                "merge": "Make each group one class",
                "keep_apart": "Keep them apart",
            },
        ),
        MismatchKind(
            "several_labels",
            "file",
            "with more than one label",
            {
                **_OUT,
                "first": "Use the first label",
                "combination": "Make each combination of labels a class",
            },
        ),
        MismatchKind(
            "files_without_row",
            "picture",
            "without a row in the labels file",
            {
                **_OUT,
                "own_class": "Make them a class 'unlabelled'",
                "beside": "Use the one label of the pictures beside them, where it is one",
            },
        ),
        MismatchKind("rows_without_file", "row", "without a file", _OUT),
        MismatchKind("rows_of_several_files", "row", "fitting more than one file", _OUT),
        MismatchKind(
            "rows_without_label",
            "picture",
            "with an empty label",
            {**_OUT, "own_class": "Make them a class 'unlabelled'"},
        ),
        MismatchKind("repeated_rows", "row", "repeating another one", {"once": "Count them once"}),
        MismatchKind(
            "unknown_splits",
            "picture",
            "with a split other than train, validation and test",
            {"train": "Use them for training", **_OUT},
        ),
        MismatchKind(
            "outside_classes",
            "picture",
            "outside all class folders",
            {**_OUT, "one_class": "Make them a class of their own"},
        ),
        MismatchKind(
            "names_without_label",
            "picture",
            "with a name that says no label",
            {**_OUT, "own_class": "Make them a class 'unlabelled'"},
        ),
        MismatchKind(
            "unlabelled_split",
            "picture",
            "without labels, in a folder for validation or test",
            {**_OUT, "own_class": "Make them a class 'unlabelled'"},
        ),
        MismatchKind(
            "split_among_classes",
            "picture",
            "in a folder named like a split, next to class folders",
            {**_OUT, "class": "Use the folder as a class"},
        ),
        MismatchKind("empty_classes", "class folder", "without a picture", _OUT),
        MismatchKind("unusable_classes", "class", "without a usable picture", _OUT),
        MismatchKind(
            "nested_copies",
            "picture",
            "in a copy of a folder, byte for byte",
            {"once": "Count them once", "keep": "Keep them, too"},
        ),
        MismatchKind(
            "companions",
            "picture",
            "belonging to another one (a mask, a preview)",
            {**_OUT, "keep": "Use them as examples"},
        ),
        MismatchKind(
            "augmented",
            "picture",
            "made by Evenset from another one, as its manifest says",
            {"keep": "Keep them", LEAVE_OUT: "Leave them out and keep the originals"},
        ),
        MismatchKind("other_files", "file", "of a type other than an image", _OUT),
    )
}


def find_mismatches(
    labels: SourceLabels,
    files: SourceFiles,
    others: Sequence[int],
    folders: Folders,
    level: int,
) -> tuple[Mismatch, ...]:
    """Return what does not match in a source.

    Args:
        labels: Of its pictures, with the places and rows that do not fit.
        files: All of its files.
        others: Places in the listing of files that are neither pictures nor tables.
        folders: What they say.
        level: Of the folders that say the labels; 0 where something else says them.
    """
    names: dict[str, Sequence[str]] = {
        kind: [files.paths[place] for place in found] for kind, found in labels.pictures.items()
    }
    names.update(labels.rows)
    names["alike_labels"] = [
        ", ".join(f"'{label}'" for label in group) for group in alike(labels.present)
    ]
    names["other_files"] = [files.listing.paths[place] for place in others]
    names["empty_classes"] = _empty_classes(files, folders, level)
    return tuple(
        _mismatch(
            kind,
            names[kind],
            is_all=len(names[kind]) == len(files.paths) > 0,
            proposed=labels.proposals.get(kind),
        )
        for kind in MISMATCHES
        if names.get(kind)
    )


def lost_classes(names: Sequence[str]) -> Mismatch:
    """Return the mismatch of classes that had pictures, none of which can be used."""
    return _mismatch("unusable_classes", names, is_all=False)


def _mismatch(
    kind: str, names: Sequence[str], *, is_all: bool, proposed: str | None = None
) -> Mismatch:
    record = MISMATCHES[kind]
    decisions: Mapping[str, str] = record.decisions
    proposed = proposed or next(iter(decisions))
    if kind == "outside_classes" and is_all:
        # Nothing else would be left.
        proposed = next(name for name in decisions if name != LEAVE_OUT)
    text = f"{count_of(len(names), record.noun)} {record.text}{_where(kind, names)}"
    return Mismatch(kind, tuple(names), text, proposed, decisions)


def _where(kind: str, names: Sequence[str]) -> str:
    """Return which folders or classes a mismatch is about, where their names tell most of it."""
    if kind == "unlabelled_split":
        found = sorted({split_folder(name.rpartition("/")[0]) for name in names})
    elif kind in {"empty_classes", "unusable_classes"}:
        found = list(names)
    elif kind == "outside_classes" and all("/" in name for name in names):
        found = sorted({name.rpartition("/")[0] for name in names})
    else:
        return ""
    more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    return f": {', '.join(found[:_MOST_NAMED])}{more}"


def _empty_classes(files: SourceFiles, folders: Folders, level: int) -> list[str]:
    """Return folders beside those of classes that hold nothing which can be a picture."""
    if level == 0 or folders.levels < level:
        return []
    parents = folders.parents_at(level)
    known = set(folders.labels_at(level)[1])
    listing = files.listing
    unread = [
        path.rpartition("/")[0]
        for path in (
            *(listing.paths[place] for place in files.others),
            *(skip.path for skip in listing.skipped),
        )
        if suffix_of(path) in UNREAD_PICTURES or (may_be_picture(path) and "/" in path)
    ]
    found = set()
    for folder in (*files.empty_folders, *unread):
        above, _, name = folder.rpartition("/")
        is_named = bool(name) and name not in known and name.lower() not in CONTAINERS
        if is_named and above in parents and not is_junk(folder):
            found.add(folder)
    return sorted(found)
