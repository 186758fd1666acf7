"""The table of a comparison holds what the report holds."""

import csv
import json
from dataclasses import replace
from io import StringIO

from comparisons import compare
from evaluate_sets import clusters

from core.evaluate import METRICS, Difference, Outcome
from core.evaluate.report_csv import COLUMNS, to_csv


def test_each_strategy_has_a_line_for_each_figure_and_class() -> None:
    report = compare(*clusters({"a": 30, "b, c": 12}, apart=1), strategies=["smote"], repeats=1)

    lines = list(csv.DictReader(StringIO(to_csv(report))))

    assert tuple(lines[0]) == COLUMNS
    per_strategy = len(METRICS) + 2 * len(report.classes) + 3
    assert len(lines) == 3 * per_strategy
    found = {(line["strategy"], line["figure"], line["label"]): line for line in lines}
    smote = report.strategies[1]
    assert smote.difference is not None
    line = found["smote", "mcc", ""]
    assert float(line["value"]) == round(smote.metrics["mcc"], 6)
    assert float(line["difference"]) == round(smote.difference["mcc"].mean, 6)
    assert line["outcome"] == smote.outcome("mcc").value
    assert float(found["smote", "precision", "b, c"]["value"]) == round(smote.precision["b, c"], 6)
    recall = smote.classes[0].recall
    assert recall.single is not None
    ends = [float(found["smote", "recall", "a"][name]) for name in ("low", "high")]
    assert ends == [round(end, 6) for end in recall.single]
    assert found["smote", "files", ""]["value"] == "18"
    by_chance = found["smote", "calibration_by_chance", ""]["value"]
    assert float(by_chance) == round(smote.calibration_by_chance or 0, 6) > 0


def test_a_difference_of_nothing_has_no_sign() -> None:
    report = compare(*clusters({"a": 30, "b": 12}, apart=1), strategies=["smote"], repeats=1)
    nothing = dict.fromkeys(METRICS, Difference(-1e-9, -4e-4, 3e-4, Outcome.SAME))
    smote = replace(report.strategies[1], difference=nothing)

    line = next(csv.DictReader(StringIO(to_csv(replace(report, strategies=(smote,))))))

    assert str(smote.difference["mcc"]) == "0.0 (0.0 to 0.0)"
    assert (line["difference"], line["difference_low"]) == ("0.000000", "-0.000400")


def test_the_headline_ends_with_the_price_per_class() -> None:
    report = compare(*clusters({"a": 60, "b": 9}, apart=0.8), strategies=["class_weights"])
    verdict = report.verdicts["balanced_accuracy"]

    assert verdict.price.startswith("It finds ")
    assert report.headline("balanced_accuracy").endswith(verdict.price)


def test_json_names_the_metric_the_head_and_each_outcome() -> None:
    report = compare(
        *clusters({"a": 30, "b": 12}, apart=1),
        strategies=["smote"],
        head="neighbours",
        metric="mcc",
        repeats=1,
        shows_leak=True,
    )

    plain = json.loads(json.dumps(report.to_json()))

    assert (plain["head"], plain["metric"], plain["is_held_out"]) == ("neighbours", "mcc", False)
    row = plain["strategies"][1]
    assert row["difference"]["mcc"]["outcome"] == str(report.strategies[1].outcome("mcc"))
    assert set(row["leaky"]) == set(METRICS)
    assert row["seconds"] > 0
    assert 0 < row["calibration_by_chance"] < 0.2
