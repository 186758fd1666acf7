"""Augment: what each operation does to the pictures of a class."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import streamlit as st

from app.pages.augment.best import best_section
from app.pages.augment.controls import controls, start_anew
from app.pages.augment.evidence import evidence_section
from app.pages.augment.views import SHOWN, VIEWS
from app.session.session import Session
from app.shell.page import ask_for_images, current_workspace, heading, lead_on, note, plain, quiet
from core.augment import OPERATIONS, PRESET_HELP, PRESETS, AugmentPolicy
from core.augment.as_code import CODE_FORMS
from core.augment.evidence_text import mirror_text
from core.dataset import TRAIN, ImageDataset
from core.errors import SettingError
from core.words import named

_DRAWN = "policy_drawn"  # what the sliders said last
_PANE_PX = 860
_PASTED = "What you pasted"
_NAMED = 6  # operations that the answer names one by one
QUESTION = "What does augmentation do to your classes?"

View = Callable[[ImageDataset, AugmentPolicy, str], None]


def augment_view(session: Session) -> Session:
    """Draw the page."""
    dataset = ask_for_images(session, QUESTION, "A preview of augmentation needs images.")
    if dataset is None:
        return session
    heading(QUESTION, _answer(session))
    note(
        "Augmentation is safe only where the changed picture keeps its label: a mirrored cat is a "
        "cat, a mirrored 'b' is a 'd'. Move a slider until you would hesitate to name the class, "
        "then move it back a little."
    )
    _presets()
    # The fragment stores the policy by itself, so that a slider repaints the pictures alone.
    _workbench(dataset)
    evidence_section(session, dataset)
    best_section(session, dataset)
    lead_on("balance", "Choose how to balance", is_primary=True)
    return session


def _answer(session: Session) -> str:
    policy = session.policy
    # No more are picked than there are.
    picks_all = policy.pick is None or policy.pick >= len(policy.steps)
    picked = None if picks_all else policy.pick
    if not policy.steps:
        text = "No operation is on, so pictures do not change yet."
    elif len(policy.steps) > _NAMED:
        some = "some" if picked is None else str(picked)
        text = f"Each augmented picture is made with {some} of {len(policy.steps)} operations."
    else:
        steps = ", ".join(OPERATIONS[name].title.lower() for name in _names(policy))
        how = "with" if picked is None else f"with {picked} of"
        text = f"Each augmented picture is made {how}: {steps}."
    told = None if session.evidence is None else mirror_text(session.evidence)
    return f"{text} {told or 'Compare the pictures below.'}"


def _presets() -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.popover("Start from a policy"):
            for name in PRESETS:
                if st.button(f"Use '{name}'", key=f"preset_{name}"):
                    _take_over(PRESETS[name])
                st.caption(PRESET_HELP[name])
        with st.popover("Save or load the policy"):
            policy = _policy_as_text(current_workspace().session.policy)
            if policy is not None:
                _take_over(policy, keeps_seed=False)
        quiet("Each policy is a starting point. The sliders show its settings.")


def _policy_as_text(policy: AugmentPolicy) -> AugmentPolicy | None:
    """Draw the policy as JSON and as a program; return another one that the person brought."""
    st.download_button(
        "Save as JSON", policy.to_text(), "policy.json", "application/json", on_click="ignore",
        key="policy_save", help="For 'evenset balance --policy', or to load it here later.",
    )  # fmt: skip
    name = st.segmented_control(
        "As code", list(CODE_FORMS), default=next(iter(CODE_FORMS)), required=True,
        format_func=lambda one: CODE_FORMS[one].title, key="policy_form",
    )  # fmt: skip
    form = CODE_FORMS[name or next(iter(CODE_FORMS))]
    st.caption(form.help)
    st.code(form.write(policy), language="python", height=260)
    brought = st.text_area("Load a policy: paste its JSON", key="policy_text", height=90)
    if not st.button("Use it", key="policy_load", disabled=not brought.strip()):
        return None
    # Told here, beside what was pasted: the page below stays.
    try:
        return AugmentPolicy.from_text(brought, _PASTED)
    except SettingError as error:
        st.error(plain(str(error)))
        return None


def _take_over(policy: AugmentPolicy, *, keeps_seed: bool = True) -> None:
    workspace = current_workspace()
    session = workspace.session
    if keeps_seed:
        policy = replace(policy, seed=session.policy.seed)
    workspace.put(session, session.put(policy=policy, policy_chosen=True))
    start_anew()
    st.rerun()


@st.fragment
def _workbench(dataset: ImageDataset) -> None:
    workspace = current_workspace()
    session = workspace.session
    # Another dataset or another tab has changed the policy: the sliders start from it again.
    if st.session_state.get(_DRAWN, session.policy) != session.policy:
        start_anew()
    left, right = st.columns([2, 5], gap="large")
    # A pane of its own: twenty-five switches would push everything else off the screen.
    with left, st.container(height=_PANE_PX, border=False, key="augment_controls"):
        policy = controls(session.policy, dataset)
        if policy != session.policy:
            workspace.put(session, session.put(policy=policy, policy_chosen=True))
        st.session_state[_DRAWN] = policy
        # What stands outside this fragment names the operations, and whether one was chosen.
        if (_names(policy), policy.pick) != (_names(session.policy), session.policy.pick) or (
            policy != session.policy and (not session.policy_chosen)
        ):
            st.rerun()
    with right:
        _pictures(dataset, policy)


def _names(policy: AugmentPolicy) -> list[str]:
    return [step.operation for step in policy.ordered_steps]


def _pictures(dataset: ImageDataset, policy: AugmentPolicy) -> None:
    views: Mapping[str, View] = VIEWS
    view = st.segmented_control(
        "View", list(views), default=next(iter(views)), required=True, key="augment_view",
        persist_state="session", label_visibility="collapsed",
    )  # fmt: skip
    counts = {label: count for label, count in dataset.counts(TRAIN).items() if count}
    labels = list(counts)
    label = st.selectbox(
        "Class", labels, labels.index(_rarest(counts)), key="augment_class",
        persist_state="session",
    )  # fmt: skip
    try:
        views[view or next(iter(views))](dataset, policy, label)
    except SettingError as error:
        st.info(plain(str(error)))
        return
    warnings = [
        OPERATIONS[step.operation] for step in policy.ordered_steps
        if OPERATIONS[step.operation].warning and label not in step.except_labels
    ]  # fmt: skip
    if warnings:
        with st.expander(plain(f"When this changes what {named([label])} means")):
            for operation in warnings:
                st.markdown(f"**{operation.title}.** {operation.warning}")


def _rarest(counts: Mapping[str, int]) -> str:
    """Return the smallest class that fills the view; where none does, the largest."""
    enough = {label: count for label, count in counts.items() if count >= SHOWN}
    return min(enough, key=enough.__getitem__) if enough else max(counts, key=counts.__getitem__)
