"""The line of a job: how far it is, how long it still takes, and Cancel."""

import streamlit as st

from app.jobs.queue import JOBS, Job, JobState
from app.shell.page import plain
from core.words import duration_of


def job_line(job: Job, place: str = "") -> None:
    """Draw the line of a job; `place` tells lines of one job on one page apart."""
    with st.container(border=True, gap="xxsmall"):
        st.progress(job.share or 0.0, text=f"**{plain(job.title)}**  \n{plain(detail_of(job))}")
        if st.button("Cancel", key=f"cancel_{job.key}{place}", type="tertiary"):
            job.cancel()


def job_where_it_was_asked_for(job: Job) -> None:
    """Draw the line of a job in place of the button that began it, twice a second anew.

    When the job has ended the page as a whole is drawn again: the sidebar sees to that.
    """

    @st.fragment(run_every=0.5)
    def line() -> None:
        if job.is_active:
            job_line(job, "_here")

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
