"""A comparison that was written as JSON is read again in every value, or not at all."""

import json
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from comparisons import compare
from evaluate_sets import clusters
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import SettingError
from core.evaluate import (
    BASELINE,
    FLOOR,
    METRICS,
    Difference,
    Epoch,
    EvaluationReport,
    Outcome,
    StrategyResult,
)
from core.evaluate.answer import Verdict
from core.evaluate.inference import Effect
from core.evaluate.per_class import ClassFigures
from core.evaluate.report_file import read_report

SHARES = st.floats(0, 1)
ENDS = st.none() | SHARES
NAMES = [BASELINE, "smote@50%", "class_weights", FLOOR]

differences = st.builds(Difference, SHARES, ENDS, ENDS, st.sampled_from(list(Outcome)), ENDS)
effects = st.builds(Effect, SHARES, st.none() | st.tuples(SHARES, SHARES))


@st.composite
def reports(draw: st.DrawFn) -> EvaluationReport:
    """Return a report with every part that one may have."""
    classes = tuple(sorted(draw(st.sets(st.text(max_size=4), min_size=2, max_size=4))))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    curve = tuple(draw(st.lists(st.builds(Epoch, SHARES, SHARES | st.none()), max_size=3)))
    by_metric = dict(zip(METRICS, rng.random(len(METRICS)).tolist(), strict=True))
    rows = tuple(
        StrategyResult(
            name,
            draw(st.text()),
            by_metric,
            None if name in {BASELINE, FLOOR} else dict.fromkeys(METRICS, draw(differences)),
            tuple(
                ClassFigures(label, draw(st.integers(1, 9)), *(draw(effects) for _ in range(4)))
                for label in classes
            ),
            rng.integers(0, 9, (len(classes), len(classes))),
            rng.random(),
            draw(st.integers(-9, 9)),
            (curve, curve),
            draw(st.none() | st.just(by_metric)),
            draw(st.none() | st.floats(0, 1)),
            rng.integers([0, 0, 0, 1], [9, 2, 2, 3], (draw(st.integers(0, 3)), 4)),
        )
        for name in NAMES
    )
    return EvaluationReport(
        rows,
        classes,
        metric=draw(st.sampled_from(list(METRICS))),
        margin=draw(st.floats(0.001, 0.5)),
        verdicts={name: Verdict(*(draw(st.text()) for _ in range(4))) for name in METRICS},
        notes=tuple(draw(st.lists(st.text(), max_size=2))),
        folds=5,
        repeats=2,
        asked_repeats=10,
        images=100,
        settings={name: {"k_neighbors": 5, "kind": "x", "tau": 0.5} for name in NAMES[:-1]},
        seed=draw(st.integers(0, 2**31)),
        encoder=draw(st.text()),
        head=draw(st.sampled_from(["linear", "network"])),
        is_held_out=draw(st.booleans()),
        uses_policy=draw(st.booleans()),
    )


def through_a_file(report: EvaluationReport) -> EvaluationReport:
    return read_report(json.loads(json.dumps(report.to_json())))


@settings(max_examples=25)
@given(report=reports())
def test_what_is_read_is_what_was_written(report: EvaluationReport) -> None:
    again = through_a_file(report)

    for field in fields(EvaluationReport):
        if field.name != "strategies":
            assert getattr(again, field.name) == getattr(report, field.name), field.name
    for before, after in zip(report.strategies, again.strategies, strict=True):
        for field in fields(before):
            old, new = getattr(before, field.name), getattr(after, field.name)
            if field.name in {"confusion", "wrong"}:
                assert new.dtype == old.dtype
                np.testing.assert_array_equal(new, old)
            else:
                assert new == old, field.name


def test_a_comparison_reads_and_says_the_same(compared: EvaluationReport) -> None:
    again = through_a_file(compared)

    assert again.to_json() == compared.to_json()
    assert again.verdicts == compared.verdicts


@pytest.fixture(scope="module")
def compared() -> EvaluationReport:
    """Return a real comparison on folds."""
    return compare(*clusters({"a": 30, "b": 12}, apart=1), shows_leak=True, repeats=1)


def places(data: dict[str, Any] | list[Any], *before: str | int) -> Iterator[list[str | int]]:
    """Yield the way to each value inside `data`."""
    items = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in items:
        yield [*before, key]
        if isinstance(value, dict | list):
            yield from places(value, *before, key)


@given(data=st.data())
def test_what_is_damaged_is_refused_or_harmless(
    data: st.DataObject, compared: EvaluationReport
) -> None:
    plain = json.loads(json.dumps(compared.to_json()))
    *way, last = data.draw(st.sampled_from(list(places(plain))))
    inside = plain
    for key in way:
        inside = inside[key]
    junk = [None, True, -1, 10**400, 0.5, "x", [], {}, [[1]], {"x": 1}]
    inside[last] = data.draw(st.sampled_from(junk))

    try:
        again = read_report(plain)
    except SettingError:
        return
    json.dumps(again.to_json())
    assert list(again.verdicts) == list(METRICS)


@pytest.mark.parametrize("junk", [None, [], {}, "report", 3, {"classes": []}])
def test_what_is_no_report_is_refused(junk: object) -> None:
    with pytest.raises(SettingError, match=r"^The comparison"):
        read_report(junk)
