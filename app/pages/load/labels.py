"""Load, second part: how labels are read and what does not match, before images are read."""

from collections.abc import Mapping

import streamlit as st

from app.jobs.queue import MAIN
from app.pages.load.mismatches import draw_mismatches
from app.pages.load.pattern import draw_pattern
from app.pages.load.readings import draw_readings
from app.pages.load.table_columns import draw_columns
from app.session.session import Pending
from app.session.workspaces import WORKSPACES
from app.shell.page import current_workspace, heading, note, quiet
from app.upload import loading
from core.ingest import Survey, preview_counts
from core.words import count_of

_MOST_PASSED = 50  # tables that are named
_FEW = 10  # classes, whose table needs no height of its own


def draw(pending: Pending) -> None:
    """Draw what has to be decided about `pending`, and start what the person chooses."""
    found = pending.survey
    heading("Which labels do they have?", found.sentence)
    note(
        "A wrong label spoils every later step, and none of them can detect it. Compare the "
        "pictures with their labels before you continue."
    )
    # A reading that was chosen comes with boxes of its own: a column of the same name may mean
    # another thing there.
    key = f"labels_{pending.folder.name}_{found.chosen.option}"
    is_busy = current_workspace().job_in(MAIN) is not None
    buttons, cards = st.container(), st.container()  # above what they depend on, so in view
    is_followed = draw_columns(pending, key, is_busy=is_busy)
    is_followed &= draw_pattern(pending, key, is_busy=is_busy)
    decisions = draw_mismatches(pending, key)
    counts = preview_counts(found, decisions)
    _draw_passed(found)
    _draw_counts(counts)
    with cards:
        draw_readings(pending, counts, is_busy=is_busy)
    with buttons:
        _draw_buttons(pending, decisions, counts, is_followed=is_followed, is_busy=is_busy)


def _draw_buttons(
    pending: Pending,
    decisions: dict[str, str],
    counts: Mapping[str, int],
    *,
    is_followed: bool,
    is_busy: bool,
) -> None:
    workspace, most = current_workspace(), WORKSPACES.settings.limits.classes
    with st.container(horizontal=True):
        can_load = is_followed and 0 < len(counts) <= most and not is_busy
        images = count_of(sum(counts.values()), "image")
        if st.button(f"Load {images}", type="primary", disabled=not can_load):
            loading.start_reading(workspace, pending, decisions)
            st.rerun()
        if st.button("Discard them", disabled=is_busy):
            loading.forget_pending(workspace)
            st.rerun()
    if not is_followed:
        quiet("Use what you changed below first, or undo it.")
    if len(counts) > most:
        st.warning(
            f"{count_of(len(counts), 'class')} are more than {most:,}, the limit. Choose another "
            "column of labels, or start Evenset with a higher --max-classes."
        )


def _draw_passed(found: Survey) -> None:
    """Draw the tables that say no labels of these pictures, each with the reason."""
    if found.not_used:
        with st.expander(f"Looked at, not used ({len(found.not_used):,})"):
            for one in found.not_used[:_MOST_PASSED]:
                quiet(f"{one.path}: {one.reason}.")
            if len(found.not_used) > _MOST_PASSED:
                quiet(f"And {len(found.not_used) - _MOST_PASSED:,} more.")


def _draw_counts(counts: Mapping[str, int]) -> None:
    images = count_of(sum(counts.values()), "image")
    st.subheader(f"This gives {images} in {count_of(len(counts), 'class')}", anchor=False)
    order = sorted(counts, key=lambda label: (-counts[label], label))
    if order:
        st.dataframe(
            {"class": order, "images": [counts[label] for label in order]},
            hide_index=True,
            height="auto" if len(order) < _FEW else 380,
            column_config={
                "images": st.column_config.ProgressColumn(
                    format="localized", min_value=0, max_value=counts[order[0]]
                )
            },
            alt="Images per class",
        )
