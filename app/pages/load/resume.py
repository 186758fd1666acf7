"""On Load: offer what can be gone back to: of an earlier start, or what other images replaced."""

from collections.abc import Mapping
from datetime import date, datetime

import streamlit as st

from app.jobs.queue import MAIN, Job
from app.session.made_work import kept_work
from app.session.session import VALUES
from app.session.store import OtherVersion, SavedSession, reopen
from app.session.workspace import Workspace
from app.shell.job_line import job_where_it_was_asked_for
from app.shell.page import how_it_is_made, plain, quiet
from core.progress import Progress
from core.words import count_of, listed

_KEY = "go_on"


def draw(workspace: Workspace) -> None:
    """Draw what can be gone back to, when there is something."""
    saved, is_replaced = workspace.saved, workspace.session.dataset is not None
    if saved is None:
        return
    if isinstance(saved, OtherVersion):
        _draw_other_version(workspace, saved)
        return
    # While it is opened, or other images are, the sidebar says so; the place stays as it is.
    is_busy = workspace.job_in(MAIN) is not None
    with st.container(border=True, key="go_on"):
        name = plain(f"'{saved.name}'")
        title = f"Back to {name}" if is_replaced else f"Resume {name}"
        st.markdown(f"**{title}** ({plain(_facts(saved, datetime.now()))})")
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(
                f"Back to {name}" if is_replaced else "Resume", key="go_on_open",
                type="secondary" if is_replaced else "primary", disabled=is_busy,
            ):  # fmt: skip
                _open(workspace, saved)
                st.rerun()
            _delete(workspace)
            if made := kept_work(saved):
                quiet(f"With {listed(made)}.")
        job = workspace.job_in(MAIN)
        if job is not None and job.key == _KEY:
            job_where_it_was_asked_for(job)
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
    job = Job(_KEY, f"Opening '{saved.name}'", again, needs=("source",), puts=tuple(VALUES))
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
