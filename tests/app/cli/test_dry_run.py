"""`evenset balance --dry-run`: what would be written, and nothing written."""

from pathlib import Path

import pytest

from app.cli import main
from core.export import LAYOUTS

Captured = pytest.CaptureFixture[str]


def run(capsys: Captured, *arguments: object) -> str:
    assert main([str(argument) for argument in arguments]) == 0
    return capsys.readouterr().out


def counts_in(told: str) -> dict[str, list[str]]:
    """Return label -> images before and after, as a table says them."""
    rows = [line.split() for line in told.splitlines()]
    counts = {row[0]: row[1:] for row in rows if row and row[0] in {"cat", "dog", "fox"}}
    assert len(counts) == 3
    return counts


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_dry_run_says_what_is_written_then(
    capsys: Captured, drawn_folder: Path, tmp_path: Path, layout: str
) -> None:
    target = tmp_path / "out"
    way = ("balance", drawn_folder, "--layout", layout, "--out", target)

    told = run(capsys, *way, "--dry-run")

    assert not target.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["animals"]
    assert told.splitlines()[-1].endswith("Nothing was written: --dry-run.")
    assert counts_in(told) == counts_in(run(capsys, *way))
    pictures = [line.split(":")[0].strip() for line in told.splitlines() if "__aug" in line]
    assert all((target / picture).is_file() for picture in pictures)
    assert bool(pictures) == (layout in {"class_folders", "yolo"})


def test_a_dry_run_needs_no_vectors(capsys: Captured, drawn_folder: Path, tmp_path: Path) -> None:
    told = run(
        capsys, "balance", drawn_folder, "--strategy", "smote", "--out", tmp_path / "out.zip",
        "--dry-run",
    )  # fmt: skip

    assert "shown once the images are embedded" in told
    assert not (tmp_path / "out.zip").exists()
