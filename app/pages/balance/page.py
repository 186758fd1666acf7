"""Balance: embed the images, choose a strategy, see where its points lie."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.charts import classes as charts
from app.jobs.queue import Job
from app.pages.balance import embed as balance_embed
from app.pages.balance import map as balance_map
from app.pages.balance.quality import draw_quality, start_quality
from app.pages.balance.risks import draw_risks, start_risks
from app.session.embedding import VectorSource
from app.session.session import Balanced, Session
from app.shell.page import (
    ask_for_images,
    current_workspace,
    heading,
    lacks_classes,
    lead_on,
    note,
    plain,
    quiet,
)
from app.shell.plan import choose_plan
from core.dataset import ImageDataset
from core.progress import Progress
from core.resample import STRATEGIES, BalancePlan, TrainingSide, resample
from core.words import count_of

QUESTION = "How should the classes be balanced?"


def balance_view(session: Session) -> Session:
    """Draw the page."""
    dataset = ask_for_images(session, QUESTION, "Balancing needs images.")
    if dataset is None or lacks_classes(dataset, QUESTION, "balance"):
        return session
    # Places of their own: what comes and goes above the map must not build it again.
    top, middle, bottom = st.container(), st.container(), st.container()
    with top:
        heading(QUESTION, _answer(session))
        note(
            "An embedding turns each picture into a vector, so that similar pictures are close. "
            "SMOTE draws a line from a picture of a small class to one of its nearest neighbours "
            "in that class and puts a new point somewhere on the line. The point is a vector, not "
            "a picture."
        )
        session = _strategy_section(session, dataset, risks=bottom)
    if session.embeddings is not None:
        workspace = current_workspace()
        start_risks(workspace, session)
        start_quality(workspace, session)
        balance_embed.start_better_map(workspace, session)
        with middle:
            balance_map.draw(session)
        with bottom:
            draw_quality(session, dataset)
    elif balance_embed.is_on_the_way(current_workspace()):
        with middle:
            balance_embed.draw_waiting(session)
    if session.balanced is not None:
        with st.container(horizontal=True):
            lead_on("evaluate", "Evaluate the strategy")
            lead_on("export", "Export the balanced set")
    return session


def _answer(session: Session) -> str:
    balanced = session.balanced
    if balanced is None:
        return "Choose a strategy and see its effect on each class."
    strategy = STRATEGIES[balanced.plan.strategy]
    if balanced.made is not None and strategy.effect.adds_points:
        classes = session.dataset.classes if session.dataset is not None else []
        return balanced.made.said(strategy.title, classes)
    return f"'{strategy.title}' is chosen: {strategy.effect.told(balanced.plan)}."


def _strategy_section(session: Session, dataset: ImageDataset, *, risks: DeltaGenerator) -> Session:
    left, right = st.columns([2, 3], gap="large")
    with left:
        chosen = choose_plan(dataset, session.balanced)
        plan, seed = chosen.plan, chosen.seed
        strategy = STRATEGIES[plan.strategy]
        done = session.balanced
        if done is not None and done.made is not None and done.seed == seed:
            # What cleaning leaves is known once it was carried out.
            plan = done.plan if done.plan.asks_as(plan) else plan
        told = done.made.told(dataset.classes) if done is not None and done.made else []
        for text in [*strategy.warnings(plan), *(told if done and done.plan == plan else [])]:
            st.info(plain(text))
        embeds = strategy.needs_embeddings and session.embeddings is None
        if st.button(
            _carry_out_text(plan, dataset, embeds=embeds), type="primary", key="carry_out"
        ):
            if strategy.needs_embeddings:
                side = TrainingSide(dataset, plan, policy=session.policy, seed=seed)
                _start_resampling(side, session)
                return session
            session = session.put(balanced=Balanced(plan, seed))
        if strategy.estimate and session.embeddings is not None and plan.total_added:
            quiet(strategy.estimate(plan, session.embeddings.dimension))
        if embeds:
            quiet(balance_embed.time_text(session))
    with right:
        _before_and_after(plan)
        # Here, and not between the settings: these are the taller column, with the map below.
        quiet(strategy.help)
        quiet(f"Avoid when: {strategy.avoid_when}")
        balance_embed.draw(session)
    if strategy.effect.adds_points:
        with risks:  # below the map: what the button makes is to be seen near it
            draw_risks(session, dataset, plan)
    return session


def _carry_out_text(plan: BalancePlan, dataset: ImageDataset, *, embeds: bool) -> str:
    """Return what there is to do, such as 'Embed 675 images and make 1,425 synthetic points'."""
    text = STRATEGIES[plan.strategy].button(plan)
    if not embeds:
        return text
    return f"Embed {count_of(len(dataset), 'image')} and {text[0].lower()}{text[1:]}"


def _before_and_after(plan: BalancePlan) -> None:
    """Draw how many images each class has, as bars and as a table."""
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


def _start_resampling(side: TrainingSide, session: Session) -> None:
    workspace = current_workspace()
    source = VectorSource.of(session, workspace.vectors_folder)

    def make(progress: Progress) -> Mapping[str, object]:
        embeddings, values = source.vectors(progress)
        made = resample(replace(side, embeddings=embeddings, progress=progress))
        return {**values, "balanced": Balanced(made.plan, side.seed, made)}

    title = STRATEGIES[side.plan.strategy].title
    job = Job(
        "resample", title, make,
        # A strategy that is chosen meanwhile is newer than this one.
        needs=("embeddings", "dataset", "balanced"),
        puts=("embeddings", "projections", "balanced"),
    )  # fmt: skip
    asked = (side.plan, side.seed, side.policy)
    workspace.start(job, session, of=asked)
    st.rerun()
