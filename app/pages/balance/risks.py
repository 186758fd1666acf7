"""On Balance, a tab: what speaks against a strategy on these images, before it runs."""

from functools import partial
from pathlib import Path

import streamlit as st

from app.jobs.queue import RISKS, Job
from app.review.board import Mode, review_board
from app.review.findings import finding_cards
from app.review.shown import ReviewList
from app.session.session import Session
from app.session.workspace import Workspace
from app.shell.job_line import job_where_it_was_asked_for
from app.shell.page import current_workspace, note, plain, quiet
from core.dataset import ImageDataset
from core.dataset.edits import Edits
from core.embed import Embeddings, unadapted
from core.progress import Progress
from core.resample import STRATEGIES, BalancePlan, make_plan
from core.resample.difficulty import Difficulty, measure_difficulty
from core.resample.risks import risk_sentence, risks_of
from core.words import count_of

_BY_ITSELF = 20_000  # images: up to here a few seconds, so nobody has to ask for it
_MOST_CARDS = 6
_IN_A_ROW = 8  # pictures of a card


def start_risks(workspace: Workspace, session: Session) -> None:
    """Look at the neighbours of every image by itself, once, where that is quick."""
    embeddings, dataset = session.embeddings, session.dataset
    if embeddings is None or dataset is None or session.difficulty is not None:
        return
    is_quick = len(dataset.training_rows) <= _BY_ITSELF
    if is_quick and workspace.begin(_job(workspace, dataset, embeddings), session):
        st.rerun()  # so that the sidebar watches the job, and draws the page when it is done


def draw_risks(session: Session, plan: BalancePlan) -> None:
    """Draw what speaks against the strategy: in general, then on these images."""
    workspace, difficulty = current_workspace(), session.difficulty
    strategy = STRATEGIES[plan.strategy]
    quiet(f"Avoid when: {strategy.avoid_when}")
    if not strategy.effect.adds_points:
        return
    dataset, embeddings = session.dataset, session.embeddings
    if dataset is None or embeddings is None:
        quiet("What these images say of it is known once they are embedded.")
        return
    if difficulty is None:
        job = workspace.job_in(RISKS)
        if job is not None:
            job_where_it_was_asked_for(job)
        elif st.button("Check the neighbours of each image", key="look_for_risks"):
            workspace.start(_job(workspace, dataset, embeddings), session)
            st.rerun()
        return
    st.markdown(plain(risk_sentence(difficulty, plan)))
    if embeddings.base is not None:
        quiet(
            f"Neighbours by the encoder '{embeddings.base}', not by the adapted one, which "
            "has learned the labels."
        )
    note(
        "SMOTE trusts the neighbours of an image. An image among its own class is safe. With two "
        "or three of its five neighbours in other classes it is borderline, with a single "
        "neighbour of its own class rare, and with none an outlier. Points between rare images "
        "and outliers end up among other classes, where they teach wrong labels."
    )
    risks = risks_of(difficulty, plan)
    for number, risk in enumerate(risks[:_MOST_CARDS]):
        finding_cards([risk])
        if len(risk.rows):
            shown = ReviewList.of_finding(risk, session.taken or dataset, dataset)
            review_board(shown.part(_IN_A_ROW), Edits(), key=f"risk_{number}", mode=Mode.LOOK)
    if len(risks) > _MOST_CARDS:
        quiet(f"And {count_of(len(risks) - _MOST_CARDS, 'more')} in the list below.")
    with st.expander("Every class: safe, borderline, rare and outlying images"):
        _table(difficulty, plan)


def _job(workspace: Workspace, dataset: ImageDataset, embeddings: Embeddings) -> Job:
    measure = partial(_measure, dataset, embeddings, workspace.vectors_folder)
    return Job(
        "risks", "Looking at neighbours", measure,
        needs=("embeddings", "dataset"), puts=("difficulty",), slot=RISKS,
    )  # fmt: skip


def _measure(
    dataset: ImageDataset, embeddings: Embeddings, cache: Path, progress: Progress
) -> Difficulty:
    embeddings = unadapted(dataset, embeddings, cache=cache, progress=progress)
    # Every class that is below the largest: what the person aims at may change at any moment.
    add = make_plan(dataset, "smote").add
    return measure_difficulty(dataset, embeddings, add, progress=progress)


def _table(difficulty: Difficulty, plan: BalancePlan) -> None:
    labels = list(difficulty.classes)
    rows = []
    for place, (label, figures) in enumerate(difficulty.classes.items()):
        others = difficulty.overlap[place].copy()
        others[place] = 0
        nearest = labels[int(others.argmax())] if others.any() else ""
        rows.append(
            {
                "class": label,
                "images": figures.images,
                "points per image": plan.add.get(label, 0) / max(1, figures.images),
                "safe": 100 * figures.safe,
                "borderline": 100 * figures.borderline,
                "rare": 100 * figures.rare,
                "outlier": 100 * figures.outlier,
                "neighbours of other classes": 100 * figures.foreign,
                "most of all": nearest,
                "never a neighbour": 100 * figures.never_near,
                "directions": figures.dimension,
            }
        )
    rows.sort(key=lambda row: -float(str(row["rare"])) - float(str(row["outlier"])))
    share = st.column_config.NumberColumn(format="%.0f %%")
    shares = (
        "safe",
        "borderline",
        "rare",
        "outlier",
        "neighbours of other classes",
        "never a neighbour",
    )
    st.dataframe(
        rows,
        hide_index=True,
        column_config={
            **dict.fromkeys(shares, share),
            "points per image": st.column_config.NumberColumn(format="%.1f"),
            "directions": st.column_config.NumberColumn(format="%.1f"),
        },
        alt="Safe, borderline, rare and outlying images of each class",
    )
