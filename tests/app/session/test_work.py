"""The long work behind the buttons leaves nothing lying about."""

from pathlib import Path

import pytest
from image_sets import jpeg, read_folder, write_files, write_zip

from app.session.root_folder import fill_folder
from app.session.session import Pending
from app.upload import reading
from app.upload.announcement import ARCHIVE, FOLDER
from app.upload.uploads import Arrival
from core.dataset import Choices, SkippedFile
from core.errors import CancelledError
from core.ingest import preview_counts
from core.limits import DEFAULT_LIMITS
from core.progress import Progress, silent
from core.storage import write_bytes


def test_a_load_that_breaks_off_leaves_no_folder(tmp_path: Path) -> None:
    folder = tmp_path / "dataset"
    (folder / "0").mkdir(parents=True)

    def cancelled(progress: Progress) -> reading.Loaded:
        raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        fill_folder(folder, cancelled, silent)

    assert not folder.exists()


def arrival(folder: Path, name: str, files: dict[str, bytes], *, unreadable: int = 0) -> Arrival:
    """Return an upload of a folder whose last files could not be read by the browser."""
    kept = []
    for number, content in enumerate(files.values()):
        kept.append(f"0/{number}.jpg")
        write_bytes(folder / kept[-1], content)
    missing = list(range(len(files) - unreadable, len(files)))
    return Arrival(name, FOLDER, folder, list(files), kept, missing)


def test_a_folder_from_the_browser_is_the_same_dataset_as_read_in_place(tmp_path: Path) -> None:
    # Names are those inside of the folder, also where it holds one of its own name.
    files = {f"pets/{label}/{n}.jpg": jpeg(n) for n, label in enumerate(("cat", "dog"))}
    here = read_folder(write_files(tmp_path / "pets", files))

    opened = reading.open_arrived(arrival(tmp_path / "up", "pets", files), DEFAULT_LIMITS, silent)

    assert not isinstance(opened, Pending)
    assert opened[0].name == here.name == "pets"
    assert opened[0].digest == here.digest


def test_what_the_browser_could_not_read_is_told(tmp_path: Path) -> None:
    files = {f"cat/{n}.jpg": jpeg(n) for n in range(4)}
    arrived = arrival(tmp_path, "pets", files, unreadable=1)

    opened = reading.open_arrived(arrived, DEFAULT_LIMITS, silent)

    assert not isinstance(opened, Pending)
    assert len(opened[0]) == 3
    assert opened[0].skipped == (SkippedFile("cat/3.jpg", "not readable by the browser"),)


def test_an_archive_from_the_browser_is_removed_once_it_is_unpacked(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "0.zip", {"cat/1.jpg": jpeg(1), "dog/1.jpg": jpeg(2)})
    arrived = Arrival("my pets.zip", ARCHIVE, tmp_path, ["my pets.zip"], ["0.zip"], [])

    opened = reading.open_arrived(arrived, DEFAULT_LIMITS, silent)

    assert not isinstance(opened, Pending)
    assert opened[0].name == "my pets"
    assert not archive.exists()
    assert opened[0].read_bytes(0) == jpeg(1)


def test_what_is_unclear_waits_and_is_read_as_decided(tmp_path: Path) -> None:
    files = {f"{n}.jpg": jpeg(n) for n in range(3)} | {"cat/9.jpg": jpeg(9), "dog/8.jpg": jpeg(8)}

    pending = reading.open_arrived(arrival(tmp_path, "set", files), DEFAULT_LIMITS, silent)

    assert isinstance(pending, Pending)
    decisions = {"outside_classes": "one_class"}
    dataset, *_ = reading.read_decided(pending, decisions, DEFAULT_LIMITS, silent)
    assert dataset.counts() == {"cat": 1, "dog": 1, "set": 3}


def test_another_column_is_looked_at_again(tmp_path: Path) -> None:
    files = {f"{n}.jpg": jpeg(n) for n in range(4)}
    table = b"file,label,colour\n" + b"".join(b"%d.jpg,a,%d\n" % (n, n % 2) for n in range(4))
    folder = write_files(tmp_path / "set", {**files, "labels.csv": table})
    pending = reading.open_named(str(folder), tmp_path / "unused", DEFAULT_LIMITS, silent)
    assert isinstance(pending, Pending)

    again = reading.survey_again(pending, Choices("labels.csv", label_column="colour"), silent)

    assert preview_counts(again.survey, {}) == {"0": 2, "1": 2}
