"""The UMAP on Balance: it comes by itself, can be stopped, may fail, and is asked for again."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from opened_page import WAIT_SECONDS, finish_jobs, open_view, text, visitor
from process_tasks import own_children, slow_map
from streamlit.testing.v1 import AppTest

from app.jobs.queue import MAP, Job
from app.session.session import Session
from app.session.workspace import Workspace
from core.embed import Embeddings
from core.progress import Progress, silent
from core.project import Projection, project

pytestmark = pytest.mark.long  # each test starts a process

BUTTON = "draw_umap"


@pytest.fixture(autouse=True)
def _process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give the process a map to draw that takes long enough to look at."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]), prepend=os.pathsep)
    monkeypatch.setattr("app.map.umap.draw_umap", slow_map)
    yield
    assert own_children() == []


def open_balance(workspace: Workspace) -> AppTest:
    """Draw the page of a visitor whose UMAP was begun before and did not come."""
    page = open_view("balance", workspace)
    assert not page.exception
    return page


def offers_it(page: AppTest) -> bool:
    return BUTTON in [button.key for button in page.button]


def map_job(workspace: Workspace) -> Job:
    job = workspace.job_in(MAP)
    assert job is not None
    return job


def wait_for(happens: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_it_comes_by_itself(embedded_session: Session) -> None:
    workspace = visitor(embedded_session)
    page = open_balance(workspace)

    workspace.begun.pop(MAP)
    page.run()
    assert map_job(workspace).title == "Drawing the UMAP"
    assert not offers_it(page)
    finish_jobs(workspace)
    page.run()

    assert not page.exception
    assert "UMAP of 19 images" in text(page)
    assert "of 1; drawn by Evenset." in text(page)
    assert not offers_it(page)


def test_where_it_is_not_there_it_can_be_asked_for(embedded_session: Session) -> None:
    workspace = visitor(embedded_session)
    page = open_balance(workspace)
    assert "PCA of 19 images" in text(page)

    page.button(key=BUTTON).click().run()
    finish_jobs(workspace)
    page.run()

    assert "UMAP of 19 images" in text(page)


def test_after_cancelling_it_can_be_asked_for(embedded_session: Session) -> None:
    workspace = visitor(embedded_session)
    page = open_balance(workspace)
    page.button(key=BUTTON).click().run()

    map_job(workspace).cancel()
    finish_jobs(workspace)
    page.run()

    assert workspace.message == "Drawing the UMAP was cancelled. Nothing has changed."
    assert "PCA of 19 images" in text(page)
    assert offers_it(page)


def test_after_a_kill_the_page_says_so_and_the_second_try_works(embedded_session: Session) -> None:
    workspace = visitor(embedded_session)
    page = open_balance(workspace)
    page.button(key=BUTTON).click().run()
    job = map_job(workspace)
    wait_for(lambda: job.done > 10)

    os.kill(*own_children(), signal.SIGKILL)
    finish_jobs(workspace)
    page.run()

    assert workspace.message == (
        "The process that was drawing the map ended early; there may be too little memory. The "
        "PCA map stays. Try again, or choose fewer images on Load."
    )
    assert "PCA of 19 images" in text(page)
    page.button(key=BUTTON).click().run()
    finish_jobs(workspace)
    page.run()
    assert workspace.message == ""
    assert "UMAP of 19 images" in text(page)


def test_what_has_no_umap_is_not_offered_one(
    embedded_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pca(
        embeddings: Embeddings, first: object, settings: object, progress: Progress
    ) -> Projection:
        return project(embeddings, embeddings.rows, progress=silent)

    monkeypatch.setattr("app.map.umap.better_map", pca)
    workspace = visitor(embedded_session)
    page = open_balance(workspace)

    page.button(key=BUTTON).click().run()
    finish_jobs(workspace)
    page.run()

    assert not page.exception
    assert "PCA of 19 images" in text(page)
    assert not offers_it(page)
