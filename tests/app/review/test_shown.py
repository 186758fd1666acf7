"""Lists as the browser is told of them, and what tabs send: each decision counts once."""

import json

import numpy as np
import pytest
from drawn_sets import loaded
from opened_page import visitor
from starlette.applications import Starlette
from test_server import get

from app.review.board import hear
from app.review.findings import start_review
from app.review.routes import REVIEW_PATH, REVIEW_ROUTES
from app.review.shown import KEYS, ReviewList, Reviews
from app.session.session import Session
from app.session.workspace import Workspace
from core.audit import Finding, Severity
from core.dataset import ImageDataset
from core.dataset.edits import Edits

APP = Starlette(routes=REVIEW_ROUTES)


def sent(workspace: Workspace, tab: str, *told: tuple[int, str, int]) -> None:
    """Send what a tab has decided: number, what, row."""
    decisions = [{"tab": tab, "n": n, "act": act, "row": row} for n, act, row in told]
    hear(workspace, {"of": workspace.session.taken.digest, "decisions": decisions})


def test_what_is_sent_again_counts_once(dataset: ImageDataset) -> None:
    workspace = visitor(loaded(dataset))

    sent(workspace, "a", (0, "leave_out", 1), (1, "leave_out", 2))
    sent(workspace, "a", (0, "leave_out", 1), (1, "leave_out", 2), (2, "undo", 2))
    sent(workspace, "a", (1, "leave_out", 2), (2, "undo", 2))

    assert workspace.session.edits.left_out_rows.tolist() == [1]
    assert workspace.of(Reviews).heard()["a"] == [2, -1, ""]


def test_two_tabs_are_both_heard(dataset: ImageDataset) -> None:
    workspace = visitor(loaded(dataset))

    for number in range(4):
        sent(workspace, "a", (number, "leave_out", number))
        sent(workspace, "b", (number, "leave_out", number + 6))

    assert workspace.session.edits.left_out_rows.tolist() == [0, 1, 2, 3, 6, 7, 8, 9]


def test_why_a_decision_was_refused_is_told_to_its_tab(dataset: ImageDataset) -> None:
    workspace = visitor(loaded(dataset))

    sent(workspace, "a", (0, "undo", 3))

    number, refused, why = workspace.of(Reviews).heard()["a"]
    assert (number, refused) == (0, 0)
    assert why.startswith("The last change was made elsewhere")


def test_decisions_about_other_images_do_not_count(
    dataset: ImageDataset, split_dataset: ImageDataset
) -> None:
    workspace = visitor(loaded(dataset))

    decision = {"tab": "a", "n": 0, "act": "leave_out", "row": 1}
    hear(workspace, {"of": split_dataset.digest, "decisions": [decision]})

    assert not workspace.session.edits
    assert workspace.of(Reviews).heard()["a"][2].startswith("Other images were loaded")


def test_a_queue_stays_in_its_order_until_other_images_are_loaded(
    dataset: ImageDataset, split_dataset: ImageDataset
) -> None:
    workspace = visitor(loaded(dataset))
    shown = ReviewList(dataset, np.array([7, 2, 5]), "suspects", "blurred")

    start_review(workspace, shown)
    sent(workspace, "a", (0, "leave_out", 2))

    reviews, session = workspace.of(Reviews), workspace.session
    assert reviews.queue_of(session.taken).shown.rows.tolist() == [7, 2, 5]
    assert session.edits.review_rows.tolist() == [5, 7]
    assert session.edits.done[0].why == "blurred"
    assert reviews.queue_of(split_dataset) is None


def test_up_to_nine_classes_have_one_key_each(dataset: ImageDataset) -> None:
    told = ReviewList(dataset, np.arange(3), suggested=["dog", "", "rare"]).to_json("token")

    assert [image["keys"] for image in told["images"]] == [["cat", "dog", "rare"]] * 3
    assert [image["suggested"] for image in told["images"]] == ["dog", "", "rare"]


def test_of_more_classes_the_suggested_one_has_the_first_key(dataset: ImageDataset) -> None:
    more = (*dataset.classes, *(f"class {number:02}" for number in range(20)))
    suggested = ["class 07", "class 09", "class 09", "rare"]

    told = ReviewList(dataset, np.arange(4), classes=more, suggested=suggested).to_json("token")

    keys = [image["keys"] for image in told["images"]]
    assert keys[0][:4] == ["class 07", "class 09", "rare", "dog"]
    assert keys[1][:4] == ["class 09", "class 07", "rare", "dog"]
    assert all(len(one) == KEYS and "cat" not in one for one in keys)


def test_a_list_is_sent_to_the_owner_of_the_token_alone(embedded_session: Session) -> None:
    workspace, other = visitor(embedded_session), visitor(embedded_session)
    shown = ReviewList(embedded_session.taken, np.array([4, 1]), notes=["0.2", "0.3"])
    workspace.of(Reviews).keep(shown)

    answer = get(APP, f"{REVIEW_PATH}/{workspace.route_token}/{shown.key}/images.json")

    images = json.loads(answer.body)["images"]
    assert [(image["row"], image["note"]) for image in images] == [(4, "0.2"), (1, "0.3")]
    assert images[0]["large"].startswith(f"/evenset/picture/{workspace.route_token}/4.jpg")
    assert answer.header("x-content-type-options") == "nosniff"
    for address in (
        f"{other.route_token}/{shown.key}/images.json",
        f"nobody/{shown.key}/images.json",
        f"{workspace.route_token}/another/images.json",
        f"{workspace.route_token}/{shown.key}/near-2.json",
    ):
        assert get(APP, f"{REVIEW_PATH}/{address}").status == 404


def test_the_nearest_images_are_of_its_label_and_of_the_suggested_one(
    embedded_session: Session,
) -> None:
    workspace = visitor(embedded_session.put(edits=Edits().leave_out([0])))
    shown = ReviewList(embedded_session.taken, np.array([1]), suggested=["dog"])
    workspace.of(Reviews).keep(shown)

    answer = get(APP, f"{REVIEW_PATH}/{workspace.route_token}/{shown.key}/near-0.json")

    own, other = json.loads(answer.body)
    assert (own["title"], other["title"]) == ("Nearest of 'cat'", "Nearest of 'dog'")
    assert {image["label"] for image in own["images"]} == {"cat"}
    assert {image["label"] for image in other["images"]} == {"dog"}
    paths = [image["path"] for image in own["images"]]
    assert embedded_session.taken.path(1) not in paths  # itself
    assert embedded_session.taken.path(0) not in paths  # left out


def test_without_vectors_nothing_is_near(dataset: ImageDataset) -> None:
    workspace = visitor(loaded(dataset))
    shown = ReviewList(dataset, np.array([1]))
    workspace.of(Reviews).keep(shown)

    answer = get(APP, f"{REVIEW_PATH}/{workspace.route_token}/{shown.key}/near-0.json")

    assert json.loads(answer.body) == []


@pytest.mark.parametrize("told", [{}, {"of": 1, "decisions": "x"}, {"decisions": [None, 1, {}]}])
def test_what_is_no_message_changes_nothing(dataset: ImageDataset, told: dict[str, object]) -> None:
    workspace = visitor(loaded(dataset))

    hear(workspace, told)

    assert not workspace.session.edits


def test_a_label_that_looks_likelier_is_said_below_its_picture(dataset: ImageDataset) -> None:
    code = dataset.classes.index("dog")
    finding = Finding(
        "label_errors", Severity.LOW, np.array([3, 1]), "Two look wrong.", "Look at them.",
        scores=np.array([3.5e-8, 0.002]), suggested=np.array([code, code]), check="label_errors",
    )  # fmt: skip

    shown = ReviewList.of_finding(finding, dataset, dataset)

    assert [image["note"] for image in shown.to_json("token")["images"]] == ["looks like 'dog'"] * 2


def test_what_a_check_has_measured_is_said_in_its_unit(dataset: ImageDataset) -> None:
    finding = Finding(
        "blurred", Severity.LOW, np.array([3, 1]), "Two are blurred.", "Look at them.",
        scores=np.array([2.118, 1.5]), check="blurred",
    )  # fmt: skip

    assert ReviewList.of_finding(finding, dataset, dataset).notes == ["2.12 px", "1.5 px"]
