"""Commands say how labels are read, and how they could be read otherwise."""

import json
from pathlib import Path

import pytest
from image_sets import jpeg, write_files

from app.cli.entry import main
from core.ingest import survey
from core.ingest.folder import list_folder

Captured = pytest.CaptureFixture[str]
NAMES = [("oak", "north"), ("elm", "north"), ("oak", "south"), ("elm", "south")]


def audited(capsys: Captured, folder: Path, *options: str) -> tuple[int, list[str], str]:
    """Return the code, the classes, and what was said beside them."""
    code = main(["audit", str(folder), *options, "--json", "-"])
    captured = capsys.readouterr()
    return code, list(json.loads(captured.out)["classes"]) if captured.out else [], captured.err


@pytest.fixture
def close(tmp_path: Path) -> Path:
    """Return class folders, and a table that labels the pictures in another way."""
    files = {
        f"{place}/{kind}{number}.jpg": jpeg(number) for kind, place in NAMES for number in range(3)
    }
    rows = [f"{path.rpartition('/')[2]},{path.rpartition('/')[2][:3]}" for path in files]
    # Two folders have files of one name, which a table would not tell apart.
    files = {path.replace(".jpg", f"_{path[:1]}.jpg"): content for path, content in files.items()}
    rows = [f"{path},{path.rpartition('/')[2][:3]}" for path in files]
    table = "\n".join(["file,label", *rows]).encode()
    return write_files(tmp_path / "trees", {**files, "kinds.csv": table})


def test_a_command_says_what_the_core_says(capsys: Captured, close: Path) -> None:
    _, _, said = audited(capsys, close)

    assert said.startswith(f"evenset: {survey(list_folder(close)).sentence} ")


def test_a_close_call_takes_the_best_and_names_the_option_of_the_other(
    capsys: Captured, close: Path
) -> None:
    code, classes, said = audited(capsys, close)

    assert (code, classes) == (0, ["north", "south"])
    assert said.endswith("add --labels kinds.csv --label-column label.\n")
    assert audited(capsys, close, "--labels", "kinds.csv", "--label-column", "label")[1] == [
        "elm",
        "oak",
    ]


def test_strict_refuses_a_close_call_and_names_both_options(capsys: Captured, close: Path) -> None:
    code, _, said = audited(capsys, close, "--strict")

    assert code == 1
    assert "--label-level 1" in said
    assert "--labels kinds.csv --label-column label" in said
    assert audited(capsys, close, "--strict", "--label-level", "1")[0] == 0


def test_labels_are_found_by_a_pattern(capsys: Captured, close: Path) -> None:
    code, classes, _ = audited(capsys, close, "--label-pattern", r"(oak|elm)\d")

    assert (code, classes) == (0, ["elm", "oak"])


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(", "is not a regular expression"),
        ("oak", "has no group"),
        ("((x|xx|xxx)+)+y", "takes too long"),
        ("(" * 2_000, "has 2,000 characters"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused(
    capsys: Captured, tmp_path: Path, pattern: str, said: str
) -> None:
    folder = write_files(tmp_path / "set", {f"a/{'x' * 100}{n}.jpg": jpeg(n) for n in range(2)})

    code, _, err = audited(capsys, folder, "--label-pattern", pattern)

    assert code == 1
    assert said in err
    assert err.count("\n") == 1


def test_a_level_that_there_is_not_is_refused(capsys: Captured, close: Path) -> None:
    code, _, said = audited(capsys, close, "--label-level", "3")

    assert code == 1
    assert "There is no level 3 of folders" in said
