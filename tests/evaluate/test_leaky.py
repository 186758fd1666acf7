"""The lesson: what resampling before splitting would have reported."""

from comparisons import compare
from evaluate_sets import clusters


def test_on_noise_the_leaky_way_reports_what_is_not_there() -> None:
    dataset, embeddings = clusters({"a": 120, "b": 12}, apart=0, dimension=30)

    report = compare(
        dataset,
        embeddings,
        strategies=["random_oversampling", "smote", "class_weights"],
        shows_leak=True,
        repeats=1,
    )

    rows = {row.name: row for row in report.strategies}
    for name in ("random_oversampling", "smote"):
        leaky = rows[name].leaky
        assert leaky is not None
        honest = rows[name].metrics["balanced_accuracy"]
        assert honest < 0.65
        assert leaky["balanced_accuracy"] - honest > 0.05
    assert rows["class_weights"].leaky is None
    assert rows["none"].leaky is None


def test_where_classes_lie_far_apart_there_is_nothing_to_inflate() -> None:
    dataset, embeddings = clusters({"a": 60, "b": 12}, apart=12)

    report = compare(dataset, embeddings, strategies=["smote"], shows_leak=True, repeats=1)

    leaky = report.strategies[1].leaky
    assert leaky is not None
    assert leaky["balanced_accuracy"] > 0.98


def test_a_plain_report_holds_no_lesson() -> None:
    dataset, embeddings = clusters({"a": 30, "b": 10}, apart=1)

    report = compare(dataset, embeddings, strategies=["smote"], repeats=1)

    assert all(row.leaky is None for row in report.strategies)


def test_an_error_that_seems_smaller_than_it_is_flatters() -> None:
    dataset, embeddings = clusters({"a": 120, "b": 12}, apart=0, dimension=30)

    report = compare(
        dataset, embeddings, strategies=["random_oversampling"], shows_leak=True, repeats=1
    )

    row = report.strategies[1]
    assert row.leaky is not None
    assert row.leaky["brier"] < row.metrics["brier"]
    assert row.flattery("brier") > 0
    assert row.flattery("balanced_accuracy") > 0
