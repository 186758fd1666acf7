"""Workspaces that outlive their server: who finds what again, and what is cleaned away."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from drawn_sets import draw_dataset, draw_folder, loaded
from image_sets import read_folder
from opened_page import finish_jobs

from app.jobs.queue import Job
from app.session import kept_session
from app.session.root_folder import HeldFolder
from app.session.session import Session
from app.session.store import SESSION_FILE, SavedSession, read_saved, reopen
from app.session.workspace import Workspace
from app.session.workspaces import Workspaces
from app.settings import ServerSettings
from app.upload.uploads import Uploads
from core.augment import PRESETS
from core.dataset.edits import Edits
from core.errors import LimitError, OutputError
from core.progress import Progress, silent

TOKEN, OTHER = "t" * 22, "o" * 22


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Workspaces]]:
    """Return a function that starts a server on one and the same root."""
    started: list[Workspaces] = []

    def new(**settings: object) -> Workspaces:
        workspaces = Workspaces()
        workspaces.settings = replace(
            ServerSettings(host="127.0.0.1", root=tmp_path / "root"), **settings
        )
        started.append(workspaces)
        return workspaces

    yield new
    for workspaces in started:
        workspaces.close()


def load(workspace: Workspace, name: str = "pets") -> Path:
    """Let the visitor load 3 cats and 2 dogs; return their folder."""
    folder = workspace.new_folder("dataset")
    dataset = draw_dataset(folder / name, {"cat": 3, "dog": 2})
    workspace.put(workspace.session, replace(loaded(dataset), folder=folder))
    return folder


def names(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir() if not entry.name.startswith("removed_")}


def test_who_only_looks_leaves_nothing(start: Callable[..., Workspaces]) -> None:
    workspaces = start()

    workspace = workspaces.of_visitor(TOKEN)

    assert not workspace.has_folder
    assert names(workspaces.settings.root or Path()) == set()


def test_the_token_is_nowhere_on_the_disk(start: Callable[..., Workspaces]) -> None:
    workspace = start().of_visitor(TOKEN)
    load(workspace)

    for path in workspace.folder.parent.rglob("*"):
        assert TOKEN not in path.name
        assert not path.is_file() or TOKEN.encode() not in path.read_bytes()


def test_the_next_server_offers_what_was_there(start: Callable[..., Workspaces]) -> None:
    first = start()
    folder = load(first.of_visitor(TOKEN))
    first.close()

    found = start().of_visitor(TOKEN)

    assert found.session.dataset is None
    assert found.saved is not None
    assert (found.saved.name, found.saved.images, found.saved.folder) == ("pets", 5, folder.name)


def test_another_visitor_is_offered_nothing(start: Callable[..., Workspaces]) -> None:
    first = start()
    load(first.of_visitor(TOKEN))
    first.close()

    assert start().of_visitor(OTHER).saved is None


def test_each_change_is_kept(start: Callable[..., Workspaces]) -> None:
    first = start()
    workspace = first.of_visitor(TOKEN)
    load(workspace)
    workspace.put(
        workspace.session, workspace.session.put(policy=PRESETS["gentle"], policy_chosen=True)
    )
    first.close()

    saved = start().of_visitor(TOKEN).saved

    assert saved is not None
    assert saved.recipe.policy == PRESETS["gentle"]


def test_a_result_of_a_job_is_kept_though_nobody_looks(start: Callable[..., Workspaces]) -> None:
    workspaces = start()
    workspace = workspaces.of_visitor(TOKEN)
    folder = workspace.new_folder("dataset")
    root = draw_folder(folder / "pets", {"cat": 3, "dog": 2})
    job = Job(
        "load", "Loading", lambda progress: {"source": read_folder(root), "folder": folder},
        puts=("source", "folder"),
    )  # fmt: skip
    workspace.start(job, workspace.session)
    while job.is_active:
        time.sleep(0.01)

    workspaces.tidy()

    assert (workspace.folder / SESSION_FILE).is_file()


def test_other_images_set_aside_what_was_offered(start: Callable[..., Workspaces]) -> None:
    first = start()
    old = load(first.of_visitor(TOKEN), "old")
    first.close()
    second = start()
    workspace = second.of_visitor(TOKEN)

    new = load(workspace, "new")

    assert isinstance(workspace.saved, SavedSession) and workspace.saved.name == "old"
    assert (old.exists(), new.exists()) == (True, True)
    second.close()
    saved = start().of_visitor(TOKEN).saved
    assert isinstance(saved, SavedSession)
    assert (saved.name, saved.previous) == ("new", old.name)


def test_images_that_were_replaced_are_set_aside_and_a_third_set_removes_them(
    start: Callable[..., Workspaces],
) -> None:
    workspace = start().of_visitor(TOKEN)
    first = load(workspace, "first")

    second = load(workspace, "second")
    assert names(workspace.folder) == {".lock", SESSION_FILE, first.name, second.name}

    third = load(workspace, "third")
    assert names(workspace.folder) == {".lock", SESSION_FILE, second.name, third.name}


def go_back(workspace: Workspace) -> None:
    """Open what was set aside, as the page does."""
    saved = workspace.saved
    assert isinstance(saved, SavedSession)
    again = reopen(workspace.folder, saved, workspace.vectors_folder, silent)
    before = workspace.session
    workspace.put(before, before.put(**again.values))


def test_one_goes_back_and_forth_between_two_sets_with_their_changes(
    start: Callable[..., Workspaces],
) -> None:
    workspace = start().of_visitor(TOKEN)
    first = load(workspace, "first")
    edits = Edits().leave_out([0]).relabel([1], "dog")
    workspace.put(workspace.session, workspace.session.put(edits=edits))
    second = load(workspace, "second")

    go_back(workspace)
    assert (workspace.session.folder, len(workspace.session.edits)) == (first, 2)
    assert isinstance(workspace.saved, SavedSession) and workspace.saved.name == "second"

    go_back(workspace)
    assert workspace.session.folder == second and not workspace.session.edits
    assert isinstance(workspace.saved, SavedSession)
    assert len(workspace.saved.recipe.edits) == 2
    assert (first.exists(), second.exists()) == (True, True)


def test_after_a_restart_one_can_still_go_back(start: Callable[..., Workspaces]) -> None:
    server = start()
    workspace = server.of_visitor(TOKEN)
    load(workspace, "first")
    load(workspace, "second")
    server.close()
    workspace = start().of_visitor(TOKEN)

    go_back(workspace)
    assert workspace.session.source is not None and workspace.session.source.name == "second"
    go_back(workspace)
    assert workspace.session.source is not None and workspace.session.source.name == "first"


def test_what_was_set_aside_can_be_deleted_alone(start: Callable[..., Workspaces]) -> None:
    server = start()
    workspace = server.of_visitor(TOKEN)
    first = load(workspace, "first")
    second = load(workspace, "second")

    workspace.drop_saved()

    assert workspace.saved is None
    assert (first.exists(), second.exists()) == (False, True)
    server.close()
    saved = start().of_visitor(TOKEN).saved
    assert isinstance(saved, SavedSession) and (saved.name, saved.previous) == ("second", "")


def test_a_kill_before_the_new_images_are_kept_leaves_the_old_ones(
    start: Callable[..., Workspaces], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start()
    workspace = server.of_visitor(TOKEN)
    first = load(workspace, "first")

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(kept_session, "save_session", killed)
    with pytest.raises(KeyboardInterrupt):
        load(workspace, "second")
    monkeypatch.undo()

    saved = read_saved(workspace.folder)
    assert isinstance(saved, SavedSession)
    assert (saved.name, saved.folder) == ("first", first.name)


def test_deleting_leaves_nothing_of_it(start: Callable[..., Workspaces]) -> None:
    first = start()
    workspace = first.of_visitor(TOKEN)
    load(workspace)
    for cache in ("embeddings", "thumbnails"):
        (workspace.folder / cache).mkdir()
    first.close()
    second = start()
    workspace = second.of_visitor(TOKEN)

    workspace.drop_saved()

    assert workspace.saved is None
    assert names(workspace.folder) == {".lock"}
    second.close()
    assert start().of_visitor(TOKEN).saved is None


def test_what_is_being_opened_is_not_deleted(start: Callable[..., Workspaces]) -> None:
    first = start()
    load(first.of_visitor(TOKEN))
    first.close()
    workspace = start().of_visitor(TOKEN)
    gate = threading.Event()
    workspace.start(Job("go_on", "Opening 'pets'", lambda _: gate.wait(60)), workspace.session)

    workspace.drop_saved()

    assert workspace.saved is not None
    assert workspace.message.startswith("Opening 'pets' is still running.")
    gate.set()
    finish_jobs(workspace)


def test_what_was_broken_off_goes_when_its_visitor_comes_back(
    start: Callable[..., Workspaces],
) -> None:
    first = start()
    workspace = first.of_visitor(TOKEN)
    kept = load(workspace)
    half = workspace.new_folder("dataset")
    (half / "0").mkdir()
    first.close()
    half.mkdir(exist_ok=True)

    found = start().of_visitor(TOKEN)

    assert names(found.folder) == {".lock", SESSION_FILE, kept.name}


def test_files_that_were_half_written_into_a_cache_go(start: Callable[..., Workspaces]) -> None:
    first = start()
    workspace = first.of_visitor(TOKEN)
    load(workspace)
    cache = workspace.folder / "thumbnails" / "ab"
    cache.mkdir(parents=True)
    for name in ("ab12.jpg", ".ab13.jpg.00ff.partial"):
        (cache / name).write_bytes(b"x")
    first.close()

    start().of_visitor(TOKEN)

    assert names(cache) == {"ab12.jpg"}


def test_what_was_broken_off_goes_though_nobody_comes_back(
    start: Callable[..., Workspaces],
) -> None:
    first = start()
    workspace = first.of_visitor(TOKEN)
    workspace.new_folder("dataset")
    keeper = first.of_visitor(OTHER)
    load(keeper)
    half = keeper.new_folder("dataset")
    # As if it were killed: nothing is closed in order, the system lets go of the locks.
    for held in first._held.values():
        held.release()

    second = start()
    second.open()
    second.tidy()

    assert not workspace.folder.exists()
    assert not half.exists()
    assert (keeper.folder / SESSION_FILE).is_file()


@pytest.mark.parametrize(
    ("host", "idle", "stays"),
    [
        ("127.0.0.1", 13 * 24 * 3600, True),
        ("127.0.0.1", 15 * 24 * 3600, False),
        ("0.0.0.0", 29 * 60, True),
        ("0.0.0.0", 31 * 60, False),
    ],
)
def test_what_nobody_went_on_with_is_swept_by_the_rule_of_the_server(
    start: Callable[..., Workspaces], host: str, idle: float, stays: bool
) -> None:
    first = start(host=host)
    workspace = first.of_visitor(TOKEN)
    load(workspace)
    first.close()
    then = time.time() - idle
    os.utime(workspace.folder / ".lock", (then, then))

    second = start(host=host)
    second.open()
    second.tidy()

    assert workspace.folder.exists() is stays
    assert (second.of_visitor(TOKEN).saved is not None) is stays


def test_tidying_leaves_the_work_of_this_and_of_another_server_alone(
    start: Callable[..., Workspaces],
) -> None:
    one, two = start(), start()
    mine, theirs = one.of_visitor(TOKEN), two.of_visitor(OTHER)
    folders = [mine.new_folder("dataset"), theirs.new_folder("dataset")]

    one.tidy()
    two.tidy()

    assert all(folder.is_dir() for folder in folders)


def test_a_workspace_that_another_server_uses_is_not_shared(
    start: Callable[..., Workspaces],
) -> None:
    one, two = start(), start()
    load(one.of_visitor(TOKEN))

    other = two.of_visitor(TOKEN)

    assert other.token != TOKEN
    assert other.saved is None
    assert two.of_visitor(TOKEN) is other
    assert two.of_visitor(other.token) is other


def test_who_comes_back_while_the_server_tidies_finds_the_work(
    start: Callable[..., Workspaces], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = start()
    load(first.of_visitor(TOKEN))
    first.close()
    second = start()
    clean = second._clean
    begun = threading.Event()

    def slowly(held: HeldFolder) -> SavedSession | None:
        begun.set()
        time.sleep(1)  # longer than one waits for another server
        return clean(held)

    monkeypatch.setattr(second, "_clean", slowly)
    second.open()
    assert begun.wait(60)

    assert second.of_visitor(TOKEN).saved is not None


def test_a_cookie_of_another_computer_opens_nothing_here(start: Callable[..., Workspaces]) -> None:
    workspaces = start()

    assert workspaces.of_visitor(TOKEN).saved is None
    assert workspaces.of_visitor("../" * 10).saved is None


def test_closing_stops_the_work_before_it_cleans(start: Callable[..., Workspaces]) -> None:
    workspaces = start()
    workspace = workspaces.of_visitor(TOKEN)
    folder = workspace.new_folder("dataset")
    begun = threading.Event()

    def unpack(progress: Progress) -> None:
        for number in range(100_000):
            (folder / "0").mkdir(parents=True, exist_ok=True)
            (folder / "0" / str(number)).touch()
            begun.set()
            progress("unpacking", number, 0)

    workspace.start(Job("load", "Loading", unpack), workspace.session)
    assert begun.wait(60)
    root = workspace.folder.parent

    workspaces.close()

    assert list(root.iterdir()) == []


def test_no_more_visitors_are_let_in_than_may_have_files(
    start: Callable[..., Workspaces],
) -> None:
    workspaces = start(workspaces=2)
    one, two = workspaces.of_visitor(None), workspaces.of_visitor(None)
    for workspace in (one, two):
        workspace.new_folder("dataset")

    with pytest.raises(LimitError, match=r"full: it serves 2 visitors at .* --max-visitors"):
        workspaces.of_visitor(None)

    assert workspaces.of_visitor(one.token) is one
    assert workspaces.of_visitor(two.token) is two


def test_who_only_looked_gets_no_files_once_it_is_full(start: Callable[..., Workspaces]) -> None:
    workspaces = start(workspaces=1)
    quick, slow = workspaces.of_visitor(None), workspaces.of_visitor(None)
    quick.new_folder("dataset")

    with pytest.raises(LimitError, match=r"full: it serves 1 visitor"):
        slow.new_folder("dataset")

    assert not slow.has_folder


def test_who_goes_makes_room(start: Callable[..., Workspaces]) -> None:
    workspaces = start(workspaces=1)
    gone = workspaces.of_visitor(None)
    gone.new_folder("dataset")
    gone.seen -= 15 * 24 * 3600

    workspaces.of_visitor(None).new_folder("dataset")

    assert workspaces.of_route(gone.route_token) is None


def test_who_only_looked_long_ago_is_forgotten(start: Callable[..., Workspaces]) -> None:
    workspaces = start()
    looker = workspaces.of_visitor(TOKEN)
    looker.seen -= 2 * 3600

    workspaces.of_visitor(OTHER)

    assert workspaces.of_route(looker.route_token) is None
    assert workspaces.of_visitor(TOKEN).token == TOKEN


def test_a_named_place_that_cannot_be_used_is_refused(
    start: Callable[..., Workspaces], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x")

    with pytest.raises(OutputError, match="Name another folder with --workspaces"):
        start(root=tmp_path / "file").open()


def test_where_the_usual_place_cannot_be_written_work_is_kept_for_now(
    start: Callable[..., Workspaces],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    workspaces = start(root=None)

    workspaces.open()

    assert workspaces.of_visitor(TOKEN).new_folder("dataset").is_dir()
    assert "is lost when the server stops" in caplog.text


def test_what_cannot_be_written_down_is_said_and_goes_on(
    start: Callable[..., Workspaces],
) -> None:
    workspace = start().of_visitor(TOKEN)
    load(workspace)
    (workspace.folder / SESSION_FILE).unlink()
    (workspace.folder / SESSION_FILE).mkdir()

    workspace.put(
        workspace.session, workspace.session.put(policy=PRESETS["gentle"], policy_chosen=True)
    )

    assert workspace.message.startswith("Your session cannot be saved for the next start.")
    assert workspace.session.policy_chosen


def test_a_session_without_images_of_its_own_folder_is_not_written(
    start: Callable[..., Workspaces],
) -> None:
    workspace = start().of_visitor(TOKEN)

    workspace.put(workspace.session, Session(policy_chosen=True))

    assert not workspace.has_folder


def test_files_that_arrive_are_work(start: Callable[..., Workspaces]) -> None:
    workspaces = start()
    workspace = workspaces.of_visitor(TOKEN)
    workspace.seen -= 15 * 24 * 3600
    workspace.of(Uploads).ongoing = lambda: ["an upload"]  # type: ignore[method-assign, list-item]

    workspaces.of_visitor(OTHER)

    assert workspace.has_work()
    assert workspaces.of_route(workspace.route_token) is workspace
    del workspace.of(Uploads).ongoing
