"""What is loaded, waits or is refused: nothing is left behind, and no folder goes that is read."""

import threading
import time
from pathlib import Path

import pytest
from image_sets import jpeg, write_files, write_zip
from opened_page import WAIT_SECONDS, finish_jobs, visitor

from app.jobs.queue import JOBS, Job
from app.session.session import Pending, Session
from app.session.workspace import Workspace
from app.upload import loading, reading
from app.upload.announcement import ARCHIVE
from app.upload.uploads import Arrival
from core.dataset import ImageDataset
from core.errors import OutputError
from core.limits import DEFAULT_LIMITS
from core.progress import Progress, silent


@pytest.fixture
def workspace() -> Workspace:
    return visitor()


def arrived(workspace: Workspace) -> Arrival:
    """Return an archive that the browser has sent."""
    folder = workspace.new_folder("dataset")
    write_zip(folder / "0.zip", {"cat/1.jpg": jpeg(1), "dog/1.jpg": jpeg(2)})
    return Arrival("pets.zip", ARCHIVE, folder, ["pets.zip"], ["0.zip"], [])


def is_gone(folder: Path) -> bool:
    """Wait until a folder is removed, which happens beside everything else."""
    end = time.monotonic() + WAIT_SECONDS
    while folder.exists() and time.monotonic() < end:
        time.sleep(0.01)
    return not folder.exists()


def hold_all_workers(opened: threading.Event) -> None:
    """Give the queue so much to do that the next job waits until `opened` is set."""

    def wait(_: Progress) -> None:
        opened.wait(WAIT_SECONDS)

    for number in range(2):
        JOBS.submit(Job(f"hold_{number}", "Other work", wait))


def test_an_upload_whose_load_is_cancelled_in_the_queue_leaves_no_folder(
    workspace: Workspace,
) -> None:
    arrival, opened = arrived(workspace), threading.Event()
    hold_all_workers(opened)
    loading.start_arrived(workspace, arrival)

    workspace.cancel_all()
    opened.set()

    assert is_gone(arrival.folder)


def test_an_upload_whose_index_cannot_be_written_leaves_no_folder(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path, dataset: ImageDataset) -> None:
        raise OutputError("The disk is full.")

    monkeypatch.setattr(loading, "keep_index", refuse)
    arrival = arrived(workspace)

    loading.start_arrived(workspace, arrival)
    finish_jobs(workspace)

    assert workspace.message == "The disk is full."
    assert is_gone(arrival.folder)


def test_what_is_being_read_cannot_be_refused_by_another_tab(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {**{f"{n}.jpg": jpeg(n) for n in range(4)}, "labels.csv": b"0,a\n1,b\n2,a\n3,b\n"}
    home = write_files(workspace.new_folder("dataset"), files)
    waiting = reading.open_named(str(home), home, DEFAULT_LIMITS, silent)
    assert isinstance(waiting, Pending)
    workspace.session = Session(pending=waiting)
    opened, read_decided = threading.Event(), reading.read_decided

    def slow(*arguments: object) -> reading.Loaded:
        assert opened.wait(WAIT_SECONDS)
        return read_decided(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(reading, "read_decided", slow)
    loading.start_reading(workspace, waiting, {})

    loading.forget_pending(workspace)
    opened.set()
    finish_jobs(workspace)

    assert workspace.session.dataset is not None
    assert workspace.session.dataset.read_bytes(0) == jpeg(0)
