"""The world that a model is for: how often each class comes there, and what a decision costs."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import SettingError
from core.evaluate.predictions import Predictions
from core.words import named


@dataclass(frozen=True, eq=False)
class World:
    """What is expected outside: classes in other shares, and decisions that cost.

    Raises:
        SettingError: shares below 0 or without a sum, or costs that are no numbers for each pair.
    """

    classes: tuple[str, ...]  # (C,) those that are scored
    shares: NDArray[np.float64]  # (C,) sum to 1
    costs: NDArray[np.float64]  # (C, C) of a decision (column) on an image of a class (row)

    def __post_init__(self) -> None:
        count = len(self.classes)
        is_told = np.isfinite(self.shares).all() and (self.shares >= 0).all()
        if self.shares.shape != (count,) or not is_told or not self.shares.sum() > 0:
            raise SettingError("Shares must be 0 or more for each class, and one above 0.")
        if self.costs.shape != (count, count) or not np.isfinite(self.costs).all():
            raise SettingError("Costs must be numbers for each pair of classes.")
        object.__setattr__(self, "shares", self.shares / self.shares.sum())

    @property
    def counts_errors(self) -> bool:
        """Return whether each wrong decision costs 1 and each right one nothing."""
        return bool((self.costs == 1 - np.eye(len(self.classes))).all())


def make_world(
    classes: Sequence[str],
    counts: Sequence[int] | NDArray[np.intp],
    *,
    shares: Mapping[str, float] | None = None,
    costs: Mapping[str, Mapping[str, float]] | None = None,
) -> World:
    """Return the world of some shares and costs.

    Args:
        classes: (C,) those that are scored.
        counts: (C,) images of each: what is not said of shares is as it is among them.
        shares: Class -> share; where some classes are named, shares are of 1 and the others divide
            what is left. None: as among the images.
        costs: Class -> decision -> cost; None: 1 for each wrong decision.

    Raises:
        SettingError: a class that is not scored, or numbers that are no shares or costs.
    """
    table = 1 - np.eye(len(classes))
    if costs is not None:
        check_names(classes, [*costs, *(name for row in costs.values() for name in row)], "Costs")
        missing = [one for one in classes if set(costs.get(one, {})) != set(classes)]
        if missing:
            raise SettingError(f"Costs are missing for {named(missing)}: a row and a column each.")
        table = np.array([[costs[one][other] for other in classes] for one in classes], float)
    return World(tuple(classes), _all_shares(classes, np.asarray(counts, float), shares), table)


def count_images(predictions: Predictions) -> NDArray[np.intp]:
    """Return (C,) scored images of each class."""
    return np.bincount(predictions.actual, minlength=len(predictions.classes))


def check_names(
    classes: Sequence[str], names: Sequence[str] | Mapping[str, float], of: str
) -> None:
    """Refuse a name that is no class; `of` says what names it.

    Raises:
        SettingError: there is one.
    """
    for name in names:
        if name not in classes:
            raise SettingError(
                f"{of} name '{name}', which is not scored. The classes are: {', '.join(classes)}."
            )


def parse_shares(text: str) -> dict[str, float]:
    """Return class -> share of 'crack=5%,good=0.9', or of a file with a class and a share a line.

    Raises:
        SettingError: neither.
    """
    path = Path(text)
    if "=" not in text and path.is_file():
        rows = [row for row in _rows(_content(path)) if row]
        pairs = [(row[0].strip(), row[-1].strip()) for row in rows]
        if pairs and not _is_number(pairs[0][1]):
            pairs = pairs[1:]  # a header
    else:
        pairs = [
            (name.strip(), value.strip())
            for name, _, value in (piece.rpartition("=") for piece in text.split(","))
        ]
    for name, value in pairs:
        if not name or not _is_number(value):
            raise SettingError(
                f"'{name}={value}' is no share. Write CLASS=SHARE,CLASS=SHARE, as crack=5%, or "
                "name a CSV file with a class and a share on each line."
            )
    if not pairs:
        raise SettingError(f"There are no shares in '{text}'.")
    return {name: _number(value) for name, value in pairs}


def read_costs(path: Path) -> dict[str, dict[str, float]]:
    """Return class -> decision -> cost, of a CSV file.

    Raises:
        SettingError: it cannot be read, or a cell is no number.
    """
    return parse_costs(_content(path), f"'{path.name}'")


def parse_costs(text: str, where: str = "The table") -> dict[str, dict[str, float]]:
    """Return class -> decision -> cost: decisions in the first line, then a line for each class.

    Raises:
        SettingError: a cell is no number.
    """
    rows = [row for row in _rows(text) if any(cell.strip() for cell in row)]
    if len(rows) < 2:
        raise SettingError(
            f"{where} holds no costs. Name the decisions in the first line, then write a line for "
            "each class."
        )
    decisions = [cell.strip() for cell in rows[0][1:]]
    costs: dict[str, dict[str, float]] = {}
    for row in rows[1:]:
        label, cells = row[0].strip(), [cell.strip() for cell in row[1:]]
        if len(cells) != len(decisions) or not all(map(_is_plain_number, cells)):
            raise SettingError(f"{where}: the line of '{label}' needs a number for each decision.")
        costs[label] = dict(zip(decisions, map(float, cells), strict=True))
    return costs


def _all_shares(
    classes: Sequence[str], counts: NDArray[np.float64], shares: Mapping[str, float] | None
) -> NDArray[np.float64]:
    if shares is None:
        return counts
    check_names(classes, shares, "Shares")
    found = np.array([shares.get(one, np.nan) for one in classes], float)
    is_open = np.isnan(found)
    left = 1 - found[~is_open].sum()
    if is_open.any() and left < 0:
        raise SettingError(
            f"The shares that are named come to {1 - left:.0%}, and nothing is left for "
            f"{named([one for one, is_so in zip(classes, is_open, strict=True) if is_so])}."
        )
    rest = counts * is_open
    return np.where(is_open, left * rest / max(rest.sum(), 1), found)


def _content(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"'{path}' cannot be read as text: {error}.") from error


def _rows(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text)))


def _is_number(text: str) -> bool:
    return _is_plain_number(text.removesuffix("%"))


def _is_plain_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False


def _number(text: str) -> float:
    return float(text[:-1]) / 100 if text.endswith("%") else float(text)
