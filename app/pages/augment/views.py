"""Views of augmented pictures: a grid, a sweep of strength, two policies, a mix of two images."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import streamlit as st

from app.pages.augment.pictures import (
    Source,
    augmented_html,
    changed_by,
    column_html,
    data_url,
    grid_html,
    missing_html,
    open_sources,
    original_html,
    row_html,
    values_text,
)
from app.shell.page import quiet
from app.shell.thumbnails import picture_html
from core.augment import OPERATIONS, PRESETS, AugmentPolicy, DrawnStep, make_picture
from core.augment.draws import code_of
from core.augment.mixing import cutmix, mixup
from core.augment.trials import leading
from core.batches import run_ahead
from core.dataset import TRAIN, ImageDataset

SHOWN = 6  # pictures of a class
_SWEPT = 3
_SWEEP_STEPS = 7


def grid(dataset: ImageDataset, policy: AugmentPolicy, label: str) -> None:
    """Draw originals above, augmented pictures below, with the values drawn for each."""
    first = int(st.session_state.get("augment_copy", 1))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        copies = st.selectbox(
            "Pictures per image", [1, 2, 3, 4], key="augment_copies", persist_state="session",
            width=180,
        )  # fmt: skip
        is_difference = st.toggle(
            "Show the difference", key="augment_difference", persist_state="session",
            help="Grey means no change. Differences are shown three times as strong.",
        )  # fmt: skip
        if st.button("Draw again", help="Shows the next augmented pictures of each image."):
            first += copies
            st.session_state["augment_copy"] = first

    def column(source: Source) -> str:
        figures = []
        for repeat in range(first, first + copies):
            code = code_of(dataset, policy, source.row, repeat)
            changed, drawn = make_picture(dataset, policy, source.row, repeat, code, source.pixels)
            made_for = dataset.classes[code]
            caption = None if made_for == source.label else f"'{made_for}': {values_text(drawn)}"
            figures.append(
                augmented_html(
                    source, changed, drawn, shows_difference=is_difference, caption=caption
                )
            )
        return column_html([original_html(source), *figures])

    sources = open_sources(dataset, _rows(dataset, label))
    _draw(sources, column)
    which = f"picture {first}" if copies == 1 else f"pictures {first} to {first + copies - 1}"
    text = f"Top: originals. Bottom: augmented {which} of each, as Export makes them."
    if any(isinstance(source, Source) and source.scale < 1 for source in sources):
        text += " Large pictures are shown smaller; in the files, noise is finer."
    quiet(text)


def sweep(dataset: ImageDataset, policy: AugmentPolicy, label: str) -> None:
    """Draw one operation over the whole of its range, from one end to the other."""
    names = [name for name, operation in OPERATIONS.items() if operation.parameters]
    used = [step.operation for step in policy.ordered_steps if step.operation in names]
    name = st.selectbox(
        "Operation", names, index=names.index(used[0]) if used else 0, key="augment_swept",
        format_func=lambda one: OPERATIONS[one].title, persist_state="session",
    )  # fmt: skip
    operation = OPERATIONS[name]
    parameter = operation.parameters[0]
    levels = np.linspace(parameter.low, parameter.high, _SWEEP_STEPS).tolist()
    ranges = {one.name: one.default for one in operation.parameters}

    def row(source: Source) -> str:
        figures = [original_html(source)]
        for level in levels:
            level = round(level, 4)
            fixed = {one.name: (level, level) for one in leading(name)}
            # The same numbers for each level: only the strength differs.
            values = operation.draw(np.random.default_rng(0), {**ranges, **fixed})
            values = {**values, **dict.fromkeys(fixed, level)}
            caption = f"{level:.3g} {parameter.unit}".strip()
            steps = [DrawnStep(name, values)]
            changed = changed_by(source, steps)
            figures.append(augmented_html(source, changed, steps, caption=caption))
        return row_html(figures)

    for source in open_sources(dataset, _rows(dataset, label)[:_SWEPT]):
        st.html(missing_html(source) if isinstance(source, str) else row(source))
    ends = f"{parameter.low:g} to {parameter.high:g} {parameter.unit}".strip()
    quiet(f"{parameter.title}, from {ends}. The originals are on the left.")


def two_policies(dataset: ImageDataset, policy: AugmentPolicy, label: str) -> None:
    """Draw the originals, what this policy makes of them, and what another one does."""
    other = st.selectbox(
        "Compare with", list(PRESETS), index=1, key="augment_other", persist_state="session"
    )
    beside = replace(PRESETS[other], seed=policy.seed)

    def column(source: Source) -> str:
        figures = [original_html(source)]
        for one in (policy, beside):
            code = code_of(dataset, one, source.row, 1)
            changed, drawn = make_picture(dataset, one, source.row, 1, code, source.pixels)
            figures.append(augmented_html(source, changed, drawn))
        return column_html(figures)

    _draw(open_sources(dataset, _rows(dataset, label)), column)
    quiet(f"Top: originals. Middle: your policy. Bottom: '{other}'.")


def mixing(dataset: ImageDataset, policy: AugmentPolicy, label: str) -> None:  # noqa: ARG001
    """Draw Mixup and CutMix of two classes, with their labels in shares."""
    labels = [one for one, count in dataset.counts(TRAIN).items() if count]
    left, right = st.columns(2)
    others = [one for one in labels if one != label] or labels
    other = left.selectbox("Second class", others, key="augment_mixed", persist_state="session")
    share = right.slider(
        "Share of the first class",
        0.0,
        1.0,
        0.6,
        0.05,
        key="augment_share",
        persist_state="session",
    )
    pairs = zip(
        open_sources(dataset, _rows(dataset, label)),
        open_sources(dataset, _rows(dataset, other)),
        strict=False,
    )
    columns = []
    for first, second in pairs:
        if isinstance(first, str) or isinstance(second, str):
            continue
        mixed = {
            "Mixup": mixup(first.pixels, second.pixels, share),
            "CutMix": cutmix(first.pixels, second.pixels, share, x=0.5, y=0.5),
        }
        figures = [original_html(first), original_html(second)]
        for title, one in mixed.items():
            text = f"{title}: '{label}' {one.share:.0%}, '{other}' {1 - one.share:.0%}"
            figures.append(picture_html(data_url(one.pixels), alt=text, caption=text))
        columns.append(column_html(figures))
    st.html(grid_html(columns))
    quiet(
        "Each mixed picture has two labels, each with a share. A folder per class cannot express "
        "this, so Export makes none; mix within each batch while training."
    )


VIEWS: Mapping[str, Callable[[ImageDataset, AugmentPolicy, str], None]] = {
    "Pictures": grid,
    "Strength": sweep,
    "Two policies": two_policies,
    "Mixing": mixing,
}


def _rows(dataset: ImageDataset, label: str) -> list[int]:
    rows: list[int] = dataset.rows_of(label, TRAIN)[:SHOWN].tolist()
    return rows


def _draw(sources: list[Source | str], column: Callable[[Source], str]) -> None:
    def drawn(source: Source | str) -> str:
        return missing_html(source) if isinstance(source, str) else column(source)

    # OpenCV lets go of Python's lock: the cores share the pictures.
    st.html(grid_html(list(run_ahead(drawn, sources))))
