"""Charts: the right numbers, in order, with names as data."""

from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest
from comparisons import compare
from drawn_sets import HOSTILE

from app.charts import classes, evaluation, intervals
from app.charts.layout import with_minus
from app.session.session import Session
from core.colours import class_colours
from core.evaluate import Difference, EvaluationReport, Outcome
from core.evaluate.answer import Verdict
from core.evaluate.inference import Effect
from core.evaluate.per_class import ClassFigures
from core.evaluate.report import StrategyResult
from core.resample import make_plan
from core.resample.resample import plan_counts


def trace(figure: go.Figure, name: str) -> go.Bar:
    return next(one for one in figure.data if one.name == name)


@pytest.fixture(scope="module")
def report(embedded_session: Session) -> EvaluationReport:
    assert embedded_session.dataset is not None and embedded_session.embeddings is not None
    return compare(embedded_session.dataset, embedded_session.embeddings)


def comparison(recall: dict[str, float]) -> EvaluationReport:
    """Return a comparison in which 'smote' has `recall` and doing nothing has none."""
    confusion = np.eye(len(recall), dtype=np.intp)
    shares = {"none": dict.fromkeys(recall, 0.0), "smote": recall}
    rows = tuple(
        StrategyResult(
            name,
            title,
            {"accuracy": 0.5},
            None,
            tuple(
                ClassFigures(label, 9, Effect(share), Effect(share), Effect(0), Effect(0))
                for label, share in shares[name].items()
            ),
            confusion.copy(),
        )
        for name, title in (("none", "None"), ("smote", "SMOTE"))
    )
    return EvaluationReport(
        rows,
        tuple(recall),
        metric="accuracy",
        margin=0.01,
        verdicts={"accuracy": Verdict("", "", "", "")},
        notes=(),
        folds=5,
        repeats=2,
        asked_repeats=2,
        images=10,
        settings={},
        seed=0,
        encoder="classical",
        head="linear",
    )


def test_class_bars_are_sorted_and_carry_their_label_and_count() -> None:
    splits = {"train": {"ant": 4, "bee": 900, "cow": 2}, "test": {"ant": 7, "bee": 0, "cow": 0}}

    figure = classes.class_bars(splits)

    assert list(trace(figure, "train").y) == ["cow", "ant", "bee"]
    assert list(trace(figure, "train").x) == [2, 4, 900]
    assert list(trace(figure, "test").x) == [0, 7, 0]
    assert list(trace(figure, "train").customdata) == ["cow", "ant", "bee"]
    assert list(figure.data[-1].text) == [" 2 · 0.2%", " 11 · 1.2%", " 900 · 98.6%"]
    assert figure.layout.barmode == "stack"


def test_classes_of_one_size_go_downwards_by_name_as_in_the_table() -> None:
    counts = {"bee": 5, "cow": 9, "ant": 5}

    bars = classes.class_bars({"train": counts})
    plan = classes.plan_bars(plan_counts(counts, "random_oversampling"))

    assert list(trace(bars, "train").y) == ["bee", "ant", "cow"]  # from the bottom
    assert list(trace(plan, "stays").y) == ["bee", "ant", "cow"]


@pytest.mark.parametrize("count", [2, 3, 8])
def test_bars_of_few_classes_are_no_boards(count: int) -> None:
    figure = classes.class_chart({"train": {f"class {n}": 3 + n for n in range(count)}})

    row = (figure.layout.height - 40) / count
    assert row * (1 - figure.layout.bargap) <= 40


def test_one_split_needs_no_legend() -> None:
    assert not classes.class_bars({"train": {"a": 1}}).layout.showlegend
    assert classes.class_bars({"train": {"a": 1}, "test": {"a": 1}}).layout.showlegend


def test_large_counts_have_separators() -> None:
    figure = classes.class_bars({"train": {"a": 12345}}, share=False)

    assert list(figure.data[-1].text) == [" 12,345"]


def test_the_scale_can_be_logarithmic() -> None:
    assert classes.class_bars({"train": {"a": 1}}, is_log=True).layout.xaxis.type == "log"


@pytest.mark.parametrize("names", [("0", "1", "10"), ("2024-01-01", "2024-02-01", "2025-01-01")])
def test_names_that_look_like_numbers_or_dates_stay_names(names: tuple[str, ...]) -> None:
    counts = dict(zip(names, (5, 3, 9), strict=True))

    bars = classes.class_bars({"train": counts})
    plan = classes.plan_bars(plan_counts(counts, "augment"))
    confusion = evaluation.confusion_map(comparison(dict.fromkeys(names, 0.5)), "smote")

    axes = [bars.layout.yaxis, plan.layout.yaxis, confusion.layout.xaxis, confusion.layout.yaxis]
    assert [axis.type for axis in axes] == ["category"] * 4


def numbered(count: int, *, first: int = 5, step: int = 1) -> dict[str, int]:
    return {f"c{place:04d}": first + step * place for place in range(count)}


@pytest.mark.parametrize(
    ("splits", "kind"),
    [
        ({"train": numbered(20)}, ("bar", "h")),
        ({"train": numbered(21)}, ("scatter", None)),
        ({"train": numbered(21, step=0)}, ("bar", None)),
        ({"train": numbered(3, step=0), "test": numbered(3, first=2, step=0)}, ("bar", None)),
        ({"train": numbered(3, step=0), "test": numbered(3)}, ("bar", "h")),
        ({"train": {"alone": 7}}, ("bar", "h")),
    ],
)
def test_few_classes_are_bars_many_a_curve_and_equal_ones_small(
    splits: dict[str, dict[str, int]], kind: tuple[str, str | None]
) -> None:
    figure = classes.class_chart(splits)

    assert (figure.data[0].type, figure.data[0].orientation) == kind
    if kind == ("bar", None):
        assert figure.layout.height <= 120
    for one in figure.data[: len(splits)]:
        assert sorted(one.customdata) == sorted(splits["train"])


def test_a_curve_has_one_place_for_a_class_in_every_split_and_no_point_where_it_has_none() -> None:
    splits = {"train": {"ant": 4, "bee": 900, "cow": 2}, "test": {"ant": 7, "bee": 0, "cow": 0}}

    figure = classes.rank_curve(splits)

    train, test = figure.data
    assert list(train.customdata) == list(test.customdata) == ["bee", "ant", "cow"]
    assert list(train.y) == [900, 4, 2]
    assert list(test.y) == [None, 7, None]
    assert list(train.x) == [1, 2, 3]
    assert figure.layout.yaxis.type == "log"


def test_the_ends_of_a_curve_are_named_with_their_counts() -> None:
    long = "a name that begins as many others do, and ends otherwise"
    counts = {**numbered(1000), long: 5000}

    figure = classes.rank_curve({"train": counts})

    largest, smallest = figure.layout.annotations
    assert largest.text == (
        "<b>Largest</b><br>a name tha...otherwise 5,000<br>c0999 1,004<br>c0998 1,003"
    )
    assert long in largest.hovertext
    assert smallest.text == "<b>Smallest</b><br>c0002 7<br>c0001 6<br>c0000 5"
    assert figure.layout.height < 400


def test_plan_bars_show_what_stays_and_what_is_added() -> None:
    figure = classes.plan_bars(plan_counts({"ant": 2, "bee": 5}, "augment"))

    assert [one.name for one in figure.data] == ["stays", "added"]
    assert list(trace(figure, "stays").x) == [2, 5]
    assert list(trace(figure, "added").x) == [3, 0]
    assert list(trace(figure, "added").y) == ["ant", "bee"]


def test_a_plan_of_a_thousand_classes_is_two_curves_with_the_ends_named() -> None:
    counts = {f"class {number:04d} {'x' * 70}": 1 + number for number in range(1_000)}

    figure = classes.plan_chart(plan_counts(counts, "augment"))

    after, before = figure.data
    assert (after.name, before.name) == ("after", "before")
    assert set(after.y) == {1_000}
    assert (before.y[0], before.y[-1]) == (1_000, 1)
    assert figure.layout.height < 500
    assert "class 0999" in figure.layout.annotations[0].text


def test_plan_bars_of_few_images_have_no_tick_for_half_of_one() -> None:
    assert classes.plan_bars(plan_counts({"cat": 1, "dog": 2}, "augment")).layout.xaxis.dtick == 1


def test_plan_bars_show_what_goes() -> None:
    figure = classes.plan_bars(plan_counts({"ant": 2, "bee": 5}, "random_undersampling"))

    assert [one.name for one in figure.data] == ["stays", "left out"]
    assert list(trace(figure, "left out").x) == [0, 3]


def test_added_bars_differ_by_pattern_and_not_by_colour_alone() -> None:
    figure = classes.plan_bars(plan_counts({"ant": 2, "bee": 5}, "augment"))

    patterns = {one.name: one.marker.pattern.shape for one in figure.data}
    assert patterns["stays"] != patterns["added"]


def test_a_row_has_its_dot_and_its_interval_where_they_lie_on_the_scale() -> None:
    scale = intervals.Scale(low=-0.05, high=0.15, margin=0.01)
    difference = Difference(0.05, 0.0, 0.10, Outcome.BETTER)
    row = replace(comparison({"a": 1.0}).strategies[1], difference={"accuracy": difference})

    body = intervals.row_html(row, "accuracy", scale)

    assert '<i class="dot" style="left:50.00%' in body
    assert '<i class="interval" style="left:25.00%;width:50.00%' in body
    assert '<i class="zero" style="left:25.00%"' in body
    assert "+5.0" in body and "better" in body


def test_the_scale_holds_every_interval_and_the_margin(report: EvaluationReport) -> None:
    scale = intervals.Scale.of(report.strategies, "balanced_accuracy", report.margin)

    for row in report.strategies[:-1]:
        if row.difference is not None:
            one = row.difference["balanced_accuracy"]
            ends = (one.low, one.high) if one.low is not None else (one.mean, one.mean)
            assert all(0 < scale.place(end) < 100 for end in ends)
    assert 0 < scale.place(-report.margin) < scale.place(report.margin) < 100
    assert 0 in scale.ticks()
    assert len(scale.ticks()) <= 8


def test_slopes_go_from_doing_nothing_to_the_strategy() -> None:
    figure = evaluation.recall_slopes(comparison({"a": 0.25, "b": 1.0}), "smote", {"a": "#000000"})

    assert {one.name: list(one.y) for one in figure.data} == {"a": [0, 25], "b": [0, 100]}
    assert {note.text for note in figure.layout.annotations} == {"a", "b"}


@pytest.mark.parametrize("recall", [1.0, 0.0, 0.5])
def test_labels_of_slopes_that_end_at_one_place_do_not_overlap(recall: float) -> None:
    names = [f"class {number}" for number in range(12)]

    figure = evaluation.recall_slopes(comparison(dict.fromkeys(names, recall)), "smote", {})

    places = sorted(note.ay for note in figure.layout.annotations)
    low, high = figure.layout.yaxis.range
    assert min(np.diff(places)) >= 5.4
    assert low <= places[0]
    assert places[-1] <= high


def test_a_label_of_a_slope_is_led_to_its_line_in_its_colour() -> None:
    recall, colours = {"a": 0.5, "b": 0.5}, {"a": "#0072B2", "b": "#DA9600"}

    notes = evaluation.recall_slopes(comparison(recall), "smote", colours).layout.annotations

    assert {note.text: note.arrowcolor for note in notes} == colours
    assert {note.y for note in notes} == {50}
    assert len({note.ay for note in notes}) == 2


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("-7.3", "−7.3"),
        ("+4.2 (-0.6 to +9.0)", "+4.2 (−0.6 to +9.0)"),
        ("-2.0 to -0.004", "−2.0 to −0.004"),
        ("'class-1', 10-20 of 5-fold", "'class-1', 10-20 of 5-fold"),
    ],
)
def test_negative_numbers_have_the_minus_sign_of_the_axes(text: str, shown: str) -> None:
    assert with_minus(text) == shown


def test_many_classes_have_lines_without_labels_on_top_of_each_other() -> None:
    names = [f"class {number}" for number in range(13)]
    many = comparison(dict.fromkeys(names, 0.5))

    assert len(evaluation.recall_slopes(many, "smote", {}).data) == 13
    assert not evaluation.recall_slopes(many, "smote", {}).layout.annotations
    assert evaluation.confusion_map(many, "smote").data[0].text is None


def test_the_confusion_is_in_per_cent_of_the_true_class(report: EvaluationReport) -> None:
    figure = evaluation.confusion_map(report, "none")

    assert list(figure.data[0].x) == list(report.classes)
    assert figure.data[0].z.sum(axis=1) == pytest.approx([100] * len(report.classes))


@pytest.mark.parametrize("name", HOSTILE)
def test_no_chart_lets_a_name_become_html(name: str) -> None:
    counts = {name: 5, "b": 9}
    result = comparison({name: 0.5, "b": 0.5})
    figures = (
        classes.class_bars({"train": counts}),
        classes.rank_curve({"train": counts}),
        classes.equal_bars({"train": counts}),
        classes.plan_bars(plan_counts(counts, "augment")),
        evaluation.recall_slopes(result, "smote", class_colours(counts)),
        evaluation.confusion_map(result, "smote"),
    )

    for figure in figures:
        shown = figure.update_traces(customdata=None).to_json()
        assert "<img" not in shown
        assert "\\u003cimg" not in shown


def test_quotes_in_a_name_are_shown_as_quotes() -> None:
    # Plotly knows few entities; &quot; is not among them and would be shown as it is.
    figure = classes.class_bars({"train": {"5\" disk & 'case'": 1}})

    assert list(figure.data[0].y) == ["5\" disk &amp; 'case'"]


def test_a_name_is_no_template_of_plotly() -> None:
    figure = evaluation.recall_slopes(comparison({"%{x}": 0.5}), "smote", {})

    assert "%{x}" not in figure.data[0].hovertemplate


def test_the_plan_of_a_dataset_adds_up(embedded_session: Session) -> None:
    assert embedded_session.dataset is not None
    figure = classes.plan_bars(make_plan(embedded_session.dataset, "smote"))

    totals = np.add(trace(figure, "stays").x, trace(figure, "added").x)
    assert totals.tolist() == [12, 12, 12]


@pytest.mark.parametrize("uses", [[0, 3], [1, 0, 2, 0], list(range(150)), [0]])
def test_uses_are_counted_in_whole_points_and_images(uses: list[int]) -> None:
    figure = classes.base_uses(np.array(uses, np.intp))

    for axis in (figure.layout.xaxis, figure.layout.yaxis):
        assert axis.dtick >= 1
        assert axis.dtick == int(axis.dtick)
    assert len(uses) / figure.layout.xaxis.dtick <= 12


def test_long_names_that_differ_at_their_ends_differ_on_an_axis() -> None:
    names = ["a" * 80 + end for end in ("left", "right")]

    shown = classes.class_bars({"train": dict.fromkeys(names, 3)}).layout.yaxis.labelalias

    assert len(set(shown.values())) == 2
    assert all(len(text) < 40 for text in shown.values())


def test_a_long_name_leaves_room_for_the_bars(report: EvaluationReport) -> None:
    label = "<b>" + "a" * 200
    plan = classes.plan_bars(plan_counts({label: 2, "bee": 5}, "augment"))
    bars = classes.class_bars({"train": {label: 2, "bee": 5}})
    confused = evaluation.confusion_map(
        replace(report, classes=[label, *report.classes[1:]]), "none"
    )

    for figure, suffix in ((plan, "  "), (bars, "  "), (confused, "")):
        alias = dict(figure.layout.yaxis.labelalias)
        assert list(alias) == ["&lt;b&gt;" + "a" * 200 + suffix]
        (shown,) = alias.values()
        assert shown == "&lt;b&gt;" + "a" * 12 + "..." + "a" * 14 + suffix
    assert "&lt;b&gt;" + "a" * 200 in plan.data[0].y
