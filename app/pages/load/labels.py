"""Load, second part: how labels are read and what does not match, before images are read."""

from collections.abc import Mapping
from typing import Literal

import streamlit as st

from app.jobs.queue import MAIN
from app.pages.load.mismatches import draw_mismatches
from app.pages.load.pattern import draw_pattern
from app.pages.load.readings import draw_readings
from app.pages.load.table_columns import draw_columns
from app.session.made_work import discard_text, replacement_text
from app.session.session import Pending
from app.session.workspace import Workspace
from app.session.workspaces import WORKSPACES
from app.shell.job_line import job_where_it_was_asked_for
from app.shell.page import current_workspace, heading, note, plain, quiet
from app.upload import loading
from core.ingest import Survey, preview_counts
from core.words import count_of, largest_first

_MOST_PASSED = 50  # tables that are named
_FEW = 10  # classes, whose table needs no height of its own


def draw(pending: Pending) -> None:
    """Draw what has to be decided about `pending`, and start what the person chooses."""
    found = pending.survey
    current = current_workspace().session.source
    if pending.is_decided and current is not None:
        heading(f"Load '{pending.name}' in place of '{current.name}'?", found.sentence)
    else:
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
    if text := _what_goes(workspace, pending):
        st.warning(plain(text))
    with st.container(horizontal=True):
        can_load = is_followed and 0 < len(counts) <= most and not is_busy
        images = count_of(sum(counts.values()), "image")
        # What has to be used first has the accent.
        kind: Literal["primary", "secondary"] = "primary" if is_followed else "secondary"
        if st.button(f"Load {images}", type=kind, disabled=not can_load):
            loading.start_reading(workspace, pending, decisions)
            st.rerun()
        if st.button(_other_way(workspace, pending), disabled=is_busy):
            loading.forget_pending(workspace)
            st.rerun()
    if (job := loading.loading_job(workspace, pending.name)) is not None:
        job_where_it_was_asked_for(job)
    if not is_followed:
        quiet("Use what you changed below first, or undo it.")
    if len(counts) > most:
        st.warning(
            f"{count_of(len(counts), 'class')} are more than {most:,}, the limit. Choose another "
            "column of labels, or start Evenset with a higher --max-classes."
        )


def _what_goes(workspace: Workspace, pending: Pending) -> str:
    """Return what becomes of the work that there is, or ''."""
    session = workspace.session
    if session.source is None:
        return ""
    if pending.folder == session.folder:  # the same images, with other labels
        return discard_text(session, "Other labels discard", "source")
    return replacement_text(session, workspace.leaving())


def _other_way(workspace: Workspace, pending: Pending) -> str:
    source = workspace.session.source
    if source is None:
        return "Discard them"
    is_same = pending.folder == workspace.session.folder
    name = plain(f"'{source.name}'")
    return "Keep the labels as they are" if is_same else f"Keep {name}"


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
    order = largest_first(counts)
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
