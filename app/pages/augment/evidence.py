"""Evidence: which operation is safe for which class, judged by the encoder."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from app.charts.evidence import harm_plot
from app.jobs.queue import MAIN, Job
from app.pages.augment.controls import take_policy
from app.pages.augment.pictures import (
    Shown,
    Source,
    changed_by,
    draw_pictures,
    make_of,
    open_sources,
    variant_of,
)
from app.review.board import Variant
from app.session.embedding import VectorSource
from app.session.session import Session
from app.shell.job_line import job_where_it_was_asked_for
from app.shell.page import current_workspace, note, plain, quiet
from core.augment import OPERATIONS
from core.augment.evidence import IMAGES_PER_CLASS, Cell, Evidence, measure_evidence
from core.augment.evidence_text import ONE_CLASS, evidence_text, since_text
from core.augment.harm import LevelHarm, OperationHarm, harm_text, rank_by_harm
from core.augment.safe_policy import safe_for, safe_policy
from core.augment.trials import Trial, list_trials, trying_text
from core.augment.verdict import Verdict
from core.dataset import TRAIN, ImageDataset, refusal_text
from core.embed import unadapted
from core.progress import Progress
from core.words import count_of, lowered

JOB = "evidence"
_PICK, _CLICKED, _CLASS = "evidence_pick", "evidence_clicked", "evidence_class"
_ALL = "All classes"
_IMAGES = [5, 10, 20, 40]
_SHOWN = 4


def evidence_section(session: Session, dataset: ImageDataset) -> None:
    """Draw what each operation does to each class, or the button that finds out."""
    st.subheader("What each operation does to each class", anchor=False)
    note(
        "The encoder embeds every augmented picture and finds the class whose real images are "
        "nearest. A picture that hardly moves adds nothing; one that moves to another class "
        "teaches a model a wrong label. Safe means that the label is still found, not that a model "
        "gains: Evaluate measures that. Try the digits: half a turn makes a 6 into a 9."
    )
    if sum(count > 0 for count in dataset.counts(TRAIN).values()) < 2:
        quiet(ONE_CLASS)
        return
    if session.evidence is None:
        quiet("Each operation is tried alone, at several strengths, on some images of each class.")
    else:
        if "evidence" in session.outdated:
            quiet(since_text(session.evidence, dataset))
        _results(session, session.evidence)
    job = current_workspace().job_in(MAIN)
    if job is not None and job.key == JOB:
        job_where_it_was_asked_for(job)
    else:
        _form(session, dataset)


def _form(session: Session, dataset: ImageDataset) -> None:
    left, right = st.columns([1, 3], vertical_alignment="bottom")
    images = left.selectbox(
        "Images per class", _IMAGES, index=_IMAGES.index(IMAGES_PER_CLASS), key="evidence_images",
        persist_state="session",
    )  # fmt: skip
    text = f"Try {count_of(len(OPERATIONS), 'operation')} on each class"
    if session.embeddings is None:
        text = f"Embed {count_of(len(dataset), 'image')} and {lowered(text)}"
    encoder = session.encoder
    if session.embeddings is not None:
        encoder = session.embeddings.base or session.embeddings.encoder
    with right.container(horizontal=True, vertical_alignment="center"):
        if st.button(text, key="evidence_start"):
            _start(session, dataset, images)
            st.rerun()
        quiet(
            trying_text(
                dataset, list_trials(), images_per_class=images,
                encoder=encoder, to_embed=0 if session.embeddings else len(dataset),
            )
        )  # fmt: skip


def _start(session: Session, dataset: ImageDataset, images: int) -> None:
    workspace = current_workspace()
    source = VectorSource.of(session, workspace.vectors_folder)
    run = partial(_embed_and_try, dataset, source, images)
    job = Job(
        JOB, "Trying operations", run,
        needs=("dataset", "embeddings"), puts=("embeddings", "projections", "evidence"),
    )  # fmt: skip
    workspace.start(job, session, of=(images,))


def _embed_and_try(
    dataset: ImageDataset, source: VectorSource, images_per_class: int, progress: Progress
) -> Mapping[str, object]:
    """Try operations on each class, embedding first where that was not done."""
    embeddings, values = source.vectors(progress)
    embeddings = unadapted(dataset, embeddings, cache=source.cache, progress=progress)
    evidence = measure_evidence(
        dataset, embeddings, list_trials(), images_per_class=images_per_class, progress=progress
    )
    return {**values, "evidence": evidence}


def _results(session: Session, evidence: Evidence) -> None:
    label = _class_to_look_at(evidence)
    ranked = rank_by_harm(evidence, label)
    st.markdown(f"**{plain(harm_text(ranked))}**")
    if evidence.absent:
        st.warning(plain(refusal_text(evidence.absent)))
    chosen = _chosen(evidence, ranked)
    chart, behind = st.columns([3, 2], gap="medium")
    with chart:
        _chart(evidence, ranked, chosen)
    with behind:
        if chosen is not None:
            _pictures(session, evidence, chosen)
        _take_over(evidence)
    quiet(evidence_text(evidence))
    with st.expander("All figures, as a table"):
        table = evidence.table()
        if label is not None:
            table = table[table["label"] == label]
        st.dataframe(table, hide_index=True, alt="Evidence, a row per class and trial")


def _class_to_look_at(evidence: Evidence) -> str | None:
    label = st.selectbox(
        "Class", [_ALL, *evidence.labels], key=_CLASS, persist_state="session", width=260
    )
    return label if label in evidence.labels else None


def _chosen(evidence: Evidence, ranked: list[OperationHarm]) -> LevelHarm | None:
    """Return what was clicked; before a click, what does most harm."""
    place = st.session_state.get(_PICK)
    is_there = isinstance(place, int) and 0 <= place < len(evidence.trials)
    trial: Trial | None = evidence.trials[place] if is_there and place is not None else None
    levels = [level for operation in ranked for level in operation.levels]
    picked = [level for level in levels if level.trial == trial]
    return next(iter([*picked, *(operation.worst for operation in ranked)]), None)


def _chart(evidence: Evidence, ranked: list[OperationHarm], chosen: LevelHarm | None) -> None:
    event = st.plotly_chart(
        harm_plot(evidence, ranked, None if chosen is None else chosen.trial),
        key="evidence_plot",
        on_select="rerun",
        selection_mode="points",
        config={"displayModeBar": False},
        alt="The share of images that stay recognised, by operation and strength, the most "
            "harmful operation first; as in the table below",
    )  # fmt: skip
    points = event["selection"]["points"]
    if points and points != st.session_state.get(_CLICKED):
        st.session_state[_CLICKED] = points
        number = points[0].get("customdata")
        st.session_state[_PICK] = number[0] if isinstance(number, list) else number
        st.rerun()


def _pictures(session: Session, evidence: Evidence, level: LevelHarm) -> None:
    """Draw pictures behind a mark, those first that are not recognised any more."""
    dataset = session.dataset
    assert dataset is not None
    st.markdown(f"**{plain(level.trial.title)}**: {plain(level.text)}.")
    found = [(cell, place) for cell in level.cells for place in range(len(cell.rows))]
    found = [one for one in found if one[0].rows[one[1]] < len(dataset)]
    found.sort(key=lambda one: one[0].predicted[one[1]] == one[0].label)
    predicted = {cell.rows[place]: (cell, cell.predicted[place]) for cell, place in found[:_SHOWN]}

    def make(source: Source) -> list[Variant]:
        return [_behind(evidence, source, *predicted[source.row])]

    sources = open_sources(dataset, list(predicted))
    title = f"Images that were tried: {level.trial.title}"
    shown = Shown(sources, make_of(sources, make), "")
    draw_pictures(session, shown, title=title, key="evidence_pictures")


def _behind(evidence: Evidence, source: Source, cell: Cell, predicted: str) -> Variant:
    step = cell.trial.draw(image_key=source.key, seed=evidence.seed)
    is_kept = predicted == cell.label
    caption = f"still '{predicted}'" if is_kept else f"looks like '{predicted}'"
    changed = changed_by(source, [step])
    return variant_of(source, changed, [step], caption=caption, is_marked=not is_kept)


def _take_over(evidence: Evidence) -> None:
    is_any_safe = any(cell.verdict is Verdict.SAFE for cell in evidence.cells)
    if not is_any_safe:
        quiet("No operation is shown to be safe for any class, so there is no policy of safe ones.")
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Use the suggested policy", key="evidence_take", disabled=not is_any_safe,
            help="All safe operations: each is as strong as is safe for most classes and skips the "
                "classes that it would harm. Each picture gets two of them. Evaluate measures "
                "whether they help.",
        ):  # fmt: skip
            take_policy(safe_policy(evidence, seed=current_workspace().session.policy.seed))
            st.rerun()
        with st.popover("What is safe for each class"):
            st.dataframe(
                {
                    "class": list(evidence.labels),
                    "safe up to this strength": [
                        ", ".join(trial.title for trial in safe_for(evidence, label))
                        for label in evidence.labels
                    ],
                },
                hide_index=True,
                alt="Safe operations of each class",
            )
