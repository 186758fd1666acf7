"""What all tests share: Hypothesis without a stopwatch, and a small folder of pictures."""

from pathlib import Path

import pytest
from hypothesis import settings
from image_sets import write_folder

settings.register_profile("evenset", deadline=None)
settings.load_profile("evenset")


@pytest.fixture
def drawn_folder(tmp_path: Path) -> Path:
    """Return a folder with 7 cats, 4 dogs and 1 fox, PNG and JPEG in turn."""
    return write_folder(tmp_path / "animals", {"cat": 7, "dog": 4, "fox": 1})
