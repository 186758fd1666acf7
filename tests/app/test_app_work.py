"""The long work behind the buttons leaves nothing lying about."""

from io import BytesIO
from pathlib import Path

import pytest
from image_sets import jpeg

from app import work
from core.errors import CancelledError
from core.limits import DEFAULT_LIMITS
from core.progress import Progress, silent


def test_a_load_that_breaks_off_leaves_no_folder(tmp_path: Path) -> None:
    folder = tmp_path / "dataset"
    (folder / "0").mkdir(parents=True)

    def cancelled(progress: Progress) -> work.Loaded:
        raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        work.load_into(folder, cancelled, silent)

    assert not folder.exists()


def test_a_folder_from_the_browser_is_the_same_dataset_as_read_in_place(tmp_path: Path) -> None:
    contents = {f"pets/{label}/{n}.jpg": jpeg(n) for n, label in enumerate(("cat", "dog"))}
    files = [(name, BytesIO(content)) for name, content in contents.items()]
    folder = tmp_path / "dataset"

    root = work.keep_folder_upload(files, folder)
    dataset, _ = work.load_folder_upload("pets", root, folder, DEFAULT_LIMITS, silent)

    assert dataset.name == "pets"
    assert dataset.table["path"].tolist() == ["cat/0.jpg", "dog/1.jpg"]
