"""A second map, better places for points, groups, settings: each by a job, once."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from opened_page import finish_jobs, open_view, text, visitor
from streamlit.testing.v1 import AppTest

from app.jobs.queue import BESIDE, CLUSTERS, MAP, PLACING
from app.pages.balance.map import camera_name
from app.session.session import Session
from app.session.workspace import Workspace
from core.project import MapSettings, Projection
from core.project.projection import AMONG_NEIGHBOURS


@pytest.fixture
def mapped(smote_session: Session) -> Session:
    """Return a session with points on a map that calls itself a UMAP."""
    umap = replace(smote_session.projections["pca"], method="umap")
    return smote_session.put(projections={umap.method: umap})


def chosen(page: AppTest, label: str, value: str) -> None:
    box = next(box for box in page.selectbox if box.label == label)
    box.set_value(value).run()


def ended(workspace: Workspace, page: AppTest) -> AppTest:
    finish_jobs(workspace)
    page.run()
    assert not page.exception
    return page


def test_points_are_placed_among_their_nearest_images_by_themselves(mapped: Session) -> None:
    workspace = visitor(mapped)
    page = open_view("balance", workspace)
    # On a quick machine the page has seen the end of the job already.
    assert "between their parents" in text(page) or workspace.session.placed

    page = ended(workspace, page)

    assert "among their nearest images" in text(page)
    (placed,) = workspace.session.placed
    assert placed.placement.way == AMONG_NEIGHBOURS
    page.run()
    assert workspace.job_in(PLACING) is None


def test_places_that_were_cancelled_are_not_begun_again(mapped: Session) -> None:
    workspace = visitor(mapped)
    page = open_view("balance", workspace)
    job = workspace.job_in(PLACING)
    if job is not None:
        job.cancel()
    finish_jobs(workspace)
    workspace.session = replace(workspace.session, placed=())

    page.run()

    assert workspace.job_in(PLACING) is None
    assert "between their parents" in text(page)


def test_another_strategy_stands_beside_with_the_same_counts(smote_session: Session) -> None:
    workspace = visitor(smote_session)
    page = open_view("balance", workspace)

    chosen(page, "Second map", "borderline_smote")
    page = ended(workspace, page)

    compared = workspace.session.compared
    assert compared is not None and compared.name == "borderline_smote"
    assert "Synthetic points of Borderline-SMOTE (crosses) are" in text(page)
    assert "Synthetic points of SMOTE (crosses) are" in text(page)
    assert workspace.job_in(BESIDE) is None


def test_the_images_alone_need_no_work(smote_session: Session) -> None:
    workspace = visitor(smote_session)
    page = open_view("balance", workspace)

    chosen(page, "Second map", "before")

    assert not page.exception
    assert workspace.jobs() == []


def test_new_points_take_the_other_strategy_away(smote_session: Session) -> None:
    workspace = visitor(smote_session)
    page = open_view("balance", workspace)
    chosen(page, "Second map", "adasyn")
    ended(workspace, page)
    before = workspace.session.compared
    assert before is not None and workspace.session.balanced is not None

    again = replace(workspace.session.balanced)
    workspace.session = workspace.session.put(balanced=again)
    assert workspace.session.compared is None
    page.run()
    page = ended(workspace, page)

    after = workspace.session.compared
    assert after is not None and after is not before


def test_groups_are_found_when_they_are_asked_for(embedded_session: Session) -> None:
    workspace = visitor(embedded_session)
    page = open_view("balance", workspace)
    assert workspace.session.clusters is None

    chosen(page, "Colour by", "cluster")
    ended(workspace, page)

    assert workspace.session.clusters is not None
    assert workspace.session.clusters.count == 3
    assert workspace.job_in(CLUSTERS) is None


def test_groups_are_as_many_as_classes_once_a_label_has_changed(embedded_session: Session) -> None:
    workspace = visitor(embedded_session)
    page = open_view("balance", workspace)
    chosen(page, "Colour by", "cluster")
    ended(workspace, page)

    session = workspace.session
    workspace.session = session.put(edits=session.edits.relabel([0], "owl"))
    page.run()
    ended(workspace, page)

    assert workspace.session.clusters is not None
    assert workspace.session.clusters.count == 4


@pytest.fixture
def _map_drawn_here(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def better_map(
        embeddings: object, first: Projection, settings: MapSettings, progress: object
    ) -> Projection:
        return replace(first, method="umap", settings=settings)

    monkeypatch.setattr("app.map.umap.better_map", better_map)
    yield


@pytest.mark.usefixtures("_map_drawn_here")
def test_settings_close_over_the_map_that_they_draw(embedded_session: Session) -> None:
    page = open_view("balance", visitor(embedded_session), map_settings_open=True)
    assert page.session_state["map_settings_open"]

    next(one for one in page.button if one.label.startswith("Draw the UMAP with")).click().run()

    assert not page.exception
    assert not page.session_state["map_settings_open"]


@pytest.mark.usefixtures("_map_drawn_here")
def test_settings_draw_the_map_anew(embedded_session: Session) -> None:
    workspace = visitor(embedded_session)
    page = open_view("balance", workspace)

    # The strategy has a seed as well, further up.
    [box for box in page.number_input if box.label == "Seed"][-1].set_value(7)
    next(box for box in page.selectbox if box.label == "Drawn by").set_value("umap-learn")
    next(
        one for one in page.button if one.label == "Draw the UMAP with these settings"
    ).click().run()
    page = ended(workspace, page)

    assert workspace.session.projections["umap"].settings == MapSettings(
        seed=7, implementation="umap-learn"
    )
    assert "of 1; drawn by umap-learn." in text(page)
    assert workspace.job_in(MAP) is None


def test_a_search_selects_by_name_and_says_when_there_is_none(embedded_session: Session) -> None:
    workspace = visitor(embedded_session)
    page = open_view("balance", workspace, balance_tab="selection")
    box = next(box for box in page.text_input if box.label == "Find a file name")

    box.set_value("DOG/0").run()
    assert "6 images selected with 'DOG/0' in the name" in text(page)
    box.set_value("nothing like it").run()
    assert "No file name has 'nothing like it' in it." in text(page)
    box.set_value("").run()
    assert "selected" not in text(page)


def test_the_table_lists_what_is_selected(embedded_session: Session) -> None:
    page = open_view("balance", visitor(embedded_session), map_table=True, balance_tab="selection")

    assert not page.exception
    listed = [table for table in page.dataframe if "path" in table.value.columns]
    assert np.array_equal(listed[0].value["row"], np.arange(19))


def test_selected_images_are_left_out_and_taken_back(smote_session: Session) -> None:
    workspace = visitor(smote_session)
    page = open_view("balance", workspace, balance_tab="selection")
    next(b for b in page.text_input if b.label == "Find a file name").set_value("cat/0").run()

    next(one for one in page.button if one.label == "Leave out 10 images").click().run()
    assert not page.exception
    assert len(workspace.session.edits.left_out_rows) == 10
    assert workspace.session.balanced is None or workspace.session.balanced.made is None
    next(one for one in page.button if one.label == "Restore 10 images").click().run()

    assert not page.exception
    assert len(workspace.session.edits.left_out_rows) == 0
    assert workspace.session.embeddings is smote_session.embeddings


def test_a_umap_of_other_settings_has_a_camera_of_its_own(mapped: Session) -> None:
    umap = mapped.projections["umap"]
    other = replace(umap, settings=MapSettings(seed=umap.settings.seed + 1))
    reference = replace(umap, settings=MapSettings(implementation="umap-learn"))

    assert camera_name(mapped, umap) == camera_name(mapped, replace(umap))
    assert camera_name(mapped, umap) != camera_name(mapped, other)
    assert camera_name(mapped, umap) != camera_name(mapped, reference)
