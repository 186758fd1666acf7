"""Views of augmented pictures: a grid, a sweep of strength, two policies, a mix of two images."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import streamlit as st

from app.pages.augment.controls import chosen_operation
from app.pages.augment.pictures import (
    Shown,
    Source,
    changed_by,
    data_url,
    make_of,
    open_sources,
    rows_to_show,
    variant_of,
)
from app.review.board import Layout, Variant
from app.session.session import Session
from core.augment import OPERATIONS, PRESETS, AugmentPolicy, DrawnStep, make_picture
from core.augment.draws import code_of
from core.augment.mixing import cutmix, mixup
from core.augment.policy_text import values_text
from core.augment.trials import leading
from core.dataset import TRAIN, ImageDataset

_SHOWN = 8  # pictures of a class
_SWEPT = 3
_SWEEP_STEPS = 7
_FIRST = "augment_copy"  # which augmented picture of each image is shown first


def grid(session: Session, policy: AugmentPolicy, label: str) -> Shown:
    """Return originals with augmented pictures below, and the values drawn for each."""
    dataset = _dataset_of(session)
    copies = int(st.session_state.get("augment_copies", 1))
    is_difference = bool(st.session_state.get("augment_difference"))
    first = first_shown()
    repeats = range(first, first + copies)

    def make(source: Source) -> list[Variant]:
        made = []
        for repeat in repeats:
            code = code_of(dataset, policy, source.row, repeat)
            changed, drawn = make_picture(dataset, policy, source.row, repeat, code, source.pixels)
            made_for = dataset.classes[code]
            caption = None if made_for == source.label else f"'{made_for}': {values_text(drawn)}"
            made.append(
                variant_of(source, changed, drawn, shows_difference=is_difference, caption=caption)
            )
        return made

    which = f"picture {first}" if copies == 1 else f"pictures {first} to {repeats[-1]}"
    text = f"Below each original: augmented {which}, as Export makes them."
    return _shown(session, label, make, text)


def sweep(session: Session, policy: AugmentPolicy, label: str) -> Shown:
    """Return images with the chosen operation over its whole range; its own range stands out."""
    names = [name for name, operation in OPERATIONS.items() if operation.parameters]
    name = chosen_operation(policy)
    if name not in names:
        with st.container(key="augment_swept_row"):
            name = st.selectbox(
                "Operation", names, key="augment_swept", persist_state="session",
                format_func=lambda one: OPERATIONS[one].title,
            )  # fmt: skip
    operation = OPERATIONS[name]
    parameter = operation.parameters[0]
    steps = {step.operation: step for step in policy.steps}
    low, high = steps[name].values[parameter.name] if name in steps else parameter.default
    levels = np.linspace(parameter.low, parameter.high, _SWEEP_STEPS).round(4).tolist()
    ranges = {one.name: one.default for one in operation.parameters}

    def make(source: Source) -> list[Variant]:
        made = []
        for level in levels:
            fixed = {one.name: (level, level) for one in leading(name)}
            # The same numbers for each level: only the strength differs.
            values = operation.draw(np.random.default_rng(0), {**ranges, **fixed})
            drawn = [DrawnStep(name, {**values, **dict.fromkeys(fixed, level)})]
            caption = f"{level:.3g} {parameter.unit}".strip()
            is_used = name in steps and low <= level <= high
            changed = changed_by(source, drawn)
            made.append(variant_of(source, changed, drawn, caption=caption, is_marked=is_used))
        return made

    ends = f"{parameter.low:g} to {parameter.high:g} {parameter.unit}".strip()
    text = f"{parameter.title}, from {ends}. Framed: the range that is set."
    return _shown(session, label, make, text, count=_SWEPT, layout=Layout.ROWS)


def two_policies(session: Session, policy: AugmentPolicy, label: str) -> Shown:
    """Return originals, with what this policy makes of them, and what another one does."""
    dataset = _dataset_of(session)
    other = st.selectbox(
        "Compare with", list(PRESETS), index=1, key="augment_other", persist_state="session",
        width=220,
    )  # fmt: skip
    both = (policy, replace(PRESETS[other], seed=policy.seed))
    repeat = first_shown()

    def make(source: Source) -> list[Variant]:
        made = []
        for one in both:
            code = code_of(dataset, one, source.row, repeat)
            changed, drawn = make_picture(dataset, one, source.row, repeat, code, source.pixels)
            made.append(variant_of(source, changed, drawn))
        return made

    text = f"Below each original: your policy, then '{other}'."
    return _shown(session, label, make, text)


def mixing(session: Session, policy: AugmentPolicy, label: str) -> Shown:  # noqa: ARG001
    """Return images with one of another class, and Mixup and CutMix of both."""
    dataset = _dataset_of(session)
    labels = [one for one, count in dataset.counts(TRAIN).items() if count]
    left, right = st.columns(2)
    others = [one for one in labels if one != label] or labels
    other = left.selectbox("Second class", others, key="augment_mixed", persist_state="session")
    share = right.slider(
        "Share of the first class", 0.0, 1.0, 0.6, 0.05, key="augment_share",
        persist_state="session",
    )  # fmt: skip
    sources = open_sources(dataset, rows_to_show(session, label, _SHOWN))
    seconds = [
        one for one in open_sources(dataset, rows_to_show(session, other, _SHOWN))
        if isinstance(one, Source)
    ]  # fmt: skip
    firsts = [one for one in sources if isinstance(one, Source)][: len(seconds)]
    partners = {first.row: second for first, second in zip(firsts, seconds, strict=False)}

    def make(source: Source) -> list[Variant]:
        second = partners[source.row]
        mixed = {
            "Mixup": mixup(source.pixels, second.pixels, share),
            "CutMix": cutmix(source.pixels, second.pixels, share, x=0.5, y=0.5),
        }
        made = [Variant(second.url, f"'{other}'")]
        for title, one in mixed.items():
            text = f"{title}: '{label}' {one.share:.0%}, '{other}' {1 - one.share:.0%}"
            made.append(Variant(data_url(one.pixels), text))
        return made

    text = (
        "Each mixed picture has two labels, each with a share. A folder per class cannot express "
        "this, so Export makes none; mix within each batch while training."
    )
    return Shown(firsts, make_of(firsts, make), text)


VIEWS: Mapping[str, Callable[[Session, AugmentPolicy, str], Shown]] = {
    "Pictures": grid,
    "Strength": sweep,
    "Two policies": two_policies,
    "Mixing": mixing,
}


def first_shown() -> int:
    """Return which augmented picture of each image is shown first, from 1."""
    return int(st.session_state.get(_FIRST, 1))


def show_next() -> None:
    """Show the next augmented pictures of each image from now on."""
    st.session_state[_FIRST] = first_shown() + int(st.session_state.get("augment_copies", 1))


def _dataset_of(session: Session) -> ImageDataset:
    assert session.dataset is not None
    return session.dataset


def _shown(
    session: Session,
    label: str,
    make: Callable[[Source], list[Variant]],
    text: str,
    *,
    count: int = _SHOWN,
    layout: Layout = Layout.COLUMNS,
) -> Shown:
    sources = open_sources(_dataset_of(session), rows_to_show(session, label, count))
    if any(isinstance(source, Source) and source.scale < 1 for source in sources):
        text += " Large pictures are shown smaller; in the files, noise is finer."
    return Shown(sources, make_of(sources, make), text, layout)
