"""Read a comparison again from what `EvaluationReport.to_json` has written."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core import records
from core.errors import SettingError
from core.evaluate.candidates import BASELINE
from core.evaluate.heads import HEADS
from core.evaluate.metrics import METRICS
from core.evaluate.report import BESIDE, FLOOR, TOLD, VERSION, EvaluationReport, StrategyResult

_LARGEST = 2**31  # rows


def read_report(data: object, where: str = "The comparison") -> EvaluationReport:
    """Return the report that JSON holds, in every value as it was.

    Raises:
        SettingError: it holds none, or one of another version.
    """
    report = records.read(EvaluationReport, _without_what_follows(data), where, VERSION)
    check_report(report, where)
    return report


def check_report(report: EvaluationReport, where: str) -> None:
    """Refuse a report whose parts are not of one comparison.

    Raises:
        SettingError: they are not; `where` names what holds it.
    """
    rows = report.strategies
    if len(rows) < 2 or (rows[0].name, rows[-1].name) != (BASELINE, FLOOR):
        raise SettingError(
            f"{where}: 'strategies' must begin with '{BASELINE}' and end with '{FLOOR}'."
        )
    if list(report.verdicts) != list(METRICS):
        raise SettingError(f"{where}: 'verdicts' must name the metrics in order.")
    if report.metric not in METRICS:
        raise SettingError(f"{where}: 'metric' is '{report.metric}', which there is not.")
    if report.head not in HEADS:
        raise SettingError(f"{where}: 'head' is '{report.head}', which there is not.")
    for number, row in enumerate(rows):
        place = f"{where}: 'strategies[{number}]"
        if row.name not in report.settings and row.name != FLOOR:
            raise SettingError(f"{place}.name' is '{row.name}', which 'settings' does not name.")
        _check_row(row, report.classes, place)
        _check_wrong(row.wrong, len(report.classes), report.repeats, place)


def _check_row(row: StrategyResult, classes: Sequence[str], place: str) -> None:
    if (row.difference is None) != (row.name in {BASELINE, FLOOR}):
        raise SettingError(f"{place}.difference' is null for '{BASELINE}' and '{FLOOR}' alone.")
    named: dict[str, tuple[Sequence[str], Mapping[str, object] | None]] = {
        "metrics": (list(METRICS), row.metrics),
        "difference": (list(METRICS), row.difference),
        "leaky": (list(METRICS), row.leaky),
        "recall": (classes, row.recall),
        "precision": (classes, row.precision),
    }
    for name, (wanted, found) in named.items():
        if found is not None and list(found) != list(wanted):
            of = "the metrics" if name in {"metrics", "difference", "leaky"} else "the classes"
            raise SettingError(f"{place}.{name}' must name {of} in order.")
    is_square = row.confusion.shape == (len(classes), len(classes))
    if not is_square or row.confusion.min(initial=0) < 0:
        raise SettingError(f"{place}.confusion' must have a count for each pair of classes.")


def _check_wrong(wrong: NDArray[np.intp], classes: int, repeats: int, place: str) -> None:
    is_table = wrong.ndim == 2 and wrong.shape[1] == 4
    if not is_table or (wrong < 0).any() or (wrong >= [_LARGEST, classes, classes, _LARGEST]).any():
        raise SettingError(f"{place}.wrong' must have a row, two classes and a count in each line.")
    if (wrong[:, 3] > repeats).any() or (wrong[:, 3] < 1).any():
        raise SettingError(f"{place}.wrong' counts from 1 to the {repeats:,} that were done.")


def _without_what_follows(data: object) -> object:
    """Return a report as the record has it: what follows from the rest is told, not read."""
    if not isinstance(data, Mapping):
        return data
    return {name: value for name, value in data.items() if name not in {*TOLD, *BESIDE}}
