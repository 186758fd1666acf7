"""Balance: embed the images, choose a strategy, see where its points lie."""

from dataclasses import replace
from math import ceil
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
from app.views.balance_quality import draw_quality, start_quality
from app.views.balance_risks import draw_risks, start_risks
from app.views.balance_settings import choose_plan
from core.dataset import TRAIN, ImageDataset
from core.progress import Progress
from core.resample import (
    STRATEGIES,
    BalancePlan,
    Exports,
    Strategy,
    TrainingSide,
    Weighs,
    resample,
)
from core.resample.cost import smote_cost
from core.resample.segments import SmoteSettings
from core.words import count_of, duration_of, lowered, named, size_of, times

_QUESTION = "Where does SMOTE put its points?"


def balance_view(session: Session) -> Session:
    """Draw the page."""
    dataset = ask_for_images(session, _QUESTION, "Balancing needs images.")
    if dataset is None or lacks_classes(dataset, _QUESTION, "balance"):
        return session
    # Places of their own: what comes and goes above the map must not build it anew.
    top, middle, bottom = st.container(), st.container(), st.container()
    with top:
        heading(_QUESTION, _answer(session))
        note(
            "An embedding turns each picture into a list of numbers, so that alike pictures lie "
            "close. SMOTE draws a line from a picture of a small class to one of its nearest "
            "neighbours of that class and puts a new point somewhere on it. The point is a "
            "vector, not a picture."
        )
        session = _strategy_section(session, dataset)
    if session.embeddings is not None:
        workspace = current_workspace()
        start_risks(workspace, session)
        start_quality(workspace, session)
        balance_embed.start_better_map(workspace, session)
        with middle:
            balance_map.draw(session)
        with bottom:
            draw_quality(session, dataset)
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
        labels = [classes[code] for code in sorted(set(balanced.synthetic.codes.tolist()))]
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
        chosen = choose_plan(dataset)
        plan, seed = chosen.plan, chosen.seed
        strategy = STRATEGIES[plan.strategy]
        done = session.balanced
        if done is not None and done.made is not None and done.seed == seed:
            # What cleaning leaves is known once it was carried out.
            plan = done.plan if done.plan.asks_as(plan) else plan
        for warning in _warnings(plan, strategy, dataset):
            st.info(plain(warning))
        needs = strategy.needs_embeddings and session.embeddings is None
        kind: Literal["primary", "secondary"] = "secondary" if needs else "primary"
        if st.button(_button(plan, strategy), type=kind, disabled=needs, key="carry_out"):
            if strategy.needs_embeddings and session.embeddings is not None:
                side = TrainingSide(
                    dataset, plan, session.embeddings, policy=session.policy, seed=seed
                )
                _start_resampling(side, session.balanced)
                return session
            session = session.with_balanced(Balanced(plan, seed))
        if done is not None and not (done.plan.asks_as(plan) and done.seed == seed):
            other = " with other settings" if done.plan.strategy == strategy.name else ""
            quiet(
                "Not carried out yet: the export still goes by what was chosen before, "
                f"{lowered(STRATEGIES[done.plan.strategy].title)}{other}."
            )
        if strategy.name == "smote" and session.embeddings is not None and plan.total_added:
            quiet(_cost(plan, session.embeddings.dimension))
        if needs:
            quiet(f"{strategy.title} works on embeddings. Embed the images first.")
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
            balance_embed.draw(session.taken or dataset, is_needed=strategy.needs_embeddings)
    if strategy.exports is Exports.SYNTHETIC:
        draw_risks(session, dataset, plan)
    return session


def _warnings(plan: BalancePlan, strategy: Strategy, dataset: ImageDataset) -> list[str]:
    counts = dataset.counts(TRAIN)
    grown = {label: count for label, count in plan.add.items() if count}
    texts = []
    if strategy.exports is Exports.SYNTHETIC:
        single = [label for label in grown if counts[label] == 1]
        if single:
            each, they = (" each", "They") if len(single) > 1 else ("", "It")
            texts.append(
                f"{named(single)}: 1 image{each}; SMOTE needs at least 2. {they} will get "
                "augmented pictures instead."
            )
        reach = int(plan.settings["k_neighbors"])
        few = [label for label in grown if 1 < counts[label] <= reach]
        if few:
            texts.append(
                f"{named(few)}: fewer images than neighbours asked for, so all others are used."
            )
    if strategy.name == "batched_smote":
        texts += _batches_told(plan)
    if strategy.targets and not plan.total_added and not plan.total_left_out:
        side = "above" if strategy.exports is Exports.FEWER else "below"
        texts.append(f"No class is {side} the target, so every image stays and none is added.")
    steep = {label: plan.add[label] / counts[label] for label in grown}
    if steep and max(steep.values()) > 10:
        label = max(steep, key=steep.__getitem__)
        texts.append(
            f"'{label}' would hold {times(steep[label])} as many made ones as real ones. "
            "They repeat what few images say; a smaller target is more honest."
        )
    return texts


def _batches_told(plan: BalancePlan) -> list[str]:
    """Return what batches of this size are going to cost."""
    batches = ceil(sum(plan.before.values()) / int(plan.settings["batch_size"]))
    if batches < 2:
        return ["All images fit into one batch, so this is SMOTE proper."]
    thin = [
        label for label, count in plan.add.items() if count and plan.before[label] < 2 * batches
    ]
    text = f"{count_of(batches, 'batch')}: about 1 in {batches} true neighbours will be found."
    if thin:
        text += f" {named(thin, most=3)}: some batches hold fewer than 2 images, and lose points."
    return [text]


def _cost(plan: BalancePlan, dimension: int) -> str:
    """Return how long the points take, roughly, and how large they are."""
    codes = {label: code for code, label in enumerate(plan.before)}
    cost = smote_cost(
        {codes[label]: count for label, count in plan.before.items()},
        {codes[label]: count for label, count in plan.add.items()},
        SmoteSettings(k_neighbors=int(plan.settings["k_neighbors"])),
        dimension=dimension,
    )
    return (
        f"Takes {duration_of(cost.seconds)} here; {size_of(cost.bytes)} of vectors when exported."
    )


def _effect(plan: BalancePlan, strategy: Strategy) -> str:
    out = plan.total_left_out
    made = f"{count_of(_points(plan), 'synthetic point')} will be made"
    if strategy.cleans:
        made += f" and {count_of(out, 'image')} left out"
    return {
        Exports.ORIGINALS: _said_of_originals(strategy),
        Exports.COPIES: f"{count_of(plan.total_added, 'copy')} will be added",
        Exports.AUGMENTED: f"{count_of(plan.total_added, 'augmented picture')} will be added",
        Exports.FEWER: f"{count_of(out, 'image') if out else 'no image'} will be left out",
        Exports.SYNTHETIC: made,
    }[strategy.exports]


def _said_of_originals(strategy: Strategy) -> str:
    if strategy.adjusts_logits:
        return "the class sizes are written beside the images, to take out of a model's scores"
    is_weighed = strategy.weighs is not Weighs.NOTHING
    return "class weights are written beside the images" if is_weighed else "nothing is changed"


def _button(plan: BalancePlan, strategy: Strategy) -> str:
    fewer = f"Leave out {count_of(plan.total_left_out, 'image')}"
    if strategy.cleans:
        fewer = "Look for images to leave out"
    return {
        Exports.ORIGINALS: "Leave it as it is"
        if strategy.name == "none"
        else f"Use {lowered(strategy.title)}",
        Exports.COPIES: f"Plan {count_of(plan.total_added, 'copy')}",
        Exports.AUGMENTED: f"Plan {count_of(plan.total_added, 'augmented picture')}",
        Exports.FEWER: fewer,
        Exports.SYNTHETIC: f"Make {count_of(_points(plan), 'synthetic point')}",
    }[strategy.exports]


def _points(plan: BalancePlan) -> int:
    """Return how many points are asked for; a class of one image gets augmented pictures."""
    return sum(count for label, count in plan.add.items() if plan.before[label] > 1)


def _start_resampling(side: TrainingSide, before: Balanced | None) -> None:
    def apply(session: Session, balanced: Balanced) -> Session:
        # A strategy that was chosen meanwhile is newer than this one.
        is_wanted = session.embeddings is side.embeddings and session.dataset is side.dataset
        is_wanted = is_wanted and session.balanced is before
        return session.with_balanced(balanced) if is_wanted else session

    def make(progress: Progress) -> Balanced:
        made = resample(replace(side, progress=progress))
        return Balanced(made.plan, side.seed, made)

    title = STRATEGIES[side.plan.strategy].title
    current_workspace().start(Job("resample", title, make), apply)
    st.rerun()
