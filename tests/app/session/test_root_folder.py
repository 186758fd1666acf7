"""Where workspaces lie: kept while a server uses them, cleaned after one that was killed."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.session.root_folder import (
    HeldFolder,
    RootFolder,
    folder_name,
    remove_later,
    remove_leftovers,
)
from core.errors import OutputError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs flock")

NAME = folder_name("a visitor's token")


@pytest.fixture
def root(tmp_path: Path) -> RootFolder:
    return RootFolder(tmp_path / "root")


def held(root: RootFolder, name: str = NAME) -> HeldFolder:
    folder = root.hold(name)
    assert folder is not None
    return folder


def unused_names(root: RootFolder) -> list[str]:
    names = []
    for folder in root.unused(()):
        names.append(folder.path.name)
        folder.release()
    return names


def wait_until_gone(folder: Path) -> None:
    end = time.monotonic() + 20
    while list(folder.iterdir()) and time.monotonic() < end:
        time.sleep(0.01)
    assert list(folder.iterdir()) == []


def test_the_folder_of_a_living_server_stays() -> None:
    root = RootFolder()

    remove_leftovers(root.path.parent)

    assert root.path.is_dir()
    root.close()
    assert not root.path.exists()


def test_the_folder_of_a_killed_server_goes(tmp_path: Path) -> None:
    code = "import os; from app.session.root_folder import RootFolder; RootFolder(); os._exit(9)"
    elsewhere = {**os.environ, "TMPDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], check=False, env=elsewhere)
    assert len(list(tmp_path.iterdir())) == 1

    remove_leftovers(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_a_lock_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "evenset_mine").mkdir()

    remove_leftovers(tmp_path)

    assert (tmp_path / "evenset_mine").is_dir()


def test_the_name_of_a_folder_does_not_tell_the_token() -> None:
    assert folder_name("a visitor's token") == NAME
    assert folder_name("another token") != NAME
    assert len(NAME) == 32
    assert "token" not in NAME


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_nobody_else_on_this_computer_reads_what_is_kept(root: RootFolder) -> None:
    folder = held(root)

    assert root.path.stat().st_mode & 0o777 == 0o700
    assert folder.path.stat().st_mode & 0o777 == 0o700
    folder.release()


def test_a_named_folder_stays_when_the_server_ends(root: RootFolder) -> None:
    held(root).release()

    root.close()

    assert (root.path / NAME).is_dir()


def test_a_folder_that_is_held_is_refused_to_others_until_it_is_let_go(root: RootFolder) -> None:
    first = held(root)
    other = RootFolder(root.path)

    assert other.hold(NAME) is None
    first.release()

    again = other.hold(NAME)
    assert again is not None
    again.release()


def test_a_killed_server_holds_nothing(root: RootFolder) -> None:
    code = (
        "import os, sys; from pathlib import Path; from app.session.root_folder import RootFolder; "
        f"RootFolder(Path(sys.argv[1])).hold('{NAME}'); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, str(root.path)], check=False)

    assert unused_names(root) == [NAME]


def test_what_another_server_holds_is_not_unused(root: RootFolder) -> None:
    folder = held(root)

    assert unused_names(RootFolder(root.path)) == []
    folder.release()


def test_what_is_not_ours_in_a_named_folder_is_left_alone(root: RootFolder) -> None:
    hashes = root.path / ("0123456789abcdef" * 2)
    for place in (hashes / "x", root.path / "removed_by_me" / "x", root.path / "pictures" / "x"):
        place.mkdir(parents=True)
    (root.path / "notes.txt").write_text("mine")

    assert unused_names(root) == []
    root.close()

    assert (hashes / "x").is_dir()
    assert len(list(root.path.iterdir())) == 4


def test_a_folder_whose_server_was_killed_before_it_held_it_goes(root: RootFolder) -> None:
    (root.path / NAME).mkdir()

    assert unused_names(root) == []

    assert not (root.path / NAME).exists()


def test_a_removal_that_was_broken_off_is_finished(root: RootFolder) -> None:
    rest = root.path / "removed_00ff00ff00ff00ff"
    rest.mkdir()
    (rest / "picture.png").write_bytes(b"x")

    root.remove_rest()

    assert not rest.exists()


def test_a_removed_folder_loses_its_name_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "set" / "dataset_1"
    (folder / "0").mkdir(parents=True)
    (folder / "0" / "1.png").write_bytes(b"x")

    remove_later(folder)

    assert not folder.exists()
    wait_until_gone(tmp_path / "set")


def test_removing_what_is_not_there_is_no_matter(tmp_path: Path) -> None:
    remove_later(tmp_path / "nothing")

    assert list(tmp_path.iterdir()) == []


def test_cleaning_leaves_what_is_named_and_the_lock(root: RootFolder) -> None:
    folder = held(root)
    for name in ("dataset_1", "dataset_half", "export_1"):
        (folder.path / name).mkdir()
    (folder.path / ".session.json.00ff.partial").write_bytes(b"x")
    (folder.path / "link").symlink_to(folder.path)

    folder.clean({"dataset_1"})

    names = {entry.name for entry in folder.path.iterdir()}
    assert {name for name in names if not name.startswith("removed_")} == {".lock", "dataset_1"}
    folder.release()


def test_a_removed_folder_can_be_made_again_while_its_files_go(root: RootFolder) -> None:
    held(root).remove()

    again = held(root)

    assert again.path.is_dir()
    again.release()


def test_the_time_since_it_was_used_is_on_the_disk(root: RootFolder) -> None:
    folder = held(root)
    os.utime(folder.path / ".lock", (time.time() - 5_000, time.time() - 5_000))
    before = folder.idle_seconds

    folder.touch()

    assert before >= 5_000
    assert folder.idle_seconds < 1_000
    folder.release()


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    with pytest.raises(
        OutputError, match=r"^Cannot keep workspaces in '.*file/root'.*--workspaces"
    ):
        RootFolder(tmp_path / "file" / "root")
