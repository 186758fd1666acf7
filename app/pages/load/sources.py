"""On Load: the ways to bring images."""

from contextlib import suppress
from pathlib import Path

import streamlit as st

from app.jobs.queue import MAIN
from app.session.workspace import Workspace
from app.session.workspaces import WORKSPACES
from app.shell.job_line import job_where_it_was_asked_for
from app.shell.page import current_workspace, plain, quiet
from app.shell.thumbnails import COVER_PATH, picture_html
from app.upload import loading, reading
from app.upload.area import upload_area
from core.ingest import SAMPLES, Sample


def draw_sources(*, is_aside: bool) -> None:
    """Draw the area for files, the other ways, and the samples."""
    workspace, settings = current_workspace(), WORKSPACES.settings
    with st.container(key="upload_place"):  # its height is kept free until it is there
        upload_area("upload", is_aside=is_aside)
    job = workspace.job_in(MAIN)
    if job is not None and not any(loading.loading_job(workspace, name) for name in _titles()):
        job_where_it_was_asked_for(job)
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
    if is_wanted:
        _load(workspace, str(place), place.name or str(place))


def _sample_card(workspace: Workspace, sample: Sample) -> None:
    with st.container(border=True, gap="small"):
        # Not `st.image`: its address is gone when the person is on the next page sooner.
        cover = picture_html(f"{COVER_PATH}/{sample.name}.jpg", alt=sample.title)
        st.html(f'<div class="cover">{cover}</div>')
        st.markdown(f"**{sample.title}**")
        quiet(sample.text)
        # The button names its sample for those who hear the page instead of seeing it.
        is_busy = workspace.job_in(MAIN) is not None
        _progress(workspace, sample.title)
        if st.button(f"Load '{sample.title}'", key=f"sample_{sample.name}", disabled=is_busy):
            _load(workspace, f"sample:{sample.name}", sample.title)


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


def _titles() -> list[str]:
    """Return the names that have a place of their own to say how far they are."""
    return [sample.title for sample in SAMPLES.values()]


def _load(workspace: Workspace, source: str, title: str) -> None:
    loading.start_source(workspace, source, title=title)
    st.rerun()


def _progress(workspace: Workspace, name: str) -> None:
    """Draw how far images of this name are, where they were asked for."""
    job = loading.loading_job(workspace, name)
    if job is not None:
        job_where_it_was_asked_for(job)
