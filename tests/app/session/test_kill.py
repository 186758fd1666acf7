"""A server that is killed at any moment leaves nothing half done, and nobody else's work."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from drawn_sets import draw_dataset, loaded
from image_sets import write_folder, write_zip

from app.session.root_folder import folder_name
from app.session.store import kept_names, reopen
from app.session.workspace import Workspace
from app.session.workspaces import Workspaces
from app.settings import ServerSettings
from core.progress import silent

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL"),
]

TOKEN, OTHER = "t" * 22, "o" * 22
COUNTS = {"cat": 150, "dog": 100}
MOMENTS = range(12)

Kill = Callable[..., dict[str, float]]


@pytest.fixture(scope="module")
def kill() -> Iterator[Kill]:
    """Return a function that lets a server work, and kills it after a while."""
    with subprocess.Popen(
        [sys.executable, str(Path(__file__).parents[1] / "killed_server.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as nursery:
        assert nursery.stdin is not None and nursery.stdout is not None

        def run(**order: object) -> dict[str, float]:
            assert nursery.stdin is not None and nursery.stdout is not None
            nursery.stdin.write(json.dumps({**order, "token": TOKEN, "other": OTHER}) + "\n")
            nursery.stdin.flush()
            answer: dict[str, float] = json.loads(nursery.stdout.readline())
            return answer

        yield run


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the same pictures as a zip, and as a folder for the browser to send."""
    place = tmp_path_factory.mktemp("sources")
    folder = write_folder(place / "folder", COUNTS)
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*.*"))
    }
    return {"zip": write_zip(place / "pets.zip", files), "upload": folder}


@pytest.fixture(scope="module")
def seconds(
    kill: Kill, sources: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, float]:
    """Return how long each work takes here, so that the moments spread over all of it."""
    return {
        work: kill(
            work=work, root=str(tmp_path_factory.mktemp("whole")), source=str(path), delay=None
        )["seconds"]
        for work, path in sources.items()
    }


def server(root: Path) -> Workspaces:
    workspaces = Workspaces()
    workspaces.settings = ServerSettings(host="127.0.0.1", root=root)
    workspaces.open()
    return workspaces


def settled_names(folder: Path) -> set[str]:
    """Return what lies in a folder once removals, which nobody waits for, have come to an end."""
    end = time.monotonic() + 20
    while True:
        names = {entry.name for entry in folder.iterdir()}
        if not any(name.startswith("removed_") for name in names) or time.monotonic() > end:
            return names
        time.sleep(0.01)


def load_before(root: Path) -> str:
    """Let the other visitor load 5 pictures; return the digest of them."""
    before = server(root)
    workspace = before.of_visitor(OTHER)
    folder = workspace.new_folder("dataset")
    dataset = draw_dataset(folder / "theirs", {"cat": 3, "dog": 2})
    workspace.put(workspace.session, replace(loaded(dataset), folder=folder))
    before.close()
    return dataset.digest


def reopened(workspace: Workspace) -> tuple[int, str]:
    """Return the size and the digest of what is offered, with every file read."""
    assert workspace.saved is not None
    dataset = reopen(workspace.folder, workspace.saved, workspace.vectors_folder, silent).dataset
    assert dataset is not None
    for row in range(len(dataset)):
        assert len(dataset.read_bytes(row)) == dataset.table["bytes"].iloc[row]
    return len(dataset), dataset.digest


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("work", ["zip", "upload"])
def test_after_a_kill_there_is_all_or_nothing_and_others_lose_nothing(
    work: str,
    moment: int,
    kill: Kill,
    sources: dict[str, Path],
    seconds: dict[str, float],
    tmp_path: Path,
) -> None:
    root = tmp_path / "root"
    theirs = load_before(root)
    share = (moment + random.Random(f"{work} {moment}").random()) / len(MOMENTS)

    kill(work=work, root=str(root), source=str(sources[work]), delay=share * seconds[work])
    after = server(root)
    after.tidy()

    mine, other = after.of_visitor(TOKEN), after.of_visitor(OTHER)
    assert reopened(other) == (5, theirs)
    if mine.saved is None:
        assert settled_names(root) == {folder_name(OTHER)}
    else:
        assert settled_names(mine.folder) <= {".lock", *kept_names(mine.saved)}
        assert reopened(mine)[0] == sum(COUNTS.values())
    after.close()


@pytest.mark.parametrize("work", ["zip", "upload"])
def test_without_a_kill_the_next_server_offers_all(
    work: str, kill: Kill, sources: dict[str, Path], tmp_path: Path
) -> None:
    kill(work=work, root=str(tmp_path), source=str(sources[work]), delay=None)

    after = server(tmp_path)

    assert reopened(after.of_visitor(TOKEN))[0] == sum(COUNTS.values())
    after.close()
