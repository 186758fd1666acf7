"""Load: which images, which classes, how many of each."""

import streamlit as st

from app.jobs.queue import MAIN
from app.pages.load import labels
from app.pages.load import resume as go_on
from app.pages.load.pixels import draw_questions
from app.pages.load.sources import draw_sources
from app.pages.load.subset import choose_subset, draw_edits
from app.pages.load.what_came import draw_what_came
from app.session.session import Session
from app.session.workspace import Workspace
from app.session.workspaces import WORKSPACES
from app.shell.job_line import job_where_it_was_asked_for
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
from core.dataset import ImageDataset
from core.ingest import MISMATCHES, SAMPLES
from core.words import count_of

QUESTION = "Which images do you want to balance?"
_SAID = frozenset({"empty_classes", "unlabelled_split"})  # of MISMATCHES


def load_view(session: Session) -> Session:
    """Draw the page: what was brought, the choice of classes, and ways to bring something."""
    sample = st.session_state.pop(SAMPLE_KEY, None)
    if sample is not None:  # asked for on another page
        loading.start_source(current_workspace(), f"sample:{sample}", title=SAMPLES[sample].title)
        st.rerun()
    if session.pending is not None:
        labels.draw(session.pending)
        return session
    if session.dataset is None or session.source is None or session.audit is None:
        heading(
            QUESTION,
            "Load labelled images: a folder per class, or a labels file. See how unbalanced they "
            "are, try remedies, and export a balanced set. Nothing leaves this computer.",
        )
        go_on.draw(current_workspace())
        draw_sources(is_aside=current_workspace().saved is not None)
        return session
    return _draw_loaded(session, session.source, session.dataset)


def open_initial_source(workspace: Workspace) -> None:
    """Open what was named on the command line, once for each visitor."""
    source = WORKSPACES.settings.initial_source
    if source is not None and not workspace.has_started:
        workspace.has_started = True
        loading.start_source(workspace, source, title=source.rsplit("/", 1)[-1])


def _draw_loaded(session: Session, source: ImageDataset, dataset: ImageDataset) -> Session:
    """Draw what came and what can be done with it; return the session with what was chosen."""
    heading(QUESTION, _answer(source, dataset), opened=source.digest)
    _draw_reading(session, source)
    _draw_lost(source)
    note(
        "Evenset reads every file once. Files that cannot be used are listed with the reason and "
        "left out; each image gets a row number that is the same on every page."
    )
    with st.container(horizontal=True):
        lead_on("audit", "Audit the images", is_primary=True)
        lead_on("balance", "Balance the classes")
    draw_questions(session)
    came, subset, other = st.tabs(
        ["Pictures", "Choose a subset", "Load other images"], key=f"load_{source.digest[:8]}"
    )
    with came:
        draw_what_came(dataset)
        skipped_table(source.skipped)
        _decided_table(source)
    with subset:
        smaller = choose_subset(session)
        edited = draw_edits(session)
    with other:
        go_on.draw(current_workspace())
        draw_sources(is_aside=True)
    return next((one for one in (smaller, edited) if one is not session), session)


def _draw_reading(session: Session, source: ImageDataset) -> None:
    """Draw how labels were read, and what asks for another way."""
    workspace = current_workspace()
    job = workspace.job_in(MAIN)
    with st.container(horizontal=True, vertical_alignment="center", key="reading_line"):
        quiet(source.reading)
        if loading.can_ask_again(session) and st.button(
            "Change labels", type="tertiary", key="change_labels", disabled=job is not None,
            help="Read labels and splits in another way",
        ):  # fmt: skip
            loading.ask_again(workspace)
            st.rerun()
    if job is not None and job.key == loading.ASK_AGAIN:
        job_where_it_was_asked_for(job)


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
    if left_out := len(dataset) - len(dataset.present_rows):
        taken += f" {left_out:,} {'is' if left_out == 1 else 'are'} left out on Audit."
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
