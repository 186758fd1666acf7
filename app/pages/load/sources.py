"""On Load: the ways to bring images, and the question before made work goes."""

from contextlib import suppress
from pathlib import Path

import streamlit as st

from app.jobs.queue import MAIN
from app.session.session import Session
from app.session.workspace import Workspace
from app.session.workspaces import WORKSPACES
from app.shell.page import current_workspace, plain, quiet
from app.shell.thumbnails import COVER_PATH, picture_html
from app.upload import loading, reading
from app.upload.area import upload_area
from core.ingest import SAMPLES, Sample

_ASKED = "asked_to_replace"  # (place, source, title) that waits for the person's word


def draw_sources(*, is_aside: bool) -> None:
    """Draw the area for files, the other ways, and the samples."""
    workspace, settings = current_workspace(), WORKSPACES.settings
    with st.container(key="upload_place"):  # its height is kept free until it is there
        upload_area("upload", is_aside=is_aside)
    with st.expander("Other ways to load images"):
        if settings.is_local:
            _local_folder(workspace)
        _plain_upload(workspace)
        quiet("The command line does the same without a browser.")
        st.code(
            "evenset audit pictures.zip\nevenset balance pictures.zip --out balanced.zip",
            language="bash",
        )
    quiet("No images at hand? Try a sample.")
    with st.grid(min_column_width=250, gap="medium"):
        for sample in SAMPLES.values():
            _sample_card(workspace, sample)


def _plain_upload(workspace: Workspace) -> None:
    """Draw Streamlit's own uploader: it holds all in memory, and runs where nothing else does."""
    upload = st.file_uploader(
        "Upload with the standard picker (uses server memory)",
        type=["zip", "tar", "gz", "tgz"],
        key=f"zip_{_round()}",
    )
    if upload is not None and not _must_wait(workspace, upload.name):
        folder = workspace.new_folder("dataset")
        loading.start_arrived(workspace, reading.keep_upload(upload.name, upload, folder))
        _empty_uploader()
        st.rerun()


def _local_folder(workspace: Workspace) -> None:
    with st.form("local_folder", border=False):
        path = st.text_input(
            "Path of a folder or zip", placeholder="/home/me/pictures",
            help="Read in place; nothing is copied or changed.",
        )  # fmt: skip
        is_wanted = st.form_submit_button("Load this path") and bool(path and path.strip())
    place = Path((path or "").strip())
    with suppress(RuntimeError):  # '~name' of nobody: reading it says that it is not there
        place = place.expanduser()
    _load_named(
        workspace, "local_folder", str(place), place.name or str(place), is_wanted=is_wanted
    )


def _sample_card(workspace: Workspace, sample: Sample) -> None:
    with st.container(border=True, gap="small"):
        # Not `st.image`: its address is gone when the person is on the next page sooner.
        cover = picture_html(f"{COVER_PATH}/{sample.name}.jpg", alt=sample.title)
        st.html(f'<div class="cover">{cover}</div>')
        st.markdown(f"**{sample.title}**")
        quiet(sample.text)
        # The button names its sample for those who hear the page instead of seeing it.
        is_wanted = st.button(f"Load '{sample.title}'", key=f"sample_{sample.name}")
        source = f"sample:{sample.name}"
        _load_named(workspace, source, source, sample.title, is_wanted=is_wanted)


def _must_wait(workspace: Workspace, name: str) -> bool:
    """Return whether other work is under way, and say so; the page comes back when it is done."""
    job = workspace.job_in(MAIN)
    if job is not None:
        st.info(plain(f"'{name}' is uploaded and waits: {job.title} is still running."))
    return job is not None


def _empty_uploader() -> None:
    """Give the uploader another key with the next run, which frees the copy in memory."""
    st.session_state["upload_round"] = _round() + 1


def _round() -> int:
    return int(st.session_state.get("upload_round", 0))


def _load_named(
    workspace: Workspace, place: str, source: str, title: str, *, is_wanted: bool
) -> None:
    """Load what `source` names where it is wanted; ask first where made work would go.

    Args:
        workspace: Whose session it replaces.
        place: Of the button on the page; the question stands there.
        source: A path of this computer, or a sample.
        title: What it is called.
        is_wanted: The button was pressed just now.
    """
    goes = _lost_work(workspace.session)
    if is_wanted and not goes:
        _load(workspace, source, title)
    if is_wanted:
        st.session_state[_ASKED] = (place, source, title)
    asked_at, *asked = st.session_state.get(_ASKED, ("", "", ""))
    if asked_at == place and goes:
        _confirm(workspace, *asked, goes=goes)


def _lost_work(session: Session) -> list[str]:
    """Return the titles of what a person would lose; images are embedded again by themselves."""
    goes = session.would_drop("source")
    return list(goes.values()) if goes.keys() - {"embeddings"} else []


def _confirm(workspace: Workspace, source: str, title: str, *, goes: list[str]) -> None:
    *before, last = goes
    lost = f"{', '.join(before)}, and {last}" if before else last
    st.warning(f"Other images discard {lost}.")
    with st.container(horizontal=True):
        if st.button("Load anyway", key="replace_anyway"):
            _load(workspace, source, title)
        if st.button("Keep the current images", key="replace_not"):
            del st.session_state[_ASKED]
            st.rerun()


def _load(workspace: Workspace, source: str, title: str) -> None:
    st.session_state.pop(_ASKED, None)
    loading.start_source(workspace, source, title=title)
    st.rerun()
