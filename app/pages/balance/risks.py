"""On Balance: what speaks against SMOTE on these images, before it runs."""

from functools import partial
from pathlib import Path

import numpy as np
import streamlit as st

from app.jobs.queue import RISKS, Job
from app.review.findings import finding_cards, finding_pictures
from app.session.session import Session
from app.session.workspace import Workspace
from app.shell.page import current_workspace, note, quiet
from core.audit import Finding
from core.dataset import ImageDataset
from core.embed import Embeddings, unadapted
from core.progress import Progress
from core.resample import BalancePlan, make_plan
from core.resample.difficulty import Difficulty, measure_difficulty
from core.resample.smote_limits import UNRELIABLE_IMAGES, Limit
from core.words import count_of, named

_BY_ITSELF = 20_000  # images: up to here a few seconds, so nobody has to ask for it
# The plan's own warnings say these with the numbers that were chosen.
_SAID_BY_PLAN = {"single_image", "few_neighbours", "many_per_image"}
_MOST_CARDS = 6
_MOST_ALIKE = 2  # cards that say the same of one class each; from there on one card names all
_OF_MANY = {
    "overlap": "many of their images lie among other classes, and so will points between them.",
    "few_for_dimension": "fewer training images than the dimensions in which classes vary here, so "
    "lines between them miss most of those.",
    "few_images": f"fewer than {UNRELIABLE_IMAGES} training images each, so the effect of points "
    "is a matter of luck.",
    "no_spread": "all images of each have the same vector, so SMOTE can only copy them.",
}


def start_risks(workspace: Workspace, session: Session) -> None:
    """Look at the neighbours of every image by itself, once, where that is quick."""
    embeddings, dataset = session.embeddings, session.dataset
    if embeddings is None or dataset is None or session.difficulty is not None:
        return
    is_quick = len(dataset.training_rows) <= _BY_ITSELF
    if is_quick and workspace.begin(_job(workspace, dataset, embeddings), session):
        st.rerun()  # so that the sidebar watches the job, and draws the page when it is done


def draw_risks(session: Session, dataset: ImageDataset, plan: BalancePlan) -> None:
    """Draw the limits of SMOTE that these images show, for the classes that get points."""
    workspace, difficulty = current_workspace(), session.difficulty
    if session.embeddings is None:
        return
    st.subheader("Risks of this strategy", anchor=False)
    if difficulty is None:
        if workspace.job_in(RISKS) is not None:
            quiet("Checking the neighbours of each image.")
        elif st.button("Check the neighbours of each image", key="look_for_risks"):
            workspace.start(_job(workspace, dataset, session.embeddings), session)
            st.rerun()
        return
    limits = _limits(difficulty, plan)
    quiet(_sentence(difficulty, plan))
    if session.embeddings.base is not None:
        quiet(
            f"Neighbours by the encoder '{session.embeddings.base}', not by the adapted one, which "
            "has learned the labels."
        )
    note(
        "SMOTE trusts the neighbours of an image. An image among its own class is safe. With two "
        "or three of its five neighbours in other classes it is borderline, with a single "
        "neighbour of its own class rare, and with none an outlier. Points between rare images "
        "and outliers end up among other classes, where they teach wrong labels."
    )
    if limits:
        cards = _joined(limits, difficulty)
        finding_cards(cards[:_MOST_CARDS])
        if len(cards) > _MOST_CARDS:
            quiet(f"And {count_of(len(cards) - _MOST_CARDS, 'more')} in the list below.")
        finding_pictures(session.taken or dataset, dataset, limits, key="risk_finding")
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


def _limits(difficulty: Difficulty, plan: BalancePlan) -> list[Limit]:
    """Return the limits of classes that get something, and of all classes together."""
    return [
        limit
        for limit in difficulty.limits
        if limit.id not in _SAID_BY_PLAN and (not limit.label or plan.add.get(limit.label))
    ]


def _joined(limits: list[Limit], difficulty: Difficulty) -> list[Finding]:
    """Return the findings with one in place of many that say the same of a class each."""
    kinds: dict[str, list[Limit]] = {}
    for limit in limits:
        kinds.setdefault(limit.id, []).append(limit)
    cards: list[Finding] = []
    for kind, alike in kinds.items():
        if len(alike) <= _MOST_ALIKE or kind not in _OF_MANY:
            cards += alike
            continue
        alike = sorted(alike, key=lambda one: -len(one.rows) / difficulty.classes[one.label].images)
        text = f"{named([one.label for one in alike])}: {_OF_MANY[kind]}"
        rows = np.concatenate([one.rows for one in alike])
        cards.append(Finding(kind, alike[0].severity, rows, text, alike[0].remedy))
    return cards


def _sentence(difficulty: Difficulty, plan: BalancePlan) -> str:
    grown = [label for label in difficulty.classes if plan.add.get(label)]
    if not grown:
        return "No class gets points with this plan."
    # The few images of a tiny class cannot be most of anyone's neighbours.
    told = [label for label in grown if difficulty.classes[label].images > difficulty.k]
    if not told:
        return (
            f"The classes that get points have at most {count_of(difficulty.k, 'image')} each: too "
            "few to tell by their neighbours which are safe."
        )
    lonely = [
        label
        for label in told
        if difficulty.classes[label].rare + difficulty.classes[label].outlier > 0.5
    ]
    if lonely:
        return (
            f"{named(lonely, most=3)}: most images there have at most one of their own class among "
            f"their {difficulty.k} nearest."
        )
    safe = min(told, key=lambda label: difficulty.classes[label].safe)
    return (
        f"Of the classes that get points and have more than {difficulty.k} images, '{safe}' is the "
        "least safe: "
        f"{difficulty.classes[safe].safe:.0%} of its images lie among their own class."
    )


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
