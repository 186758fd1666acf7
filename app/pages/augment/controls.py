"""The policy as chips, the sliders of one operation, and the operations that are off."""

from dataclasses import replace
from functools import partial

import streamlit as st

from app.review.board import change
from app.session.session import Session
from app.shell.page import current_workspace, plain, quiet
from core.augment import BORDERS, OPERATIONS, AugmentPolicy, Operation, Step, make_step
from core.augment.policy_text import strength_text
from core.dataset import ImageDataset
from core.parameters import Range

_CHOSEN = "augment_operation"  # whose sliders are shown
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


def take_policy(policy: AugmentPolicy) -> None:
    """Put another policy into the session, and let the sliders start from it."""

    def taken(session: Session) -> tuple[Session, str]:
        return session.put(policy=policy, policy_chosen=True), ""

    change(current_workspace(), taken)
    start_anew()


def chosen_operation(policy: AugmentPolicy) -> str | None:
    """Return the operation whose sliders are shown: the first, until a person takes another."""
    names = [step.operation for step in policy.ordered_steps]
    chosen = st.session_state.get(_CHOSEN)
    return chosen if chosen in names else next(iter(names), None)


def policy_chips(policy: AugmentPolicy) -> None:
    """Draw a chip for each operation that is on: its name, its strength, and what removes it."""
    chosen = chosen_operation(policy)
    for step in policy.ordered_steps:
        name, title = step.operation, OPERATIONS[step.operation].title
        kind = "chosen_chip" if name == chosen else "chip"
        with st.container(horizontal=True, gap=None, width="content", key=f"{kind}_{name}"):
            st.button(
                f"**{title}** {plain(strength_text(step))}", key=f"choose_{name}",
                on_click=partial(_choose, name),
            )  # fmt: skip
            st.button(f"Remove {title}", key=f"remove_{name}", on_click=partial(_remove, name))


def operation_sliders(policy: AugmentPolicy, dataset: ImageDataset) -> AugmentPolicy:
    """Draw the sliders of the chosen operation; return the policy that they say."""
    chosen = chosen_operation(policy)
    if chosen is None:
        quiet("Add an operation to see what it does.")
        return policy
    steps = []
    for step in policy.steps:
        is_chosen = step.operation == chosen
        steps.append(_sliders(OPERATIONS[chosen], step, dataset) if is_chosen else step)
    return replace(policy, steps=tuple(steps))


def operations_to_add(policy: AugmentPolicy) -> None:
    """Draw a button for each operation that is off, by kind."""
    present = {step.operation for step in policy.steps}
    for kind in dict.fromkeys(operation.kind for operation in OPERATIONS.values()):
        off = [one for one in OPERATIONS.values() if one.kind == kind and one.name not in present]
        if not off:
            continue
        quiet(kind)
        with st.container(horizontal=True, gap="xxsmall", key=f"add_{kind.split()[0]}"):
            for operation in off:
                st.button(
                    operation.title, key=f"add_{operation.name}", help=operation.help,
                    on_click=partial(_add, operation.name),
                )  # fmt: skip


def all_operations(policy: AugmentPolicy) -> AugmentPolicy:
    """Draw what holds for all operations together; return the policy with it."""
    suffix = policy_round()
    picks = sorted({*range(_MOST_PICKED + 1), policy.pick or 0})
    pick = st.selectbox(
        "Operations per picture", picks, index=picks.index(policy.pick or 0), key=f"pick_{suffix}",
        format_func=lambda count: f"{count} of them" if count else "each with its own probability",
        persist_state="session",
    )  # fmt: skip
    border = st.selectbox(
        "Fill empty areas with", BORDERS, index=BORDERS.index(policy.border),
        format_func=_BORDER_TITLES.__getitem__, key=f"border_{suffix}", persist_state="session",
        help="Black corners let a model recognise augmented pictures.",
    )  # fmt: skip
    return replace(policy, pick=pick or None, border=border)


def _choose(name: str) -> None:
    st.session_state[_CHOSEN] = name


def _add(name: str) -> None:
    policy = current_workspace().session.policy
    _choose(name)
    take_policy(replace(policy, steps=(*policy.steps, make_step(name))))


def _remove(name: str) -> None:
    policy = current_workspace().session.policy
    kept = tuple(step for step in policy.steps if step.operation != name)
    take_policy(replace(policy, steps=kept))


def _sliders(operation: Operation, before: Step, dataset: ImageDataset) -> Step:
    key = f"{operation.name}_{policy_round()}"
    st.markdown(f"**{operation.title}**", help=operation.help)
    values = {
        parameter.name: _slider(parameter, before.values[parameter.name], key)
        for parameter in operation.parameters
    }
    probability = before.probability
    percent = st.slider(
        "Probability", 0, 100, round(100 * probability), 5,
        format="%d %%", key=f"chance_{key}", persist_state="session",
    )  # fmt: skip
    # A loaded chance of a third stays one: the slider shows whole per cents.
    if percent != round(100 * probability):
        probability = percent / 100
    with st.popover("Classes to skip", type="tertiary"):
        if operation.warning:
            quiet(operation.warning)
        swapped = _swapped(before, key, dataset) if operation.is_mirror else []
        except_labels: list[str] = st.multiselect(
            "Skip these classes", dataset.classes,
            default=[label for label in before.except_labels if label in dataset.classes],
            key=f"except_{key}", persist_state="session",
        )  # fmt: skip
    return Step(
        operation.name,
        probability,
        values,
        frozenset(except_labels) - set(swapped),
        frozenset(zip(swapped[::2], swapped[1::2], strict=False)),
    )


def _swapped(before: Step, key: str, dataset: ImageDataset) -> list[str]:
    """Draw which classes a mirror makes of each other, and return them pair after pair."""
    pairs = sorted(before.swapped_labels)
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
