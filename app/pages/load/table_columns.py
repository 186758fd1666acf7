"""On Load: the columns of the table that says the labels, with its first rows."""

from typing import Literal

import streamlit as st

from app.session.session import Pending
from app.shell.page import current_workspace, plain, quiet
from app.upload import loading
from core.dataset import Choices
from core.ingest.labels import LabelsFile
from core.words import count_of

_NONE = "None"
_ONE_HOT = "one for each label"
_ABOUT_SPLIT = (
    "Train, validation and test. Without a column, folders decide, or all images are for training."
)
_ABOUT_GROUP = (
    "What several images share, such as a patient or a camera. Evaluate keeps a group on one side "
    "of every fold, and Audit lists groups in several splits. An image without one is its own "
    "group."
)
_PREVIEW_ROWS = 5


def draw_columns(pending: Pending, key: str, *, is_busy: bool) -> bool:
    """Draw the columns of the table in use and its first rows; looking again is a job.

    Returns whether the survey is by the columns in view.
    """
    labels_file = pending.survey.chosen.labels_file
    if labels_file is None:
        return True
    st.subheader(plain(f"Columns of '{labels_file.name}'"), anchor=False)
    choices = _choose_columns(labels_file, key)
    is_new = choices != _as_choices(labels_file)
    # While it is the next thing to do, nothing can be loaded.
    kind: Literal["primary", "secondary"] = "primary" if is_new else "secondary"
    if st.button("Use these columns", type=kind, disabled=is_busy or not is_new):
        loading.start_survey(current_workspace(), pending, choices)
        st.rerun()
    _draw_first_rows(labels_file)
    return not is_new


def _draw_first_rows(labels_file: LabelsFile) -> None:
    table, has_header = labels_file.tables[0], labels_file.columns.has_header
    rows = table.rows[int(has_header and table.names is None) :][:_PREVIEW_ROWS]
    columns = labels_file.column_names
    quiet(f"The first {count_of(len(rows), 'row')} of '{table.path}':")
    st.dataframe(
        {name: [row[place] for row in rows] for place, name in enumerate(columns)},
        hide_index=True, alt=f"The first rows of {table.path}",
    )  # fmt: skip


def _choose_columns(labels_file: LabelsFile, key: str) -> Choices:
    names = labels_file.column_names
    columns = labels_file.columns
    guessed = names[columns.label]
    places = st.columns(4)
    image = places[0].selectbox("File name column", names, index=columns.file, key=f"{key}_image")
    label = places[1].selectbox(
        "Label column", names, index=columns.label, key=f"{key}_label",
        format_func=lambda name: _ONE_HOT if columns.one_hot and name == guessed else name,
    )  # fmt: skip
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
