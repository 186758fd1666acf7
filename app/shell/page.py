"""What a page is, and what every page has: question and answer, notes."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from typing import Literal

import streamlit as st

from app.session.session import Session
from app.session.workspace import Workspace
from app.session.workspaces import WORKSPACES
from core.dataset import TRAIN, ImageDataset, SkippedFile
from core.dataset.skipped import reasons_of
from core.export import Recipe
from core.ingest import SAMPLES
from core.words import count_of

# Once for each page that is opened, whichever way: what Streamlit mounts again, such as below a
# message that has come, takes the focus from nobody at work. A title that is mounted again in the
# first seconds has lost it to the body, and gets it back.
_TO_THE_TITLE = """<i class="to-title" title="{}"></i><script>{{
  const main = document.querySelector("[data-testid=stMain]");
  const opened = [...main.querySelectorAll(".to-title")].at(-1).title;
  const take = () => {{
    const titles = [...main.querySelectorAll("h1")];
    const title = titles.findLast((one) => opened.startsWith(one.textContent));
    if (!title || globalThis.evensetOpened !== opened) return;
    title.tabIndex = -1;
    title.focus({{ preventScroll: true }});
  }};
  if (globalThis.evensetOpened !== opened) {{
    globalThis.evensetOpened = opened;
    main.scrollTo(0, 0);
    take();
    for (const wait of [100, 500, 1500, 3000])
      setTimeout(() => document.activeElement === document.body && take(), wait);
  }}
}}</script>"""
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_MOST_BARS = 60
NOTES_KEY = "notes"
SAMPLE_KEY = "wanted_sample"  # asked for here, loaded by Load


class PageState(StrEnum):
    """How far a session is with a page; the values are shown."""

    WAITING = "not started"
    READY = "ready"
    DONE = "done"
    STALE = "out of date"


@dataclass(frozen=True)
class Page:
    """One page of the way, as `app.pages` lists them."""

    name: str  # in addresses
    title: str
    question: str
    state: Callable[[Session], PageState]
    view: Callable[[Session], Session]  # draws it; returns the session with what was made


def plain(text: str) -> str:
    """Return `text` so that Markdown shows it letter by letter: names are data."""
    return _PUNCTUATION.sub(r"\\\1", text)


def heading(question: str, answer: str, *, opened: str = "") -> None:
    """Draw the title and the sentence that answers it; a page just opened has the focus there.

    Args:
        question: The title.
        answer: The sentence.
        opened: What the page is opened on, such as a dataset: of another one it is opened anew.
    """
    st.title(question, anchor=False)
    st.html(_TO_THE_TITLE.format(escape(f"{question} {opened}")), unsafe_allow_javascript=True)
    st.html(f'<p class="answer">{escape(answer)}</p>')


def note(text: str) -> None:
    """Draw a few sentences for learners, when they are switched on."""
    if st.session_state.get(NOTES_KEY):
        st.html(f'<div class="note"><b>Note.</b> {escape(text)}</div>')


def quiet(text: str) -> None:
    """Draw a sentence in small grey type."""
    st.html(f'<p class="quiet">{escape(text)}</p>')


def how_it_is_made(recipe: Recipe) -> None:
    """Draw what a recipe tells, to be opened."""
    with st.expander("How it is made"):
        for line in recipe.told():
            quiet(line)


def current_workspace() -> Workspace:
    """Return the workspace of whoever looks at this page."""
    key = "workspace_token"
    if key not in st.session_state:
        cookie = st.context.cookies.get(WORKSPACES.settings.cookie_name)
        st.session_state[key] = WORKSPACES.of_visitor(cookie).token
    return WORKSPACES.of_visitor(st.session_state[key])


def current_theme() -> str:
    """Return the theme that this page is seen in, as `core.colours` names it."""
    return st.context.theme.type or "light"


def class_bars(counts: Sequence[int], name: str) -> str:
    """Return a small histogram called `name`: a bar for each count, the first 60."""
    top = max(counts, default=0) or 1
    bars = "".join(
        f'<i style="height:{max(3, 100 * count / top):.0f}%"></i>' for count in counts[:_MOST_BARS]
    )
    return f'<div class="bars" role="img" aria-label="{escape(name)}">{bars}</div>'


def ask_for_images(session: Session, question: str, purpose: str) -> ImageDataset | None:
    """Return the dataset; where there is none yet, draw how to get one."""
    if session.dataset is None:
        heading(question, "There are no images yet.")
        _missing(f"{purpose} Load your own, or try a sample.")
    return session.dataset


def lacks_classes(dataset: ImageDataset, question: str, verb: str) -> bool:
    """Draw the page of a set with one class in training, and return whether it is such a set."""
    if sum(count > 0 for count in dataset.counts(TRAIN).values()) >= 2:
        return False
    heading(question, f"There is only one class, so there is nothing to {verb}.")
    _missing(f"You need two or more classes to {verb}. Load a set that has them.")
    return True


def skipped_table(skipped: Sequence[SkippedFile]) -> None:
    """Draw why files could not be used, and which ones, when there are any."""
    if not skipped:
        return
    with st.expander(f"{count_of(len(skipped), 'skipped file')}, with reasons"):
        reasons = reasons_of(skipped)
        if len(reasons) < len(skipped):
            st.dataframe(
                {
                    "reason": [reason.text for reason in reasons],
                    "files": [reason.count for reason in reasons],
                    "such as": [reason.example for reason in reasons],
                },
                hide_index=True,
                alt="Reasons, and how many files have each",
            )
        st.dataframe(
            {
                "file": [skip.path for skip in skipped],
                "reason": [skip.reason for skip in skipped],
            },
            hide_index=True,
            alt="Skipped files and reasons",
        )


def lead_on(step: str, label: str, *, is_primary: bool = False) -> None:
    """Draw the button to the next step."""
    kind: Literal["primary", "secondary"] = "primary" if is_primary else "secondary"
    if st.button(
        label, type=kind, key=f"lead_on_{step}", icon=":material/arrow_forward:",
        icon_position="right",
    ):  # fmt: skip
        st.switch_page(st.session_state["pages"][step])


def _missing(sentence: str) -> None:
    """Draw what a page lacks, and the way to get it."""
    with st.container(border=True):
        st.markdown(sentence)
        with st.container(horizontal=True):
            if st.button("Load images", type="primary", key="missing"):
                st.switch_page(st.session_state["pages"]["load"])
            if st.button("Load the sample", key="missing_sample"):
                st.session_state[SAMPLE_KEY] = next(iter(SAMPLES))
                st.switch_page(st.session_state["pages"]["load"])
