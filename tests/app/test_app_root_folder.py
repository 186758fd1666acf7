"""A server's temporary folder: kept while it lives, removed after it was killed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.root_folder import RootFolder, remove_leftovers

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs flock")


def test_the_folder_of_a_living_server_stays() -> None:
    root = RootFolder()

    remove_leftovers(root.path.parent)

    assert root.path.is_dir()
    root.remove()
    assert not root.path.exists()


def test_the_folder_of_a_killed_server_goes(tmp_path: Path) -> None:
    code = "import os; from app.root_folder import RootFolder; RootFolder(); os._exit(9)"
    elsewhere = {**os.environ, "TMPDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], check=False, env=elsewhere)
    assert len(list(tmp_path.iterdir())) == 1

    remove_leftovers(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_a_lock_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "evenset_mine").mkdir()

    remove_leftovers(tmp_path)

    assert (tmp_path / "evenset_mine").is_dir()
