"""Findings as cards, the gravest first, and the images behind them."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from app.shell.page import picture_grid, quiet
from core.audit import Finding, Severity
from core.dataset import ImageDataset, Rows
from core.words import count_of

_MOST_PICTURES = 24
_SEVERITY = {
    Severity.HIGH: ("▲", "Action needed"),
    Severity.MEDIUM: ("◆", "Check"),
    Severity.LOW: ("●", "Information"),
}


def finding_cards(findings: Sequence[Finding]) -> None:
    """Draw a card for each finding."""
    st.html("".join(_card(finding) for finding in findings))


def finding_pictures(
    dataset: ImageDataset, findings: Sequence[Finding], *, key: str, can_review: bool = False
) -> Rows | None:
    """Draw the images of a finding that the person chooses, where any has some.

    Returns them when the person wants to look at them one by one, as `can_review` offers.
    """
    with_rows = [finding for finding in findings if len(finding.rows)]
    if not with_rows:
        return None
    with st.expander("See the images of a finding"):
        chosen = st.selectbox(
            "Finding", with_rows, format_func=lambda finding: finding.text, key=key
        )
        picture_grid(dataset, chosen.rows[:_MOST_PICTURES])
        if len(chosen.rows) > _MOST_PICTURES:
            quiet(f"The first {_MOST_PICTURES} of {len(chosen.rows):,}.")
        if can_review and st.button(
            f"Review {count_of(len(chosen.rows), 'image')} one by one", key=f"{key}_review",
            help="Adds them to the list above, where you can leave out, keep or relabel each one.",
        ):  # fmt: skip
            return chosen.rows
    return None


def _card(finding: Finding) -> str:
    sign, words = _SEVERITY[finding.severity]
    return (
        f'<div class="finding"><span class="severity">{sign} {words}</span>'
        f'<div><p>{escape(finding.text)}</p><p class="quiet">{escape(finding.remedy)}</p></div>'
        "</div>"
    )
