"""Balance adapts the encoder, keeps it with the work, and nothing judges labels by it."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from drawn_sets import draw_folder, loaded
from image_sets import read_folder
from opened_page import finish_jobs, open_view, text, visitor
from streamlit.testing.v1 import AppTest

from app.session.session import Session
from app.session.store import SavedSession, read_saved, reopen, save_session
from app.session.workspace import Workspace
from app.session.workspaces import WORKSPACES
from core.dataset.edits import Edits
from core.embed import DEFAULT_ENCODER, find_encoder
from core.progress import silent

pytestmark = pytest.mark.long


@pytest.fixture(scope="module", autouse=True)
def _own_computer() -> Iterator[None]:
    """Serve the person at this computer: folders are for nobody else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WORKSPACES, "settings", replace(WORKSPACES.settings, host="127.0.0.1"))
        yield


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return the work of a visitor who has adapted the encoder on Balance."""
    folder = tmp_path_factory.mktemp("adapting") / "pets"
    dataset = read_folder(draw_folder(folder, {"cat": 9, "dog": 6}))
    workspace = visitor(loaded(dataset))
    page = choose(workspace)
    press(page, "Embed 15 images only")
    finish_jobs(workspace)
    assert workspace.message == ""
    return workspace


def choose(workspace: Workspace) -> AppTest:
    """Open Balance and choose the adapted encoder."""
    page = open_view("balance", workspace)
    page.selectbox(key="encoder").set_value("adapted").run()
    assert not page.exception
    return page


def press(page: AppTest, label: str) -> None:
    """Press the button that says so."""
    (button,) = [one for one in page.button if one.label == label]
    button.click().run()
    assert not page.exception


def test_the_encoder_lies_in_the_workspace(workspace: Workspace) -> None:
    session = workspace.session

    assert session.embeddings is not None and session.dataset is not None
    assert session.embeddings.base == DEFAULT_ENCODER
    place = workspace.encoders_folder / session.dataset.digest
    assert find_encoder(session.embeddings.encoder).name == str(place)


def test_other_images_are_embedded_with_another_encoder(workspace: Workspace) -> None:
    assert workspace.session.encoder == DEFAULT_ENCODER


def test_the_page_names_it(workspace: Workspace) -> None:
    page = open_view("balance", workspace)

    assert "Embedded with: Adapted to your images" in text(page)


def test_a_change_of_labels_drops_what_its_encoder_had_learned(workspace: Workspace) -> None:
    session = workspace.session
    assert session.embeddings is not None
    relabel = Edits().relabel(np.array([0]), "dog")

    assert session.put(edits=relabel).embeddings is None
    plain = session.put(embeddings=replace(session.embeddings, base=None))
    assert plain.put(edits=relabel).embeddings is not None


def test_the_time_is_said_before(workspace: Workspace) -> None:
    before = Session().put(source=workspace.session.source)

    page = choose(visitor(before))

    assert "The encoder first learns from 15 training images" in text(page)


def test_risks_are_judged_by_the_base_and_the_page_says_so(workspace: Workspace) -> None:
    page = open_view("balance", workspace, strategy="smote", balance_tab="risks")

    page.button(key="look_for_risks").click().run()
    finish_jobs(workspace)
    page.run()

    assert workspace.session.difficulty is not None
    assert "not by the adapted one, which has learned the labels" in text(page)


def test_evaluate_offers_no_lesson_of_leaks_and_opens(workspace: Workspace) -> None:
    page = open_view("evaluate", workspace)

    assert not page.exception
    assert not any("Lesson" in box.label for box in page.checkbox)


def test_work_that_is_opened_again_has_its_encoder(workspace: Workspace) -> None:
    session = workspace.session
    assert session.embeddings is not None and session.dataset is not None
    place = workspace.folder
    folder = place / "dataset_1"
    session = session.put(folder=folder).put(**kept(session))
    save_session(place, session)
    saved = read_saved(place)
    assert isinstance(saved, SavedSession)

    opened = reopen(place, saved, workspace.vectors_folder, silent)

    assert opened.embeddings is not None
    assert opened.embeddings.base == DEFAULT_ENCODER
    assert opened.encoder == DEFAULT_ENCODER


def kept(session: Session) -> dict[str, object]:
    """Return the vectors and maps of a session."""
    return {"embeddings": session.embeddings, "projections": session.projections}
