"""Load: which images, which classes, how many of each."""

import streamlit as st

from app.pages.load import labels
from app.pages.load import resume as go_on
from app.pages.load.pixels import draw_questions
from app.pages.load.sources import draw_sources
from app.session.session import Session
from app.session.workspace import Workspace
from app.session.workspaces import WORKSPACES
from app.shell.page import (
    SAMPLE_KEY,
    current_workspace,
    heading,
    lead_on,
    note,
    plain,
    quiet,
    skipped_table,
)
from app.upload import loading
from core.dataset import TRAIN, ImageDataset, Take
from core.dataset.edits_file import EDITS_NAME, find_edits, missing_text, parse_edits
from core.ingest import MISMATCHES, SAMPLES
from core.words import count_of

QUESTION = "Which images do you want to balance?"
_SAID = frozenset({"empty_classes", "unlabelled_split"})  # of MISMATCHES
_EDITS_ROUND = "edits_round"
_FEW_CLASSES = 12  # with more, a count per class would be a wall of boxes


def load_view(session: Session) -> Session:
    """Draw the page: what was brought, the choice of classes, and ways to bring something."""
    sample = st.session_state.pop(SAMPLE_KEY, None)
    if sample is not None:  # asked for on another page
        loading.start_source(current_workspace(), f"sample:{sample}", title=SAMPLES[sample].title)
        st.rerun()
    if session.pending is not None:
        labels.draw(session.pending)
        return session
    dataset = session.dataset
    if dataset is None or session.source is None or session.audit is None:
        heading(
            QUESTION,
            "Load labelled images: a folder per class, or a labels file. See how unbalanced they "
            "are, try remedies, and export a balanced set. Nothing leaves this computer.",
        )
        go_on.draw(current_workspace())
        draw_sources(is_aside=current_workspace().saved is not None)
        return session
    heading(QUESTION, _answer(session.source, session.taken or dataset))
    quiet(session.source.reading)
    _draw_lost(session.source)
    note(
        "Evenset reads every file once. Files that cannot be used are listed with the reason and "
        "left out; each image gets a row number that is the same on every page."
    )
    with st.container(horizontal=True):
        lead_on("audit", "Audit the images", is_primary=True)
        lead_on("balance", "Balance the classes")
    draw_questions(session)
    skipped_table(session.source.skipped)
    _decided_table(session.source)
    changes = count_of(len(session.edits), "label change")
    taken = _choose(session.source, session.taken or dataset)
    if session.edits:
        quiet(f"Choosing another subset discards your {changes}. Audit has them as edits.json.")
    edited = _draw_edits(session)
    st.divider()
    st.subheader("Load other images", anchor=False)
    lost = f", including your {changes}" if session.edits else ""
    quiet(f"They replace the current images and everything made from them{lost}.")
    draw_sources(is_aside=True)
    if taken is not None:
        smaller = session.put(take=taken)
        if session.edits:
            current_workspace().message = f"The previous subset had {changes}, now discarded."
        return smaller
    return edited


def open_initial_source(workspace: Workspace) -> None:
    """Open what was named on the command line, once for each visitor."""
    source = WORKSPACES.settings.initial_source
    if source is not None and not workspace.has_started:
        workspace.has_started = True
        loading.start_source(workspace, source, title=source.rsplit("/", 1)[-1])


def _answer(source: ImageDataset, dataset: ImageDataset) -> str:
    received = len(source) + len(source.skipped)
    skipped = len(source.skipped)
    used = f"All {count_of(received, 'file')} can be used"
    if skipped:
        used = (
            f"Of {count_of(received, 'file')}, {len(source):,} can be used and {skipped:,} "
            f"{'is' if skipped == 1 else 'are'} skipped"
        )
    taken = ""
    if len(dataset) < len(source):
        taken = (
            f" You took {count_of(len(dataset), 'image')} of "
            f"{count_of(len(dataset.classes), 'class')}."
        )
    return (
        f"'{source.name}' has {count_of(len(source), 'image')} in "
        f"{count_of(len(source.classes), 'class')}. {used}.{taken}"
    )


def _draw_lost(source: ImageDataset) -> None:
    """Draw which folders and classes came to no image: nobody opens a list for that."""
    for decided in source.decided:
        if decided.kind == "unusable_classes":
            st.warning(plain(f"{decided.text}."))
        elif decided.kind in _SAID:
            quiet(f"{decided.text}.")


def _decided_table(source: ImageDataset) -> None:
    """Draw what did not match and what was decided about it, when there is anything."""
    if source.decided:
        with st.expander(f"{count_of(len(source.decided), 'decision')} about labels and files"):
            st.dataframe(
                {
                    "found": [decided.text for decided in source.decided],
                    "decision": [
                        MISMATCHES[decided.kind].decisions[decided.decision]
                        for decided in source.decided
                    ],
                },
                hide_index=True, alt="What did not match, and your decisions",
            )  # fmt: skip


def _choose(source: ImageDataset, dataset: ImageDataset) -> Take | None:
    """Draw the choice of classes and counts; return it when the button was pressed."""
    st.subheader("Choose a subset", anchor=False)
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
    if st.button(f"Use {count_of(total, 'training image')}", disabled=not labels):
        return Take(wanted, order=order, seed=int(seed))
    return None


def _draw_edits(session: Session) -> Session:
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
