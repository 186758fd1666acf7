"""What all tests share: Hypothesis without a stopwatch, and a small folder of pictures."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from image_sets import write_folder

settings.register_profile("evenset", deadline=None)
settings.load_profile("evenset")


@pytest.fixture(scope="session", autouse=True)
def _data_folder_of_the_tests() -> Iterator[None]:
    """Keep workspaces out of the data of whoever runs the tests."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", folder)
        patch.setenv("XDG_CACHE_HOME", folder)
        yield


@pytest.fixture
def drawn_folder(tmp_path: Path) -> Path:
    """Return a folder with 7 cats, 4 dogs and 1 fox, PNG and JPEG in turn."""
    return write_folder(tmp_path / "animals", {"cat": 7, "dog": 4, "fox": 1})
