"""The frame's left side: name, dataset, steps with their states, running work, notes switch."""

import base64
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache, partial
from html import escape

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from app.jobs.queue import AHEAD, Job
from app.session.session import Session
from app.session.store import recipe_of
from app.session.workspace import Ongoing, Workspace
from app.settings import ASSETS
from app.shell.job_line import detail_of, job_line
from app.shell.page import NOTES_KEY, Page, PageState, class_bars, plain, quiet
from core.dataset import TRAIN
from core.report import ReportContents, write_html
from core.words import count_of

_ICONS = {
    PageState.WAITING: ":material/radio_button_unchecked:",
    PageState.READY: ":material/arrow_circle_right:",
    PageState.DONE: ":material/check_circle:",
    PageState.STALE: ":material/sync_problem:",
}


def draw(workspace: Workspace, pages: Iterable[Page], links: Mapping[str, StreamlitPage]) -> None:
    """Draw the sidebar, with a link to each page by its name."""
    with st.sidebar:
        st.html(
            f'<div class="mark"><img src="{_mark()}" alt="" width="30"><span>Evenset</span></div>'
        )
        _dataset_card(workspace.session, links)
        for number, page in enumerate(pages, start=1):
            state = page.state(workspace.session)
            st.page_link(
                links[page.name],
                label=f"{number}. {page.title}",
                icon=_ICONS[state],
                help=state.value.capitalize(),
                width="stretch",
            )
        _report_button(workspace.session)
        _job_lines(workspace)
        _told_of_ahead(workspace.session)
        st.toggle("Notes for learners", key=NOTES_KEY, persist_state="session")


@cache
def _mark() -> str:
    """Return the mark as an address that needs no request."""
    content = base64.b64encode((ASSETS / "mark.svg").read_bytes()).decode()
    return f"data:image/svg+xml;base64,{content}"


def _dataset_card(session: Session, links: Mapping[str, StreamlitPage]) -> None:
    dataset = session.dataset
    if dataset is None:
        return
    with st.container(border=True, gap="xxsmall"):
        counts = sorted(dataset.counts(TRAIN).values(), reverse=True)
        classes = sum(count > 0 for count in dataset.counts().values())
        images = count_of(len(dataset.present_rows), "image")
        figures = f"{images}, {count_of(classes, 'class')}"
        if left_out := len(dataset) - len(dataset.present_rows):
            figures += f"; {left_out:,} left out"
        st.html(
            f"<b>{escape(dataset.name)}</b>"
            f"{class_bars(counts, 'Training images per class')}"
            f'<p class="quiet">{figures}</p>'
        )
        if st.button("Change", type="tertiary", help="Load other images or choose a subset"):
            st.switch_page(links["load"])


def _report_button(session: Session) -> None:
    """Offer all that is known as one page; it is written when it is asked for."""
    if session.dataset is not None and session.audit is not None:
        st.download_button(
            "Download report", partial(_report, session), f"{session.dataset.name} report.html",
            "text/html", key="report", icon=":material/description:", on_click="ignore",
            width="stretch", help="One page with findings, pictures and results; opens offline",
        )  # fmt: skip


def _report(session: Session) -> bytes:
    dataset, report, edits = session.dataset, session.audit, session.edits
    assert dataset is not None and report is not None
    contents = ReportContents(
        dataset,
        report,
        recipe_of(session, dataset, session.balanced, edits.of_data),
        datetime.now(UTC).date(),
        projection=session.projections.get("umap") or session.projections.get("pca"),
        evaluation=session.evaluation if not session.evaluation_stale else None,
        edits=edits,
        original=session.taken,
    )
    return write_html(contents).encode("utf-8", "surrogatepass")


def _job_lines(workspace: Workspace) -> None:
    """Draw what runs; the fragment asks again twice a second while there is something."""
    # Not "runs": a job that ended since the page began to be drawn must be collected too.
    is_busy = workspace.has_work()
    changes, others = workspace.changes, [one.key for one in workspace.ongoing()]

    @st.fragment(run_every=0.5 if is_busy else None)
    def lines() -> None:
        ongoing = workspace.ongoing()
        for one in ongoing:
            _ongoing_line(one)
        for job in workspace.jobs():
            if job.slot is AHEAD:
                _ahead_line(job)
            else:
                job_line(job)
        workspace.collect()
        # Another tab of this visitor may have collected the result, or started something.
        if is_busy and (workspace.changes != changes or [one.key for one in ongoing] != others):
            st.rerun()

    lines()


def _ongoing_line(one: Ongoing) -> None:
    with st.container(border=True, gap="xxsmall"):
        detail = ", ".join([f"{100 * one.share:.0f} %", *([one.detail] if one.detail else [])])
        st.progress(one.share, text=f"**{plain(one.title)}**  \n{plain(detail)}")
        if st.button("Cancel", key=f"cancel_{one.key}", type="tertiary"):
            one.cancel()


def _ahead_line(job: Job) -> None:
    """Draw what nobody waits for: small, and only while something happens."""
    if job.stage and not job.is_cancelled:
        with st.container(key="ahead", gap=None):
            quiet(f"In advance: {detail_of(job)}")
            if st.button("Cancel", key=f"cancel_{job.key}", type="tertiary"):
                job.cancel()


def _told_of_ahead(session: Session) -> None:
    """Draw why images are not embedded in advance, as long as they are not embedded."""
    if session.not_ahead and session.embeddings is None:
        quiet(session.not_ahead)
