"""The frame's left side: name, dataset, steps with their states, running work, notes switch."""

import base64
from collections.abc import Mapping
from functools import cache
from html import escape

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from app.jobs.queue import JOBS, Job, JobState
from app.session.session import Session
from app.session.workspaces import MAIN, Workspace
from app.settings import ASSETS
from app.shell.page import NOTES_KEY, plain
from app.shell.steps import STEPS, StepState
from app.upload.uploads import Upload
from core.dataset import TRAIN
from core.words import count_of, duration_of

_ICONS = {
    StepState.WAITING: ":material/radio_button_unchecked:",
    StepState.READY: ":material/arrow_circle_right:",
    StepState.DONE: ":material/check_circle:",
    StepState.STALE: ":material/sync_problem:",
}
_MOST_BARS = 60
_IDLE_SECONDS = 20  # a piece on a slow line takes this long


def draw(workspace: Workspace, pages: Mapping[str, StreamlitPage]) -> None:
    """Draw the sidebar."""
    with st.sidebar:
        st.html(
            f'<div class="mark"><img src="{_mark()}" alt="" width="30"><span>Evenset</span></div>'
        )
        _dataset_card(workspace.session, pages)
        for number, step in enumerate(STEPS, start=1):
            state = step.state(workspace.session)
            st.page_link(
                pages[step.name],
                label=f"{number}. {step.title}",
                icon=_ICONS[state],
                help=state.value.capitalize(),
                width="stretch",
            )
        _job_lines(workspace)
        st.toggle("Notes for learners", key=NOTES_KEY, persist_state="session")


@cache
def _mark() -> str:
    """Return the mark as an address that needs no request."""
    content = base64.b64encode((ASSETS / "mark.svg").read_bytes()).decode()
    return f"data:image/svg+xml;base64,{content}"


def _dataset_card(session: Session, pages: Mapping[str, StreamlitPage]) -> None:
    dataset = session.dataset
    if dataset is None:
        return
    with st.container(border=True, gap="xxsmall"):
        counts = sorted(dataset.counts(TRAIN).values(), reverse=True)
        top = max(counts) or 1
        bars = "".join(
            f'<i style="height:{max(3, 100 * count / top):.0f}%"></i>'
            for count in counts[:_MOST_BARS]
        )
        classes = sum(count > 0 for count in dataset.counts().values())
        images = count_of(len(dataset.present_rows), "image")
        figures = f"{images}, {count_of(classes, 'class')}"
        if left_out := len(dataset) - len(dataset.present_rows):
            figures += f"; {left_out:,} left out"
        st.html(
            f"<b>{escape(dataset.name)}</b>"
            f'<div class="bars" role="img" aria-label="Training images per class">{bars}</div>'
            f'<p class="quiet">{figures}</p>'
        )
        if st.button("Change", type="tertiary", help="Load other images or choose a subset"):
            st.switch_page(pages["load"])


def _job_lines(workspace: Workspace) -> None:
    """Draw what runs; the fragment asks again twice a second while there is something."""
    # Not "runs": a job that ended since the page began to be drawn must be collected too.
    is_busy = workspace.has_work()
    changes, sent = workspace.changes, workspace.uploads.active()

    @st.fragment(run_every=0.5 if is_busy else None)
    def lines() -> None:
        uploads = workspace.uploads.active()
        for upload in uploads:
            _upload_line(workspace, upload)
        for job in workspace.jobs():
            _job_line(job)
        workspace.collect()
        # Another tab of this visitor may have collected the result, or started something.
        if is_busy and (workspace.changes != changes or uploads != sent):
            st.rerun()

    lines()


def _upload_line(workspace: Workspace, upload: Upload) -> None:
    with st.container(border=True, gap="xxsmall"):
        detail = f"{100 * upload.share:.0f} %"
        if upload.share == 1 and workspace.job_in(MAIN) is not None:
            detail += ", waiting for the work below"
        elif upload.idle_seconds > _IDLE_SECONDS:
            detail += ", waiting for the browser"
        title = plain(f"Receiving '{upload.name}'")
        st.progress(upload.share, text=f"**{title}**  \n{plain(detail)}")
        if st.button("Cancel", key=f"cancel_{upload.id}", type="tertiary"):
            workspace.uploads.cancel(upload.id)


def _job_line(job: Job) -> None:
    with st.container(border=True, gap="xxsmall"):
        st.progress(job.share or 0.0, text=f"**{plain(job.title)}**  \n{plain(_detail(job))}")
        if st.button("Cancel", key=f"cancel_{job.key}", type="tertiary"):
            job.cancel()


def _detail(job: Job) -> str:
    """Return what the line says: 'embedding images, 45 %, 20 s left'."""
    if job.state is JobState.QUEUED:
        before = JOBS.position(job)
        return "waiting in the queue" + (f", {before} ahead of it" if before else "")
    parts = [job.stage or "starting"]
    if job.share is not None:
        parts.append(f"{100 * job.share:.0f} %")
    if job.seconds_left is not None:
        parts.append(f"{duration_of(job.seconds_left)} left")
    return ", ".join(parts)
