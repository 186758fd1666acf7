"""The best augmentation for this set: what each operation brings, and what choosing does."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import streamlit as st

from app.charts.layout import with_minus
from app.charts.operations import operation_gains
from app.jobs.queue import MAIN, Job
from app.pages.augment.controls import take_policy
from app.session.embedding import VectorSource
from app.session.session import Session
from app.shell.job_line import job_where_it_was_asked_for
from app.shell.page import current_workspace, note, plain, quiet
from core.augment import OPERATIONS, AugmentPolicy, make_step
from core.augment.safe_policy import safe_policy
from core.augment.verdict import Verdict
from core.dataset import TRAIN, ImageDataset
from core.evaluate import Experiment, find_head
from core.evaluate.augmentation_answer import OUTDATED_TEXT, BestAugmentation, choosing_text
from core.evaluate.chosen_augmentation import choose_augmentation
from core.evaluate.estimate import Planned
from core.evaluate.heads import DEFAULT_HEAD
from core.progress import Progress
from core.words import count_of, lowered

JOB = "choose_augmentation"
_AMONG_KEY = "best_among"


def best_section(session: Session, dataset: ImageDataset) -> None:
    """Draw what operations bring to a model, or the button that finds out."""
    st.subheader("The best augmentation for this set", anchor=False)
    note(
        "Safe is not helpful: only a model that learns from the pictures shows what they bring. "
        "Operations are chosen inside each training side, on images held back from it, and the "
        "choice is scored on images that had no part in it. Choosing on the images that score "
        "would find a gain even where there is none."
    )
    if sum(count > 0 for count in dataset.counts(TRAIN).values()) < 2:
        quiet("A model needs two classes to tell apart.")
        return
    best = session.best_augmentation
    if best is not None:
        if "best_augmentation" in session.outdated:
            quiet(OUTDATED_TEXT)
        _result(best)
    job = current_workspace().job_in(MAIN)
    if job is not None and job.key == JOB:
        job_where_it_was_asked_for(job)
    else:
        _form(session, dataset)


def _choices(session: Session) -> dict[str, AugmentPolicy]:
    """Return what can be chosen among, by name, the policy of the page first."""
    policy = session.policy
    everything = tuple(make_step(name) for name in OPERATIONS)
    found = {"the policy above": policy}
    if session.evidence is not None and any(
        cell.verdict is Verdict.SAFE for cell in session.evidence.cells
    ):
        found["the safe operations"] = safe_policy(session.evidence, seed=policy.seed)
    found["all operations"] = AugmentPolicy(everything, policy.seed, border=policy.border)
    return {name: one for name, one in found.items() if one.steps}


def _form(session: Session, dataset: ImageDataset) -> None:
    choices = _choices(session)
    left, right = st.columns([1, 3], vertical_alignment="bottom")
    name = left.selectbox("Choose among", list(choices), key=_AMONG_KEY, persist_state="session")
    among = choices[name if name in choices else next(iter(choices))]
    encoder = session.embeddings.encoder if session.embeddings else session.encoder
    to_embed = 0 if session.embeddings else len(dataset)
    text = f"Choose among {count_of(len(among.steps), 'operation')}"
    if to_embed:
        text = f"Embed {count_of(to_embed, 'image')} and {lowered(text)}"
    planned = Planned(dataset.counts(TRAIN), find_head(DEFAULT_HEAD), encoder, to_embed)
    with right.container(horizontal=True, vertical_alignment="center"):
        if st.button(text, key="best_start"):
            _start(session, dataset, among)
            st.rerun()
        quiet(choosing_text(planned, among))


def _start(session: Session, dataset: ImageDataset, among: AugmentPolicy) -> None:
    workspace = current_workspace()
    source = VectorSource.of(session, workspace.vectors_folder)
    taken = session.taken
    original = taken if taken is not None and taken.digest != dataset.digest else None
    run = partial(_embed_and_choose, dataset, original, source, among)
    job = Job(
        JOB, "Choosing an augmentation", run,
        needs=("dataset", "embeddings"), puts=("embeddings", "projections", "best_augmentation"),
    )  # fmt: skip
    workspace.start(job, session, of=(among,))


def _embed_and_choose(
    dataset: ImageDataset,
    original: ImageDataset | None,
    source: VectorSource,
    among: AugmentPolicy,
    progress: Progress,
) -> Mapping[str, object]:
    """Choose operations, embedding first where that was not done."""
    embeddings, values = source.vectors(progress)
    experiment = Experiment(dataset, embeddings, original=original)
    return {
        **values,
        "best_augmentation": choose_augmentation(experiment, among, progress=progress),
    }


def _result(best: BestAugmentation) -> None:
    answer, suggestion, *details = best.sentences
    st.markdown(f"**{plain(with_minus(answer))}** {plain(suggestion)}")
    if best.policy is not None and st.button("Use the suggested policy", key="best_take"):
        take_policy(replace(best.policy, seed=current_workspace().session.policy.seed))
        st.rerun()
    st.plotly_chart(
        operation_gains(best),
        key="best_operations",
        config={"displayModeBar": False},
        alt="What each operation brings beside plain copies with its interval, as in the table",
    )
    quiet("A filled dot: chosen on all images. The line is the 95% interval; all hold together.")
    for text in details:
        quiet(with_minus(text))
    with st.expander("All figures, as a table"):
        st.dataframe(best.table(), hide_index=True, alt="What each operation brings, a row each")
