"""A file has its name when it is whole, and not before."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.errors import CancelledError, OutputError
from core.storage import (
    beside,
    is_locked,
    locked,
    remove_partials,
    replacing,
    take_lock,
    write_bytes,
)

ROOT = Path(__file__).parents[1]


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_and_replaced(tmp_path: Path) -> None:
    write_bytes(tmp_path / "a" / "b.txt", b"first")
    write_bytes(tmp_path / "a" / "b.txt", b"second")

    assert (tmp_path / "a" / "b.txt").read_bytes() == b"second"
    assert names_in(tmp_path / "a") == ["b.txt"]


@pytest.mark.parametrize("failure", [CancelledError, KeyboardInterrupt, OSError])
def test_a_write_that_fails_leaves_what_was_there(
    tmp_path: Path, failure: type[BaseException]
) -> None:
    path = tmp_path / "a.txt"
    write_bytes(path, b"old")

    with (
        pytest.raises(OutputError if failure is OSError else failure),
        replacing(path) as file,
    ):
        file.write(b"half")
        raise failure("stop")

    assert path.read_bytes() == b"old"
    assert names_in(tmp_path) == ["a.txt"]


def test_a_disk_that_fills_up_removes_the_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)

    with pytest.raises(OutputError, match=r"a.txt': No space left on device. Free some space"):
        write_bytes(tmp_path / "a.txt", b"x")
    assert names_in(tmp_path) == []


def test_a_file_in_the_place_of_a_folder_is_told(tmp_path: Path) -> None:
    write_bytes(tmp_path / "file", b"x")

    with pytest.raises(OutputError, match="Cannot write"):
        write_bytes(tmp_path / "file" / "below.txt", b"x")


@pytest.mark.parametrize("name", [".", "folder"])
def test_a_folder_is_no_place_for_a_file(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()

    with pytest.raises(OutputError, match=r"is a folder\. Give the name of a file"):
        write_bytes(Path(name), b"x")


def test_the_longest_name_that_a_system_takes_is_taken(tmp_path: Path) -> None:
    name = "x" * 255

    write_bytes(tmp_path / name, b"x")

    assert names_in(tmp_path) == [name]


def test_a_killed_write_leaves_nothing_under_the_name(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from core.storage import replacing\n"
        "with replacing(Path(sys.argv[1])) as file:\n"
        "    file.write(b'half'); file.flush(); print('ready', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, tmp_path / "a.txt"], cwd=ROOT, stdout=subprocess.PIPE
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGKILL)

    assert not (tmp_path / "a.txt").exists()


def test_threads_that_write_one_file_do_not_collide(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: write_bytes(tmp_path / "one", b"same"), range(200)))

    assert names_in(tmp_path) == ["one"]
    assert (tmp_path / "one").read_bytes() == b"same"


def test_names_that_begin_alike_do_not_share_what_lies_beside_them(tmp_path: Path) -> None:
    one, other = (tmp_path / f"{'n' * 100}-{end}.zip" for end in "ab")

    with replacing(one) as file:
        file.write(b"one")
        remove_partials(other)

    assert names_in(tmp_path) == [one.name]


@pytest.mark.parametrize(
    "name",
    ["猫" * 80, "\U0001f431" * 62, "\udcff" * 240],
    ids=["three bytes", "four bytes", "no text"],
)
def test_a_name_that_the_system_takes_is_taken_whatever_its_letters(
    tmp_path: Path, name: str
) -> None:
    with locked(tmp_path / name, refusal=""):
        write_bytes(tmp_path / name, b"x")

    assert names_in(tmp_path) == [name]


def test_a_place_is_held_by_one_and_leaves_nothing(tmp_path: Path) -> None:
    place = tmp_path / "new" / "out"

    with locked(place, refusal="busy"):
        assert is_locked(place)
        with pytest.raises(OutputError, match=r"^busy$"), locked(place, refusal="busy"):
            pass
        assert is_locked(place)

    assert not is_locked(place)
    assert names_in(tmp_path / "new") == []


def test_threads_hold_a_place_one_after_the_other(tmp_path: Path) -> None:
    inside: list[int] = []
    held = []

    def hold(number: int) -> None:
        try:
            with locked(tmp_path / "out", refusal=""):
                inside.append(number)
                held.append(len(inside))
                inside.remove(number)
        except OutputError:
            pass

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(hold, range(400)))

    assert set(held) == {1}
    assert names_in(tmp_path) == []


def test_a_killed_process_lets_go_of_its_place_at_once(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from core.storage import locked\n"
        "with locked(Path(sys.argv[1]), refusal=''):\n"
        "    print('ready', flush=True); time.sleep(60)"
    )
    place = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-c", program, place], cwd=ROOT, stdout=subprocess.PIPE
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        assert is_locked(place)
        process.send_signal(signal.SIGKILL)

    with locked(place, refusal="busy"):
        assert names_in(tmp_path) == [".out.lock"]
    assert names_in(tmp_path) == []


def test_a_lock_that_cannot_be_opened_is_no_writer_at_work(tmp_path: Path) -> None:
    place = tmp_path / "out"
    beside(place, "lock").mkdir()

    # A folder stands for all that the system refuses to open: rights do not bind everybody.
    said = r"Cannot write '.*out': its lock '\.out\.lock' cannot be taken \(.+\)\. Remove"
    with pytest.raises(OutputError, match=said):
        is_locked(place)
    with pytest.raises(OutputError, match=said), locked(place, refusal="busy"):
        pass


def test_a_place_that_takes_no_lock_is_told_as_any_that_takes_no_file(tmp_path: Path) -> None:
    write_bytes(tmp_path / "file", b"x")

    with (
        pytest.raises(OutputError, match=r"Cannot write .*Free some space"),
        locked(tmp_path / "file" / "out", refusal="busy"),
    ):
        pass


def test_an_open_file_is_locked_until_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "held"

    with path.open("ab") as first, path.open("ab") as second:
        assert take_lock(first)
        assert not take_lock(second)
        first.close()
        assert take_lock(second)
