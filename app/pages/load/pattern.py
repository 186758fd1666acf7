"""On Load: labels in the names of files, by an expression that shows what it finds at once."""

from functools import partial
from html import escape

import streamlit as st

from app.session.session import Pending
from app.shell.page import current_workspace, plain, quiet
from app.upload import loading
from core.dataset import Choices
from core.ingest.file_names import AFTER_NUMBER, BEFORE_NUMBER, FIRST_WORD
from core.ingest.previews import PatternTrial, try_pattern
from core.ingest.readings import FILE_NAMES, NOTHING, PATTERN

_EXAMPLES = {
    "The word before the number": BEFORE_NUMBER,
    "The first word": FIRST_WORD,
    "The word after the number": AFTER_NUMBER,
    "The last folder": r"([^/]+)/[^/]+$",
}
_ABOUT = (
    "A regular expression, tried on each path. Its group named 'label' is the label, and else its "
    "first group."
)
_LONGEST = 1_000


def draw_pattern(pending: Pending, key: str, *, is_busy: bool) -> bool:
    """Draw the expression with what it finds; looking again is a job.

    Returns whether the survey is by what stands in the field.
    """
    found = pending.survey
    used = found.chosen.choices.label_pattern or ""
    field = f"{key}_pattern"
    # Where nothing else says labels, this is the question.
    is_asked = found.chosen.kind in {FILE_NAMES, PATTERN, NOTHING}
    with st.expander("Labels in file names", expanded=is_asked):
        with st.container(horizontal=True, gap="small"):
            for title, pattern in _EXAMPLES.items():
                st.button(
                    title, key=f"{field}_{title}", on_click=partial(_write, field, pattern),
                    disabled=is_busy,
                )  # fmt: skip
        st.session_state.setdefault(field, used)
        text = st.text_input(
            "Regular expression", key=field, max_chars=_LONGEST, live=True, help=_ABOUT,
            placeholder=r"(\w+)_\d+", disabled=is_busy,
        )  # fmt: skip
        pattern = (text or "").strip()
        if not pattern:
            quiet("Choose an example, or write an expression with a group around the label.")
            return True
        trial = try_pattern(found, pattern)
        if trial.refusal:
            st.error(plain(trial.refusal))
            return True
        _draw_trial(trial)
        is_new = pattern != used and trial.finds_labels
        if st.button(
            "Use this expression", type="primary" if is_new else "secondary",
            disabled=is_busy or not is_new, key=f"{field}_use",
        ):  # fmt: skip
            loading.start_survey(current_workspace(), pending, Choices(label_pattern=pattern))
            st.rerun()
        return not is_new


def _write(field: str, pattern: str) -> None:
    st.session_state[field] = pattern


def _draw_trial(trial: PatternTrial) -> None:
    """Draw some names with the label that is found in each."""
    rows = "".join(
        f"<tr><td>{escape(example.path)}</td>"
        f"<td>{f'<b>{escape(example.label)}</b>' if example.label else 'no label'}</td></tr>"
        for example in trial.examples
    )
    st.html(
        f'<p class="way">{escape(trial.told)}</p>'
        f'<table class="trial"><tr><th>name</th><th>label</th></tr>{rows}</table>'
    )
