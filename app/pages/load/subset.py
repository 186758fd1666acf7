"""On Load: a part of what came, and label changes from a file."""

import streamlit as st

from app.pages.load.question import may_go
from app.session.session import Session
from app.shell.page import current_workspace, plain, quiet
from core.dataset import TRAIN, ImageDataset, Take
from core.dataset.edits_file import EDITS_NAME, find_edits, missing_text, parse_edits
from core.words import count_of

_EDITS_ROUND = "edits_round"
_FEW_CLASSES = 12  # with more, a count per class would be a wall of boxes


def choose_subset(session: Session) -> Session:
    """Draw the choice of classes and counts; return the session with what was taken."""
    source, taken = session.source, session.taken
    assert source is not None and taken is not None
    wanted, total = _wanted(source, taken)
    is_wanted = st.button(f"Use {count_of(total, 'training image')}", disabled=not wanted.counts)
    if may_go(
        session, "Choosing another subset discards", "take", key="asked_subset",
        is_wanted=is_wanted, act="Use another subset",
    ):  # fmt: skip
        return session.put(take=wanted)
    return session


def _wanted(source: ImageDataset, dataset: ImageDataset) -> tuple[Take, int]:
    """Draw the boxes; return what they say, and how many training images that is."""
    quiet("Make a smaller or a more unbalanced set. Held-out splits are not changed.")
    counts = source.counts(TRAIN)
    key = f"take_{source.digest[:8]}"
    labels = st.multiselect(
        "Classes", source.classes, default=dataset.classes, key=f"{key}_classes"
    )
    left, middle, right = st.columns(3)
    largest = max(1, *counts.values())
    cap = left.number_input(
        "Maximum per class", min_value=1, max_value=largest, value=largest, key=f"{key}_cap"
    )
    order = middle.selectbox(
        "Which images",
        ["name", "random"],
        format_func={"name": "First by name", "random": "Random"}.__getitem__,
        key=f"{key}_order",
    )
    seed = right.number_input(
        "Seed", min_value=0, max_value=2**31 - 1, value=0, disabled=order != "random",
        key=f"{key}_seed", help="Same seed, same images.",
    )  # fmt: skip
    wanted: dict[str, int | None] = {label: int(cap) for label in labels}
    if 0 < len(labels) <= _FEW_CLASSES:
        columns = st.columns(min(4, len(labels)))
        for number, label in enumerate(labels):
            most = max(1, counts[label])
            wanted[label] = columns[number % len(columns)].number_input(
                f"'{plain(label)}', of {counts[label]:,}",
                min_value=1,
                max_value=most,
                value=min(most, int(cap)),
                # The box follows the common limit until it is set by hand.
                key=f"{key}_{cap}_{label}",
            )
    total = sum(min(count or 0, counts[label]) for label, count in wanted.items())
    return Take(wanted, order=order, seed=int(seed)), total


def draw_edits(session: Session) -> Session:
    """Draw the place for a file, and return the session with the changes that one holds."""
    taken = session.taken
    if taken is None:
        return session
    number = int(st.session_state.get(_EDITS_ROUND, 0))
    with st.expander(f"Apply an {EDITS_NAME}"):
        quiet("Label changes that you made earlier to some or all of these images.")
        upload = st.file_uploader("File with changes", type=["json"], key=f"edits_{number}")
    if upload is None:
        return session
    # Another uploader from now on: a file is taken once, and refused once.
    st.session_state[_EDITS_ROUND] = number + 1
    found, missing = find_edits(parse_edits(upload.getvalue(), upload.name), taken)
    edits = session.edits.followed_by(found.done, taken)
    after = session.put(edits=edits)
    count = len(edits) - len(session.edits)
    applied = f"{count_of(count, 'change')} from '{upload.name}' applied; see Audit."
    if found and not count:
        applied = f"All changes from '{upload.name}' are there already."
    current_workspace().message = missing_text(missing, taken) if missing else applied
    return after
