"""What a person changes in the labels: every page goes by it, and Audit shows it and undoes it."""

import re
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from drawn_sets import HOSTILE, draw_dataset, loaded
from opened_page import WAIT_SECONDS, button, finish_jobs, html, markdown, open_view, text, visitor
from streamlit.testing.v1 import AppTest

from app.review.shown import Reviews
from app.session.session import Session
from app.session.workspace import Workspace
from core.audit import Check, Finding, Severity, checks
from core.dataset import ImageDataset
from core.dataset.edits import Change, Edit, Edits
from core.dataset.edits_file import edits_text, name_edits
from core.dataset.finding import Remedy
from core.resample import Made, TrainingSide, resample

VIEWS = ("load", "audit", "augment", "balance", "evaluate", "export")


def changed(session: Session, edits: Edits) -> Workspace:
    """Return a visitor who has made `edits` of 12 'cat' (0 to 11), 6 'dog', 1 'rare' (18)."""
    return visitor(session.put(edits=edits))


def sentences(page: AppTest) -> list[str]:
    """Return the list of changes as it is shown."""
    lists = [line for line in text(page).split("\n") if line.startswith("- ")]
    return [line.removeprefix("- ") for line in lists]


@pytest.mark.long
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(
    "edits",
    [
        Edits().leave_out([18]).relabel([0], "new").review([1]),
        Edits().leave_out([0, 1]).undo(),
        Edits().move(range(6), "test").leave_out(range(12, 18)),
    ],
    ids=["class left out", "undone", "split made"],
)
def test_every_page_opens_after_edits(view: str, edits: Edits, smote_session: Session) -> None:
    assert not open_view(view, changed(smote_session, edits), notes=True).exception


@pytest.mark.parametrize("choice", ["number", "share", "by_class"])
def test_every_target_can_be_chosen_when_a_class_is_left_out(
    embedded_session: Session, choice: str
) -> None:
    workspace = changed(embedded_session, Edits().leave_out([18]))

    key = "target_largest"
    page = open_view("balance", workspace, strategy="smote", **{key: choice})

    assert not page.exception
    assert page.selectbox(key=key).value == choice


@pytest.mark.parametrize("name", HOSTILE)
def test_names_in_the_changes_are_shown_and_never_obeyed(
    hostile_session: Session, name: str
) -> None:
    page = open_view("audit", changed(hostile_session, Edits().relabel([0], name).review([1, 2])))

    assert not page.exception
    assert [line for line in markdown(page) if name in line] == []
    assert [body for body in html(page) if "<img src=x" in body] == []


def test_without_changes_there_is_no_section(dataset: ImageDataset) -> None:
    page = open_view("audit", visitor(loaded(dataset)))

    assert "Your changes" not in [header.value for header in page.subheader]


def test_the_audit_goes_by_the_changes(dataset: ImageDataset) -> None:
    page = open_view("audit", changed(loaded(dataset), Edits().leave_out([0, 1, 18])))

    assert sentences(page) == ["3 images left out"]
    assert re.search(r"Images\s+16\s", text(page))
    assert re.search(r"Classes\s+2\s", text(page))


def test_undo_names_the_last_change_and_takes_it_back(dataset: ImageDataset) -> None:
    workspace = changed(loaded(dataset), Edits().leave_out([0]).relabel([12], "cat"))
    page = open_view("audit", workspace, other_findings=True)

    button(page, "Undo: 1 image relabelled to").click().run()

    assert sentences(page) == ["1 image left out"]
    assert workspace.session.dataset.counts()["dog"] == 6
    button(page, "Redo: 1 image relabelled to").click().run()
    assert workspace.session.dataset.counts()["dog"] == 5


def test_undoing_all_gives_the_images_back(dataset: ImageDataset) -> None:
    workspace = changed(loaded(dataset), Edits().leave_out([0]).review([3]))
    page = open_view("audit", workspace, other_findings=True)

    button(page, "Undo all").click().run()

    assert not page.exception
    assert workspace.session.dataset is dataset
    assert "No changes." in text(page)


def test_the_images_of_a_finding_are_looked_at_one_by_one(dataset: ImageDataset) -> None:
    workspace = visitor(loaded(dataset))
    page = open_view("audit", workspace, other_findings=True)

    first = workspace.session.audit.findings[0]
    page.button(key=f"finding_{first.id}_review").click().run()

    assert not page.exception
    rows = workspace.session.edits.review_rows.tolist()
    assert rows == first.rows.tolist()
    assert workspace.of(Reviews).queue.shown.rows.tolist() == rows
    assert page.button(key="review_close")


def test_a_queue_that_is_closed_waits_on_the_review_list(dataset: ImageDataset) -> None:
    workspace = changed(loaded(dataset), Edits().review([3, 1, 2]))
    page = open_view("audit", workspace, other_findings=True)

    button(page, "Review 3 images on your list").click().run()
    assert workspace.of(Reviews).queue.shown.rows.tolist() == [1, 2, 3]
    assert not [one for one in page.button if one.key == "review_list"]
    page.button(key="review_close").click().run()

    assert not page.exception
    assert button(page, "Review 3 images on your list")


def test_a_remedy_is_one_click_and_can_be_undone(
    dataset: ImageDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit = Edit(np.array([2, 3]), Change.LEAVE_OUT, why="dark")
    finding = Finding(
        "dark", Severity.LOW, np.array([3, 2]), "2 images are dark.", "Look at them.",
        remedies=(Remedy("Leave out 2 images", (edit,)),),
    )  # fmt: skip
    monkeypatch.setitem(checks.CHECKS, "dark", Check("dark", "Dark", "", lambda _: [finding]))
    workspace = visitor(loaded(dataset))
    page = open_view("audit", workspace, other_findings=True)

    button(page, "Leave out 2 images").click().run()

    assert not page.exception
    assert workspace.session.edits.left_out_rows.tolist() == [2, 3]
    assert workspace.session.edits.last.why == "dark"
    button(page, "Undo: 2 images left out").click().run()
    assert workspace.session.edits.left_out_rows.tolist() == []


def test_a_whole_list_is_decided_at_once(dataset: ImageDataset) -> None:
    workspace = changed(loaded(dataset), Edits().review(range(8)))
    page = open_view("audit", workspace, other_findings=True)

    button(page, "Leave out all 8").click().run()

    assert workspace.session.dataset.counts() == {"cat": 4, "dog": 6, "rare": 1}
    assert workspace.session.edits.review_rows.tolist() == []


def test_changes_of_a_file_are_applied_and_can_be_undone(dataset: ImageDataset) -> None:
    named = name_edits(Edits().leave_out([1, 2]).done, dataset)
    workspace = changed(loaded(dataset), Edits().leave_out([0]))
    page = open_view("load", workspace)

    page.file_uploader(key="edits_0").upload("edits.json", edits_text(named).encode()).run()

    assert not page.exception
    assert workspace.session.edits.left_out_rows.tolist() == [0, 1, 2]
    assert workspace.session.edits.undo().left_out_rows.tolist() == [0]
    assert workspace.message == "1 change from 'edits.json' applied; see Audit."


def test_a_file_of_changes_that_are_there_already_changes_nothing(dataset: ImageDataset) -> None:
    edits = Edits().leave_out([0]).relabel([12], "cat")
    workspace = changed(loaded(dataset), edits)
    before, named = workspace.session, name_edits(edits.done, dataset)
    page = open_view("load", workspace)

    page.file_uploader(key="edits_0").upload("edits.json", edits_text(named).encode()).run()

    assert workspace.session.edits is before.edits
    assert workspace.session.dataset is before.dataset
    assert workspace.message == "All changes from 'edits.json' are there already."


def test_images_of_a_file_of_changes_that_are_not_there_are_named(
    dataset: ImageDataset, split_dataset: ImageDataset
) -> None:
    named = name_edits(Edits().leave_out([1]).done, split_dataset)
    workspace = visitor(loaded(dataset))
    page = open_view("load", workspace)

    page.file_uploader(key="edits_0").upload("edits.json", edits_text(named).encode()).run()

    assert "'test/cat/01.png'" in workspace.message
    assert not workspace.session.edits


def test_a_file_that_holds_no_changes_is_refused_once(dataset: ImageDataset) -> None:
    page = open_view("load", visitor(loaded(dataset)))

    page.file_uploader(key="edits_0").upload("edits.json", b"nothing").run()
    assert len(page.exception) == 1
    page.run()

    assert not page.exception


def test_embedding_goes_on_through_a_change(tmp_path: Path) -> None:
    dataset = draw_dataset(tmp_path / "set", {"cat": 6, "dog": 4})
    workspace = changed(loaded(dataset), Edits().leave_out([0]))
    page = open_view("balance", workspace, encoder="classical", strategy="smote")
    button(page, "Embed 10 images only").click().run()
    session = workspace.session

    workspace.put(session, session.put(edits=Edits().leave_out([1])))
    finish_jobs(workspace)

    assert workspace.session.embeddings is not None
    assert len(workspace.session.embeddings) == 10


def test_points_of_labels_that_changed_meanwhile_are_dropped_with_a_word(
    embedded_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_changed = Event()

    def late(side: TrainingSide) -> Made:
        assert has_changed.wait(WAIT_SECONDS)
        return resample(side)

    monkeypatch.setattr("app.pages.balance.page.resample", late)
    workspace = visitor(embedded_session)
    page = open_view("balance", workspace, strategy="smote")
    button(page, "Make ").click().run()

    session = workspace.session
    workspace.put(session, session.put(edits=Edits().leave_out([0])))
    has_changed.set()
    finish_jobs(workspace)

    assert workspace.session.balanced is None
    assert "was stopped because what it works on has changed" in workspace.message


def test_an_export_holds_the_changes(dataset: ImageDataset) -> None:
    workspace = changed(loaded(dataset), Edits().leave_out([0]).relabel([12], "cat"))
    page = open_view("export", workspace)
    assert "left_out.json" in text(page)

    button(page, "Write ").click().run()
    finish_jobs(workspace)
    page.run()

    report = workspace.session.exported
    assert (report.relabelled, report.left_out) == (1, 1)
    assert "With your changes: 1 image relabelled, 1 image left out." in text(page)
