"""Workspaces: who finds which, what results do, when files go."""

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from drawn_sets import loaded
from opened_page import finish_jobs

from app.jobs.queue import MAP, Job
from app.session.session import Balanced
from app.session.workspace import Workspace
from app.session.workspaces import Workspaces
from app.settings import ServerSettings
from core.dataset import ImageDataset
from core.dataset.edits import Edits
from core.errors import SettingError
from core.progress import Progress
from core.resample import make_plan

IDLE_SECONDS = 30 * 60
LOCAL_IDLE_SECONDS = 14 * 24 * 3600


@pytest.fixture
def workspaces() -> Workspaces:
    return Workspaces()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path, "token")


def made(result: object) -> Job:
    return Job("key", "Making", lambda progress: result, puts=("policy_chosen",))


def test_the_same_token_opens_the_same_workspace(workspaces: Workspaces) -> None:
    first = workspaces.of_visitor(None)

    assert workspaces.of_visitor(first.token) is first
    workspaces.close()


def test_two_visitors_have_two_folders_and_two_tokens(workspaces: Workspaces) -> None:
    one, two = workspaces.of_visitor(None), workspaces.of_visitor(None)

    assert one.folder != two.folder
    assert len({one.token, two.token, one.route_token, two.route_token}) == 4
    workspaces.close()


def test_a_token_from_a_cookie_that_is_not_known_yet_opens_a_new_workspace(
    workspaces: Workspaces,
) -> None:
    cookie = "A" * 22

    found = workspaces.of_visitor(cookie)

    assert found.token == cookie
    assert workspaces.of_visitor(cookie) is found
    workspaces.close()


@pytest.mark.parametrize("token", ["", "short", "../" * 10, "x" * 65, "a" * 21 + "\n", "ä" * 30])
def test_a_token_of_another_form_is_replaced(workspaces: Workspaces, token: str) -> None:
    found = workspaces.of_visitor(token)

    assert found.token != token
    assert len(found.token) == 22
    workspaces.close()


def test_the_visitors_token_opens_no_route(workspaces: Workspaces) -> None:
    workspace = workspaces.of_visitor(None)

    assert workspaces.of_route(workspace.route_token) is workspace
    assert workspaces.of_route(workspace.token) is None
    assert workspaces.of_route("ä") is None
    workspaces.close()


def test_a_result_is_put_into_the_session_once(workspace: Workspace) -> None:
    workspace.start(made(True), workspace.session)
    finish_jobs(workspace)

    assert workspace.session.policy_chosen
    assert workspace.collect() is False


def test_a_failed_job_leaves_its_sentence_and_the_session(workspace: Workspace) -> None:
    before = workspace.session

    def work(progress: Progress) -> None:
        raise SettingError("Choose another device.")

    workspace.start(Job("key", "Embedding", work, puts=("policy_chosen",)), workspace.session)
    finish_jobs(workspace)

    assert workspace.message == "Choose another device."
    assert workspace.session is before


def test_a_cancelled_job_says_that_nothing_changed(workspace: Workspace) -> None:
    begun = threading.Event()

    def work(progress: Progress) -> None:
        begun.set()
        while True:
            progress("working", 0, 0)

    workspace.start(
        Job("key", "Embedding images", work, puts=("policy_chosen",)), workspace.session
    )
    assert begun.wait(60)
    workspace.cancel_all()
    finish_jobs(workspace)

    assert workspace.message == "Embedding images was cancelled. Nothing has changed."
    assert not workspace.session.policy_chosen


def test_the_map_has_a_slot_of_its_own(workspace: Workspace) -> None:
    gate = threading.Event()
    waiting = Job("umap", "Drawing the UMAP", lambda progress: gate.wait(60), slot=MAP)
    workspace.start(waiting, workspace.session)

    workspace.start(made(True), workspace.session)

    assert workspace.message == ""
    assert workspace.job_in(MAP) is waiting
    gate.set()
    finish_jobs(workspace)
    assert workspace.session.policy_chosen
    assert workspace.job_in(MAP) is None


def test_a_finished_job_frees_its_slot_for_the_next_click(workspace: Workspace) -> None:
    workspace.start(made(1), workspace.session)
    finish_jobs(workspace)

    workspace.start(made(True), workspace.session)
    finish_jobs(workspace)

    assert workspace.session.policy_chosen


def test_a_page_that_was_slower_than_another_stores_nothing(workspace: Workspace) -> None:
    before = workspace.session
    quicker, slower = replace(before, policy_chosen=True), replace(before)

    workspace.put(before, quicker)
    workspace.put(before, slower)

    assert workspace.session is quicker


def test_every_new_folder_is_another_one(workspace: Workspace) -> None:
    one, two = workspace.new_folder("dataset"), workspace.new_folder("dataset")

    assert one != two
    assert list(one.iterdir()) == []
    assert one.parent == workspace.folder


@pytest.mark.parametrize(
    ("host", "idle", "stays"),
    [
        ("127.0.0.1", IDLE_SECONDS + 60, True),
        ("127.0.0.1", LOCAL_IDLE_SECONDS + 60, False),
        ("0.0.0.0", IDLE_SECONDS - 60, True),
        ("0.0.0.0", IDLE_SECONDS + 60, False),
    ],
)
def test_idle_workspaces_are_swept_by_the_rule_of_the_server(
    workspaces: Workspaces, host: str, idle: float, stays: bool
) -> None:
    workspaces.settings = ServerSettings(host=host)
    gone = workspaces.of_visitor(None)
    folder = gone.folder
    gone.seen -= idle

    workspaces.of_visitor(None)

    assert folder.exists() is stays
    assert (workspaces.of_route(gone.route_token) is gone) is stays
    workspaces.close()


def test_a_workspace_with_work_under_way_is_never_swept(workspaces: Workspaces) -> None:
    gate = threading.Event()
    workspace = workspaces.of_visitor(None)
    workspace.start(Job("key", "Embedding", lambda progress: gate.wait(60)), workspace.session)
    workspace.seen -= LOCAL_IDLE_SECONDS + 60

    workspaces.of_visitor(None)

    assert workspace.folder.exists()
    gate.set()
    finish_jobs(workspace)
    workspaces.close()


def test_closing_removes_every_file(workspaces: Workspaces) -> None:
    workspace = workspaces.of_visitor(None)
    (workspace.folder / "picture.png").write_bytes(b"x")
    root = workspace.folder.parent

    workspaces.close()

    assert not root.exists()
    assert workspaces.of_route(workspace.route_token) is None
    assert workspaces.of_visitor(workspace.token).session.dataset is None
    workspaces.close()


def test_a_job_that_ended_but_was_not_collected_is_still_work(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, "t" * 22)
    job = Job("quick", "Quick", lambda progress: 1)

    workspace.start(job, workspace.session)
    while job.is_active:
        time.sleep(0.01)

    assert workspace.jobs() == []
    assert workspace.has_work()
    workspace.collect()
    assert not workspace.has_work()


def test_work_on_images_that_are_replaced_is_cancelled_and_its_result_never_arrives(
    workspace: Workspace, dataset: ImageDataset, split_dataset: ImageDataset
) -> None:
    gate = threading.Event()
    workspace.session = loaded(dataset)

    def work(progress: Progress) -> str:
        gate.wait(10)
        return "of the old images"

    job = Job("embed", "Embedding images", work, needs=("taken",), puts=("embeddings",))
    workspace.start(job, workspace.session)

    workspace.put(workspace.session, workspace.session.put(source=split_dataset))

    assert job.is_cancelled
    assert workspace.jobs() == []
    assert workspace.message == "Embedding images was stopped because its images were replaced."
    gate.set()
    finish_jobs(workspace)
    assert workspace.session.embeddings is None


def waiting(gate: threading.Event, needs: tuple[str, ...] = ()) -> Job:
    """Return a job that ends once it may, or once it is asked to stop."""

    def work(progress: Progress) -> bool:
        while not gate.wait(0.01):
            progress("waiting", 0, 0)
        return True

    return Job("make", "Making points", work, needs=needs, puts=("policy_chosen",))


@pytest.mark.parametrize("needs", [("edits",), ("dataset",), ("balanced", "taken")])
def test_work_whose_input_changes_is_stopped_at_once_with_a_word(
    needs: tuple[str, ...], workspace: Workspace, dataset: ImageDataset
) -> None:
    workspace.session = loaded(dataset).put(balanced=Balanced(make_plan(dataset, "augment"), 0))
    job = waiting(threading.Event(), needs)
    workspace.start(job, workspace.session)

    workspace.put(workspace.session, workspace.session.put(edits=Edits().leave_out([0])))

    assert job.is_cancelled
    assert workspace.jobs() == []
    assert workspace.message == (
        "Making points was stopped because what it works on has changed. Start it again."
    )


def test_work_goes_on_when_something_else_changes(
    workspace: Workspace, dataset: ImageDataset
) -> None:
    gate = threading.Event()
    workspace.session = loaded(dataset)
    job = waiting(gate, ("taken",))
    workspace.start(job, workspace.session)

    workspace.put(workspace.session, workspace.session.put(edits=Edits().leave_out([0])))

    assert workspace.jobs() == [job]
    gate.set()
    finish_jobs(workspace)
    assert workspace.session.policy_chosen
    assert workspace.message == ""


def test_what_starts_by_itself_hides_no_word(workspace: Workspace) -> None:
    workspace.message = "Something to read."

    workspace.begin(made(True), workspace.session)

    assert workspace.message == "Something to read."
    finish_jobs(workspace)


def test_a_second_click_that_asks_for_the_same_changes_nothing(workspace: Workspace) -> None:
    gate = threading.Event()
    first = waiting(gate)
    workspace.start(first, workspace.session, of=("smote", 0))

    assert not workspace.start(waiting(gate), workspace.session, of=("smote", 0))

    assert workspace.jobs() == [first]
    gate.set()
    finish_jobs(workspace)


def test_a_second_click_that_asks_for_something_else_takes_the_place_of_the_first(
    workspace: Workspace,
) -> None:
    gate = threading.Event()
    first, second = waiting(threading.Event()), waiting(gate)
    workspace.start(first, workspace.session, of=("smote", 0))

    assert workspace.start(second, workspace.session, of=("adasyn", 0))

    assert first.is_cancelled
    assert workspace.jobs() == [second]
    gate.set()
    finish_jobs(workspace)
    assert workspace.session.policy_chosen
    assert workspace.message == ""


def test_every_page_sees_that_another_collected_the_result(workspace: Workspace) -> None:
    workspace.start(made(True), workspace.session)
    seen = workspace.changes

    finish_jobs(workspace)

    assert workspace.changes != seen


def test_a_load_and_a_map_that_end_together_are_both_collected(
    tmp_path: Path, dataset: ImageDataset, split_dataset: ImageDataset
) -> None:
    workspace = Workspace(tmp_path, "t" * 22)

    workspace.session = loaded(dataset)
    load = Job("load", "load", lambda progress: split_dataset, puts=("source",))
    better = Job("umap", "umap", lambda progress: 1, needs=("taken",), puts=("clusters",), slot=MAP)
    workspace.start(load, workspace.session)
    workspace.start(better, workspace.session)
    while load.is_active or better.is_active:
        time.sleep(0.01)

    assert workspace.collect()
    assert not workspace.has_work()
    assert workspace.session.clusters is None


def test_work_from_a_page_that_another_one_was_quicker_than_arrives_nowhere(
    workspace: Workspace,
) -> None:
    old = workspace.session
    workspace.put(old, old.put(encoder="classical"))
    job = Job("key", "Work", lambda progress: True, needs=("encoder",), puts=("policy_chosen",))

    workspace.start(job, old)
    finish_jobs(workspace)

    assert not workspace.session.policy_chosen
    assert workspace.message.startswith("Work has finished, but its input has changed since")
