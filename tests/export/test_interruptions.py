"""An export that breaks off harms nothing, and goes on where it can."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from export_sets import FILES, contents, dataset_of, exported, manifest, pictures
from image_sets import write_files

from core.dataset import ImageDataset
from core.errors import CancelledError, OutputError
from core.export import check_target, containers
from core.ingest import open_source

TESTS = Path(__file__).parents[1]


@pytest.fixture
def dataset(tmp_path: Path) -> ImageDataset:
    return dataset_of(tmp_path / "animals")


def cancel_late(stage: str, done: int, total: int) -> None:
    if stage == "writing pictures" and done:
        raise CancelledError("stopped")


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_an_interrupted_zip_leaves_nothing(dataset: ImageDataset, tmp_path: Path) -> None:
    (tmp_path / "place").mkdir()

    with pytest.raises(CancelledError):
        exported(dataset, tmp_path / "place" / "out.zip", progress=cancel_late)

    assert names_in(tmp_path / "place") == []


@pytest.mark.parametrize("strategy", ["augment", "smote"])
def test_an_interrupted_folder_goes_on_to_the_same_bytes(
    dataset: ImageDataset, tmp_path: Path, strategy: str
) -> None:
    exported(dataset, tmp_path / "whole", strategy)

    with pytest.raises(CancelledError):
        exported(dataset, tmp_path / "out", strategy, progress=cancel_late)
    assert not (tmp_path / "out").exists()
    left = {path: path.stat().st_mtime_ns for path in (tmp_path / "out.partial").rglob("*.png")}
    exported(dataset, tmp_path / "out", strategy)

    assert contents(tmp_path / "out") == contents(tmp_path / "whole")
    assert not (tmp_path / "out.partial").exists()
    for path, written in left.items():
        now = tmp_path / "out" / path.relative_to(tmp_path / "out.partial")
        assert now.stat().st_mtime_ns == written


def test_a_killed_export_goes_on_to_the_same_bytes(dataset: ImageDataset, tmp_path: Path) -> None:
    exported(dataset, tmp_path / "whole")
    program = (
        "import sys, time; from pathlib import Path; from export_sets import *\n"
        "def wait(stage, done, total):\n"
        "    if done: print('ready', flush=True); time.sleep(60)\n"
        "exported(read_folder(Path(sys.argv[1])), Path(sys.argv[2]), progress=wait)"
    )
    paths = [str(TESTS), str(TESTS / "export"), str(TESTS.parent)]
    process = subprocess.Popen(
        [sys.executable, "-c", program, dataset.root, tmp_path / "out"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGKILL)
    # What a kill in the middle of a file leaves behind.
    with (tmp_path / ".out.journal").open("ab") as journal:
        journal.write(b"begun -1 train/cat/half.jpg\ndone 99 train/ca")
    (tmp_path / "out.partial" / "train" / "cat" / "half.jpg").write_bytes(b"half")

    exported(dataset, tmp_path / "out")

    assert contents(tmp_path / "out") == contents(tmp_path / "whole")
    assert names_in(tmp_path) == ["animals", "out", "whole"]


def test_a_file_cut_short_by_a_crash_is_written_again(
    dataset: ImageDataset, tmp_path: Path
) -> None:
    exported(dataset, tmp_path / "whole")
    with pytest.raises(CancelledError):
        exported(dataset, tmp_path / "out", progress=cancel_late)
    (tmp_path / "out.partial" / "train" / "cat" / "0.jpg").write_bytes(b"")

    exported(dataset, tmp_path / "out")

    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_what_another_recipe_left_is_begun_anew(dataset: ImageDataset, tmp_path: Path) -> None:
    with pytest.raises(CancelledError):
        exported(dataset, tmp_path / "out", seed=1, progress=cancel_late)

    exported(dataset, tmp_path / "out", "none")
    exported(dataset, tmp_path / "whole", "none")

    assert contents(tmp_path / "out") == contents(tmp_path / "whole")
    assert names_in(tmp_path) == ["animals", "out", "whole"]


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("name", ["notes.txt", "train/cat/mine.jpg", "train/cat/0.jpg/mine"])
def test_a_file_that_a_person_adds_meanwhile_is_never_removed(
    dataset: ImageDataset, tmp_path: Path, name: str, seed: int
) -> None:
    with pytest.raises(CancelledError):
        exported(dataset, tmp_path / "out", seed=0, progress=cancel_late)
    if "0.jpg/" in name:
        (tmp_path / "out.partial" / "train" / "cat" / "0.jpg").unlink()
    write_files(tmp_path / "out.partial", {name: b"mine"})

    with pytest.raises(
        OutputError, match=rf"is needed while.*it contains '{name}'.*not from an export"
    ):
        exported(dataset, tmp_path / "out", seed=seed)

    assert (tmp_path / "out.partial" / name).read_bytes() == b"mine"
    assert not (tmp_path / "out").exists()


def test_a_file_in_the_way_for_a_while_does_not_disown_what_was_begun(
    dataset: ImageDataset, tmp_path: Path
) -> None:
    with pytest.raises(CancelledError):
        exported(dataset, tmp_path / "out", progress=cancel_late)
    (tmp_path / "out").write_bytes(b"mine")
    with pytest.raises(OutputError, match="already exists"):
        exported(dataset, tmp_path / "out")
    (tmp_path / "out").unlink()

    exported(dataset, tmp_path / "out")

    assert names_in(tmp_path) == ["animals", "out"]


@pytest.mark.parametrize("kind", ["a link to a folder", "where a disk is mounted"])
def test_an_empty_folder_that_cannot_be_replaced_is_refused_at_once(
    dataset: ImageDataset, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    if "link" in kind:
        (tmp_path / "real").mkdir()
        target.symlink_to(tmp_path / "real")
    else:
        target.mkdir()
        monkeypatch.setattr(Path, "is_mount", lambda path: path == target)
    before = names_in(tmp_path)

    for write in (check_target, lambda target: exported(dataset, target)):
        with pytest.raises(OutputError, match=f"{kind}.* Choose a folder inside it"):
            write(target)

    assert names_in(tmp_path) == before
    exported(dataset, target / "balanced")


def test_a_link_that_a_person_puts_there_is_not_followed(
    dataset: ImageDataset, tmp_path: Path
) -> None:
    write_files(tmp_path / "mine", {"photo.jpg": b"mine"})
    (tmp_path / "out.partial").symlink_to(tmp_path / "mine")

    with pytest.raises(OutputError, match="is needed while"):
        exported(dataset, tmp_path / "out")

    assert contents(tmp_path / "mine") == {"photo.jpg": b"mine"}


def test_a_journal_cannot_name_what_lies_elsewhere(dataset: ImageDataset, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_bytes(b"mine")
    lines = ["other", "done 4 ../mine.txt", f"done 4 {tmp_path / 'mine.txt'}", "nonsense", ""]
    (tmp_path / ".out.journal").write_text("\n".join(lines))

    exported(dataset, tmp_path / "out")

    assert (tmp_path / "mine.txt").read_bytes() == b"mine"


@pytest.mark.parametrize("name", ["out.zip", "out"])
def test_a_file_that_vanishes_while_it_is_written_is_told(
    dataset: ImageDataset, tmp_path: Path, name: str
) -> None:
    """A zip cannot lose one; a folder can, and then goes on by the same command."""

    def vanish(stage: str, done: int, total: int) -> None:
        if stage == "writing pictures" and done == total:
            (tmp_path / "out.partial" / "train" / "dog" / "0.png").unlink()

    if name == "out":
        with pytest.raises(OutputError, match=r"incomplete: 1 file of .* 'train/dog/0\.png'"):
            exported(dataset, tmp_path / name, progress=vanish)
        assert not (tmp_path / name).exists()

    exported(dataset, tmp_path / name)

    assert len(manifest(tmp_path / name)) == len(pictures(tmp_path / name))


def test_a_foreign_file_is_told_at_the_end_too(dataset: ImageDataset, tmp_path: Path) -> None:
    def add(stage: str, done: int, total: int) -> None:
        if stage == "writing pictures" and done == total:
            write_files(tmp_path / "out.partial", {"train/dog/mine.png": b"mine"})

    with pytest.raises(OutputError, match=r"is 'train/dog/mine\.png', which it did not"):
        exported(dataset, tmp_path / "out", progress=add)

    assert (tmp_path / "out.partial/train/dog/mine.png").read_bytes() == b"mine"
    assert not (tmp_path / "out").exists()


def test_what_systems_put_into_folders_is_in_nobodys_way(
    dataset: ImageDataset, tmp_path: Path
) -> None:
    with pytest.raises(CancelledError):
        exported(dataset, tmp_path / "out", progress=cancel_late)
    write_files(tmp_path / "out.partial", {"train/.DS_Store": b"x"})

    exported(dataset, tmp_path / "out")

    assert len(manifest(tmp_path / "out")) == len(pictures(tmp_path / "out")) - 1


def test_what_killed_zips_left_is_swept(dataset: ImageDataset, tmp_path: Path) -> None:
    left = {".out.zip.0123456789ab.partial": b"half", ".out.zip.lock": b""}
    mine = {".out.zip.partial": b"mine", ".out.zip.zzzzzzzzzzzz.partial": b"mine"}
    write_files(tmp_path, left | mine)

    exported(dataset, tmp_path / "out.zip")

    assert names_in(tmp_path) == sorted([*mine, "animals", "out.zip"])


@pytest.mark.parametrize("name", ["out.zip", "out"])
def test_a_second_export_to_a_place_is_refused_while_the_first_runs(
    dataset: ImageDataset, tmp_path: Path, name: str
) -> None:
    refusals = []

    def export_too(stage: str, done: int, total: int) -> None:
        if stage == "writing pictures" and done == 0:
            for seed in (0, 1):
                with pytest.raises(OutputError, match="Another export is being written") as refusal:
                    exported(dataset, tmp_path / name, seed=seed)
                refusals.append(refusal)
            with pytest.raises(OutputError, match="Another export is being written"):
                check_target(tmp_path / name)

    exported(dataset, tmp_path / name, progress=export_too)

    assert len(refusals) == 2
    assert len(manifest(tmp_path / name)) == len(pictures(tmp_path / name))
    with pytest.raises(OutputError, match="already exists"):
        exported(dataset, tmp_path / name)
    assert names_in(tmp_path) == ["animals", name]


@pytest.mark.parametrize("name", ["photo.jpg", "recipe.json"])
def test_a_folder_of_the_person_is_never_removed(
    dataset: ImageDataset, tmp_path: Path, name: str
) -> None:
    write_files(tmp_path / "out.partial", {name: b"\xffmine"})

    with pytest.raises(OutputError, match=r"out\.partial' is needed while"):
        exported(dataset, tmp_path / "out")

    assert contents(tmp_path / "out.partial") == {name: b"\xffmine"}
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["out.zip", "out"])
def test_a_target_that_exists_is_left_as_it_is(
    dataset: ImageDataset, tmp_path: Path, name: str
) -> None:
    target = tmp_path / name
    if name == "out":
        write_files(target, {"mine.txt": b"mine"})
    else:
        target.write_bytes(b"mine")
    before = sorted(path.name for path in tmp_path.iterdir())

    with pytest.raises(OutputError, match=r"already exists\. Choose another name"):
        exported(dataset, target)

    assert sorted(path.name for path in tmp_path.iterdir()) == before
    file = target / "mine.txt" if name == "out" else target
    assert file.read_bytes() == b"mine"


def test_a_file_is_no_folder_and_a_folder_no_zip(dataset: ImageDataset, tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"mine")
    (tmp_path / "out.zip").mkdir()

    for name in ("out", "out.zip"):
        with pytest.raises(OutputError, match="already exists"):
            exported(dataset, tmp_path / name)


def test_an_empty_folder_is_filled(
    dataset: ImageDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    exported(dataset, Path(), "none")

    assert len(pictures(tmp_path / "here")) == len(FILES)


@pytest.mark.parametrize("name", ["out.zip", "out"])
def test_a_full_disk_is_told_and_nothing_has_the_name(
    dataset: ImageDataset, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: object, path: str, content: bytes) -> None:
        if path.startswith("train"):
            raise OSError(28, "No space left on device")

    for writer in (containers._ZipWriter, containers._FolderWriter):
        monkeypatch.setattr(writer, "write", full)

    with pytest.raises(OutputError, match="No space left on device"):
        exported(dataset, tmp_path / name)
    assert not (tmp_path / name).exists()


def test_a_resumed_export_holds_only_what_its_manifest_names(
    dataset: ImageDataset, tmp_path: Path
) -> None:
    with pytest.raises(CancelledError):
        exported(dataset, tmp_path / "out", progress=cancel_late)
    assert any((tmp_path / "out.partial" / "train" / "dog").iterdir())
    (dataset.root / "train" / "dog" / "0.png").unlink()

    report = exported(dataset, tmp_path / "out")

    assert report.failed
    assert {row.path for row in report.rows} == set(pictures(tmp_path / "out"))


def test_what_an_interrupted_export_left_is_not_lost_as_a_source(
    dataset: ImageDataset, tmp_path: Path
) -> None:
    with pytest.raises(CancelledError):
        exported(dataset, tmp_path / "out", progress=cancel_late)
    left = contents(tmp_path / "out.partial")
    source = open_source(str(tmp_path / "out.partial" / "train"), tmp_path / "unused")

    with pytest.raises(OutputError, match="would be removed"):
        exported(source, tmp_path / "out")

    assert contents(tmp_path / "out.partial") == left


def test_an_export_into_its_own_source_is_refused(dataset: ImageDataset) -> None:
    for name in ("out", "out.zip"):
        with pytest.raises(OutputError, match="is inside the folder of the source images"):
            exported(dataset, dataset.root / "train" / name)

        assert not (dataset.root / "train" / name).exists()
