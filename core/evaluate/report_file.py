"""Read a comparison again from what `EvaluationReport.to_json` has written."""

from collections.abc import Mapping, Sequence

import numpy as np

from core.evaluate.head import Epoch
from core.evaluate.heads import HEADS
from core.evaluate.metrics import METRICS, Confusion
from core.evaluate.report import (
    BASELINE,
    FLOOR,
    Difference,
    EvaluationReport,
    MetricSummary,
    StrategyResult,
)

Facts = Mapping[str, object]

_LARGEST = 2**53  # whole numbers beyond are no exact floats


def read_report(data: object) -> EvaluationReport:
    """Return the report that JSON holds, in every value as it was.

    Raises:
        ValueError, TypeError, KeyError: it holds none, or one of another version.
    """
    facts = _facts(data)
    classes = tuple(_texts(facts["classes"]))
    rows = tuple(_read_row(_facts(row), classes) for row in _list(facts["strategies"]))
    if len(rows) < 2 or (rows[0].name, rows[-1].name) != (BASELINE, FLOOR):
        raise ValueError("the baseline is the first row, and the floor the last")
    settings = {str(name): _settings(values) for name, values in _facts(facts["settings"]).items()}
    if not {row.name for row in rows[:-1]} <= set(settings):
        raise ValueError("a row without settings")
    scored_on = facts["scored_on"]
    if scored_on not in {"test split", "folds"}:
        raise ValueError(f"scored on {scored_on!r}")
    return EvaluationReport(
        strategies=rows,
        classes=classes,
        metric=_one_of(METRICS, facts["metric"]),
        verdict=_text(facts["verdict"]),
        notes=tuple(_texts(facts["notes"])),
        folds=_whole(facts["folds"]),
        repeats=_whole(facts["repeats"]),
        images=_whole(facts["images"]),
        settings=settings,
        seed=_whole(facts["seed"]),
        encoder=_text(facts["encoder"]),
        head=_one_of(HEADS, facts["head"]),
        spread_share=_number(facts["spread_share"]),
        is_held_out=scored_on == "test split",
    )


def _read_row(facts: Facts, classes: Sequence[str]) -> StrategyResult:
    name = _text(facts["name"])
    metrics = {
        metric: MetricSummary(
            _number(one["mean"]),
            _number(one["low"]),
            _number(one["high"]),
            tuple(map(_number, _list(one["values"]))),
            tuple(map(_number, _list(one["gaps"]))),
        )
        for metric, one in _of_each(METRICS, facts["metrics"]).items()
    }
    difference = None
    if name != BASELINE:
        difference = {
            metric: Difference(_number(one["mean"]), _number(one["low"]), _number(one["high"]))
            for metric, one in _of_each(METRICS, facts["difference"]).items()
        }
    leaky = facts["resampled_before_split"]
    return StrategyResult(
        name,
        _text(facts["title"]),
        metrics,
        difference,
        _shares(classes, facts["recall"]),
        _shares(classes, facts["precision"]),
        _read_confusion(facts["confusion"], len(classes)),
        _number(facts["seconds_per_fold"]),
        _whole(facts["files"]),
        tuple(tuple(map(_read_epoch, _list(curve))) for curve in _list(facts["curves"])),
        None if leaky is None else _shares(METRICS, leaky),
    )


def _read_confusion(data: object, class_count: int) -> Confusion:
    # As one array: of 2,000 classes it has 4 million counts.
    confusion = np.array(_list(data))
    is_square = confusion.shape == (class_count, class_count)
    if not is_square or confusion.dtype.kind != "i" or confusion.min(initial=0) < 0:
        raise ValueError("no confusion of these classes")
    return confusion.astype(np.intp)


def _read_epoch(data: object) -> Epoch:
    facts = _facts(data)
    held_back = facts["held_back"]
    return Epoch(_number(facts["loss"]), None if held_back is None else _number(held_back))


def _shares(names: Sequence[str] | Mapping[str, object], data: object) -> dict[str, float]:
    facts = _facts(data)
    if list(facts) != list(names):
        raise ValueError("shares of other names")
    return {name: _number(share) for name, share in facts.items()}


def _of_each(names: Mapping[str, object], data: object) -> dict[str, Facts]:
    facts = _facts(data)
    if list(facts) != list(names):
        raise ValueError("figures of other names")
    return {name: _facts(value) for name, value in facts.items()}


def _settings(data: object) -> dict[str, float | str]:
    values: dict[str, float | str] = {}
    for name, value in _facts(data).items():
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise TypeError(f"no setting: {value!r}")
        values[name] = value
    return values


def _one_of(names: Mapping[str, object], value: object) -> str:
    text = _text(value)
    if text not in names:
        raise ValueError(f"there is no {text!r}")
    return text


def _facts(data: object) -> Facts:
    if not isinstance(data, Mapping):
        raise TypeError("a mapping")
    return data


def _list(data: object) -> list[object]:
    if not isinstance(data, list):
        raise TypeError("a list")
    return data


def _texts(data: object) -> list[str]:
    return [_text(value) for value in _list(data)]


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("a number")
    if isinstance(value, int) and abs(value) > _LARGEST:
        raise ValueError("too large a number")
    return float(value)


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("a whole number")
    if abs(value) > _LARGEST:
        raise ValueError("too large a number")
    return value
