"""What a cell of labels says: one label, several of them, or none."""

import ast
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

# Label 7 is '7.0' in a table that pandas wrote where some image has no label; so is patient 7.
_WHOLE = re.compile(r"([+-]?\d+)\.0+")
_LIST = "["
_LONGEST_LIST = 10_000
# A bar or a semicolon mostly parts labels. A comma or a space may stand inside of one: there the
# parts have to be labels of other pictures, too.
_PARTING = "|;"
_PERHAPS_PARTING = ", "
_LEAST_KNOWN = 0.9
JOINED = " + "
_ONES = {"1", "1.0", "true", "True", "TRUE"}


@dataclass(frozen=True)
class CellForm:
    """How the cells of a label column are read."""

    separator: str = ""  # between several labels: one of '|;, ', '[' for a list, '' for none
    is_literal: bool = False  # '7.0' is not 7

    def labels(self, cell: str) -> tuple[str, ...]:
        """Return the labels that a cell says, each once, in its order."""
        if self.is_literal:
            return (cell,) if cell else ()
        if self.separator == _LIST:
            parts = _listed(cell)
        elif self.separator:
            parts = [part.strip() for part in cell.split(self.separator)]
        else:
            parts = [cell]
        return tuple(dict.fromkeys(whole(part) for part in parts if part))


NO_FORM = CellForm()
AS_IT_IS = CellForm(is_literal=True)


def whole(cell: str) -> str:
    """Return '7' for '7.0', and other cells as they are."""
    found = _WHOLE.fullmatch(cell)
    return found[1] if found else cell


def combined(labels: Sequence[str]) -> str:
    """Return the name of the class of all pictures that have these labels."""
    return JOINED.join(sorted(labels))


def find_form(cells: Sequence[str]) -> CellForm:
    """Return how a column is read, from a sample of its cells."""
    distinct = Counter(cell for cell in cells if cell)
    if not distinct:
        return NO_FORM
    lists = sum(count for cell, count in distinct.items() if cell.startswith(_LIST))
    if lists and lists == sum(1 * count for cell, count in distinct.items() if _is_list(cell)):
        return CellForm(_LIST)
    for separator in _PARTING:
        form = CellForm(separator)
        several = [cell for cell in distinct if len(form.labels(cell)) > 1]
        if several and _shares_parts(distinct, several, form, is_strict=False):
            return form
    for separator in _PERHAPS_PARTING:
        form = CellForm(separator)
        several = [cell for cell in distinct if len(form.labels(cell)) > 1]
        if several and _shares_parts(distinct, several, form, is_strict=True):
            return form
    return NO_FORM


def ones(cells: Sequence[str], classes: Sequence[str]) -> tuple[str, ...]:
    """Return the classes whose columns hold a 1."""
    return tuple(name for name, cell in zip(classes, cells, strict=False) if cell in _ONES)


def _shares_parts(
    distinct: Counter[str], several: Sequence[str], form: CellForm, *, is_strict: bool
) -> bool:
    """Return whether the parts of such cells are labels elsewhere, too."""
    alone = set(distinct) - set(several)
    parts = Counter(part for cell in several for part in form.labels(cell))
    if not is_strict:
        # A bar between words is enough, unless each part is seen once: '3|17' of a measure.
        known = sum(part in alone or count > 1 for part, count in parts.items())
        return known > 0 or form.separator == "|"
    fits = sum(
        distinct[cell]
        for cell in several
        if all(
            part in alone or (form.separator == "," and parts[part] > 1)
            for part in form.labels(cell)
        )
    )
    return fits >= _LEAST_KNOWN * sum(distinct[cell] for cell in several)


def _is_list(cell: str) -> bool:
    return cell.startswith(_LIST) and cell.endswith("]")


def _listed(cell: str) -> list[str]:
    """Return the items of a list as JSON and Python write it; else the cell itself."""
    if not _is_list(cell) or len(cell) > _LONGEST_LIST:
        return [cell]
    try:
        items = ast.literal_eval(cell)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        items = None
    if not isinstance(items, list) or not all(
        isinstance(item, str | int | float) for item in items
    ):
        return [cell]
    return [str(item).strip() for item in items]
