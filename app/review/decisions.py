"""What was decided about an image in the browser, as edits: one edit for each decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.dataset import ImageDataset
from core.dataset.edits import Change, Edits
from core.errors import EvensetError, SettingError
from core.ingest import known_label

_LONGEST_TEXT = 1_000
ELSEWHERE = "The last change was made elsewhere, such as in another tab. Look at it, then undo it."


class Act(StrEnum):
    """What a key does; `marks.js` foretells what each comes to."""

    LEAVE_OUT = "leave_out"
    KEEP = "keep"
    LABEL = "label"
    UNDO = "undo"
    REDO = "redo"


@dataclass(frozen=True)
class Decision:
    """One key that was pressed."""

    tab: str  # of the browser
    number: int  # among those of its tab, ascending
    act: Act
    row: int  # of the image; of the first of an edit that is undone or done again
    value: str = ""  # the label
    shown: str = ""  # the key of the list that it was made in

    @classmethod
    def read(cls, told: object) -> "Decision | None":
        """Return what the browser has sent; None for what it cannot say."""
        if not isinstance(told, dict):
            return None
        number, row = told.get("n"), told.get("row")
        if not (isinstance(number, int) and isinstance(row, int)) or number < 0 or row < 0:
            return None
        texts = [told.get(name, "") for name in ("tab", "act", "value", "list")]
        if not all(isinstance(text, str) and len(text) <= _LONGEST_TEXT for text in texts):
            return None
        tab, act, value, shown = texts
        return cls(tab, number, Act(act), row, value, shown) if act in set(Act) else None


def decide(
    edits: Edits, decisions: Sequence[Decision], taken: ImageDataset, whys: Mapping[str, str]
) -> tuple[Edits, str]:
    """Return the edits after decisions, in order, and why the first that was refused was.

    Args:
        edits: Of `taken`, so far.
        decisions: What was decided; one that is refused changes nothing, the others hold.
        taken: The dataset as it was taken.
        whys: List -> what its images are looked at for.
    """
    after, refused = edits, ""
    for decision in decisions:
        try:
            new = _decided(after, decision, taken, whys.get(decision.shown, ""))
            if decision.act not in {Act.KEEP, Act.LABEL}:
                new.apply(taken)  # refused where no training image would be left
            after = new
        except EvensetError as error:
            refused = refused or str(error)
    return after, refused


def classes_of(edits: Edits, taken: ImageDataset) -> list[str]:
    """Return the classes of `taken`, then those that a person has added."""
    added = [edit.value for edit in edits.done if edit.what is Change.LABEL]
    return list(dict.fromkeys([*taken.classes, *added]))


def _decided(edits: Edits, decision: Decision, taken: ImageDataset, why: str) -> Edits:
    row = decision.row
    if row >= len(taken):
        raise SettingError(f"There is no image {row:,} any more.")
    if decision.act is Act.LEAVE_OUT:
        return edits.leave_out([row], why=why)
    if decision.act is Act.LABEL:
        label = known_label(decision.value, classes_of(edits, taken))
        return edits.relabel([row], label, of=taken, why=why)
    if decision.act is Act.KEEP:
        return _kept(edits, row, taken, why)
    is_undo = decision.act is Act.UNDO
    stack = edits.done if is_undo else edits.undone
    if not stack or int(stack[-1].rows[0]) != row:
        raise SettingError(ELSEWHERE)
    return edits.undo() if is_undo else edits.redo()


def _kept(edits: Edits, row: int, taken: ImageDataset, why: str) -> Edits:
    """Keep an image as it was brought: what was decided against that is taken back."""
    if row in edits.left_out_rows:
        return edits.restore([row], why=why)
    label = taken.label(row)
    relabelled = edits.relabel([row], label, of=taken, why=why)
    return edits.reviewed([row], why=why) if relabelled is edits else relabelled
