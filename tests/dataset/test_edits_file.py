"""Edits in a file find their images again, whatever the rows are."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_edits import changes, drawn_table

from core.dataset import ImageDataset
from core.dataset.edits import Edits
from core.dataset.edits_file import (
    NamedEdit,
    edits_text,
    find_edits,
    missing_text,
    name_edits,
    parse_edits,
    read_edits,
)
from core.errors import SettingError


def through_a_file(edits: Edits, dataset: ImageDataset) -> tuple[NamedEdit, ...]:
    return parse_edits(edits_text(name_edits(edits.done, dataset)), "edits.json")


def described(edits: Edits) -> list[tuple[str, str, list[int]]]:
    return [(edit.what, edit.value, edit.rows.tolist()) for edit in edits.done]


@settings(max_examples=40)
@given(st.lists(changes, max_size=6))
def test_edits_are_read_as_they_were_written(steps: list[Callable[[Edits], Edits]]) -> None:
    dataset, edits = drawn_table(), Edits()
    for step in steps:
        edits = step(edits)

    again, missing = find_edits(through_a_file(edits, dataset), dataset)

    assert described(again) == described(edits)
    assert missing == ()


def test_edits_find_their_images_under_other_row_numbers() -> None:
    dataset = drawn_table()
    named = through_a_file(Edits().leave_out([4, 7]).relabel([8], "fox"), dataset)
    part = replace(dataset, table=dataset.table.iloc[[0, 4, 5, 8]].reset_index(drop=True))

    edits, missing = find_edits(named, part)

    assert described(edits) == [("leave_out", "", [1]), ("label", "fox", [3])]
    assert [image.path for image in missing] == ["train/dog/7.png"]


def test_an_image_with_another_content_is_another_image() -> None:
    dataset = drawn_table()
    named = through_a_file(Edits().leave_out([4]), dataset)
    table = dataset.table.assign(digest=["0"] * 9)

    edits, missing = find_edits(named, replace(dataset, table=table))

    assert len(edits) == 0
    assert missing_text(missing, dataset) == (
        "1 image of the edits is not in 'pets', or not with the same content: 'train/cat/4.png'. "
        "Their edits are ignored."
    )


def test_a_path_with_bytes_that_are_no_text_goes_through_a_file() -> None:
    named = name_edits(Edits().leave_out([0]).done, drawn_table())
    odd = replace(named[0], images=(replace(named[0].images[0], path="a\udcff.png"),))

    assert parse_edits(edits_text([odd]).encode(), "edits.json") == (odd,)


def changed(**values: object) -> str:
    """Return a file of one edit with other values in it."""
    data = json.loads(edits_text(name_edits(Edits().leave_out([0]).done, drawn_table())))
    data["edits"][0].update(values)
    return json.dumps(data)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", r"'edits.json' is an empty list; it must be an object"),
        ('{"version": 2, "edits": []}', "written in version 2 .* newer .* reads version 1"),
        ('{"version": 1, "edits": 3}', "'edits' is 3; it must be a list"),
        ('{"version": 1, "edits": [3]}', r"'edits\[0\]' is 3; it must be an object"),
        (changed(what="burn"), "is \"burn\"; it must be one of 'leave_out'"),
        (changed(images=[{"path": "a"}]), r"'edits\[0\].images\[0\].digest' is missing"),
        (changed(images=3), r"'edits\[0\].images' is 3"),
        (changed(what="label", value=" "), "is no label"),
        (changed(what="split", value="dev"), "no split 'dev'"),
    ],
)
def test_what_holds_no_edits_is_told(content: str | bytes, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        parse_edits(content, "edits.json")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="There is no file of edits"):
        read_edits(tmp_path / "nothere.json")
