"""Augment: what each operation does to the pictures of a class."""

import base64
from dataclasses import replace
from functools import lru_cache
from html import escape
from pathlib import Path

import streamlit as st

from app.page import ask_for_images, current_workspace, heading, lead_on, note, plain, quiet
from app.session import Session
from app.thumbnails import picture_html
from core.augment import (
    OPERATIONS,
    PRESET_HELP,
    PRESETS,
    AugmentPolicy,
    DrawnStep,
    Operation,
    Step,
    apply,
    draw,
)
from core.dataset import TRAIN, ImageDataset
from core.encoding import encode
from core.errors import SettingError, UnreadableImageError
from core.images import Pixels, decode, resize
from core.parameters import Range
from core.words import named

_DRAWN = "policy_drawn"  # what the sliders said last
_SHOWN = 6
_SIDE_PX = 256  # of a picture on the page


_QUESTION = "What does a flip do to your classes?"


def augment_view(session: Session) -> Session:
    """Draw the page."""
    dataset = ask_for_images(session, _QUESTION, "A preview of augmentation needs images.")
    if dataset is None:
        return session
    heading(_QUESTION, _answer(session.policy))
    note(
        "Augmentation is safe only where the changed picture keeps its label: a mirrored cat is a "
        "cat, a mirrored 'b' is a 'd'. Move a slider until you would hesitate to name the class, "
        "then go back a little."
    )
    _presets(session)
    # The fragment stores the policy by itself, so that a slider repaints the strip alone.
    _workbench(dataset)
    lead_on("balance", "Choose how to balance", is_primary=True)
    return session


def _answer(policy: AugmentPolicy) -> str:
    if not policy.steps:
        return "No operation is switched on, so nothing changes yet."
    steps = ", ".join(OPERATIONS[name].title.lower() for name in _names(policy))
    return f"An augmented picture is made with: {steps}. Compare the rows below."


def _presets(session: Session) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        for name, preset in PRESETS.items():
            if st.button(f"Use '{name}'", key=f"preset_{name}", help=PRESET_HELP[name]):
                workspace = current_workspace()
                policy = replace(preset, seed=session.policy.seed)
                workspace.put(workspace.session, workspace.session.with_policy(policy))
                # New keys make the sliders start from the preset's values.
                st.session_state["policy_round"] = _round() + 1
                st.rerun()
        quiet("Each is a start; the sliders say what it does.")


@st.fragment
def _workbench(dataset: ImageDataset) -> None:
    workspace = current_workspace()
    session = workspace.session
    # Another dataset or another tab has changed the policy: the sliders start from it anew.
    if st.session_state.get(_DRAWN, session.policy) != session.policy:
        st.session_state["policy_round"] = _round() + 1
    controls, pictures = st.columns([2, 5], gap="large")
    with controls:
        policy = _controls(session.policy, dataset)
        if policy != session.policy:
            workspace.put(session, session.with_policy(policy))
        st.session_state[_DRAWN] = policy
        # What stands outside this fragment names the operations, and whether one was chosen.
        if _names(policy) != _names(session.policy) or (
            policy != session.policy and (not session.policy_chosen)
        ):
            st.rerun()
    with pictures:
        _strip(dataset, policy)


def _names(policy: AugmentPolicy) -> list[str]:
    return [step.operation for step in policy.ordered_steps]


def _controls(policy: AugmentPolicy, dataset: ImageDataset) -> AugmentPolicy:
    """Draw a switch and sliders per operation; return what they say."""
    present = {step.operation: step for step in policy.steps}
    steps = []
    for operation in OPERATIONS.values():
        before = present.get(operation.name)
        key = f"{operation.name}_{_round()}"
        is_on = st.toggle(
            operation.title, value=before is not None, key=f"on_{key}", help=operation.help,
            persist_state="session",
        )  # fmt: skip
        if is_on:
            with st.container(border=True, gap="xxsmall"):
                steps.append(_step(operation, before, key, dataset))
    seed = st.number_input(
        "Seed", min_value=0, max_value=2**31 - 1, value=policy.seed, key=f"seed_{_round()}",
        help="Same seed, same pictures.", persist_state="session",
    )  # fmt: skip
    return replace(policy, steps=tuple(steps), seed=int(seed))


def _step(operation: Operation, before: Step | None, key: str, dataset: ImageDataset) -> Step:
    values: dict[str, tuple[float, float]] = {}
    for parameter in operation.parameters:
        start = before.values[parameter.name] if before else parameter.default
        values[parameter.name] = _slider(parameter, start, key)
    with st.popover("Chance and classes", type="tertiary"):
        probability = st.slider(
            "Chance that a picture gets it", 0, 100,
            round(100 * (before.probability if before else operation.probability)), 5,
            format="%d %%", key=f"chance_{key}", persist_state="session",
        )  # fmt: skip
        except_labels: list[str] = st.multiselect(
            "Not for these classes", dataset.classes,
            default=[label for label in (before.except_labels if before else ())
                     if label in dataset.classes],
            key=f"except_{key}", help=operation.warning or None, persist_state="session",
        )  # fmt: skip
    return Step(operation.name, probability / 100, values, frozenset(except_labels))


def _slider(parameter: Range, start: tuple[float, float], key: str) -> tuple[float, float]:
    unit = f" in {parameter.unit}" if parameter.unit else ""
    decimals = 0 if parameter.step >= 1 else 2 if parameter.step < 0.1 else 1
    low, high = st.slider(
        f"{parameter.title}{plain(unit)}, from and to",
        float(parameter.low),
        float(parameter.high),
        (float(start[0]), float(start[1])),
        float(parameter.step),
        format=f"%.{decimals}f",
        key=f"{parameter.name}_{key}",
        help=parameter.help,
        persist_state="session",
    )
    return float(low), float(high)


def _strip(dataset: ImageDataset, policy: AugmentPolicy) -> None:
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    labels = [label for label, count in dataset.counts(TRAIN).items() if count]
    label = left.selectbox("Class", labels, key="augment_class", persist_state="session")
    copy = int(st.session_state.get("augment_copy", 1))
    if right.button("Draw again", help="The next augmented picture of each image."):
        copy += 1
        st.session_state["augment_copy"] = copy
    rows = dataset.rows_of(label, TRAIN)[:_SHOWN].tolist()
    try:
        st.html(_columns_html(dataset, rows, policy, label, copy))
    except SettingError as error:
        st.info(plain(str(error)))
        return
    quiet(
        f"Above the originals, below augmented picture {copy} of each, with the values drawn for "
        "it, just as Export makes it."
    )
    warnings = [
        OPERATIONS[step.operation] for step in policy.ordered_steps
        if OPERATIONS[step.operation].warning and label not in step.except_labels
    ]  # fmt: skip
    if warnings:
        with st.expander(plain(f"When this changes what {named([label])} means")):
            for operation in warnings:
                st.markdown(f"**{operation.title}.** {operation.warning}")


def _columns_html(
    dataset: ImageDataset, rows: list[int], policy: AugmentPolicy, label: str, copy: int
) -> str:
    columns = []
    for row in rows:
        path = dataset.path(row)
        name = path.rsplit("/", 1)[-1]
        try:
            pixels = _decoded(
                dataset.root / str(dataset.table["file"].iloc[row]),
                str(dataset.table["digest"].iloc[row]),
            )
        except (UnreadableImageError, OSError):
            columns.append(f'<p class="quiet">{escape(name)} cannot be read any more.</p>')
            continue
        key = str(dataset.table["digest"].iloc[row])
        drawn = draw(policy, image_key=key, copy=copy, label=label)
        before = picture_html(_data_url(pixels), alt=f"{label}: {name}", caption=name)
        after = picture_html(
            _data_url(apply(pixels, drawn)),
            alt=f"{name}, augmented with {_values_text(drawn)}",
            caption=_values_text(drawn),
        )
        columns.append(f'<div class="column">{before}{after}</div>')
    return f'<div class="beforeafter">{"".join(columns)}</div>'


def _values_text(drawn: tuple[DrawnStep, ...]) -> str:
    """Return 'rotate -12 degrees, crop 0.87' for a caption."""
    parts = []
    for step in drawn:
        operation = OPERATIONS[step.operation]
        values = [
            f"{step.values[parameter.name]:.3g} {parameter.unit}".strip()
            for parameter in operation.parameters
        ]
        parts.append(" ".join([operation.title.lower(), *values]))
    return ", ".join(parts)


@lru_cache(maxsize=_SHOWN * 2)
def _decoded(path: Path, digest: str) -> Pixels:  # noqa: ARG001 - the digest is part of the key
    """Return the pixels of a file. A few are kept, so that a slider does not decode them anew."""
    pixels = decode(path.read_bytes())
    pixels.setflags(write=False)
    return pixels


def _data_url(pixels: Pixels) -> str:
    scale = _SIDE_PX / max(pixels.shape[:2])
    if scale < 1:
        height, width = (max(1, round(side * scale)) for side in pixels.shape[:2])
        pixels = resize(pixels, width=width, height=height)
    return "data:image/jpeg;base64," + base64.b64encode(encode(pixels, "JPEG", quality=90)).decode()


def _round() -> int:
    return int(st.session_state.get("policy_round", 0))
