"""Evaluate's next question: how many more images would help, and of which class?"""

from collections.abc import Sequence

import streamlit as st

from app.charts.curves import foretold_curve
from app.charts.layout import with_minus
from app.jobs.queue import MAIN, Job
from app.session.session import Session
from app.shell.job_line import job_where_it_was_asked_for
from app.shell.page import current_workspace, note, plain, quiet
from core.dataset import ImageDataset
from core.embed import Embeddings
from core.evaluate import Candidate, EvaluationReport, Experiment
from core.evaluate.curve_text import ALL_TITLE, WANTED, Foretold, MoreImages
from core.evaluate.experiment import share_of
from core.evaluate.more_images import (
    EVERY_CLASS,
    cost_text,
    default_labels,
    foretell_more_images,
    suitable_candidates,
)
from core.words import count_of

JOB = "more_images"
_COLUMNS = 3
_MOST_CHARTS = 9


def more_images_section(session: Session, dataset: ImageDataset, report: EvaluationReport) -> None:
    """Draw what more images would bring, and the form that asks for it."""
    note(
        "The model learns from a quarter, half, three quarters and all of the images of a class, "
        "and curves through what it shows say what more would bring. The band is a 90% interval: "
        "where it is wide, the images there are cannot tell."
    )
    if session.more_images is None:
        quiet("What would recall be with more images of a class, or of all classes?")
    else:
        _results(session.more_images)
    job = current_workspace().job_in(MAIN)
    if job is not None and job.key == JOB:
        job_where_it_was_asked_for(job)
    elif session.evaluation_stale:
        quiet("Compare again to foretell curves of the labels that there are now.")
    elif session.embeddings is not None:
        _form(session, session.embeddings, dataset, report)


def _form(
    session: Session, embeddings: Embeddings, dataset: ImageDataset, report: EvaluationReport
) -> None:
    # Names are data: a class may have the name of what stands for all of them.
    labels = [EVERY_CLASS, *report.classes]
    candidates = {one.name: one for one in suitable_candidates(report)}
    with st.container(border=True):
        left, right = st.columns([2, 1], vertical_alignment="bottom")
        chosen = left.multiselect(
            "More images of", list(range(len(labels))),
            default=[labels.index(label) for label in default_labels(dataset, report.classes)],
            format_func=lambda place: _title(labels[place]),
            key=f"more_images_of_{dataset.digest[:8]}", persist_state="session",
        )  # fmt: skip
        name = right.selectbox(
            "Balanced by", list(candidates), format_func=lambda name: candidates[name].title,
            key="more_images_by", help="Curves are measured on vectors, so rows that learn from "
            "augmented pictures are not offered.",
        )  # fmt: skip
        with st.container(horizontal=True, vertical_alignment="center"):
            asked = [labels[place] for place in chosen]
            candidate = candidates[name]
            if st.button(
                f"Foretell {count_of(len(asked), 'curve')}", key="more_images_start",
                disabled=not asked,
            ):  # fmt: skip
                _start(session, embeddings, dataset, report, candidate, asked)
                st.rerun()
            if asked:
                quiet(cost_text(dataset, embeddings.encoder, candidate, asked))


def _start(
    session: Session,
    embeddings: Embeddings,
    dataset: ImageDataset,
    report: EvaluationReport,
    candidate: Candidate,
    asked: Sequence[str | None],
) -> None:
    experiment = Experiment(
        dataset, embeddings, margin=report.margin, seed=report.seed,
        original=_original(session, dataset),
    )  # fmt: skip
    job = Job(
        JOB, "Foretelling what more images bring",
        lambda progress: foretell_more_images(experiment, candidate, asked, progress=progress),
        needs=("dataset", "embeddings"), puts=("more_images",),
    )  # fmt: skip
    current_workspace().start(job, session, of=(tuple(asked), candidate.key))


def _original(session: Session, dataset: ImageDataset) -> ImageDataset | None:
    """Return the images as they came, where they were edited."""
    taken = session.taken
    return taken if taken is not None and taken.digest != dataset.digest else None


def _title(label: str | None) -> str:
    return ALL_TITLE.capitalize() if label is None else label


def _results(found: MoreImages) -> None:
    if found.most:
        st.markdown(plain(with_minus(found.most)))
    per_cent = st.number_input(
        "Wanted recall, or balanced accuracy, in %", min_value=1.0, max_value=100.0, step=1.0,
        value=100 * WANTED, key="more_images_wanted", persist_state="session", width=320,
    )  # fmt: skip
    wanted = share_of(per_cent)
    shown = found.found[:_MOST_CHARTS]
    for first in range(0, len(shown), _COLUMNS):
        columns = st.columns(_COLUMNS, gap="medium")
        for column, one in zip(columns, shown[first : first + _COLUMNS], strict=False):
            with column:
                _curve(one, wanted)
    with st.expander("As a table", expanded=len(found.found) > _MOST_CHARTS):
        _table(found.found, wanted)
    quiet(found.note)


def _curve(one: Foretold, wanted: float) -> None:
    st.markdown(f"**{plain(_title(one.label))}**")
    if one.curve is not None:
        st.plotly_chart(
            foretold_curve(one),
            key=f"more_images_{one.title}_{one.label is None}",
            config={"displayModeBar": False},
            alt=f"{one.figure.capitalize()} by number of images: {one.sentence}",
        )
    for text in filter(None, (one.sentence, one.needed(wanted))):
        quiet(with_minus(text))


def _table(found: Sequence[Foretold], wanted: float) -> None:
    st.dataframe(
        {
            "class": [_title(one.label) for one in found],
            "images": [one.images for one in found],
            **{
                title: [one.reading(ratio) for one in found]
                for title, ratio in (("now", 1.0), ("1.5x as many", 1.5), ("2x as many", 2.0))
            },
            f"{wanted:.0%} would take": [one.needed(wanted) for one in found],
        },
        hide_index=True,
        alt="What more images of each class would bring, in per cent with 90% intervals",
    )
