"""A list of images on a page: a grid to look at, or a queue to decide one by one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import partial

import streamlit as st

from app.review.decisions import Decision, decide
from app.review.routes import REVIEW_CODE, REVIEW_PATH
from app.review.shown import ReviewList, Reviews
from app.session.session import Session
from app.session.workspace import Workspace
from app.shell.page import current_workspace
from core.dataset.edits import Edit, Edits

_REPLACED = "Other images were loaded meanwhile, so the last decisions do not count."
_HTML = '<div class="review"></div>'
_BOARD = st.components.v2.component(
    "evenset_review",
    html=_HTML,
    css=(REVIEW_CODE.folder / "review.css").read_text("utf-8"),
    js=REVIEW_CODE.script("review.js"),
)


class Mode(StrEnum):
    """How a list is shown."""

    LOOK = "look"  # a grid; nothing is decided there
    GRID = "grid"
    QUEUE = "queue"  # one large picture; each decision leads to the next one


class Layout(StrEnum):
    """Where the variants of a grid's images stand."""

    COLUMNS = "columns"  # each below its image, the images beside each other
    ROWS = "rows"  # each beside its image, the images below each other


@dataclass(frozen=True)
class Variant:
    """A picture that was made of an image: it stands by it, and beside it when it is enlarged."""

    source: str  # its address, or the picture as one
    caption: str
    is_marked: bool = False  # stands out from the others


@dataclass(frozen=True)
class Variants:
    """What was made of each image of a list."""

    of: Sequence[Sequence[Variant]] = ()  # (R,) as many of each; or none at all
    layout: Layout = Layout.COLUMNS


NO_VARIANTS = Variants()


def review_board(
    shown: ReviewList,
    edits: Edits,
    *,
    key: str,
    mode: Mode = Mode.GRID,
    opened: int = 0,
    variants: Variants = NO_VARIANTS,
) -> None:
    """Draw a list; what is decided is put into the visitor's session before the page is drawn.

    What the browser is told is spelled out in `types.js`.

    Args:
        shown: The images.
        edits: What was decided so far.
        key: Of the component.
        mode: How it is shown.
        opened: Another number for each opening: the browser shows it, and takes the keys there.
        variants: What was made of each image; they may change while the images stay.
    """
    workspace = current_workspace()
    reviews = workspace.of(Reviews)
    reviews.keep(shown)
    _BOARD(
        key=key,
        data={
            "address": f"{REVIEW_PATH}/{workspace.route_token}/{shown.key}",
            "of": shown.taken.digest,
            "list": shown.key,
            "mode": mode.value,
            "opened": opened,
            "variants": [[asdict(one) for one in of_image] for of_image in variants.of],
            "layout": variants.layout.value,
            "done": told_of(edits.done, shown),
            "undone": told_of(edits.undone, shown),
            "heard": reviews.heard(),
        },
        on_decisions_change=partial(_take, workspace, key),
    )


def _take(workspace: Workspace, key: str) -> None:
    """Put what the browser has decided into the session."""
    state = st.session_state.get(key)  # None: a list that the page has lost a moment ago
    told = state.decisions if state is not None else None
    if isinstance(told, dict):
        hear(workspace, told)


def hear(workspace: Workspace, told: dict[str, object]) -> None:
    """Do what a tab has decided, each decision once, however often it is sent.

    Args:
        workspace: Of the visitor.
        told: `SentData` of `types.js`, which is not trusted.
    """
    of, sent = told.get("of"), told.get("decisions")
    if not isinstance(sent, list):
        return
    reviews = workspace.of(Reviews)
    with reviews.deciding:
        read = [decision for one in sent if (decision := Decision.read(one)) is not None]
        new = reviews.unheard(read)
        if not new:
            return
        refused = change(workspace, partial(_decided, of=of, new=new, whys=reviews.whys()))
        reviews.hear(new, refused)


def change(workspace: Workspace, make: Callable[[Session], tuple[Session, str]]) -> str:
    """Put what `make` gives of the session that there is; return its sentence.

    It is called again where something else was quicker, such as a job that has ended.
    """
    while True:
        before = workspace.session
        after, sentence = make(before)
        if workspace.put_if(before, after):
            return sentence


def _decided(
    session: Session, *, of: object, new: Sequence[Decision], whys: Mapping[str, str]
) -> tuple[Session, str]:
    """Return the session after decisions about images, and why one was refused."""
    if session.taken is None or session.taken.digest != of:
        return session, _REPLACED
    edits, refused = decide(session.edits, new, session.taken, whys)
    return session.put(edits=edits), refused


def told_of(edits: Sequence[Edit], shown: ReviewList) -> list[list[object]]:
    """Return edits as `EditData` of `types.js`: of each, the rows that are in the list."""
    return [
        [edit.what.value, edit.value, int(edit.rows[0]), edit.rows[shown.holds[edit.rows]].tolist()]
        for edit in edits
    ]
