"""Evaluate: which strategy helps, on images that it never saw."""

from functools import partial

import streamlit as st

from app import charts, work
from app.jobs import Job
from app.page import ask_for_images, current_workspace, heading, lacks_classes, lead_on, note, quiet
from app.palette import class_colours
from app.session import Session
from core.dataset import TRAIN, ImageDataset
from core.embed import DEFAULT_ENCODER, Embeddings
from core.evaluate import METRICS, EvaluationReport
from core.evaluate.report import BASELINE, FLOOR
from core.project import Projection
from core.resample import STRATEGIES
from core.words import count_of

Evaluated = tuple[Embeddings, Projection | None, EvaluationReport]


_QUESTION = "Does balancing help?"

_DIFFERENCE = "points over none (95%)"


def evaluate_view(session: Session) -> Session:
    """Draw the page."""
    dataset = ask_for_images(session, _QUESTION, "A comparison needs images.")
    if dataset is None or lacks_classes(dataset, _QUESTION, "compare"):
        return session
    report = session.evaluation
    if report is None:
        heading(_QUESTION, "Find out on images that no strategy has seen.")
    else:
        heading(_QUESTION, report.verdict)
    note(
        "Accuracy rewards a model that ignores small classes: the row 'Always the largest class' "
        "learns nothing and still scores. Balanced accuracy counts every class the same. The line "
        "through each dot is where the true difference lies with 95% confidence; when it crosses "
        "zero, the data cannot tell."
    )
    if report is not None:
        _results(report, dataset)
    _form(session, dataset)
    if report is not None:
        lead_on("export", "Take it home")
    return session


def _form(session: Session, dataset: ImageDataset) -> None:
    compared = [strategy for strategy in STRATEGIES.values() if strategy.is_compared]
    with st.container(border=True):
        names = st.multiselect(
            "Strategies beside 'None'",
            [strategy.name for strategy in compared if strategy.name != BASELINE],
            default=[
                strategy.name
                for strategy in compared
                if strategy.is_usual and strategy.name != BASELINE
            ],
            format_func=lambda name: STRATEGIES[name].title,
            key="evaluate_strategies",
            persist_state="session",
        )
        seed = st.number_input(
            "Seed", min_value=0, max_value=2**31 - 1, value=0, key="evaluate_seed",
            help="Same seed, same folds.", persist_state="session",
        )  # fmt: skip
        text = f"Compare {count_of(len(names) + 1, 'strategy')}"
        if session.embeddings is None:
            text = f"Embed {count_of(len(dataset), 'image')} and {text.lower()}"
        if st.button(
            text,
            type="primary" if session.evaluation is None else "secondary",
            disabled=not names,
            key="evaluate_start",
        ):
            _start(session, dataset, [BASELINE, *names], int(seed))
            st.rerun()
        st.caption(
            "Five folds, drawn first, copies of a picture kept on one side; resampling inside the "
            "training side only; a linear model on the embeddings. Seconds for a few classes, "
            "about half a minute for a hundred."
        )


def _start(session: Session, dataset: ImageDataset, names: list[str], seed: int) -> None:
    workspace = current_workspace()

    def apply(session: Session, result: Evaluated) -> Session:
        embeddings, projection, report = result
        if session.dataset is not dataset:
            return session
        if projection is not None:
            session = session.with_embeddings(embeddings, projection)
        return session.with_evaluation(report)

    run = partial(
        work.embed_and_evaluate,
        dataset,
        session.embeddings,
        names,
        DEFAULT_ENCODER,
        "auto",
        workspace.vectors_folder,
        seed,
    )
    workspace.start(Job("evaluate", "Comparing strategies", run), apply)


def _results(report: EvaluationReport, dataset: ImageDataset) -> None:
    metric = st.segmented_control(
        "Measure", list(METRICS), format_func=lambda name: METRICS[name].title,
        default="balanced_accuracy", required=True, key="evaluate_metric", persist_state="session",
    )  # fmt: skip
    metric = metric or "balanced_accuracy"
    quiet(METRICS[metric].help)
    left, right = st.columns(2, gap="medium")
    with left:
        st.plotly_chart(
            charts.strategy_differences(report, metric),
            key="evaluate_differences",
            config={"displayModeBar": False},
            alt="Difference of each strategy to doing nothing, with its interval, as in the table",
        )
    others = [record.title for name, record in METRICS.items() if name != metric]
    with right:
        st.dataframe(
            {
                "strategy": [row.title for row in report.strategies],
                **{
                    record.title: [100 * row.metrics[name].mean for row in report.strategies]
                    for name, record in METRICS.items()
                },
                _DIFFERENCE: [
                    "" if row.difference is None else str(row.difference[metric])
                    for row in report.strategies
                ],
            },
            hide_index=True,
            column_order=["strategy", METRICS[metric].title, _DIFFERENCE, *others],
            column_config={
                record.title: st.column_config.NumberColumn(format="%.1f %%", help=record.help)
                for record in METRICS.values()
            },
            alt="Scores of each strategy",
        )
        quiet(
            f"{count_of(report.images, 'image')}, {report.folds} folds, "
            f"{count_of(report.repeats, 'repeat')}, encoder '{report.encoder}'; classes are filled "
            "up to the largest one. The intervals hold for all strategies together."
        )
    for text in report.notes:
        quiet(text)
    _per_class(report, dataset)


def _per_class(report: EvaluationReport, dataset: ImageDataset) -> None:
    compared = [row for row in report.strategies if row.name != FLOOR]
    others = [row for row in compared if row.name != BASELINE]
    slopes, table, confusion = st.tabs(["Recall per class", "As a table", "Confusion"])
    colours = class_colours(dataset.counts(TRAIN))
    with slopes:
        chosen = st.selectbox(
            "From 'None' to",
            [row.name for row in others],
            index=len(others) - 1 if others else None,
            format_func=lambda name: STRATEGIES[name].title,
        )
        if chosen:
            st.plotly_chart(
                charts.recall_slopes(report, chosen, colours),
                key="evaluate_slopes",
                config={"displayModeBar": False},
                alt="Recall of each class without balancing and with the strategy",
            )
    with table:
        st.dataframe(
            {
                "class": list(report.classes),
                **{
                    row.title: [100 * row.recall[label] for label in report.classes]
                    for row in report.strategies
                },
            },
            hide_index=True,
            column_config={
                row.title: st.column_config.NumberColumn(format="%.0f %%")
                for row in report.strategies
            },
            alt="Recall of each class with each strategy",
        )
    with confusion:
        name = st.selectbox(
            "Strategy",
            [row.name for row in compared],
            format_func=lambda name: STRATEGIES[name].title,
            key="confusion_strategy",
        )
        st.plotly_chart(
            charts.confusion_map(report, name),
            key="evaluate_confusion",
            config={"displayModeBar": False},
            alt=f"Confusion matrix of {STRATEGIES[name].title}",
        )
