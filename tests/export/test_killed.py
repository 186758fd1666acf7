"""Commands that are killed, told to end, or run at once never leave a broken set, nor litter."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from hashlib import sha256
from pathlib import Path

import pytest
from export_sets import contents, manifest, pictures, recipe_of
from image_sets import picture, read_folder, write_files, write_zip

from core.errors import OutputError
from core.export import ExportSource, export
from core.pictures.encode import encode
from core.resample import make_plan

ROOT = Path(__file__).parents[2]
COMMAND = "from app.cli import main; raise SystemExit(main())"
FILES = {
    **{f"cat/{n}.png": encode(picture(n, height=240, width=320), "PNG") for n in range(60)},
    **{f"dog/{n}.png": encode(picture(99 + n, height=240, width=320), "PNG") for n in range(6)},
}
TIMEOUT = 120


class Place:
    """A source, a folder for targets, and a folder for all that is temporary."""

    def __init__(self, folder: Path, *, is_zipped: bool) -> None:
        self.folder = folder
        self.out = folder / "out"
        self.temporary = folder / "temporary"
        self.source = folder / "set"
        for one in (self.out, self.temporary):
            one.mkdir()
        if is_zipped:
            self.source = write_zip(folder / "set.zip", FILES)
        else:
            write_files(self.source, FILES)

    def start(self, name: str, *options: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", COMMAND, "balance", str(self.source)]
        return subprocess.Popen(
            [*command, "--out", str(self.out / name), *options],
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "TMPDIR": str(self.temporary),
                "XDG_CACHE_HOME": str(self.folder / "cache"),
            },
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            # A caller such as nohup may have had it ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def run(self, name: str, *options: str) -> None:
        process = self.start(name, *options)
        _, error = process.communicate(timeout=TIMEOUT)
        assert process.returncode == 0, error

    def wait_until_begun(self, name: str, process: subprocess.Popen[str]) -> None:
        """Wait until the place is locked, or the process has ended."""
        while process.poll() is None and not (self.out / f".{name}.lock").exists():
            time.sleep(0.002)

    def litter(self, name: str) -> list[str]:
        beside = [path.name for path in self.out.iterdir() if path.name != name]
        return sorted([*beside, *(path.name for path in self.temporary.iterdir())])


def digest(target: Path) -> str:
    whole = sha256()
    for name, content in sorted(contents(target).items()):
        whole.update(f"{name} {len(content)} ".encode() + content)
    return whole.hexdigest()


def is_whole(target: Path) -> bool:
    rows = [row["path"] for row in manifest(target)]
    return sorted(rows) == sorted(pictures(target)) and len(rows) == 120


def end_and_go_on(place: Place, name: str, number: int, times: int, wanted: str) -> None:
    """Send a signal `times` times while a set is written, then write it, and compare."""
    rng = random.Random(times)
    for turn in range(times):
        process = place.start(name)
        place.wait_until_begun(name, process)
        time.sleep(rng.random() * 0.4)
        process.send_signal(number)
        _, error = process.communicate(timeout=TIMEOUT)
        is_there = (place.out / name).exists()
        expected = {0, 143 if number == signal.SIGTERM else -number}
        # Once the set is whole and the command is done, Python ends as any program does.
        expected |= {-number} if is_there else set()
        assert process.returncode in expected, error
        if process.returncode == 143:
            assert error.splitlines()[-1] == "evenset: stopped."
        # The signal may have come when the set was whole, and its process not yet at its end.
        is_done = process.returncode == 0 or is_there
        if is_done or turn % 3 == 2 or turn == times - 1:
            if not is_done:
                place.run(name)
            elif process.returncode:
                again = place.start(name)
                assert "already exists" in again.communicate(timeout=TIMEOUT)[1]
            assert digest(place.out / name) == wanted
            assert place.litter(name) == []
            target = place.out / name
            target.rename(place.folder / f"done{number}{turn}")


def check_signals(tmp_path: Path, name: str, *, kills: int, terms: int, is_zipped: bool) -> None:
    place = Place(tmp_path, is_zipped=is_zipped)
    place.run(name)
    wanted = digest(place.out / name)
    (place.out / name).rename(tmp_path / f"first{Path(name).suffix}")
    assert place.litter(name) == []

    end_and_go_on(place, name, signal.SIGKILL, kills, wanted)
    end_and_go_on(place, name, signal.SIGTERM, terms, wanted)


@pytest.mark.long
def test_a_folder_is_whole_after_a_kill(tmp_path: Path) -> None:
    check_signals(tmp_path, "set", kills=2, terms=0, is_zipped=True)


@pytest.mark.long
def test_a_zip_is_whole_after_being_told_to_end(tmp_path: Path) -> None:
    check_signals(tmp_path, "set.zip", kills=0, terms=2, is_zipped=True)


@pytest.mark.release
@pytest.mark.parametrize(("name", "is_zipped"), [("set", True), ("set.zip", False)])
def test_sets_are_whole_after_many_kills(tmp_path: Path, name: str, is_zipped: bool) -> None:
    check_signals(tmp_path, name, kills=30, terms=10, is_zipped=is_zipped)


def check_pair(place: Place, name: str, delay: float, *options: str) -> None:
    """Start a second command `delay` seconds after the first has begun to write."""
    first = place.start(name)
    if delay >= 0:
        place.wait_until_begun(name, first)
        time.sleep(delay)
    second = place.start(name, *options)
    errors = [one.communicate(timeout=TIMEOUT)[1] for one in (first, second)]

    codes = [first.returncode, second.returncode]
    assert sorted(codes) == [0, 1], errors
    refusal = errors[codes.index(1)].splitlines()[-1]
    assert "Another export is being written" in refusal or "already exists" in refusal
    assert is_whole(place.out / name)
    assert place.litter(name) == []


def check_pairs(tmp_path: Path, count: int) -> None:
    place = Place(tmp_path, is_zipped=False)
    rng = random.Random(count)
    for turn in range(count):
        # Below 0: both at once.
        delay = rng.random() * 0.8 - 0.2
        name = f"set{turn}" + (".zip" if turn % 2 else "")
        check_pair(place, name, delay, *(["--seed", "1"] if turn % 3 else []))
        (place.out / name).rename(tmp_path / name)


@pytest.mark.long
def test_of_two_commands_at_once_one_writes(tmp_path: Path) -> None:
    check_pairs(tmp_path, 2)  # a folder by the same command, a zip by another


@pytest.mark.release
def test_of_twenty_pairs_of_commands_one_writes(tmp_path: Path) -> None:
    check_pairs(tmp_path, 20)


def check_threads(tmp_path: Path, name: str, count: int) -> None:
    """The app runs two jobs at a time in one process."""
    dataset = read_folder(write_files(tmp_path / "set", FILES))
    rng = random.Random(count)
    for turn in range(count):
        target = tmp_path / f"{turn}{name}"
        refusals: list[str] = []

        def run(seed: int, delay: float, target: Path, refusals: list[str]) -> None:
            time.sleep(delay)
            plan, recipe = make_plan(dataset, "augment"), recipe_of(dataset, "augment", seed)
            try:
                export(ExportSource(dataset, plan), recipe, target)
            except OutputError as error:
                refusals.append(str(error))

        both = [
            threading.Thread(target=run, args=(seed, delay, target, refusals))
            for seed, delay in ((0, 0.0), (turn % 2, rng.random() * 0.3))
        ]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join(TIMEOUT)

        assert len(refusals) == 1
        assert is_whole(target)
        assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.long
@pytest.mark.parametrize("name", ["set", "set.zip"])
def test_of_two_jobs_at_once_one_writes(tmp_path: Path, name: str) -> None:
    check_threads(tmp_path, name, 4)


@pytest.mark.release
@pytest.mark.parametrize("name", ["set", "set.zip"])
def test_of_twenty_pairs_of_jobs_one_writes(tmp_path: Path, name: str) -> None:
    check_threads(tmp_path, name, 20)


@pytest.mark.long
def test_a_command_and_a_job_at_once_do_not_meet(tmp_path: Path) -> None:
    place = Place(tmp_path, is_zipped=False)
    dataset = read_folder(place.source)
    command = place.start("set")
    place.wait_until_begun("set", command)

    with pytest.raises(OutputError, match=r"Another export is being written|already exists"):
        export(
            ExportSource(dataset, make_plan(dataset, "augment")),
            recipe_of(dataset, "augment"),
            place.out / "set",
        )

    assert command.communicate(timeout=TIMEOUT)[1] is not None
    assert command.returncode == 0
    assert is_whole(place.out / "set")
