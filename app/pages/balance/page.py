"""Balance: what can be set in a narrow column, and the map with its details beside it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import streamlit as st

from app.jobs.queue import MAIN, Job
from app.pages.balance import embed as balance_embed
from app.pages.balance import map as balance_map
from app.pages.balance.details import draw_details
from app.pages.balance.quality import start_quality
from app.pages.balance.risks import start_risks
from app.session.embedding import VectorSource
from app.session.session import Balanced, Session
from app.shell.job_line import job_where_it_was_asked_for
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
from core.embed import embedding_first_text, resolve_device
from core.progress import Progress
from core.resample import STRATEGIES, BalancePlan, TrainingSide, resample
from core.words import lowered

QUESTION = "How should the classes be balanced?"
_RESAMPLE = "resample"
_AT_THE_BUTTON = {_RESAMPLE, balance_embed.EMBED, balance_embed.ADAPT}  # jobs that stand there


def balance_view(session: Session) -> Session:
    """Draw the page."""
    dataset = ask_for_images(session, QUESTION, "Balancing needs images.")
    if dataset is None or lacks_classes(dataset, QUESTION, "balance"):
        return session
    # Places of their own: what comes and goes beside the map must not build it again.
    top = st.container()
    left, right = st.columns([5, 13], gap="medium")
    with left, st.container(key="balance_settings"):
        chosen = choose_plan(
            dataset, session.balanced, more=partial(balance_embed.choose_embedding, session)
        )
        plan = _as_carried_out(session, chosen.plan, chosen.seed)
        session = _carry_out(session, dataset, plan, chosen.seed)
    with top:
        heading(QUESTION, _answer(session, plan))
        note(
            "An embedding turns each picture into a vector, so that similar pictures are close. "
            "SMOTE draws a line from a picture of a small class to one of its nearest neighbours "
            "in that class and puts a new point somewhere on the line. The point is a vector, not "
            "a picture."
        )
    with right:
        if session.embeddings is None:
            with st.container(key="map_place"):
                balance_embed.draw_waiting(session)
            draw_details(session, plan)
        else:
            workspace = current_workspace()
            start_risks(workspace, session)
            start_quality(workspace, session)
            balance_embed.start_better_map(workspace, session)
            balance_map.draw(session, plan)
    return session


def _answer(session: Session, plan: BalancePlan) -> str:
    balanced = session.balanced
    if balanced is None:
        return STRATEGIES[plan.strategy].proposed(plan)
    strategy = STRATEGIES[balanced.plan.strategy]
    if balanced.made is not None and strategy.effect.adds_points:
        classes = session.dataset.classes if session.dataset is not None else []
        return balanced.made.said(strategy.title, classes)
    return f"'{strategy.title}' is chosen: {strategy.effect.told(balanced.plan)}."


def _as_carried_out(session: Session, plan: BalancePlan, seed: int) -> BalancePlan:
    """Return the plan with the counts that came out, where the same was carried out."""
    done = session.balanced
    # What cleaning leaves is known once it was carried out.
    is_same = done is not None and done.made is not None and done.seed == seed
    return done.plan if is_same and done is not None and done.plan.asks_as(plan) else plan


def _carry_out(session: Session, dataset: ImageDataset, plan: BalancePlan, seed: int) -> Session:
    """Draw the button, how it goes on, and what to know of it; return what it makes at once."""
    strategy, done = STRATEGIES[plan.strategy], session.balanced
    job = current_workspace().job_in(MAIN)
    if job is not None and job.key in _AT_THE_BUTTON:
        job_where_it_was_asked_for(job)
        return session
    embeds = strategy.needs_embeddings and session.embeddings is None
    if st.button(strategy.button(plan), type="primary", key="carry_out", width="stretch"):
        if strategy.needs_embeddings:
            side = TrainingSide(dataset, plan, policy=session.policy, seed=seed)
            _start_resampling(side, session)
            return session
        session = session.put(balanced=Balanced(plan, seed))
    if embeds:
        images = 0 if session.taken is None else len(session.taken)
        quiet(embedding_first_text(session.encoder, images, device=resolve_device("auto")))
    elif strategy.estimate and session.embeddings is not None and plan.total_added:
        quiet(strategy.estimate(plan, session.embeddings.dimension))
    if session.balanced is not None:
        with st.container(horizontal=True, key="balance_next"):
            lead_on("evaluate", "Evaluate the strategy")
            lead_on("export", "Export the balanced set")
    told = done.made.told(dataset.classes) if done and done.made and done.plan == plan else []
    for text in [*strategy.warnings(plan), *told]:
        st.info(plain(text))
    if done is not None and not (done.plan.asks_as(plan) and done.seed == seed):
        other = " with other settings" if done.plan.strategy == strategy.name else ""
        quiet(
            "Not applied yet: the export still uses the previous strategy, "
            f"{lowered(STRATEGIES[done.plan.strategy].title)}{other}."
        )
    return session


def _start_resampling(side: TrainingSide, session: Session) -> None:
    workspace = current_workspace()
    source = VectorSource.of(session, workspace.vectors_folder)

    def make(progress: Progress) -> Mapping[str, object]:
        embeddings, values = source.vectors(progress)
        made = resample(replace(side, embeddings=embeddings, progress=progress))
        return {**values, "balanced": Balanced(made.plan, side.seed, made)}

    title = STRATEGIES[side.plan.strategy].title
    job = Job(
        _RESAMPLE, title, make,
        # A strategy that is chosen meanwhile is newer than this one.
        needs=("embeddings", "dataset", "balanced"),
        puts=("embeddings", "projections", "balanced"),
    )  # fmt: skip
    asked = (side.plan, side.seed, side.policy)
    workspace.start(job, session, of=asked)
    st.rerun()
