"""Load, second part: where labels come from and what does not match, before images are read."""

from collections.abc import Mapping
from typing import Literal

import streamlit as st

from app.jobs.queue import MAIN
from app.session.session import Pending
from app.session.workspace import Workspace
from app.session.workspaces import WORKSPACES
from app.shell.page import current_workspace, heading, note, plain, quiet
from app.upload import loading
from core.dataset import Choices
from core.ingest import MISMATCHES, Mismatch, preview_counts
from core.ingest.labels import LabelsFile
from core.ingest.readings import FOLDERS, NOTHING
from core.words import count_of

_FOLDERS = "Folder names"
_NONE = "None"
_ABOUT_SPLIT = (
    "Train, validation and test. Without a column, folders decide, or all images are for training."
)
_ABOUT_GROUP = (
    "What several images share, such as a patient or a camera. Evaluate keeps a group on one side "
    "of every fold, and Audit lists groups in several splits. An image without one is its own "
    "group."
)
_PREVIEW_ROWS = 10
_MOST_NAMES = 1_000  # of one mismatch, in the browser; the command line lists all


def draw(pending: Pending) -> None:
    """Draw what has to be decided about `pending`, and start what the person chooses."""
    workspace = current_workspace()
    heading("Which labels do they have?", _answer(pending))
    note(
        "A wrong label spoils every later step, and none of them can detect it. Check the columns "
        "and the list below before you continue."
    )
    key = f"labels_{pending.folder.name}"
    is_busy = workspace.job_in(MAIN) is not None
    buttons = st.container(horizontal=True)  # above what they depend on, so that they are in view
    is_followed = True
    if pending.survey.tables:
        is_followed = _draw_columns(workspace, pending, key, is_busy=is_busy)
    decisions = _draw_mismatches(pending, key)
    counts = preview_counts(pending.survey, decisions)
    images = count_of(sum(counts.values()), "image")
    with buttons:
        most = WORKSPACES.settings.limits.classes
        can_load = is_followed and 0 < len(counts) <= most and not is_busy
        if st.button(f"Load {images}", type="primary", disabled=not can_load):
            loading.start_reading(workspace, pending, decisions)
            st.rerun()
        if st.button("Discard them", disabled=is_busy):
            loading.forget_pending(workspace)
            st.rerun()
    if len(counts) > most:
        st.warning(
            f"{count_of(len(counts), 'class')} are more than {most:,}, the limit. Choose another "
            "column of labels, or start Evenset with a higher --max-classes."
        )
    _draw_counts(counts, images)


def _draw_counts(counts: Mapping[str, int], images: str) -> None:
    st.subheader(f"This gives {images} in {count_of(len(counts), 'class')}", anchor=False)
    order = sorted(counts, key=lambda label: -counts[label])
    if order:
        st.dataframe(
            {"class": order, "images": [counts[label] for label in order]},
            hide_index=True, height="auto" if len(order) < 10 else 380, alt="Images per class",
        )  # fmt: skip


def _answer(pending: Pending) -> str:
    found = pending.survey
    files = count_of(len(found.pictures), "picture")
    file = found.chosen.labels_file
    source = f"the rows of '{file.name}'" if file else found.chosen.title
    if found.chosen.kind in {FOLDERS, NOTHING}:
        source = "folder names"
    open_ = len(found.mismatches)
    matter = f"{count_of(open_, 'mismatch')} to check" if open_ else "everything matches"
    return f"'{pending.name}' has {files}. Labels come from {source}; {matter}."


def _draw_columns(workspace: Workspace, pending: Pending, key: str, *, is_busy: bool) -> bool:
    """Draw where labels come from, with the first rows; looking again is a job.

    Returns whether the survey is of what is chosen here.
    """
    found = pending.survey
    read = found.chosen.labels_file
    by_name = {labels_file.name: labels_file for labels_file in found.tables}
    names = [_FOLDERS, *by_name]
    chosen = st.selectbox(
        "Labels from",
        names,
        index=names.index(read.name) if read else 0,
        key=f"{key}_file",
    )
    if chosen == _FOLDERS:
        if read is not None and st.button("Use folders", type="primary", disabled=is_busy):
            loading.start_survey(workspace, pending, Choices(labels_file=""))
            st.rerun()
        return read is None
    labels_file = by_name[chosen]
    # Each file has boxes of its own: a column of the same name may mean another thing there.
    choices = _choose_columns(labels_file, f"{key}_{chosen}")
    table, has_header = labels_file.tables[0], labels_file.columns.has_header
    rows = table.rows[int(has_header and table.names is None) :][:_PREVIEW_ROWS]
    columns = labels_file.column_names
    quiet(f"The first {count_of(len(rows), 'row')} of '{table.path}':")
    st.dataframe(
        {name: [row[place] for row in rows] for place, name in enumerate(columns)},
        hide_index=True, alt=f"The first rows of {table.path}",
    )  # fmt: skip
    is_new = labels_file is not read or choices != _as_choices(labels_file)
    # While it is the next thing to do, nothing can be loaded.
    kind: Literal["primary", "secondary"] = "primary" if is_new else "secondary"
    if st.button("Use these columns", type=kind, disabled=is_busy or not is_new):
        loading.start_survey(workspace, pending, choices)
        st.rerun()
    return not is_new


def _choose_columns(labels_file: LabelsFile, key: str) -> Choices:
    names = labels_file.column_names
    columns = labels_file.columns
    places = st.columns(4)
    image = places[0].selectbox("File name column", names, index=columns.file, key=f"{key}_image")
    label = places[1].selectbox("Label column", names, index=columns.label, key=f"{key}_label")
    with_none = [_NONE, *names]
    split, group = (
        place.selectbox(
            f"{what.capitalize()} column", range(len(with_none)), format_func=with_none.__getitem__,
            index=0 if column is None else column + 1, key=f"{key}_{what}", help=help_,
        )
        for place, what, column, help_ in (
            (places[2], "split", columns.split, _ABOUT_SPLIT),
            (places[3], "group", columns.group, _ABOUT_GROUP),
        )
    )  # fmt: skip
    return Choices(
        labels_file=labels_file.name,
        image_column=image,
        label_column=label,
        split_column=names[split - 1] if split else "",
        group_column=names[group - 1] if group else "",
    )


def _as_choices(labels_file: LabelsFile) -> Choices:
    names = labels_file.column_names
    columns = labels_file.columns
    return Choices(
        labels_file=labels_file.name,
        image_column=names[columns.file],
        label_column=names[columns.label],
        split_column="" if columns.split is None else names[columns.split],
        group_column="" if columns.group is None else names[columns.group],
    )


def _draw_mismatches(pending: Pending, key: str) -> dict[str, str]:
    """Draw what does not match; return the decisions."""
    if not pending.survey.mismatches:
        return {}
    st.subheader("What does not match", anchor=False)
    decisions = {}
    for mismatch in pending.survey.mismatches:
        with st.container(border=True, gap="xsmall"):
            left, right = st.columns([3, 2], vertical_alignment="center")
            with left:
                st.markdown(f"**{plain(mismatch.text)}**")
                quiet(_examples(mismatch))
            with right:
                decisions[mismatch.kind] = _decide(mismatch, key)
            if len(mismatch.names) > 2:
                with st.expander("Which files"):
                    st.dataframe(
                        {MISMATCHES[mismatch.kind].noun: list(mismatch.names[:_MOST_NAMES])},
                        hide_index=True, alt=mismatch.text,
                    )  # fmt: skip
                    if len(mismatch.names) > _MOST_NAMES:
                        quiet(f"The first {_MOST_NAMES:,}. 'evenset audit --json' lists them all.")
    return decisions


def _decide(mismatch: Mismatch, key: str) -> str:
    if not mismatch.is_open:
        quiet(mismatch.decisions[mismatch.proposed] + ".")
        return mismatch.proposed
    names = list(mismatch.decisions)
    return st.selectbox(
        mismatch.text,
        names,
        index=names.index(mismatch.proposed),
        format_func=mismatch.decisions.__getitem__,
        key=f"{key}_{mismatch.kind}",
        label_visibility="collapsed",
    )


def _examples(mismatch: Mismatch) -> str:
    names = [f"'{name}'" if "'" not in name else name for name in mismatch.names[:2]]
    more = ", ..." if len(mismatch.names) > 2 else ""
    return ", ".join(names) + more
