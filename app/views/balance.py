"""Balance: embed the images, choose a strategy, see where its points lie."""

from typing import Literal

import streamlit as st

from app import charts
from app.jobs import Job
from app.page import (
    ask_for_images,
    current_workspace,
    heading,
    lacks_classes,
    lead_on,
    note,
    plain,
    quiet,
)
from app.session import Balanced, Session
from app.views import balance_embed, balance_map
from core.dataset import TRAIN, ImageDataset
from core.embed import Embeddings
from core.progress import Progress
from core.resample import STRATEGIES, BalancePlan, Exports, Strategy, make_plan, resample
from core.words import count_of, named, times

_TARGETS = {
    "largest": "The largest class",
    "median": "The median class",
    "smallest": "The smallest class",
    "number": "A number of images",
}


_QUESTION = "Where does SMOTE put its points?"


def balance_view(session: Session) -> Session:
    """Draw the page."""
    dataset = ask_for_images(session, _QUESTION, "Balancing needs images.")
    if dataset is None or lacks_classes(dataset, _QUESTION, "balance"):
        return session
    heading(_QUESTION, _answer(session))
    note(
        "An embedding turns each picture into a list of numbers, so that alike pictures lie close. "
        "SMOTE draws a line from a picture of a small class to one of its nearest neighbours of "
        "that class and puts a new point somewhere on it. The point is a vector, not a picture."
    )
    session = _strategy_section(session, dataset)
    if session.embeddings is not None:
        st.subheader("The map", anchor=False)
        balance_embed.start_better_map(current_workspace(), session)
        balance_map.draw(session)
    if session.balanced is not None:
        with st.container(horizontal=True):
            lead_on("evaluate", "See whether it helps")
            lead_on("export", "Take it home")
    return session


def _answer(session: Session) -> str:
    balanced = session.balanced
    if balanced is None:
        return "Choose a strategy and see what it would do to each class."
    strategy = STRATEGIES[balanced.plan.strategy]
    if balanced.synthetic is not None:
        classes = session.dataset.classes if session.dataset is not None else []
        labels = [classes[code] for code in sorted(set(balanced.synthetic.labels.tolist()))]
        if not labels:
            return (
                f"{strategy.title} had no synthetic point to make: no class of 2 images or more "
                "is below the target."
            )
        return (
            f"{strategy.title} put {count_of(len(balanced.synthetic), 'synthetic point')} between "
            f"neighbours of {named(labels, most=3)}."
        )
    return f"'{strategy.title}' is chosen: {_effect(balanced.plan, strategy)}."


def _strategy_section(session: Session, dataset: ImageDataset) -> Session:
    left, right = st.columns([2, 3], gap="large")
    with left:
        strategy = STRATEGIES[
            st.selectbox(
                "Strategy", list(STRATEGIES), index=list(STRATEGIES).index("smote"),
                format_func=lambda name: STRATEGIES[name].title, key="strategy",
                persist_state="session",
            )
        ]  # fmt: skip
        quiet(strategy.help)
        quiet(f"A bad idea when: {strategy.bad_idea}")
        plan = make_plan(
            dataset, strategy.name, _target(strategy, dataset), k_neighbors=_k_neighbors(strategy)
        )
        seed = int(
            st.number_input(
                "Seed", min_value=0, max_value=2**31 - 1, value=0, key="balance_seed",
                help="Same seed, same points.", persist_state="session",
            )
        )  # fmt: skip
        for warning in _warnings(plan, strategy, dataset):
            st.info(plain(warning))
        needs = strategy.needs_embeddings and session.embeddings is None
        kind: Literal["primary", "secondary"] = "secondary" if needs else "primary"
        if st.button(_button(plan, strategy), type=kind, disabled=needs, key="carry_out"):
            if strategy.needs_embeddings and session.embeddings is not None:
                _start_resampling(dataset, session.embeddings, plan, seed, session.balanced)
                return session
            session = session.with_balanced(Balanced(plan, seed, None))
        if needs:
            quiet("SMOTE works on embeddings. Embed the images first.")
    with right:
        st.plotly_chart(
            charts.plan_bars(plan),
            key="plan_bars",
            config={"displayModeBar": False},
            alt="Training images per class before and after",
        )
        with st.expander("As a table"):
            st.dataframe(
                {
                    "class": list(plan.before),
                    "before": list(plan.before.values()),
                    "after": list(plan.after.values()),
                    "weight": [round(plan.weight.get(label, 0.0), 3) for label in plan.before],
                },
                hide_index=True,
                alt="Training images per class before and after, and class weights",
            )
        if session.embeddings is None:
            balance_embed.draw(dataset, is_needed=strategy.needs_embeddings)
    return session


def _target(strategy: Strategy, dataset: ImageDataset) -> str | int | None:
    if not strategy.targets:
        return None
    choice = st.selectbox(
        "Reach the size of",
        [*strategy.targets, "number"],
        format_func=_TARGETS.__getitem__,
        key=f"target_{strategy.exports}",
        persist_state="session",
    )
    if choice != "number":
        return str(choice)
    largest = max(dataset.counts(TRAIN).values())
    return int(
        st.number_input(
            "Images per class", min_value=1, max_value=max(100_000, 10 * largest), value=largest,
            key="target_number", persist_state="session",
        )
    )  # fmt: skip


def _k_neighbors(strategy: Strategy) -> int:
    for parameter in strategy.parameters:
        return int(
            st.slider(
                parameter.title, int(parameter.low), int(parameter.high), int(parameter.default),
                int(parameter.step), help=parameter.help, key=parameter.name,
                persist_state="session",
            )
        )  # fmt: skip
    return 5


def _warnings(plan: BalancePlan, strategy: Strategy, dataset: ImageDataset) -> list[str]:
    counts = dataset.counts(TRAIN)
    grown = {label: count for label, count in plan.add.items() if count}
    texts = []
    if strategy.exports is Exports.SYNTHETIC:
        for label in [label for label in grown if counts[label] == 1][:3]:
            texts.append(
                f"Class '{label}' has 1 image; SMOTE needs at least 2. It will get augmented "
                "pictures instead."
            )
        few = [label for label in grown if 1 < counts[label] <= plan.k_neighbors]
        if few:
            texts.append(
                f"{named(few)}: fewer images than neighbours asked for, so all others are used."
            )
    steep = {label: plan.add[label] / counts[label] for label in grown}
    if steep and max(steep.values()) > 10:
        label = max(steep, key=steep.__getitem__)
        texts.append(
            f"'{label}' would hold {times(steep[label])} as many made ones as real ones. "
            "They repeat what few images say; a smaller target is more honest."
        )
    return texts


def _effect(plan: BalancePlan, strategy: Strategy) -> str:
    out = sum(plan.before.values()) - sum(plan.keep.values())
    return {
        Exports.ORIGINALS: "class weights are written beside the images"
        if strategy.uses_weights
        else "nothing is changed",
        Exports.COPIES: f"{count_of(plan.total_added, 'copy')} will be added",
        Exports.AUGMENTED: f"{count_of(plan.total_added, 'augmented picture')} will be added",
        Exports.FEWER: f"{count_of(out, 'image')} will be left out",
        Exports.SYNTHETIC: f"{count_of(plan.total_added, 'synthetic point')} are made",
    }[strategy.exports]


def _button(plan: BalancePlan, strategy: Strategy) -> str:
    out = sum(plan.before.values()) - sum(plan.keep.values())
    return {
        Exports.ORIGINALS: "Use class weights" if strategy.uses_weights else "Leave it as it is",
        Exports.COPIES: f"Plan {count_of(plan.total_added, 'copy')}",
        Exports.AUGMENTED: f"Plan {count_of(plan.total_added, 'augmented picture')}",
        Exports.FEWER: f"Leave out {count_of(out, 'image')}",
        Exports.SYNTHETIC: f"Make {count_of(plan.total_added, 'synthetic point')}",
    }[strategy.exports]


def _start_resampling(
    dataset: ImageDataset,
    embeddings: Embeddings,
    plan: BalancePlan,
    seed: int,
    before: Balanced | None,
) -> None:
    def apply(session: Session, balanced: Balanced) -> Session:
        # A strategy that was chosen meanwhile is newer than this one.
        is_wanted = session.embeddings is embeddings and session.balanced is before
        return session.with_balanced(balanced) if is_wanted else session

    def make(progress: Progress) -> Balanced:
        points = resample(dataset, embeddings, plan, seed=seed, progress=progress)
        return Balanced(plan, seed, points)

    current_workspace().start(Job("resample", "Making synthetic points", make), apply)
    st.rerun()
