"""Every record that stands in a file: it comes back exactly, and hostile JSON is one sentence."""

import json
import random
import subprocess
import sys
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.session.kept_report import KeptReport
from app.session.store import SavedSession
from core import records
from core.augment import PRESETS, AugmentPolicy, make_step
from core.dataset import Choices, Decided, Take
from core.dataset.edits import Change
from core.dataset.edits_file import NamedEdit, NamedEdits, NamedImage
from core.dataset.proposal import Proposal
from core.dataset.store import Facts
from core.embed.store import StoredMeta
from core.errors import SettingError
from core.evaluate import METRICS, Difference, Epoch, EvaluationReport, Outcome
from core.evaluate.answer import Verdict
from core.evaluate.inference import Effect
from core.evaluate.per_class import ClassFigures
from core.evaluate.report import StrategyResult
from core.export import Recipe
from core.pictures.decoding import Decoding

THIRD = 1 / 3  # no short decimal
NOT_TEXT = "a/\udcff.png"  # a file name with a byte that is no text

POLICY = AugmentPolicy(
    (
        make_step("rotate", {"degrees": (-7.5, 3)}, probability=THIRD),
        make_step("horizontal_flip", except_labels=["ñ", "b"], swapped_labels=[("left", "right")]),
    ),
    seed=42,
    pick=1,
    border="wrap",
)
EDITS = (
    NamedEdit(Change.LABEL, "猫", (NamedImage(NOT_TEXT, "12"), NamedImage("b.png", "13"))),
    NamedEdit(Change.REVIEW, "", (NamedImage("c.png", "14"),)),
)
RECIPE = Recipe(
    source="parts \udcfe",
    dataset_digest="abc",
    choices=Choices("labels.csv", label_column="dx", decisions={"a": "b"}, white_level=4095),
    take=Take({"猫": 4, "*": None}, order="random", seed=3),
    strategy="smote",
    target={"猫": 9},
    settings={"k_neighbors": 7, "tau": THIRD, "bases": "even"},
    most_per_image=12,
    encoder="classical",
    policy=POLICY,
    seed=9,
    edits=EDITS,
)
DIFFERENCE = {
    metric: Difference(THIRD, -0.0, 5e-324, Outcome.UNCLEAR, 0.25) for metric in METRICS
} | {"g_mean": Difference(THIRD, None, None, Outcome.SAME)}
VERDICT = Verdict("It helps.", "", "", "A bit.")
CLASSES = tuple(
    ClassFigures(label, 3, Effect(THIRD, (0.25, 1.0)), Effect(1.0), Effect(-0.0), Effect(0.0))
    for label in "ab"
)
ROWS = tuple(
    StrategyResult(
        name,
        name.title(),
        dict.fromkeys(METRICS, THIRD),
        None if name == "none" else DIFFERENCE,
        CLASSES,
        np.array([[3, 1], [0, 2]], np.intp),
        curves=((Epoch(2.5, None), Epoch(THIRD, 0.5)),),
        leaky=dict.fromkeys(METRICS, 0.75),
    )
    for name in ("none", "smote", "largest_class")
)
REPORT = EvaluationReport(
    ROWS, ("a", "b"), "mcc", 0.01, dict.fromkeys(METRICS, VERDICT), ("A note.",), 2, 1, 10, 6,
    {"none": {}, "smote": {"k_neighbors": 5}}, 0, "classical", "linear", uses_policy=True,
)  # fmt: skip

RECORDS: dict[str, object] = {
    "policy": POLICY,
    "preset": PRESETS["strong"] if "strong" in PRESETS else PRESETS["standard"],
    "edits": NamedEdits(EDITS),
    "recipe": RECIPE,
    "session": SavedSession(
        1.7e9 + THIRD, "dataset_1", 19, 3, RECIPE, True, "cpu", True, False, True
    ),
    "index": Facts(
        name="set", root=NOT_TEXT, images=2, skipped=0, as_bytes=("path",),
        categories={"label": ("a", "b")}, take=None, choices=Choices(),
        decided=(Decided("missing", 2, "2 rows.", "leave out", (NOT_TEXT,)),),
        reading=f"Labels: {NOT_TEXT}, column 'a' (2 labels, all 2 pictures).",
        proposal=Proposal(7, 2, 2, 3, highest=4000, usual=900), decoding=Decoding("grey", 4095),
    ),
    "meta": StoredMeta("a", "1", 3, "cpu", "set", "abc", 5, "0.1.0"),
    "report": REPORT,
    "kept report": KeptReport("abc", "def", None, POLICY, REPORT),
}  # fmt: skip
NAMES = list(RECORDS)


def same(one: Any, other: Any) -> bool:  # noqa: ANN401
    """Return whether two records are the same in every value and kind, arrays included."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return bool(np.array_equal(one, other)) and one.dtype == other.dtype
    if isinstance(one, float):
        return one.hex() == other.hex()
    if isinstance(one, Mapping):
        return list(one) == list(other) and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if hasattr(one, "__dataclass_fields__"):
        return all(same(getattr(one, f.name), getattr(other, f.name)) for f in fields(one))
    return bool(one == other)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("is_compact", [True, False])
def test_a_record_comes_back_exactly(name: str, is_compact: bool) -> None:
    record = RECORDS[name]

    text = records.to_text(record, 3, is_compact=is_compact)
    again = records.read_text(type(record), text.encode(), "It", 3)

    assert same(again, record)
    assert records.to_text(again, 3, is_compact=is_compact) == text


JUNK = [
    None, True, False, -1, 0, 10**400, -(10**30), 0.5, 1e300, float("inf"), float("nan"), "", "x",
    "3", "\ud800", "x" * 9_999, [], {}, [[1]], {"x": 1}, [None], {"\udcff": []}, [[[[]]] * 3],
]  # fmt: skip


def spoil(data: Any, rng: random.Random) -> None:  # noqa: ANN401
    """Change one place of plain values: another kind, something missing, more, or twice."""
    places: list[tuple[Any, Any]] = []

    def collect(value: Any) -> None:  # noqa: ANN401
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inside in items:
            places.append((value, key))
            if isinstance(inside, dict | list):
                collect(inside)

    collect(data)
    holder, key = rng.choice(places)
    match rng.randrange(5):
        case 0:
            holder[key] = deepcopy(rng.choice(JUNK))
        case 1:
            del holder[key]
        case 2 if isinstance(holder, dict):
            holder[rng.choice(["x", "", "\udcff", "version", "name" * 99])] = deepcopy(
                rng.choice(JUNK)
            )
        case 3 if isinstance(holder, list):
            holder.extend([holder[key], deepcopy(rng.choice(JUNK))])
        case _:
            inside: Any = deepcopy(rng.choice(JUNK))
            for _ in range(rng.choice([3, 200])):
                inside = [inside] if rng.random() < 0.5 else {"x": inside}
            holder[key] = inside


def check_refusal(error: SettingError) -> None:
    """Check that a refusal is one sentence of ours, which names what it is about."""
    text = str(error)
    assert text.startswith("The thing")
    assert text.endswith(".")
    assert len(text) < 600
    text.encode()  # what a page and a terminal can show
    for foreign in ("pydantic", "http", "Input should", "Traceback", "type="):
        assert foreign not in text


@pytest.mark.parametrize("name", NAMES)
@given(seed=st.integers(0, 2**32), times=st.integers(1, 3))
def test_spoiled_values_are_a_record_or_a_sentence(name: str, seed: int, times: int) -> None:
    kind, rng = type(RECORDS[name]), random.Random(seed)
    data = json.loads(records.to_text(RECORDS[name], 3))
    for _ in range(times):
        if data:
            spoil(data, rng)

    try:
        found = records.read(kind, data, "The thing", 3)
    except SettingError as error:
        check_refusal(error)
        return
    assert same(records.read(kind, records.to_json(found), "Again"), found)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_spoiled_bytes_are_a_record_or_a_sentence(name: str, data: st.DataObject) -> None:
    kind = type(RECORDS[name])
    whole = records.to_text(RECORDS[name], 3).encode()
    place = data.draw(st.integers(0, len(whole)))
    put = data.draw(st.binary(max_size=6) | st.sampled_from([b"[" * 9_999, b"NaN", b"1e999"]))
    end = data.draw(st.sampled_from([place, place + len(put), len(whole)]))

    try:
        records.read_text(kind, whole[:place] + put + whole[end:], "The thing", 3)
    except SettingError as error:
        check_refusal(error)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "latin-1", "cp500"])
def test_another_encoding_is_told(encoding: str) -> None:
    content = '{"version": 3, "edits": [], "é": 1}'.encode(encoding)

    with pytest.raises(SettingError, match=r"^The thing is not JSON: it is not text in UTF-8\."):
        records.read_text(NamedEdits, content, "The thing", 3)


def test_a_mark_of_utf_8_is_passed_over() -> None:
    content = b"\xef\xbb\xbf" + records.to_text(NamedEdits(EDITS), 3).encode()

    assert records.read_text(NamedEdits, content, "The thing", 3).edits == EDITS


@dataclass(frozen=True)
class Toy:
    """One of each kind."""

    whole: int
    number: float
    text: str
    claim: bool
    ends: tuple[float, float]


GOOD: dict[str, object] = {
    "whole": 1, "number": 2.5, "text": "a", "claim": True, "ends": [0, 1.5],
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"whole": True}, "'whole' is true; it must be a whole number."),
        ({"whole": "3"}, "'whole' is \"3\"; it must be a whole number."),
        ({"whole": 3.0}, "'whole' is 3.0; it must be a whole number."),
        ({"whole": 10**400}, "'whole' is a number of many digits; it must be a whole number of"),
        ({"number": False}, "'number' is false; it must be a number."),
        ({"number": "3"}, "'number' is \"3\"; it must be a number."),
        ({"number": float("nan")}, "'number' is NaN; it must be a number."),
        ({"number": 10**400}, "'number' is a number of many digits; it must be a number."),
        ({"text": 3}, "'text' is 3; it must be text."),
        ({"text": "\ud800"}, "'text' is \"\\ud800\"; it must be text that can be shown."),
        ({"claim": 1}, "'claim' is 1; it must be true or false."),
        ({"claim": "true"}, "'claim' is \"true\"; it must be true or false."),
        ({"ends": [1]}, "'ends' has too few values."),
        ({"ends": [1, 2, 3]}, "'ends' is a list; it must be a list of 2 values."),
        ({"ends": "ab"}, "'ends' is \"ab\"; it must be a list."),
        ({"more": 1}, "'more' is unknown."),
    ],
)
def test_a_value_of_another_kind_is_named(change: dict[str, object], sentence: str) -> None:
    with pytest.raises(SettingError) as refused:
        records.read(Toy, {**GOOD, **change}, "The thing")

    assert str(refused.value).startswith(f"The thing: {sentence}")


def test_a_misspelt_name_is_told_with_the_one_that_is_missing() -> None:
    data = {"txet" if name == "text" else name: value for name, value in GOOD.items()}

    with pytest.raises(SettingError, match="'txet' is unknown, and 'text' is missing"):
        records.read(Toy, data, "The thing")


def test_whole_numbers_stay_whole_where_any_number_may_stand() -> None:
    found = records.read(Toy, GOOD, "The thing")

    assert json.dumps(records.to_json(found)) == json.dumps(GOOD)


@pytest.mark.parametrize(("found", "age"), [(2, "an older one"), (4, "a newer one")])
def test_another_version_is_told_before_its_other_names(found: int, age: str) -> None:
    data = {"version": found, "evenset": "0.0.7", "no": "name"}

    with pytest.raises(records.OtherVersionError) as refused:
        records.read(Toy, data, "The thing", 3)

    assert str(refused.value) == (
        f"The thing was written by Evenset 0.0.7 in version {found} of its format, {age}; this "
        "Evenset reads version 3."
    )


def test_importing_all_that_has_records_loads_no_pydantic() -> None:
    """It takes a tenth of a second: only who reads or writes a record waits for it."""

    program = "import sys, app.cli, core.export; print('pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.stdout.strip() == "False"
