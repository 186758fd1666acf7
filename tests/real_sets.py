"""Where the real pictures lie, and the mark of tests that need them."""

import os
from pathlib import Path

import pytest

FOLDER = Path(
    os.environ.get("EVENSET_REAL_DATA", Path(__file__).parents[1].parent / "shared" / "data")
)
NEEDS_REAL_DATA = [
    pytest.mark.real_data,
    pytest.mark.skipif(
        not FOLDER.is_dir(),
        reason=f"no real pictures in '{FOLDER}'; set EVENSET_REAL_DATA to the folder that has them",
    ),
]
