"""Evaluate's results: differences, figures, classes, confusions, curves and the lesson."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from app.charts import evaluation as charts
from app.charts.layout import with_minus
from app.pages.evaluate.decisions import decisions_section
from app.pages.evaluate.errors import CONFUSION, SLOPES, draw_errors, take_click
from app.pages.evaluate.more_images import more_images_section
from app.session.session import Session
from app.shell.page import current_theme, note, quiet
from core.colours import class_colours
from core.dataset import TRAIN, ImageDataset
from core.embed.adapted import is_adapted
from core.evaluate import BASELINE, FLOOR, HEADS, METRICS, EvaluationReport
from core.evaluate.report_csv import to_csv
from core.records import as_text
from core.words import count_of, signed

_BY_CHANCE = "calibration error by chance"
_BY_CHANCE_HELP = (
    "The calibration error that perfectly calibrated scores would show of so many images."
)


MORE = "More images"
_ERRORS = "Images it gets wrong"
_TAB_KEY = "evaluate_tab"


def open_tab(name: str) -> None:
    """Show a tab of the results when they are drawn next."""
    st.session_state[_TAB_KEY] = name


def draw(session: Session, dataset: ImageDataset, report: EvaluationReport, metric: str) -> None:
    """Draw what stands below the rows, for the metric that matters."""
    verdict = report.verdicts[metric]
    for text in filter(None, (verdict.uncertainty, _how(report))):
        quiet(with_minus(text))
    with st.expander(f"All figures, and {count_of(len(report.notes), 'note')}"):
        _draw_table(report, metric)
        for text in report.notes:
            quiet(with_minus(text))
        _downloads(report)
    _lesson(report, metric)
    if take_click(report):
        open_tab(_ERRORS)
    best = report.best(metric)
    has_curves = any(row.curves for row in report.strategies)
    errors, slopes, table, confusion, more, costs, *curves = st.tabs(
        [
            _ERRORS, "Recall per class", "As a table", "Confusion", MORE, "Costs",
            *(["Learning curves"] if has_curves else []),
        ],
        key=_TAB_KEY, on_change="rerun",
    )  # fmt: skip
    with errors:
        draw_errors(session, report)
    with slopes:
        _recall(report, dataset, best)
    with table:
        _class_table(report)
    with confusion:
        _confusion(report, best)
    with more:
        more_images_section(session, dataset, report)
    with costs:
        decisions_section(session, report)
    for tab in curves:
        with tab:
            _learning_curves(report)


def _draw_table(report: EvaluationReport, metric: str) -> None:
    """Draw the figures of each strategy, those of `metric` first."""
    difference = "points over none (95%)"
    figures = _figures(report)
    others = [title for name, own in figures.items() if name != metric for title in own]
    st.dataframe(
        {
            "strategy": [row.title for row in report.strategies],
            **{title: values for own in figures.values() for title, values in own.items()},
            difference: [
                "" if row.difference is None else with_minus(str(row.difference[metric]))
                for row in report.strategies
            ],
            "outcome": [
                str(row.outcome(metric) or "") for row in report.strategies
            ],
            "seconds per fold": [row.seconds for row in report.strategies],
            "files added": [row.files for row in report.strategies],
        },
        hide_index=True,
        column_order=[
            "strategy", *figures[metric], difference, "outcome", "seconds per fold", "files added",
            *others,
        ],
        column_config={
            "seconds per fold": st.column_config.NumberColumn(
                format="%.2f", help="To balance, learn and score."
            ),
            "files added": st.column_config.NumberColumn(
                format="localized", help="By an export; negative if it leaves some out."
            ),
            **{
                title: st.column_config.NumberColumn(
                    format="%.1f %%",
                    help=_BY_CHANCE_HELP if title == _BY_CHANCE else METRICS[name].help,
                )
                for name, own in figures.items()
                for title in own
            },
        },
        alt="Scores of each strategy",
        key="evaluate_table",
    )  # fmt: skip


def _figures(report: EvaluationReport) -> dict[str, dict[str, list[float]]]:
    """Return metric -> title -> per cent of each strategy; the calibration error has two."""
    found = {
        name: {METRICS[name].title: [100 * row.metrics[name] for row in report.strategies]}
        for name in report.verdicts
    }
    by_chance = [row.calibration_by_chance for row in report.strategies]
    told = [100 * value for value in by_chance if value is not None]
    if "calibration_error" in found and len(told) == len(by_chance):
        found["calibration_error"][_BY_CHANCE] = told
    return found


def _how(report: EvaluationReport) -> str:
    """Return how it was measured."""
    scored = f"{report.folds} folds, {count_of(report.repeats, 'repeat')}"
    if report.is_held_out:
        scored = f"the test split, {count_of(report.repeats, 'seed')}"
    learner = HEADS[report.head].title.lower()
    source = ""
    if HEADS[report.head].uses_encoder:
        is_own = is_adapted(Path(report.encoder))  # the notes say what was done with it
        source = ", adapted encoder" if is_own else f", encoder '{report.encoder}'"
    return (
        f"{count_of(report.images, 'image')}, {scored}, {learner}{source}. In the grey band, "
        f"{100 * report.margin:g} to each side, a difference does not matter. Intervals are "
        "corrected for multiple comparisons."
    )


def _downloads(report: EvaluationReport) -> None:
    with st.container(horizontal=True):
        st.download_button(
            "CSV", to_csv(report), "comparison.csv", "text/csv", key="evaluate_csv",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
        st.download_button(
            "JSON", as_text(report.to_json()), "comparison.json",
            "application/json", key="evaluate_json", icon=":material/download:", on_click="ignore",
        )  # fmt: skip


def _lesson(report: EvaluationReport, metric: str) -> None:
    leaky = [row for row in report.strategies if row.leaky is not None]
    if not leaky:
        return
    with st.container(border=True):
        st.markdown("**Lesson: resampling before the split**")
        st.dataframe(
            {
                "strategy": [row.title for row in leaky],
                "reported": [100 * (row.leaky or {})[metric] for row in leaky],
                "on unseen images": [100 * row.metrics[metric] for row in leaky],
                "inflation": [with_minus(signed(100 * row.flattery(metric))) for row in leaky],
            },
            hide_index=True,
            column_config={
                "reported": st.column_config.NumberColumn(format="%.1f %%"),
                "on unseen images": st.column_config.NumberColumn(format="%.1f %%"),
            },
            alt="What resampling before the split would report for each strategy",
        )
        quiet(
            "Copies, pictures and points of one image are then on both sides of the split, and a "
            "model recalls them from memory. The figures above are not measured this way."
        )
        note(
            "Many tutorials and papers report the first column. The less there is to learn, the "
            "more a strategy seems to help: try it on a set with noisy labels."
        )


def _others(report: EvaluationReport) -> dict[str, str]:
    """Return name -> title of what is compared with doing nothing."""
    return {row.name: row.title for row in report.strategies if row.name not in {FLOOR, BASELINE}}


def _recall(report: EvaluationReport, dataset: ImageDataset, best: str | None) -> None:
    """Draw what a strategy does to the recall of each class."""
    others = _others(report)
    chosen = st.selectbox(
        "From 'None' to", list(others), index=list(others).index(best) if best else None,
        format_func=others.__getitem__,
    )  # fmt: skip
    if chosen:
        quiet("Click a class to see the images that are taken for another one.")
        st.plotly_chart(
            charts.recall_slopes(
                report, chosen, class_colours(dataset.counts(TRAIN), current_theme())
            ),
            key=SLOPES,
            on_select="rerun",
            selection_mode="points",
            config={"displayModeBar": False},
            alt="Recall of each class without balancing and with the strategy",
        )


def _confusion(report: EvaluationReport, best: str | None) -> None:
    others = _others(report)
    name = st.selectbox(
        "Next to 'None'", list(others), index=list(others).index(best) if best else None,
        format_func=others.__getitem__, key="confusion_strategy",
    )  # fmt: skip
    quiet("Click a cell to see its images.")
    _confusions(report, [BASELINE, *([name] if name else [])])


def _learning_curves(report: EvaluationReport) -> None:
    st.plotly_chart(
        charts.learning_curves(report),
        key="evaluate_curves",
        config={"displayModeBar": False},
        alt="How each strategy's network learned, epoch by epoch",
    )
    quiet(_how_watched(report))


def _confusions(report: EvaluationReport, names: Sequence[str]) -> None:
    """Draw the confusion matrix of each of `names` beside the other."""
    titles = {row.name: row.title for row in report.strategies}
    for side, name in zip(st.columns(2, gap="medium"), names, strict=False):
        side.markdown(f"**{titles[name]}**")
        side.plotly_chart(
            charts.confusion_map(report, name),
            key=f"{CONFUSION}{name}",
            on_select="rerun",
            selection_mode="points",
            config={"displayModeBar": False},
            alt=f"Confusion matrix of {titles[name]}",
        )


def _how_watched(report: EvaluationReport) -> str:
    """Return what the learning curves show."""
    unwatched = [row.title for row in charts.without_line(report)]
    if len(unwatched) == sum(bool(row.curves) for row in report.strategies):
        return "The training loss. No images are held back for validation."
    text = (
        "Images held back from the training side validate each epoch. The best epoch is kept, and "
        "training stops after a few without progress."
    )
    if unwatched:
        text += (
            f" {', '.join(unwatched)}: in some folds every class has too few images to hold any "
            "back, so training runs to the last epoch there."
        )
    return text


def _class_table(report: EvaluationReport) -> None:
    figure = st.segmented_control(
        "Figure", ["recall", "precision"], default="recall", required=True,
        key="evaluate_class_figure",
    )  # fmt: skip
    shown = {
        row.title: [
            with_minus((one.precision if figure == "precision" else one.recall).as_shares())
            for one in row.classes
        ]
        for row in report.strategies
    }
    st.dataframe(
        {"class": list(report.classes), **shown},
        hide_index=True,
        alt=f"{str(figure).capitalize()} of each class with each strategy",
    )
    quiet("In per cent, with 95% intervals of each figure alone, where a class has 5 groups.")
