"""Load asks before other images take the place of made work, whichever way they come."""

import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from drawn_sets import draw_folder
from opened_page import button, finish_jobs, open_view, text, visitor

from app.session.session import Session
from app.session.store import SavedSession, read_saved, reopen
from app.session.workspace import Workspace
from app.upload import loading
from app.upload.announcement import ARCHIVE
from app.upload.uploads import Arrival
from core.dataset.edits import Edits
from core.progress import silent


def with_folder(session: Session) -> Workspace:
    """Return the workspace of a visitor whose images lie in a folder of it."""
    workspace = visitor()
    loaded = replace(session, folder=workspace.new_folder("dataset"))
    workspace.put(workspace.session, loaded)
    return workspace


def start_sample(workspace: Workspace, place: Path) -> None:
    loading.start_source(workspace, "sample:digits", title="Handwritten digits")


def start_folder(workspace: Workspace, place: Path) -> None:
    folder = draw_folder(place / "digits", {"a": 4, "b": 2})
    loading.start_source(workspace, str(folder), title="digits")


def start_upload(workspace: Workspace, place: Path) -> None:
    folder = workspace.new_folder("dataset")
    source = draw_folder(place / "digits", {"a": 4, "b": 2})
    with zipfile.ZipFile(folder / "0.zip", "w") as archive:
        for path in source.rglob("*.png"):
            archive.write(path, path.relative_to(source))
    arrival = Arrival("digits.zip", ARCHIVE, folder, ["digits.zip"], ["0.zip"], [])
    loading.start_arrived(workspace, arrival)


WAYS = (start_sample, start_folder, start_upload)


@pytest.mark.parametrize("start", WAYS)
def test_nothing_made_is_replaced_without_a_question(
    smote_session: Session, tmp_path: Path, start: Callable[[Workspace, Path], None]
) -> None:
    workspace = with_folder(smote_session.put(edits=Edits().leave_out([0])))
    before = workspace.session.source

    start(workspace, tmp_path)
    finish_jobs(workspace)

    assert workspace.session.source is before
    page = open_view("load", workspace)
    assert page.title[0].value == "Load 'digits' in place of 'pets'?"
    assert "'pets' is set aside, with 1 label change" in text(page)
    button(page, "Keep ").click().run()
    assert workspace.session.source is before
    assert len(workspace.session.edits) == 1


@pytest.mark.parametrize("start", WAYS)
def test_what_was_replaced_can_be_had_back_with_its_work(
    smote_session: Session, tmp_path: Path, start: Callable[[Workspace, Path], None]
) -> None:
    workspace = with_folder(smote_session.put(edits=Edits().leave_out([0])))
    start(workspace, tmp_path)
    finish_jobs(workspace)
    page = open_view("load", workspace)

    button(page, "Load ").click().run()
    finish_jobs(workspace)

    page.run()
    assert "'digits' has " in text(page)
    assert "Back to 'pets'" in text(page)
    page.button(key="go_on_open").click().run()
    finish_jobs(workspace)
    assert workspace.session.source is not None and workspace.session.source.name == "pets"
    assert len(workspace.session.edits) == 1 and workspace.session.balanced is not None
    assert isinstance(workspace.saved, SavedSession) and workspace.saved.name == "digits"


@pytest.mark.parametrize("start", WAYS)
def test_where_nothing_was_made_nothing_is_asked(
    embedded_session: Session, tmp_path: Path, start: Callable[[Workspace, Path], None]
) -> None:
    workspace = with_folder(embedded_session)  # images are embedded again by themselves

    start(workspace, tmp_path)
    finish_jobs(workspace)

    assert workspace.session.source is not None and workspace.session.source.name == "digits"


def test_a_set_that_would_go_for_good_is_named(smote_session: Session, tmp_path: Path) -> None:
    workspace = with_folder(smote_session.put(edits=Edits().leave_out([0])))
    start_upload(workspace, tmp_path)
    finish_jobs(workspace)
    button(open_view("load", workspace), "Load ").click().run()
    finish_jobs(workspace)

    # Nothing was made of 'digits', but 'pets' would be deleted.
    start_sample(workspace, tmp_path)
    finish_jobs(workspace)

    said = text(open_view("load", workspace))
    assert "'digits' is set aside: you can go back to it." in said
    assert "'pets', set aside before, is deleted." in said


def test_another_subset_asks_before_changes_go(smote_session: Session) -> None:
    workspace = visitor(smote_session.put(edits=Edits().leave_out([0])))
    page = open_view("load", workspace)

    button(page, "Use 19 training images").click().run()

    assert workspace.session.take is None
    assert "Choosing another subset discards 1 label change" in text(page)
    button(page, "Use another subset anyway").click().run()
    assert workspace.session.take is not None and not workspace.session.edits


def test_labels_can_be_read_in_another_way_after_a_load(tmp_path: Path) -> None:
    workspace = visitor()
    start_folder(workspace, tmp_path)
    finish_jobs(workspace)
    folder = workspace.session.folder
    page = open_view("load", workspace)

    page.button(key="change_labels").click().run()
    assert page.title[0].value == "Which labels do they have?"
    button(page, "Load 6 images").click().run()
    finish_jobs(workspace)

    assert workspace.session.pending is None
    assert workspace.session.folder == folder and folder is not None and folder.is_dir()


@pytest.mark.parametrize("start", [start_folder, start_upload])
def test_labels_can_be_read_in_another_way_after_a_restart(
    tmp_path: Path, start: Callable[[Workspace, Path], None]
) -> None:
    workspace = visitor()
    start(workspace, tmp_path)
    finish_jobs(workspace)
    if workspace.session.pending is not None:
        button(open_view("load", workspace), "Load ").click().run()
        finish_jobs(workspace)
    saved = read_saved(workspace.folder)
    assert isinstance(saved, SavedSession)
    again = reopen(workspace.folder, saved, workspace.vectors_folder, silent)
    assert again.survey is None
    workspace.session = again
    page = open_view("load", workspace)

    page.button(key="change_labels").click().run()
    finish_jobs(workspace)
    page.run()

    assert not page.exception
    assert page.title[0].value == "Which labels do they have?"
    button(page, f"Load {len(again.dataset)} images").click().run()
    finish_jobs(workspace)
    assert workspace.session.pending is None
    assert workspace.session.source.table.equals(again.source.table)


def test_a_list_of_files_that_is_damaged_says_what_to_do(tmp_path: Path) -> None:
    workspace = visitor()
    start_folder(workspace, tmp_path)
    finish_jobs(workspace)
    folder = workspace.session.folder
    assert folder is not None
    workspace.session = replace(workspace.session, survey=None)
    (folder / "listing.json").write_text("{")

    loading.ask_again(workspace)
    finish_jobs(workspace)

    assert "Load the images again to change their labels." in workspace.message
