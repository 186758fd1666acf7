"""The switches and sliders of the Augment page: what they say is a policy."""

from dataclasses import replace

import streamlit as st

from app.shell.page import plain
from core.augment import BORDERS, OPERATIONS, AugmentPolicy, Operation, Step
from core.augment.policy import LARGEST_SEED
from core.dataset import ImageDataset
from core.parameters import Range

_BORDER_TITLES = {
    "reflect": "the mirrored picture",
    "edge": "the repeated edge",
    "wrap": "the opposite side",
    "black": "black",
}
_MOST_PICKED = 4


def policy_round() -> int:
    """Return how often the sliders have started again; their keys end in it."""
    return int(st.session_state.get("policy_round", 0))


def start_anew() -> None:
    """Let the sliders start from the policy of the session: they get new keys."""
    st.session_state["policy_round"] = policy_round() + 1


def controls(policy: AugmentPolicy, dataset: ImageDataset) -> AugmentPolicy:
    """Draw a switch and sliders per operation; return what they say."""
    present = {step.operation: step for step in policy.steps}
    steps = []
    # A registry may hold a kind's operations apart: they are applied in its order.
    for kind in dict.fromkeys(operation.kind for operation in OPERATIONS.values()):
        operations = [operation for operation in OPERATIONS.values() if operation.kind == kind]
        is_used = any(operation.name in present for operation in operations)
        with st.expander(kind, expanded=is_used, key=f"kind_{kind}_{policy_round()}"):
            for operation in operations:
                step = _switch(operation, present.get(operation.name), dataset)
                if step is not None:
                    steps.append(step)
    return _whole(replace(policy, steps=tuple(steps)))


def _whole(policy: AugmentPolicy) -> AugmentPolicy:
    """Draw what holds for all operations together."""
    suffix = policy_round()
    picks = sorted({*range(_MOST_PICKED + 1), policy.pick or 0})
    with st.expander("All together", expanded=True, key=f"kind_all_{suffix}"):
        pick = st.selectbox(
            "Operations per picture", picks, index=picks.index(policy.pick or 0),
            key=f"pick_{suffix}",
            format_func=lambda count: f"{count} of them" if count else (
                "each with its own probability"
            ),
            persist_state="session",
        )  # fmt: skip
        border = st.selectbox(
            "Fill empty areas with", BORDERS, index=BORDERS.index(policy.border),
            format_func=_BORDER_TITLES.__getitem__, key=f"border_{suffix}", persist_state="session",
            help="Black corners let a model recognise augmented pictures.",
        )  # fmt: skip
        seed = st.number_input(
            "Seed", min_value=0, max_value=LARGEST_SEED, value=policy.seed, key=f"seed_{suffix}",
            help="Same seed, same pictures.", persist_state="session",
        )  # fmt: skip
    return replace(policy, pick=pick or None, border=border, seed=int(seed))


def _switch(operation: Operation, before: Step | None, dataset: ImageDataset) -> Step | None:
    key = f"{operation.name}_{policy_round()}"
    is_on = st.toggle(
        operation.title, value=before is not None, key=f"on_{key}", help=operation.help,
        persist_state="session",
    )  # fmt: skip
    if not is_on:
        return None
    with st.container(border=True, gap="xxsmall"):
        return _step(operation, before, key, dataset)


def _step(operation: Operation, before: Step | None, key: str, dataset: ImageDataset) -> Step:
    values: dict[str, tuple[float, float]] = {}
    for parameter in operation.parameters:
        start = before.values[parameter.name] if before else parameter.default
        values[parameter.name] = _slider(parameter, start, key)
    probability = before.probability if before else operation.probability
    with st.popover("Probability and classes", type="tertiary"):
        percent = st.slider(
            "Probability", 0, 100, round(100 * probability), 5,
            format="%d %%", key=f"chance_{key}", persist_state="session",
        )  # fmt: skip
        # A loaded chance of a third stays one: the slider shows whole per cents.
        if percent != round(100 * probability):
            probability = percent / 100
        swapped = _swapped(before, key, dataset) if operation.is_mirror else []
        except_labels: list[str] = st.multiselect(
            "Skip these classes", dataset.classes,
            default=[label for label in (before.except_labels if before else ())
                     if label in dataset.classes],
            key=f"except_{key}", help=operation.warning or None, persist_state="session",
        )  # fmt: skip
    return Step(
        operation.name,
        probability,
        values,
        frozenset(except_labels) - set(swapped),
        frozenset(zip(swapped[::2], swapped[1::2], strict=False)),
    )


def _swapped(before: Step | None, key: str, dataset: ImageDataset) -> list[str]:
    """Draw which classes a mirror makes of each other, and return them pair after pair."""
    pairs = sorted(before.swapped_labels) if before else []
    known = [pair for pair in pairs if set(pair) <= set(dataset.classes)]
    chosen: list[str] = st.multiselect(
        "Swap these classes, in pairs", dataset.classes,
        default=[label for pair in known for label in pair], key=f"swapped_{key}",
        help="A mirrored left arrow is a right arrow: choose both, one after the other. Export "
            "then also makes pictures of one class from images of the other.",
        persist_state="session",
    )  # fmt: skip
    return chosen[: len(chosen) // 2 * 2]


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
