"""Records in files: frozen dataclasses to JSON and back, and what is wrong with a file in words.

`to_json` gives the plain values of a record, `read` the record of plain values; `to_text` and
`read_text` are the same for a whole file, which also says which version of its format it has and
which Evenset has written it. The dataclass says all that a file must hold: its names, their kinds,
and in `__post_init__` what is in range. A file may leave out what has a default there, and holds
nothing that the dataclass does not name.
"""

import json
import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from core import __version__
from core.errors import SettingError

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import SchemaSerializer, SchemaValidator

Record = TypeVar("Record")

_LARGEST = 2**63 - 1
_LONGEST_SHOWN = 60  # signs of a wrong value
_LONGEST_TOLD = 400  # of a sentence that a dataclass has
_MAY_HOLD_BYTES = "holds bytes"


class _AnyBytes:
    """Marks a text that may hold lone surrogates: bytes of a file name that are no text."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: "GetCoreSchemaHandler"
    ) -> Mapping[str, Any]:
        """Return the schema of a text that is not looked into."""
        return {"type": "str", "metadata": {_MAY_HOLD_BYTES: True}}


class _WholeNumbers:
    """Marks an array of whole numbers, in a file a list of lists."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: "GetCoreSchemaHandler"
    ) -> Mapping[str, Any]:
        """Return the schema of such an array; of many classes it has millions of numbers."""
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            _read_array,
            serialization=core_schema.plain_serializer_function_ser_schema(np.ndarray.tolist),
        )


class OtherVersionError(SettingError):
    """A file was written in another version of its format."""


class _AnyNumber:
    """Marks a number that may be none, where something ran away; a file has null for it."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: "GetCoreSchemaHandler"
    ) -> Mapping[str, Any]:
        """Return the schema of such a number."""
        from pydantic_core import core_schema

        inside = core_schema.nullable_schema(core_schema.float_schema())
        return core_schema.no_info_after_validator_function(
            lambda number: math.nan if number is None else number,
            inside,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda number: number if math.isfinite(number) else None
            ),
        )


FileName = Annotated[str, _AnyBytes()]  # and what may have its name from a file
AnyNumber = Annotated[float, _AnyNumber()]
WholeNumbers = Annotated[NDArray[np.intp], _WholeNumbers()]


@dataclass(frozen=True)
class _Envelope:
    """What stands in a file before its record."""

    version: int
    evenset: str = ""


_NAMES = [field.name for field in fields(_Envelope)]


def to_json(record: object, version: int | None = None) -> dict[str, Any]:
    """Return a record as plain values: names, lists, texts and numbers, sets in order.

    What has a version says it first, and which Evenset has written it.
    """
    plain: dict[str, Any] = _serializer(cast(Hashable, type(record))).to_python(record, mode="json")
    return plain if version is None else {"version": version, "evenset": __version__, **plain}


def to_text(record: object, version: int, *, is_compact: bool = False) -> str:
    """Return the content of a file, which `read_text` reads."""
    return as_text(to_json(record, version), is_compact=is_compact)


def as_text(data: object, *, is_compact: bool = False) -> str:
    """Return plain values as JSON; bytes of file names that are no text as JSON's escapes."""
    indent, marks = (None, (",", ":")) if is_compact else (2, None)
    text = json.dumps(data, indent=indent, separators=marks, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode("utf-8", "backslashreplace").decode()


def parse(content: bytes | str, where: str) -> object:
    """Return the plain values of JSON, in UTF-8.

    Raises:
        SettingError: it is none; `where` names it, as 'The recipe 'a.json''.
    """
    try:
        text = content if isinstance(content, str) else content.decode("utf-8-sig")
        return json.loads(text, parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise SettingError(f"{where} is not JSON: it is not text in UTF-8.") from error
    except RecursionError as error:
        raise SettingError(f"{where} is not JSON: its lists lie too deep.") from error
    except ValueError as error:
        raise SettingError(f"{where} is not JSON, or was cut off.") from error


def read(kind: type[Record], data: object, where: str, version: int | None = None) -> Record:
    """Return the record that `to_json` described.

    Raises:
        SettingError: a value is missing, unknown, of another kind or out of range, or all was
            written in another version; `where` names what holds it, as 'The recipe 'a.json''.
    """
    from pydantic_core import ValidationError

    if version is not None:
        data = _without_envelope(data, where, version)
    try:
        found: Record = _validator(cast(Hashable, kind)).validate_python(data)
    except SettingError as error:  # of the dataclass itself
        raise SettingError(f"{where}: {_cut(str(error))}") from error
    except ValidationError as error:
        faults = error.errors(include_url=False)
        raise SettingError(f"{where}{_told(faults)}") from None
    return found


def read_text(kind: type[Record], content: bytes | str, where: str, version: int) -> Record:
    """Return the record of a file that `to_text` has made; see `parse` and `read`."""
    return read(kind, parse(content, where), where, version)


def read_file(path: Path, what: str, *, remedy: str = "Check the path.") -> bytes:
    """Return the content of a file that a person has named; `what` is the word for it.

    `remedy` is what to do where it is not there.

    Raises:
        SettingError: it is missing, or cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise SettingError(f"There is no {what} '{path}'. {remedy}") from error
    except (OSError, ValueError) as error:  # ValueError: a path that no system has
        reason = getattr(error, "strerror", None) or "it is no path"
        raise SettingError(
            f"The {what} '{path}' cannot be read ({reason}). Choose another file."
        ) from error


def _without_envelope(data: object, where: str, version: int) -> object:
    if not isinstance(data, Mapping):
        return data
    rest = dict(data)
    found = read(_Envelope, {name: rest.pop(name) for name in _NAMES if name in rest}, where)
    if found.version != version:
        # First of all: another version has other names.
        by = f" by Evenset {found.evenset}" if found.evenset else ""
        age = "an older" if found.version < version else "a newer"
        raise OtherVersionError(
            f"{where} was written{by} in version {found.version} of its format, {age} one; this "
            f"Evenset reads version {version}."
        )
    return rest


@cache
def _validator(kind: Hashable) -> "SchemaValidator":
    from pydantic_core import SchemaValidator

    return SchemaValidator(_schema(kind))


@cache
def _serializer(kind: Hashable) -> "SchemaSerializer":
    from pydantic_core import SchemaSerializer

    return SchemaSerializer(_schema(kind))


@cache
def _schema(kind: Any) -> Any:  # noqa: ANN401
    # Loaded when the first record is read or written: it takes a tenth of a second.
    from pydantic import TypeAdapter

    return _strict(TypeAdapter(kind).core_schema)


def _strict(schema: Any) -> Any:  # noqa: ANN401
    """Return a schema under which a number is a number, and nothing else is there.

    pydantic's own strict mode wants tuples and sets where JSON has lists, and its reader of JSON
    refuses what a file name may hold; so its schema is made strict where JSON can be wrong.
    """
    if isinstance(schema, list):
        return [_strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {
        name: part if name in {"metadata", "serialization"} else _strict(part)
        for name, part in schema.items()
    }
    stricter = _STRICTER.get(str(schema.get("type")))
    return changed | stricter(changed) if stricter else changed


def _strict_text(schema: Mapping[str, Any]) -> dict[str, Any]:
    if _MAY_HOLD_BYTES in schema.get("metadata", {}):
        return {"strict": True}
    from pydantic_core import core_schema

    inside = core_schema.str_schema(strict=True)
    return dict(core_schema.no_info_after_validator_function(_check_text, inside))


def _strict_number(_: Mapping[str, Any]) -> dict[str, Any]:
    # A whole number stays one, so that what is written again is the same text.
    from pydantic_core import core_schema

    choices = [_WHOLE, core_schema.float_schema(strict=True, allow_inf_nan=False)]
    return {"type": "union", "choices": choices, **_union_told("a number")}


def _strict_union(schema: Mapping[str, Any]) -> dict[str, Any]:
    if "custom_error_type" in schema:
        return {}
    wanted = [_kind_of(choice) for choice in schema["choices"]]
    return _union_told(f"{', '.join(wanted[:-1])} or {wanted[-1]}")


def _union_told(wanted: str) -> dict[str, Any]:
    return {"custom_error_type": _UNION, "custom_error_message": wanted}


def _strict_set(_: Mapping[str, Any]) -> dict[str, Any]:
    from pydantic_core import core_schema

    ordered = core_schema.plain_serializer_function_ser_schema(sorted)
    return {"serialization": ordered}


_UNION = "union_of_kinds"
_WHOLE = {"type": "int", "strict": True, "ge": -_LARGEST, "le": _LARGEST}
_STRICTER: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "int": lambda _: dict(_WHOLE),
    "float": _strict_number,
    "bool": lambda _: {"strict": True},
    "str": _strict_text,
    "union": _strict_union,
    "frozenset": _strict_set,
    "dataclass-args": lambda _: {"extra_behavior": "forbid"},
}

_OBJECT = "an object with names and values"
_WANTED = {
    "dataclass_type": _OBJECT,
    "dict_type": _OBJECT,
    "mapping_type": _OBJECT,
    "tuple_type": "a list",
    "list_type": "a list",
    "frozen_set_type": "a list",
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "greater_than_equal": "a whole number of 18 digits at most",
    "less_than_equal": "a whole number of 18 digits at most",
    "bool_type": "true or false",
}


def _kind_of(schema: Mapping[str, Any]) -> str:
    kinds = {"int": "a whole number", "str": "text", "bool": "true or false", "dict": _OBJECT}
    inside = schema.get("schema", {})
    if schema["type"] == "function-after":
        return _kind_of(inside)
    return kinds.get(schema["type"], "a number")


def _read_array(data: object) -> NDArray[np.intp]:
    if isinstance(data, np.ndarray):
        return data
    if data == []:
        return np.empty((0, 0), np.intp)
    try:
        array = np.array(data if isinstance(data, list) else None)
    except (ValueError, OverflowError, RecursionError):
        array = np.empty(0)
    if array.dtype.kind != "i":
        raise ValueError("rows of whole numbers, all of one length")
    return array.astype(np.intp)


def _check_text(text: str) -> str:
    # JSON can name half a character. No page shows it, and nothing is called so.
    if not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("text that can be shown")
    return text


def _told(faults: Sequence[Mapping[str, Any]]) -> str:
    """Return the rest of a sentence for the fault that says most, and ends it."""
    unknown = [fault for fault in faults if fault["type"] == "unexpected_keyword_argument"]
    if not unknown:
        return _one_told(faults[0])
    # A name that was misspelt is one that is unknown and one that is missing.
    (*before, _) = unknown[0]["loc"]
    missing = [
        _place(fault["loc"])
        for fault in faults
        if fault["type"] == "missing" and list(fault["loc"][:-1]) == before
    ]
    text = f": '{_place(unknown[0]['loc'])}' is unknown"
    return f"{text}, and '{missing[0]}' is missing." if missing else f"{text}. Take it out."


def _one_told(fault: Mapping[str, Any]) -> str:
    kind, way = fault["type"], list(fault["loc"])
    context = fault.get("ctx", {})
    if kind == "missing" and isinstance(way[-1], int):  # of a list of so many
        return f": '{_place(way[:-1])}' has too few values."
    if kind == "missing":
        return f": '{_place(way)}' is missing."
    if way and way[-1] == "[key]":
        return f": a name in '{_place(way[:-2])}' is {_shown(fault['input'])}, which is not text."
    if kind == "too_long":
        wanted = f"a list of {context['max_length']} values"
    elif kind in {"enum", "literal_error"}:
        wanted = f"one of {context['expected']}"
    elif kind == "value_error":  # of a function here
        wanted = str(context["error"])
    elif kind == _UNION:
        wanted = fault["msg"]
    else:
        wanted = _WANTED.get(kind, "another value")
    subject = f": '{_place(way)}' is" if way else " is"
    return f"{subject} {_shown(fault['input'])}; it must be {wanted}."


def _place(way: Sequence[str | int]) -> str:
    """Return the way to a value: 'steps[0].values.degrees'."""
    text = ""
    for part in way:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    text = text.removeprefix(".")
    return text if len(text) <= 2 * _LONGEST_SHOWN else f"...{text[-2 * _LONGEST_SHOWN :]}"


def _shown(value: object) -> str:
    """Return a wrong value as a sentence names it, in JSON's words."""
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple):
        return "an empty list" if not value else "a list"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _LARGEST:
        return "a number of many digits"
    if isinstance(value, str) and len(value) > _LONGEST_SHOWN:
        value = value[:_LONGEST_SHOWN] + "..."
    return json.dumps(value, ensure_ascii=not str(value).isprintable())


def _cut(sentence: str) -> str:
    """Return a sentence without its middle where a name in it is very long."""
    if len(sentence) <= _LONGEST_TOLD:
        return sentence
    return f"{sentence[: _LONGEST_TOLD // 2]} ... {sentence[-_LONGEST_TOLD // 2 :]}"


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")
