"""What does not match in a source, and the ways to decide about it: one record each."""

from collections.abc import Mapping
from dataclasses import dataclass

LEAVE_OUT = "leave_out"


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
            {**_OUT, "first": "Use the first label"},
        ),
        MismatchKind(
            "files_without_row",
            "picture",
            "without a row in the labels file",
            {**_OUT, "own_class": "Make them a class 'unlabelled'"},
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
            "split_among_classes",
            "picture",
            "in a folder named like a split, next to class folders",
            {**_OUT, "class": "Use the folder as a class"},
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
            "made by Evenset from another one, as manifest.csv says",
            {"keep": "Keep them", LEAVE_OUT: "Leave them out and keep the originals"},
        ),
        MismatchKind("other_files", "file", "of a type other than an image", _OUT),
    )
}
