"""Balance in each state: what stands where the map is, at the button, and under the map."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from drawn_sets import draw_dataset, embedded, loaded
from opened_page import finish_jobs, open_view, text, visitor
from streamlit.testing.v1 import AppTest

from app.jobs.queue import MAP, Job, Slot
from app.map.selection import Selection
from app.session.embedding import as_values
from app.session.session import Session
from app.session.workspace import Workspace
from core.dataset import ImageDataset
from core.progress import Progress


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Return what lets a job end."""
    opened = threading.Event()
    yield opened
    opened.set()


def waiting(workspace: Workspace, gate: threading.Event, key: str, slot: Slot | None = None) -> Job:
    """Return a job that runs until the gate is open."""

    def wait(progress: Progress) -> None:
        progress("waiting", 1, 4)
        assert gate.wait(60)

    job = Job(key, "Something", wait, slot=slot) if slot else Job(key, "Something", wait)
    workspace.start(job, workspace.session)
    return job


def keys(page: AppTest) -> set[str]:
    return {str(one.key) for one in page.button if one.key}


def tabs(page: AppTest) -> list[str]:
    return list(next(one for one in page.button_group if one.key == "balance_tab").options)


def test_without_vectors_the_map_is_offered_and_the_plan_is_there(dataset: ImageDataset) -> None:
    page = open_view("balance", visitor(loaded(dataset)))

    assert {"draw_map", "carry_out"} <= keys(page)
    assert "With SMOTE, 6 synthetic points will be made." in text(page)
    assert "The export holds 6 synthetic vectors in one file" in text(page)
    assert tabs(page) == ["Plan", "Risks", "Quality", "Selection"]


@pytest.mark.parametrize("tab", ["risks", "quality", "selection"])
def test_a_tab_without_anything_says_what_it_waits_for(dataset: ImageDataset, tab: str) -> None:
    page = open_view("balance", visitor(loaded(dataset)), balance_tab=tab)

    assert not page.exception
    assert any(word in text(page) for word in ("once they are", "once it is there"))


@pytest.mark.parametrize("key", ["resample", "embed", "adapt"])
def test_a_job_stands_where_its_button_was(
    embedded_session: Session, gate: threading.Event, key: str
) -> None:
    workspace = visitor(embedded_session)
    job = waiting(workspace, gate, key)

    page = open_view("balance", workspace)
    assert "carry_out" not in keys(page)
    page.button(key=f"cancel_{key}_here").click().run()

    assert job.is_cancelled
    gate.set()
    finish_jobs(workspace)
    assert "carry_out" in keys(page.run())


def test_another_page_s_job_leaves_the_button_alone(
    embedded_session: Session, gate: threading.Event
) -> None:
    workspace = visitor(embedded_session)
    waiting(workspace, gate, "export")

    assert "carry_out" in keys(open_view("balance", workspace))


def test_a_umap_under_way_is_told_on_the_map_with_its_cancel(
    embedded_session: Session, gate: threading.Event
) -> None:
    workspace = visitor(embedded_session)
    waiting(workspace, gate, "umap", MAP)

    page = open_view("balance", workspace)

    assert "cancel_umap_map" in keys(page)
    assert "draw_umap" not in keys(page)


def test_what_is_selected_is_counted_on_its_tab_and_shown_there(smote_session: Session) -> None:
    balanced = smote_session.balanced
    assert balanced is not None
    chosen = Selection(rows=np.array([0, 1, 2]), made=np.array([4]))
    memory = ((smote_session.embeddings, balanced.synthetic), chosen)

    page = open_view(
        "balance", visitor(smote_session), map_selection=memory, balance_tab="selection"
    )

    assert tabs(page)[-1] == "Selection (4)"
    assert "3 images and 1 synthetic point selected" in text(page)
    assert "of the way" in text(page)
    assert "map_leave_out" in keys(page)


def test_a_strategy_without_points_has_no_risks_of_them(embedded_session: Session) -> None:
    page = open_view(
        "balance", visitor(embedded_session), strategy="random_oversampling", balance_tab="risks"
    )

    assert "Avoid when: You train a strong network" in text(page)
    assert "look_for_risks" not in keys(page)


@pytest.mark.long
def test_many_classes_with_long_names_fill_no_page(tmp_path: Path) -> None:
    counts = {f"{number:04d} {'kind ' * 15}": 1 + number % 2 for number in range(200)}
    drawn = draw_dataset(tmp_path / "set", counts)
    session = loaded(drawn).put(**as_values(embedded(drawn, tmp_path / "cache")))

    page = open_view("balance", visitor(session))

    assert not page.exception
    named = sum(label in text(page) for label in counts)
    assert named <= 8, "a warning that names many classes names a few, and counts the others"
