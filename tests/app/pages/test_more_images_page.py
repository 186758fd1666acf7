"""Evaluate's part on more images: asked for, made as a job, shown, dropped with its inputs."""

from dataclasses import replace
from threading import Event

import numpy as np
import pytest
from comparisons import compare
from opened_page import button, finish_jobs, open_view, text, visitor

from app.charts.curves import foretold_curve
from app.charts.layout import with_minus
from app.jobs.queue import Job
from app.session.session import Session
from core.evaluate.curve_text import Foretold, MoreImages
from core.evaluate.curves import LearningCurve, Reading


@pytest.fixture(scope="module")
def compared(embedded_session: Session) -> Session:
    data = embedded_session.dataset, embedded_session.embeddings
    return embedded_session.put(evaluation=compare(*data, strategies=["lda"], repeats=1))


def curve(now: float, later: float) -> LearningCurve:
    """Return a curve that rises to `later` with four times as many images."""
    estimates = np.linspace(now, later, 61)
    seen = np.array([0.4, 0.6, 0.8, 1.0]) * now
    return LearningCurve(
        np.array([2.0, 4, 6, 8]), seen, estimates, estimates - 0.1, estimates + 0.1,
        Reading(0.1, 0.02, 0.2), {}, 0.0,
    )  # fmt: skip


FOUND = MoreImages(
    "lda", "Shrunken LDA",
    (
        Foretold("cat", 12, curve(0.5, 0.8), 0.01),
        Foretold("rare", 1, None, 0.01),
        Foretold(None, 19, curve(0.5, 0.7), 0.01),
    ),
)  # fmt: skip


def test_curves_are_made_where_they_are_asked_for_and_shown(compared: Session) -> None:
    workspace = visitor(compared)
    page = open_view("evaluate", workspace)
    labels = page.multiselect(key=f"more_images_of_{compared.dataset.digest[:8]}")
    assert labels.options == ["All classes together", "cat", "dog"]
    labels.set_value([1, 2]).run()
    assert "200 fits. On one core: a few seconds." in text(page)

    button(page, "Foretell 2 curves").click().run()
    finish_jobs(workspace)
    page.run()

    assert (page.exception, workspace.message) == ([], "")
    found = workspace.session.more_images
    assert found is not None
    assert [one.label for one in found.found] == ["cat", "dog"]
    assert "'dog' has too few images that can be scored" in text(page)
    assert with_minus(found.found[0].sentence) in text(page)


def test_what_is_wanted_is_told_for_each_class(compared: Session) -> None:
    page = open_view("evaluate", visitor(compared.put(more_images=FOUND)))
    assert FOUND.found[0].needed(0.9) in text(page)

    page.number_input(key="more_images_wanted").set_value(60).run()

    assert not page.exception
    assert FOUND.found[0].needed(0.6) in text(page)
    assert FOUND.found[2].needed(0.6) in text(page)
    table = page.dataframe[-1].value
    assert list(table["class"]) == ["cat", "rare", "All classes together"]
    assert list(table["now"]) == ["50% (40 to 60)", "", "50% (40 to 60)"]


def test_progress_and_cancel_stand_where_the_button_was(compared: Session) -> None:
    workspace, gate = visitor(compared), Event()
    job = Job("more_images", "Foretelling", lambda progress: gate.wait(10), puts=("more_images",))
    workspace.start(job, compared)

    page = open_view("evaluate", workspace)

    assert "more_images_start" not in [one.key for one in page.button]
    assert "Foretelling" in text(page)
    page.button(key="cancel_more_images_here").click().run()
    assert job.is_cancelled
    gate.set()
    finish_jobs(workspace)


def test_other_labels_date_the_curves_and_other_vectors_drop_them(compared: Session) -> None:
    session = compared.put(more_images=FOUND)

    relabelled = session.put(edits=session.edits.leave_out([0]))
    assert relabelled.more_images is FOUND and "more_images" in relabelled.outdated
    assert session.put(embeddings=replace(session.embeddings)).more_images is None
    assert session.put(policy_chosen=True).more_images is FOUND


def test_the_chart_goes_from_what_was_seen_to_twice_as_many() -> None:
    band, foretold, seen = foretold_curve(FOUND.found[0]).data

    assert list(seen.x) == [3, 6, 9, 12]
    assert seen.y[-1] == foretold.y[0] == 50
    assert (foretold.x[0], foretold.x[-1]) == (12, 24)
    assert foretold.y[-1] == pytest.approx(60)
    assert (min(band.y), max(band.y)) == pytest.approx((40, 70))
    assert not foretold_curve(FOUND.found[1]).data
