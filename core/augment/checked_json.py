"""Read values out of JSON that a person may have written, and name what is wrong with them.

Each function raises SettingError, with `where` in its text, when the value is of another kind.
"""

import json
from collections.abc import Collection, Mapping

from core.errors import SettingError


def read_json(text: str, refusal: str) -> object:
    """Return what `text` says; `refusal` is told when it is no JSON."""
    try:
        return json.loads(text)
    # Thousands of nested brackets are more than the parser follows.
    except (ValueError, RecursionError) as error:
        raise SettingError(refusal) from error


def as_object(
    data: object, names: Collection[str], where: str, *, optional: Collection[str] = ()
) -> Mapping[str, object]:
    """Return an object that has all of `names`, some of `optional` and nothing else."""
    if not isinstance(data, Mapping):
        raise SettingError(f"{where}: found {data!r}; it must be an object with names and values.")
    known = {name: value for name, value in data.items() if name not in optional}
    check_names(known, names, where)
    return data


def check_names(found: Mapping[str, object], names: Collection[str], where: str) -> None:
    """Raise SettingError unless `found` has exactly these names."""
    wanted = f"It has {', '.join(names)}." if names else "It has none."
    for name in found:
        if name not in names:
            raise SettingError(f"{where}: '{name}' is unknown. {wanted}")
    for name in names:
        if name not in found:
            raise SettingError(f"{where}: '{name}' is missing. {wanted}")


def as_list(data: object, where: str) -> list[object]:
    """Return a list."""
    if not isinstance(data, list):
        raise SettingError(f"{where}: found {data!r}; it must be a list.")
    return data


def as_labels(data: object, where: str) -> list[str]:
    """Return a list of texts."""
    labels = as_list(data, where)
    for label in labels:
        if not isinstance(label, str):
            raise SettingError(f"{where} holds {label!r}; a label is a text.")
        # JSON can name half a character. No page shows it, and no class is called so.
        if any("\ud800" <= sign <= "\udfff" for sign in label):
            raise SettingError(f"{where} holds {label!r}, which is not text. Write it again.")
    return [str(label) for label in labels]


def as_ends(data: object, where: str) -> tuple[float, float]:
    """Return two numbers."""
    ends = as_list(data, where)
    if len(ends) != 2:
        raise SettingError(f"{where}: found {data!r}; it must be a list of two numbers.")
    return as_number(ends[0], where), as_number(ends[1], where)


def as_number(data: object, where: str) -> float:
    """Return a number of a size that a float holds."""
    # JSON's true is no number, though Python's True is one. A whole number may be too long for
    # a float, and is out of every range.
    if isinstance(data, bool) or not isinstance(data, int | float) or abs(data) > 1e300:
        raise SettingError(f"{where}: found {data!r}; it must be a number.")
    return data


def as_whole_number(data: object, where: str) -> int:
    """Return a whole number."""
    if isinstance(data, bool) or not isinstance(data, int):
        raise SettingError(f"{where}: found {data!r}; it must be a whole number.")
    return data
