"""What a key comes to: one edit each, as the file of the changes has it."""

import pytest
from drawn_sets import draw_dataset

from app.review.decisions import ELSEWHERE, Act, Decision, decide
from core.dataset import ImageDataset
from core.dataset.edits import Edits

Told = tuple[str, int, str]


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> ImageDataset:
    return draw_dataset(tmp_path_factory.mktemp("set") / "set", {"cat": 4, "dog": 2})


def after(taken: ImageDataset, *told: Told, edits: Edits = Edits()) -> tuple[Edits, str]:  # noqa: B008
    decisions = [
        Decision("tab", number, Act(act), row, value, "list")
        for number, (act, row, value) in enumerate(told)
    ]
    return decide(edits, decisions, taken, {"list": "blurred"})


def done(edits: Edits) -> list[tuple[str, str, list[int], str]]:
    return [(edit.what.value, edit.value, edit.rows.tolist(), edit.why) for edit in edits.done]


def test_each_decision_is_one_edit_with_its_why(taken: ImageDataset) -> None:
    edits, refused = after(taken, ("leave_out", 3, ""), ("label", 1, "dog"), ("keep", 2, ""))

    assert not refused
    assert done(edits) == [
        ("leave_out", "", [3], "blurred"),
        ("label", "dog", [1], "blurred"),
        ("reviewed", "", [2], "blurred"),
    ]


@pytest.mark.parametrize(
    ("before", "what", "value"),
    [
        (("leave_out", 1, ""), "restore", ""),
        (("label", 1, "dog"), "label", "cat"),
        (("keep", 0, ""), "reviewed", ""),
    ],
)
def test_to_keep_an_image_takes_back_what_was_decided_against_it(
    taken: ImageDataset, before: Told, what: str, value: str
) -> None:
    edits, _ = after(taken, before, ("keep", 1, ""))

    assert done(edits)[-1][:3] == (what, value, [1])


def test_what_is_so_already_is_no_edit(taken: ImageDataset) -> None:
    told = ("keep", 1, ""), ("keep", 1, ""), ("label", 2, "cat"), ("leave_out", 3, "")

    assert len(after(taken, *told, ("leave_out", 3, ""))[0]) == 2


def test_a_name_that_is_alike_is_the_class_that_there_is(taken: ImageDataset) -> None:
    edits, _ = after(taken, ("label", 0, " DOG"), ("label", 1, "Lynx"), ("label", 2, "lynx"))

    assert [edit.value for edit in edits.done] == ["dog", "Lynx", "Lynx"]


def test_undo_and_redo_go_back_and_forth(taken: ImageDataset) -> None:
    told = ("leave_out", 0, ""), ("leave_out", 1, ""), ("undo", 1, ""), ("undo", 0, "")

    assert after(taken, *told)[0].left_out_rows.tolist() == []
    assert after(taken, *told, ("redo", 0, ""))[0].left_out_rows.tolist() == [0]


def test_a_change_that_another_tab_has_made_meanwhile_is_not_undone(taken: ImageDataset) -> None:
    edits, refused = after(taken, ("undo", 0, ""), edits=Edits().leave_out([0]).leave_out([1]))

    assert refused == ELSEWHERE
    assert edits.left_out_rows.tolist() == [0, 1]


def test_what_is_refused_does_not_stop_the_rest(taken: ImageDataset) -> None:
    told = [("leave_out", row, "") for row in range(6)]

    edits, refused = after(taken, *told, ("label", 5, " "), ("label", 5, "cat"))

    assert "No training image" in refused
    assert edits.left_out_rows.tolist() == [0, 1, 2, 3, 4]
    assert done(edits)[-1][:3] == ("label", "cat", [5])


def test_an_image_that_is_not_there_is_refused(taken: ImageDataset) -> None:
    assert "There is no image 6" in after(taken, ("leave_out", 6, ""))[1]


@pytest.mark.parametrize(
    "told",
    [
        None, [], "l", {}, {"n": 1}, {"n": 1, "row": 0}, {"n": "1", "row": 0, "act": "keep"},
        {"n": 1, "row": -1, "act": "keep"}, {"n": -1, "row": 1, "act": "keep"},
        {"n": 1, "row": 0.5, "act": "keep"}, {"n": 1, "row": 0, "act": "drop"},
        {"n": 1, "row": 0, "act": ["keep"]}, {"n": 1, "row": 0, "act": "label", "value": 7},
        {"n": 1, "row": 0, "act": "label", "value": "x" * 1001}, {"n": 1, "row": 0, "act": {}},
        {"n": 1, "row": True, "act": "keep", "tab": []},
    ],
)  # fmt: skip
def test_what_the_browser_cannot_say_is_passed_over(told: object) -> None:
    assert Decision.read(told) is None
