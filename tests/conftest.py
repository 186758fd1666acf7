"""What all tests share: Hypothesis without a stopwatch, and a small folder of pictures."""

import gc
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

# Before NumPy and torch: on little work, threads that share busy cores wait for each other. A test
# about threads says how many it wants.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
from hypothesis import settings
from image_sets import write_folder

pytest_plugins = ["kinds", "pytester", "second_try"]

# A test says how many examples it takes only where each is slow.
settings.register_profile("evenset", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=15)
settings.register_profile("release", deadline=None, max_examples=600)
settings.load_profile("evenset")

# After `nohup make test &` we are deaf to SIGINT, and what we start would inherit that: tests that
# send one to it would wait for ever. A handler that does nothing is not inherited.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, lambda number, frame: None)

gc.disable()  # until all is imported: nothing of that is ever garbage


def pytest_collection_finish() -> None:
    """Look for garbage from now on, but not among the half a million objects of the libraries."""
    gc.freeze()
    gc.enable()


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
