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

# Drawn by the style as masks: an icon of a link would be a word of its name.
_CIRCLE = '<circle cx="12" cy="12" r="8.5" fill="none" stroke="black" stroke-width="1.7"/>'
_STROKE = 'fill="none" stroke="black" stroke-width="1.9" stroke-linecap="round"'
_MARKS = {
    PageState.WAITING: _CIRCLE.replace("/>", ' stroke-dasharray="2.2 2.8"/>'),
    PageState.READY: _CIRCLE,
    PageState.DONE: f'{_CIRCLE}<path {_STROKE} d="M8.2 12.3l2.6 2.6 5-5.4"/>',
    PageState.STALE: f'{_CIRCLE}<path {_STROKE} d="M12 8v4.6M12 15.8v.1"/>',
}
_COLOURS = {
    PageState.WAITING: "--quiet",
    PageState.READY: "--quiet",
    PageState.DONE: "--accent",
    PageState.STALE: "--warning",
}


def draw(workspace: Workspace, pages: Iterable[Page], links: Mapping[str, StreamlitPage]) -> None:
    """Draw the sidebar, with a link to each page by its name."""
    with st.sidebar:
        st.html(
            f'<div class="mark"><img src="{_mark()}" alt="" width="30"><span>Evenset</span></div>'
        )
        _dataset_card(workspace.session, links)
        states: dict[str, PageState] = {}
        for number, page in enumerate(pages, start=1):
            state = page.state(workspace.session)
            states[page.name] = state
            with st.container(key=f"step_{page.name}"):
                st.page_link(
                    links[page.name], label=f"{number}. {page.title}",
                    help=state.value.capitalize(), width="stretch",
                )  # fmt: skip
        st.html(_states_style(states))
        _report_button(workspace.session)
        _job_lines(workspace)
        _told_of_ahead(workspace.session)
        st.toggle("Notes for learners", key=NOTES_KEY, persist_state="session")


def _states_style(states: Mapping[str, PageState]) -> str:
    """Return the style that marks each step: links stay as they are when a state changes."""
    rules = "".join(
        f".st-key-step_{name} {{ --step-mark: url('{_address(_MARKS[state])}');"
        f" --step-word: '{state.value}'; --step-colour: var({_COLOURS[state]}); }}"
        for name, state in states.items()
    )
    return f"<style>{rules}</style>"


def _address(drawing: str) -> str:
    """Return a drawing of 24 x 24 as an address that needs no request."""
    picture = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">{drawing}</svg>'
    return f"data:image/svg+xml;base64,{base64.b64encode(picture.encode()).decode()}"


@cache
def _mark() -> str:
    """Return the mark as an address that needs no request."""
    content = base64.b64encode((ASSETS / "mark.svg").read_bytes()).decode()
    return f"data:image/svg+xml;base64,{content}"


def _dataset_card(session: Session, links: Mapping[str, StreamlitPage]) -> None:
    dataset = session.dataset
    if dataset is None:
        return
    with st.container(border=True, gap="xxsmall", key="dataset_card"):
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
    is_by_itself = False  # the page around it is being drawn

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
        # Another tab of this visitor may have collected the result, or started something. While
        # the page is drawn it waits for the next time: drawing it again would lose the click that
        # it is drawn for, whose button comes below.
        is_other = workspace.changes != changes or [one.key for one in ongoing] != others
        if is_busy and is_by_itself and is_other:
            st.rerun()

    lines()
    is_by_itself = True


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
