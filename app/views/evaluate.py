"""Evaluate: which strategy helps, on images that it never saw."""

from functools import partial

import streamlit as st

from app.comparison import Asked, Evaluated, SoFar, embed_and_evaluate
from app.jobs import Job
from app.page import (
    ask_for_images,
    current_workspace,
    heading,
    lacks_classes,
    lead_on,
    note,
    plain,
)
from app.session import Session
from app.views import evaluate_results
from app.workspace import MAIN
from core.dataset import TEST, TRAIN, ImageDataset
from core.errors import SettingError
from core.evaluate import BASELINE, HEADS, METRICS, PRIMARY, augmentations, parse_contender
from core.evaluate.estimate import SECONDS_TO_EMBED, estimate
from core.evaluate.verdict import verdict_for
from core.resample import STRATEGIES
from core.words import count_of, duration_of

_QUESTION = "Does balancing help?"
_JOB = "evaluate"
_SO_FAR_KEY = "evaluate_so_far"
_METRIC_KEY = "evaluate_metric"


def evaluate_view(session: Session) -> Session:
    """Draw the page."""
    dataset = ask_for_images(session, _QUESTION, "A comparison needs images.")
    if dataset is None or lacks_classes(dataset, _QUESTION, "compare"):
        return session
    report = session.evaluation
    metric = str(st.session_state.get(_METRIC_KEY) or PRIMARY)
    if report is None:
        heading(_QUESTION, "Find out on images that no strategy has seen.")
    else:
        heading(_QUESTION, verdict_for(report, metric))
    note(
        "Accuracy rewards a model that ignores small classes: the row 'Always the largest class' "
        "learns nothing and still scores. Balanced accuracy counts every class the same. The line "
        "through each dot is where the true difference lies with 95% confidence; when it crosses "
        "zero, the data cannot tell."
    )
    _results_so_far(metric)
    if report is not None:
        _metric_box(metric)
        evaluate_results.draw(report, dataset, metric)
    _form(session, dataset, metric)
    if report is not None:
        lead_on("export", "Take it home")
    return session


def _results_so_far(metric: str) -> None:
    """Draw the strategies that are done while others are compared."""
    so_far = st.session_state.get(_SO_FAR_KEY)
    if not isinstance(so_far, SoFar) or not _is_running():
        return

    @st.fragment(run_every=1.0)
    def rows() -> None:
        if so_far.report is not None:
            with st.container(border=True):
                st.markdown("**So far**")
                evaluate_results.draw_table(so_far.report, metric, key="so_far")

    rows()


def _form(session: Session, dataset: ImageDataset, metric: str) -> None:
    choices = [name for name in STRATEGIES if name != BASELINE]
    choices += augmentations(session.policy)[:-1]
    titles = {name: parse_contender(name).title for name in choices}
    with st.container(border=True):
        names = st.multiselect(
            "Strategies beside 'None'",
            choices,
            default=[name for name in choices if name in STRATEGIES and STRATEGIES[name].is_usual],
            # What a person writes comes back as it is shown, so it is shown as it was written.
            format_func=lambda name: titles.get(name, name),
            accept_new_options=True,
            help="Write others yourself: smote@50% fills up to half the largest class, and "
            "smote@50%+class_weights weighs what is left. Pictures are augmented as on Augment.",
            key="evaluate_strategies",
            persist_state="session",
        )
        left, right, middle = st.columns(3, vertical_alignment="bottom")
        with left:
            head = st.selectbox(
                "What learns", list(HEADS), format_func=lambda name: HEADS[name].title,
                help="  \n".join(f"**{one.title}**: {one.help}" for one in HEADS.values()),
                key="evaluate_head", persist_state="session",
            )  # fmt: skip
        with middle:
            # With results, it stands above them.
            if session.evaluation is None:
                _metric_box(metric)
        with right:
            seed = st.number_input(
                "Seed", min_value=0, max_value=2**31 - 1, value=0, key="evaluate_seed",
                help="Same seed, same folds.", persist_state="session",
            )  # fmt: skip
        on_test_split = TEST in dataset.splits and st.checkbox(
            "Score on the test split as it came, not on folds",
            key="evaluate_on_test_split", persist_state="session",
        )  # fmt: skip
        shows_leak = not HEADS[head].learns_from_pictures and st.checkbox(
            "A lesson: show what resampling before splitting would have reported",
            key="evaluate_shows_leak", persist_state="session",
        )  # fmt: skip
        asked = Asked(
            [BASELINE, *names], head, metric, session.policy, int(seed), on_test_split, shows_leak
        )
        _start_button(session, dataset, asked)


def _metric_box(metric: str) -> None:
    st.selectbox(
        "What matters to you", list(METRICS), format_func=lambda name: METRICS[name].title,
        help=METRICS[metric].help, key=_METRIC_KEY, persist_state="session", width=320,
    )  # fmt: skip


def _start_button(session: Session, dataset: ImageDataset, asked: Asked) -> None:
    try:
        contenders = [parse_contender(name, policy=asked.policy) for name in asked.strategies]
        cost = estimate(dataset.counts(TRAIN), contenders, HEADS[asked.head])
    except SettingError as error:
        st.error(plain(str(error)))
        return
    count = len(asked.strategies)
    text = f"Compare {count_of(count, 'strategy')}"
    if session.embeddings is None:
        text = f"Embed {count_of(len(dataset), 'image')} and {text.lower()}"
    if st.button(
        text,
        type="primary" if session.evaluation is None else "secondary",
        disabled=count < 2 or _is_running(),
        key="evaluate_start",
    ):
        _start(session, dataset, asked)
        st.rerun()
    seconds, extra = cost.seconds, ""
    if session.embeddings is None:
        seconds, extra = seconds + len(dataset) * SECONDS_TO_EMBED, ", embedding included"
    fairness = (
        "No strategy learns from the test split."
        if asked.on_test_split
        else "Folds are drawn first, what looks the same or is of one group stays on one side, and "
        "resampling and learning see the training side alone."
    )
    pictures = f"{count_of(cost.pictures, 'augmented picture')} to make, " if cost.pictures else ""
    st.caption(f"On one core{extra}: {pictures}{duration_of(seconds)}. {fairness}")


def _start(session: Session, dataset: ImageDataset, asked: Asked) -> None:
    workspace = current_workspace()
    so_far = SoFar()
    st.session_state[_SO_FAR_KEY] = so_far

    def apply(session: Session, result: Evaluated) -> Session:
        embeddings, projection, report = result
        if session.dataset is not dataset:
            return session
        if projection is not None:
            session = session.with_embeddings(embeddings, projection)
        return session.with_evaluation(report)

    run = partial(
        embed_and_evaluate, dataset, session.taken or dataset, session.embeddings, asked,
        workspace.vectors_folder, so_far,
    )  # fmt: skip
    workspace.start(Job(_JOB, "Comparing strategies", run), apply)


def _is_running() -> bool:
    job = current_workspace().job_in(MAIN)
    return job is not None and job.key == _JOB
