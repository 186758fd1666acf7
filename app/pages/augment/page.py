"""Augment: what each operation does to the pictures of a class."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import streamlit as st

from app.pages.augment.best import best_section
from app.pages.augment.controls import (
    all_operations,
    operation_sliders,
    operations_to_add,
    policy_chips,
    policy_round,
    start_anew,
    take_policy,
)
from app.pages.augment.evidence import evidence_section
from app.pages.augment.pictures import draw_pictures
from app.pages.augment.views import VIEWS, show_next
from app.session.session import Session
from app.shell.page import ask_for_images, current_workspace, heading, lead_on, note, plain
from core.augment import PRESET_HELP, PRESETS, AugmentPolicy
from core.augment.as_code import CODE_FORMS
from core.augment.evidence_text import mirror_text
from core.augment.policy import LARGEST_SEED
from core.augment.policy_text import policy_text
from core.dataset import TRAIN, ImageDataset
from core.errors import SettingError

_DRAWN = "policy_drawn"  # what the sliders said last
_ENOUGH = 4  # images of a class that fill a row of the view
_PASTED = "What you pasted"
QUESTION = "What does augmentation do to your classes?"


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
    # The fragment stores the policy by itself, so that a slider repaints the pictures alone.
    _workbench(session)
    evidence_section(session, dataset)
    best_section(session, dataset)
    lead_on("balance", "Choose how to balance", is_primary=True)
    return session


def _answer(session: Session) -> str:
    told = None if session.evidence is None else mirror_text(session.evidence)
    return " ".join(filter(None, (policy_text(session.policy), told)))


@st.fragment
def _workbench(drawn: Session) -> None:
    """Draw chips, sliders and pictures; `drawn` is the session that the page around them shows."""
    workspace = current_workspace()
    session = workspace.session
    if session.dataset is None or _is_told_otherwise(session, drawn):
        st.rerun()
    # Another dataset or another tab has changed the policy: the sliders start from it again.
    if st.session_state.get(_DRAWN, session.policy) != session.policy:
        start_anew()
    chips = st.container(horizontal=True, gap="xsmall", key="augment_policy")
    with st.container(key="augment_workbench"):
        with st.container(gap="small", key="augment_toolbar"):
            view, label, policy = _toolbar(session.dataset, session.policy)
        with st.container(gap="xsmall", key="augment_operation"):
            policy = operation_sliders(policy, session.dataset)
        with st.container(gap="small", key="augment_pictures"):
            _pictures(session, policy, view, label)
        with st.container(gap="xxsmall", key="augment_more"):
            operations_to_add(policy)
    with chips:
        policy_chips(policy)
        policy = _whole(policy)
    if policy != session.policy:
        workspace.put(session, session.put(policy=policy, policy_chosen=True))
    st.session_state[_DRAWN] = policy
    if _is_told_otherwise(workspace.session, drawn):
        st.rerun()


def _is_told_otherwise(session: Session, drawn: Session) -> bool:
    """Return whether what stands outside the workbench is about something else."""
    return (
        session.dataset is not drawn.dataset
        or session.policy_chosen != drawn.policy_chosen
        or policy_text(session.policy) != policy_text(drawn.policy)
    )


def _whole(policy: AugmentPolicy) -> AugmentPolicy:
    """Draw what is about the policy as a whole; return it as it is set there."""
    with st.popover("Policy"):
        presets, settings, text = st.tabs(["Start from", "Settings", "Save or load"])
        with presets:
            for name, preset in PRESETS.items():
                start = partial(take_policy, replace(preset, seed=policy.seed))
                st.button(f"Use '{name}'", key=f"preset_{name}", on_click=start)
                st.caption(PRESET_HELP[name])
        with settings:
            policy = all_operations(policy)
        with text:
            _policy_as_text(policy)
    return policy


def _policy_as_text(policy: AugmentPolicy) -> None:
    """Draw the policy as JSON and as a program; take another one that the person brought."""
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
        return
    # Told here, beside what was pasted: the page below stays.
    try:
        take_policy(AugmentPolicy.from_text(brought, _PASTED))
    except SettingError as error:
        st.error(plain(str(error)))
    else:
        st.rerun()


def _toolbar(dataset: ImageDataset, policy: AugmentPolicy) -> tuple[str, str, AugmentPolicy]:
    """Draw what the pictures are of; return the view, the class, and the policy with its seed."""
    counts = {label: count for label, count in dataset.counts(TRAIN).items() if count}
    labels = sorted(counts, key=lambda label: (counts[label], label))
    view = st.segmented_control(
        "View", list(VIEWS), default=next(iter(VIEWS)), required=True, key="augment_view",
        persist_state="session", label_visibility="collapsed",
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        label = st.selectbox(
            "Class", labels, labels.index(_first_shown(counts)), key="augment_class",
            persist_state="session", width=260,
        )  # fmt: skip
        seed = st.number_input(
            "Seed", min_value=0, max_value=LARGEST_SEED, value=policy.seed, width=110,
            key=f"seed_{policy_round()}", help="Same seed, same pictures.", persist_state="session",
        )  # fmt: skip
        st.button(
            "Generate again", on_click=show_next,
            help="Shows the next augmented pictures of each image.",
        )  # fmt: skip
        with st.popover("Options"):
            st.selectbox(
                "Pictures per image", [1, 2, 3, 4], key="augment_copies", persist_state="session"
            )
            st.toggle(
                "Show the difference", key="augment_difference", persist_state="session",
                help="Grey means no change. Differences are shown three times as strong.",
            )  # fmt: skip
    return view or next(iter(VIEWS)), label, replace(policy, seed=int(seed))


def _pictures(session: Session, policy: AugmentPolicy, view: str, label: str) -> None:
    try:
        shown = VIEWS[view](session, policy, label)
    except SettingError as error:
        st.info(plain(str(error)))
        return
    draw_pictures(session, shown, title=f"Pictures of '{label}'", key="augment_board")


def _first_shown(counts: Mapping[str, int]) -> str:
    """Return the smallest class that fills a row; where none does, the largest."""
    enough = {label: count for label, count in counts.items() if count >= _ENOUGH}
    return min(enough, key=enough.__getitem__) if enough else max(counts, key=counts.__getitem__)
