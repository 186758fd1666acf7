"""The line of work under way: what it does, how far it is, and Cancel."""

import streamlit as st

from app.jobs.queue import JOBS, Job, JobState
from app.shell.page import plain
from core.words import duration_of

_EVERY_SECONDS = 0.5


def draw_job(job: Job, *, key: str) -> None:
    """Draw the line as it is now."""
    with st.container(border=True, gap="xxsmall"):
        st.progress(job.share or 0.0, text=f"**{plain(job.title)}**  \n{plain(detail_of(job))}")
        if st.button("Cancel", key=key, type="tertiary"):
            job.cancel()


def job_line(job: Job, *, key: str) -> None:
    """Draw the line where the button was that began the work; it moves by itself.

    The sidebar draws the page again when the work has ended.
    """

    @st.fragment(run_every=_EVERY_SECONDS)
    def line() -> None:
        if job.is_active:
            draw_job(job, key=key)

    line()


def detail_of(job: Job) -> str:
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
