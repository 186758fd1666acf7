"""Evidence: which operation is safe for which class, judged by the encoder."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from app.charts.evidence import evidence_map
from app.jobs.queue import Job
from app.pages.augment.controls import start_anew
from app.pages.augment.pictures import (
    Source,
    augmented_html,
    changed_by,
    column_html,
    grid_html,
    missing_html,
    open_sources,
    original_html,
)
from app.session.embedding import VectorSource
from app.session.session import Session
from app.shell.page import current_workspace, note, plain, quiet
from core.augment import OPERATIONS
from core.augment.evidence import IMAGES_PER_CLASS, Cell, Evidence, measure_evidence
from core.augment.evidence_text import evidence_text
from core.augment.safe_policy import safe_for, safe_policy
from core.augment.trials import list_trials, trying_text
from core.augment.verdict import Verdict
from core.dataset import ImageDataset, refusal_text
from core.embed import unadapted
from core.progress import Progress
from core.words import count_of

_PICK, _CLICKED = "evidence_pick", "evidence_clicked"
_IMAGES = [5, 10, 20, 40]
_SHOWN = 6


def evidence_section(session: Session, dataset: ImageDataset) -> None:
    """Draw what each operation does to each class, or the button that finds out."""
    st.subheader("What each operation does to each class", anchor=False)
    note(
        "The encoder embeds every augmented picture and finds the class whose real images are "
        "nearest. A picture that hardly moves adds nothing; one that moves to another class "
        "teaches a model a wrong label. Safe means that the label is still found, not that a model "
        "gains: Evaluate measures that. Try the digits: half a turn makes a 6 into a 9."
    )
    if session.evidence is None:
        quiet("Each operation is tried alone, at several strengths, on some images of each class.")
    else:
        _results(session.evidence, dataset)
    _form(session, dataset)


def _form(session: Session, dataset: ImageDataset) -> None:
    left, right = st.columns([1, 3], vertical_alignment="bottom")
    images = left.selectbox(
        "Images per class", _IMAGES, index=_IMAGES.index(IMAGES_PER_CLASS), key="evidence_images",
        persist_state="session",
    )  # fmt: skip
    text = f"Try {count_of(len(OPERATIONS), 'operation')} on each class"
    if session.embeddings is None:
        text = f"Embed {count_of(len(dataset), 'image')} and {text[0].lower()}{text[1:]}"
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
        "evidence", "Trying operations", run,
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


def _results(evidence: Evidence, dataset: ImageDataset) -> None:
    quiet(evidence_text(evidence))
    if evidence.absent:
        st.warning(plain(refusal_text(evidence.absent)))
    kinds = list(dict.fromkeys(operation.kind for operation in OPERATIONS.values()))
    kind = st.segmented_control(
        "Operations", kinds, default=kinds[0], required=True, key="evidence_kind",
        persist_state="session", label_visibility="collapsed",
    )  # fmt: skip
    trials = [trial for trial in evidence.trials if OPERATIONS[trial.operation].kind == kind]
    chosen = _chosen(evidence)
    event = st.plotly_chart(
        evidence_map(evidence, evidence.labels, trials, chosen),
        key=f"evidence_{kinds.index(kind or kinds[0])}",
        on_select="rerun",
        selection_mode="points",
        config={"displayModeBar": False},
        alt="Verdict of each operation on each class, as in the table below",
    )
    points = event["selection"]["points"]
    if points and points != st.session_state.get(_CLICKED):
        st.session_state[_CLICKED] = points
        number = points[0].get("customdata")
        st.session_state[_PICK] = number[0] if isinstance(number, list) else number
        st.rerun()
    if chosen is None:
        quiet("Click a mark to see the pictures behind it.")
    else:
        _pictures(evidence, chosen, dataset)
    _take_over(evidence)
    with st.expander("All figures, as a table"):
        st.dataframe(evidence.table(), hide_index=True, alt="Evidence, a row per class and trial")


def _chosen(evidence: Evidence) -> Cell | None:
    place = st.session_state.get(_PICK)
    is_there = isinstance(place, int) and 0 <= place < len(evidence.cells)
    return evidence.cells[place] if is_there and place is not None else None


def _pictures(evidence: Evidence, cell: Cell, dataset: ImageDataset) -> None:
    figures = cell.figures
    st.markdown(
        f"**{plain(cell.label)}, {plain(cell.trial.title.lower())}: {cell.verdict.value}.** "
        + plain(
            f"Of the images that the encoder places in their class, {figures.kept_text}. They move "
            f"{figures.move:.2f} of the distance between two images of the class and are "
            f"{figures.diversity:.2f} as new as another real one. {figures.identical:.0%} came out "
            "as they went in."
        )
    )
    # First those that went astray.
    order = sorted(range(len(cell.rows)), key=lambda place: cell.predicted[place] == cell.label)
    shown = [place for place in order if cell.rows[place] < len(dataset)][:_SHOWN]
    columns = []
    sources = open_sources(dataset, [cell.rows[place] for place in shown])
    for place, source in zip(shown, sources, strict=True):
        columns.append(_column(evidence, cell, source, cell.predicted[place]))
    st.html(grid_html(columns))


def _column(evidence: Evidence, cell: Cell, source: Source | str, predicted: str) -> str:
    if isinstance(source, str):
        return missing_html(source)
    step = cell.trial.draw(image_key=source.key, seed=evidence.seed)
    caption = f"still '{predicted}'" if predicted == cell.label else f"looks like '{predicted}'"
    figure = augmented_html(source, changed_by(source, [step]), [step], caption=caption)
    return column_html([original_html(source), figure])


def _take_over(evidence: Evidence) -> None:
    is_any_safe = any(cell.verdict is Verdict.SAFE for cell in evidence.cells)
    if not is_any_safe:
        quiet("No operation is shown to be safe for any class, so there is no policy of safe ones.")
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Use all safe operations", key="evidence_take", disabled=not is_any_safe,
            help="Each operation is as strong as is safe for most classes and skips the classes "
                "that it would harm. Each picture gets two of them. Evaluate measures whether "
                "they help.",
        ):  # fmt: skip
            workspace = current_workspace()
            session = workspace.session
            policy = safe_policy(evidence, seed=session.policy.seed)
            workspace.put(session, session.put(policy=policy, policy_chosen=True))
            start_anew()
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
