"""The offer on Load to go on with what an earlier server has kept, and who may come in."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from drawn_sets import HOSTILE, draw_dataset, embedded, loaded, smote_made
from opened_page import WAIT_SECONDS, finish_jobs, text
from streamlit.testing.v1 import AppTest

from app.pages.load.resume import _day
from app.session.embedding import as_values
from app.session.workspace import Workspace
from app.session.workspaces import WORKSPACES
from app.settings import ServerSettings

MAIN = Path(__file__).parents[3] / "app" / "main.py"


@pytest.fixture(autouse=True)
def _server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run a server of its own for each test, which the next start can follow."""
    WORKSPACES.close()
    settings = ServerSettings(host="127.0.0.1", root=tmp_path / "root")
    monkeypatch.setattr(WORKSPACES, "settings", settings)
    yield
    WORKSPACES.close()


@pytest.fixture
def kept(tmp_path: Path) -> Workspace:
    """Return the workspace of a visitor who is back after a restart; 19 pets with points."""
    workspace = WORKSPACES.of_visitor(None)
    folder = workspace.new_folder("dataset")
    dataset = draw_dataset(folder / "pets", {"cat": 12, "dog": 6, "rare": 1})
    session = replace(loaded(dataset), folder=folder)
    session = smote_made(
        session.put(**as_values(embedded(dataset, workspace.folder / "embeddings")))
    )
    workspace.put(workspace.session, session)
    WORKSPACES.close()
    return WORKSPACES.of_visitor(workspace.token)


def open_app(workspace: Workspace) -> AppTest:
    page = AppTest.from_file(str(MAIN), default_timeout=WAIT_SECONDS)
    page.session_state["workspace_token"] = workspace.token
    page.run()
    assert not page.exception
    return page


def test_what_was_kept_is_offered_in_one_line(kept: Workspace) -> None:
    page = open_app(kept)

    assert "**Resume 'pets'** (19 images in 3 classes, today)" in text(page)
    assert "With the embedding and the strategy and its result." in text(page)


def test_going_on_opens_it_with_all_that_was_made(kept: Workspace) -> None:
    page = open_app(kept)

    page.button(key="go_on_open").click().run()
    finish_jobs(kept)
    page.run()

    assert not page.exception
    assert "'pets' has 19 images in 3 classes" in text(page)
    assert "Resume" not in text(page)
    assert kept.session.embeddings is not None
    assert kept.session.balanced is not None and kept.session.balanced.synthetic is not None


def test_deleting_takes_the_offer_away(kept: Workspace) -> None:
    page = open_app(kept)

    page.button(key="go_on_delete").click().run()

    assert not page.exception
    assert "Resume" not in text(page)
    assert kept.saved is None


def test_a_refusal_is_a_sentence_and_the_offer_stays(kept: Workspace) -> None:
    assert kept.saved is not None
    for picture in (kept.folder / kept.saved.folder).rglob("*.png"):
        picture.unlink()
    page = open_app(kept)

    page.button(key="go_on_open").click().run()
    finish_jobs(kept)
    page.run()

    assert not page.exception
    assert "19 of 19 files of 'pets' that were checked are not there any more." in text(page)
    assert "Resume" in text(page)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_shown_letter_by_letter(kept: Workspace, name: str) -> None:
    assert kept.saved is not None
    kept.saved = replace(kept.saved, recipe=replace(kept.saved.recipe, source=name))

    page = open_app(kept)

    assert f"Resume '{name}'" in text(page)
    assert not any(f"with '{name}'" in element.value for element in page.markdown)


def test_where_nothing_was_kept_nothing_is_offered() -> None:
    page = open_app(WORKSPACES.of_visitor(None))

    assert "Resume" not in text(page)


@pytest.mark.parametrize(
    ("then", "words"),
    [
        (date(2026, 3, 1), "today"),
        (date(2026, 3, 2), "today"),  # a clock that was set back
        (date(2026, 2, 28), "yesterday"),
        (date(2026, 2, 26), "3 days ago"),
    ],
)
def test_the_day_is_said_as_people_say_it(then: date, words: str) -> None:
    assert _day(then, datetime(2026, 3, 1, 12).date()) == words


def test_a_visitor_too_many_reads_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WORKSPACES, "settings", replace(WORKSPACES.settings, workspaces=1))
    WORKSPACES.of_visitor(None).new_folder("dataset")

    page = AppTest.from_file(str(MAIN), default_timeout=WAIT_SECONDS).run()

    assert not page.exception
    assert "Evenset is full: it serves 1 visitor at a time." in text(page)


def test_work_of_another_version_is_said_and_stays_until_it_is_deleted(kept: Workspace) -> None:
    place = kept.folder / "session.json"
    before = sorted(path.name for path in kept.folder.iterdir())
    facts = json.loads(place.read_text())
    place.write_text(json.dumps({"version": 2, "saved_at": facts["saved_at"], "plan": {}}))
    WORKSPACES.close()
    again = WORKSPACES.of_visitor(kept.token)

    page = open_app(again)

    assert sorted(path.name for path in again.folder.iterdir()) == before
    assert "in version 2 of its format, an older one; this Evenset reads version 3." in text(page)
    assert "It stays as it is until you delete it" in text(page)
    page.button(key="go_on_delete").click().run()
    assert not page.exception
    assert again.saved is None
    assert not place.exists()
