"""A comparison is never lost: not by Cancel, a fault, a reload, or a restart of the server."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from comparisons import compare
from drawn_sets import draw_folder, embedded, loaded
from image_sets import read_folder
from opened_page import finish_jobs, open_view, text, visitor
from streamlit.testing.v1 import AppTest

from app.jobs.queue import MAIN, Job
from app.pages.evaluate import comparison
from app.session.embedding import as_values
from app.session.kept_report import REPORT_FILE
from app.session.session import Session
from app.session.store import read_saved, reopen, save_session
from app.session.workspace import Workspace
from core.augment import PRESETS
from core.dataset import Take
from core.dataset.edits import Edits
from core.errors import SettingError
from core.evaluate import EvaluationReport, evaluate
from core.evaluate.report import Done
from core.progress import silent

pytestmark = pytest.mark.long  # most tests make a comparison

ASKED = ["class_weights", "random_oversampling", "smote@50%+class_weights"]


class Stopping:
    """`evaluate` that waits when so many strategies are done, until it is let go on or stopped."""

    def __init__(self) -> None:
        self.after, self.reached, self.opened = 2, threading.Event(), threading.Event()
        self.error: Exception | None = None

    def __call__(
        self, *data: object, on_done: Callable[[Done], None], **asked: object
    ) -> EvaluationReport:
        def listen(done: Done) -> None:
            on_done(done)
            if len(done.predictions.scores) == self.after:
                self.reached.set()
                assert self.opened.wait(60)
                if self.error is not None:
                    raise self.error

        return evaluate(*data, on_done=listen, **asked)  # type: ignore[arg-type]


@pytest.fixture
def stopping(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stopping]:
    stopping = Stopping()
    monkeypatch.setattr(comparison, "evaluate", stopping)
    yield stopping
    stopping.opened.set()


def start(workspace: Workspace, stopping: Stopping) -> AppTest:
    """Start a comparison of four strategies on the page, and wait until some are done."""
    page = open_view("evaluate", workspace, evaluate_strategies=ASKED)
    page.button(key="evaluate_start").click().run()
    assert stopping.reached.wait(60)
    return page


def stop(workspace: Workspace, stopping: Stopping) -> None:
    job = workspace.job_in(MAIN)
    assert job is not None
    job.cancel()
    stopping.opened.set()
    finish_jobs(workspace)


def test_cancel_keeps_the_strategies_that_are_done(
    embedded_session: Session, stopping: Stopping
) -> None:
    workspace = visitor(embedded_session)
    page = start(workspace, stopping)

    stop(workspace, stopping)

    assert workspace.message == ("Comparing strategies was cancelled. The results so far are kept.")
    assert "and 2 of 4 candidates: " in text(page.run())
    assert "Not compared yet: 'Random oversampling' and 'SMOTE to 50% + class weights'." in text(
        page
    )
    assert list(page.dataframe[0].value["strategy"])[:2] == ["None", "Class weights"]
    assert not page.exception


def test_a_cancel_before_that_changes_nothing(
    embedded_session: Session, stopping: Stopping
) -> None:
    before = compare(embedded_session.dataset, embedded_session.embeddings, strategies=["smote"])
    workspace, stopping.after = visitor(embedded_session.put(evaluation=before)), 1
    start(workspace, stopping)

    stop(workspace, stopping)

    assert workspace.session.evaluation is before
    assert workspace.message == "Comparing strategies was cancelled. Nothing has changed."


def test_a_refusal_in_the_middle_loses_nothing_either(
    embedded_session: Session, stopping: Stopping
) -> None:
    workspace, stopping.error = visitor(embedded_session), SettingError("Too few.")
    start(workspace, stopping)

    stopping.opened.set()
    finish_jobs(workspace)

    assert workspace.message == "Too few. The results so far are kept."
    assert workspace.session.evaluation is not None


def test_a_new_start_right_after_cancel_keeps_it_too(
    embedded_session: Session, stopping: Stopping
) -> None:
    workspace = visitor(embedded_session)
    start(workspace, stopping)
    job = workspace.job_in(MAIN)
    assert job is not None
    job.cancel()

    workspace.start(Job("evaluate", "Comparing strategies", lambda _: None), workspace.session)

    assert workspace.session.evaluation is not None
    assert workspace.session.evaluation.done == 2
    stopping.opened.set()
    finish_jobs(workspace)


def test_what_is_done_is_not_put_beside_other_labels(
    embedded_session: Session, stopping: Stopping
) -> None:
    workspace = visitor(embedded_session)
    start(workspace, stopping)
    workspace.session = embedded_session.put(edits=Edits().leave_out([0]))

    stop(workspace, stopping)

    assert workspace.session.evaluation is None


def test_a_comparison_of_other_labels_is_stopped_at_once_with_a_word(
    embedded_session: Session, stopping: Stopping
) -> None:
    workspace = visitor(embedded_session)
    page = start(workspace, stopping)

    workspace.put(workspace.session, workspace.session.put(edits=Edits().leave_out([0])))
    page.run()

    assert "Comparing strategies was stopped because" in workspace.message
    assert "So far" not in text(page)
    stopping.opened.set()


def test_after_a_reload_the_page_shows_what_is_done_and_what_was_typed(
    embedded_session: Session, stopping: Stopping
) -> None:
    workspace = visitor(embedded_session)
    first = open_view("evaluate", workspace, evaluate_strategies=ASKED, evaluate_repeats=3)
    first.selectbox(key="evaluate_head").select("neighbours").run()
    first.button(key="evaluate_start").click().run()
    assert stopping.reached.wait(60)

    page = open_view("evaluate", workspace)

    assert not page.exception
    assert "So far: 2 of 4 strategies" in text(page)
    assert page.multiselect(key="evaluate_strategies").value == ASKED
    assert page.selectbox(key="evaluate_head").value == "neighbours"
    assert page.number_input(key="evaluate_repeats").value == 3
    assert "evaluate_start" not in {one.key for one in page.button}  # its place is taken
    stop(workspace, stopping)


def test_a_tab_that_is_open_keeps_what_is_typed_there(
    embedded_session: Session, stopping: Stopping
) -> None:
    workspace = visitor(embedded_session)
    other = open_view("evaluate", workspace, evaluate_strategies=["adasyn"])
    start(workspace, stopping)

    other.run()

    assert "So far: 2 of 4 strategies" in text(other)
    assert other.multiselect(key="evaluate_strategies").value == ["adasyn"]
    stop(workspace, stopping)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a workspace's folder with the pictures of a set in it."""
    draw_folder(tmp_path / "place" / "dataset_1" / "pets", {"cat": 12, "dog": 6})
    return tmp_path / "place"


@pytest.fixture
def compared(place: Path) -> Session:
    """Return a session with a comparison, which its workspace has kept."""
    folder = place / "dataset_1"
    dataset = read_folder(folder / "pets")
    session = replace(loaded(dataset), folder=folder)
    session = session.put(**as_values(embedded(dataset, place / "embeddings")))
    report = compare(dataset, session.embeddings, strategies=["smote"], n_splits=2, repeats=2)
    workspace = Workspace(place, "token")
    workspace.put(workspace.session, session)
    workspace.put(session, session.put(evaluation=report))
    assert workspace.message == ""
    return workspace.session


def opened_again(place: Path) -> Session:
    saved = read_saved(place)
    assert saved is not None
    return reopen(place, saved, place / "embeddings", silent)


def test_a_restart_brings_the_comparison_back(place: Path, compared: Session) -> None:
    again = opened_again(place)

    assert again.evaluation is not None and compared.evaluation is not None
    assert again.evaluation.to_json() == compared.evaluation.to_json()


def test_it_is_written_when_it_is_made_and_not_with_each_change(
    place: Path, compared: Session
) -> None:
    workspace = Workspace(place, "token")
    workspace.session = compared
    (place / REPORT_FILE).write_text("left alone")

    workspace.put(compared, compared.put(policy=compared.policy, policy_chosen=True))

    assert (place / REPORT_FILE).read_text() == "left alone"


def test_another_policy_since_then_brings_it_back_out_of_date(
    place: Path, compared: Session
) -> None:
    report = compare(
        compared.dataset, compared.embeddings, strategies=["augment:crop"], repeats=1
    )  # fmt: skip
    workspace = Workspace(place, "token")
    workspace.session = compared
    workspace.put(compared, compared.put(evaluation=report))
    assert not opened_again(place).evaluation_stale

    save_session(place, workspace.session.put(policy=PRESETS["gentle"], policy_chosen=True))

    again = opened_again(place)
    assert again.evaluation is not None
    assert again.evaluation_stale


def test_other_labels_since_then_bring_it_back_out_of_date(place: Path, compared: Session) -> None:
    save_session(place, compared.put(edits=Edits().relabel([0], "dog")))

    again = opened_again(place)

    assert again.evaluation is not None
    assert again.evaluation_stale == "Labels have changed"


def test_other_images_bring_none_back(place: Path, compared: Session) -> None:
    facts = json.loads((place / REPORT_FILE).read_text())
    (place / REPORT_FILE).write_text(json.dumps(facts | {"taken": "0" * 64}))

    assert compared.evaluation is not None
    assert opened_again(place).evaluation is None


def test_what_a_new_start_keeps_is_on_disk_as_well(place: Path, compared: Session) -> None:
    workspace = Workspace(place, "token")
    workspace.session = compared
    other = compare(compared.dataset, compared.embeddings, strategies=["class_weights"])
    begun, ended = threading.Event(), threading.Event()

    def work(_: object) -> None:
        begun.set()
        ended.wait(60)

    job = Job("evaluate", "Comparing", work, puts=("evaluation",), keep=lambda: other)
    workspace.start(job, workspace.session)
    assert begun.wait(60)
    job.cancel()

    workspace.start(Job("evaluate", "Comparing", lambda _: None), workspace.session)

    kept = opened_again(place).evaluation
    assert kept is not None
    assert kept.to_json() == other.to_json()
    ended.set()
    finish_jobs(workspace)


def test_what_is_of_other_images_is_removed(place: Path, compared: Session) -> None:
    workspace = Workspace(place, "token")
    workspace.session = compared

    workspace.put(compared, compared.put(take=Take({"cat": 5, "*": None})))

    assert not (place / REPORT_FILE).exists()


def test_vectors_of_another_encoder_bring_none_back(place: Path, compared: Session) -> None:
    facts = json.loads((place / REPORT_FILE).read_text())
    facts["report"]["encoder"] = "another"
    (place / REPORT_FILE).write_text(json.dumps(facts))

    assert opened_again(place).evaluation is None


@pytest.mark.usefixtures("compared")
@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"version": 2}', '{"version": 1, "dataset": 3, "report": []}']
)
def test_a_damaged_one_is_as_if_there_were_none(place: Path, content: str) -> None:
    (place / REPORT_FILE).write_text(content)

    again = opened_again(place)

    assert again.evaluation is None
    assert again.embeddings is not None


@pytest.mark.usefixtures("compared")
def test_a_report_with_a_missing_part_is_as_if_there_were_none(place: Path) -> None:
    facts = json.loads((place / REPORT_FILE).read_text())
    del facts["report"]["strategies"][0]["confusion"]
    (place / REPORT_FILE).write_text(json.dumps(facts))

    assert opened_again(place).evaluation is None


@pytest.mark.usefixtures("compared")
def test_after_a_restart_the_form_holds_what_was_compared(place: Path) -> None:
    page = open_view("evaluate", visitor(opened_again(place)))

    assert not page.exception
    assert page.multiselect(key="evaluate_strategies").value == ["smote"]
