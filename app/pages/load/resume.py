"""Go on: offer what an earlier server has kept, on a Load page without images."""

from collections.abc import Mapping
from datetime import date, datetime

import streamlit as st

from app.jobs.queue import MAIN, Job
from app.session.session import VALUES
from app.session.store import OtherVersion, SavedSession, reopen
from app.session.workspace import Workspace
from app.shell.page import how_it_is_made, plain, quiet
from core.progress import Progress
from core.words import count_of


def draw(workspace: Workspace) -> None:
    """Draw what can be gone on with, when there is something and no other images are there."""
    saved = workspace.saved
    if saved is None or workspace.session.dataset is not None:
        return
    if isinstance(saved, OtherVersion):
        _draw_other_version(workspace, saved)
        return
    # While it is opened, or other images are, the sidebar says so; the place stays as it is.
    is_busy = workspace.job_in(MAIN) is not None
    with st.container(border=True, key="go_on"):
        name = plain(f"'{saved.name}'")
        st.markdown(f"**Resume {name}** ({plain(_facts(saved, datetime.now()))})")
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button("Resume", type="primary", disabled=is_busy, key="go_on_open"):
                _open(workspace, saved)
                st.rerun()
            _delete(workspace)
            if text := _kept(saved):
                quiet(text)
        how_it_is_made(saved.recipe)


def _draw_other_version(workspace: Workspace, saved: OtherVersion) -> None:
    """Say that what is kept cannot be opened; it stays for the version that can."""
    with st.container(border=True, key="go_on"):
        st.markdown(plain(saved.told))
        quiet("It stays as it is until you delete it, or load other images.")
        _delete(workspace)


def _delete(workspace: Workspace) -> None:
    if st.button(
        "Delete", disabled=workspace.job_in(MAIN) is not None, key="go_on_delete",
        help="Deletes the session now. Your own files are not touched.",
    ):  # fmt: skip
        workspace.drop_saved()
        st.rerun()


def _open(workspace: Workspace, saved: SavedSession) -> None:
    place, vectors = workspace.folder, workspace.vectors_folder

    def again(progress: Progress) -> Mapping[str, object]:
        session = reopen(place, saved, vectors, progress)
        return {**session.values, "outdated": session.outdated}

    # Other images may be brought meanwhile in another tab.
    job = Job("go_on", f"Opening '{saved.name}'", again, needs=("source",), puts=tuple(VALUES))
    workspace.start(job, workspace.session)


def _facts(saved: SavedSession, now: datetime) -> str:
    """Return '1,245 images in 97 classes, yesterday'."""
    when = _day(datetime.fromtimestamp(saved.saved_at).date(), now.date())
    images, classes = count_of(saved.images, "image"), count_of(saved.classes, "class")
    return f"{images} in {classes}, {when}"


def _day(then: date, today: date) -> str:
    days = (today - then).days
    if days <= 0:
        return "today"
    return "yesterday" if days == 1 else f"{days} days ago"


def _kept(saved: SavedSession) -> str:
    made = []
    if saved.policy_chosen:
        made.append("your settings on Augment")
    if saved.recipe.edits:
        made.append("your label changes")
    if saved.was_embedded:
        made.append("the embedding")
    if saved.recipe.strategy is not None:
        made.append("the strategy and its result" if saved.was_made else "the strategy")
    if saved.was_compared:
        made.append("the comparison of strategies")
    if not made:
        return ""
    *before, last = made
    return f"With {', '.join(before)} and {last}." if before else f"With {last}."
