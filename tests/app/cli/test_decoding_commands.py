"""The command line says how pictures are decoded, takes another way, and keeps to a recipe's."""

import json
from pathlib import Path

import pytest
from image_sets import read_folder, saved, write_files, write_folder, zipped
from open_pictures import DARK, WHITE, icon, write_icons, write_scans

from app.cli import main
from core.audit import audit
from core.dataset.questions import questions

Captured = pytest.CaptureFixture[str]
ON_GREY = (
    "All 6 pictures are transparent and most would vanish on white: grey lies behind them. "
    "To use white instead, add --background white."
)


@pytest.fixture
def icons(tmp_path: Path) -> Path:
    return write_icons(tmp_path / "icons", {"sword": [WHITE] * 4, "shield": [WHITE, DARK]})


def outcome(capsys: Captured, *arguments: object) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def recipe_of(archive: Path, folder: Path) -> Path:
    """Return the recipe of an export as a file of its own."""
    path = folder / "recipe.json"
    path.write_bytes(zipped(archive)["recipe.json"])
    return path


@pytest.mark.parametrize(
    "command",
    [("audit",), ("embed", "--encoder", "classical", "--no-cache", "--out"), ("balance", "--out")],
)
def test_a_proposal_is_one_line_of_every_command(
    capsys: Captured, icons: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    place = [tmp_path / "out"] if command[-1] == "--out" else []

    code, _, err = outcome(capsys, command[0], icons, *command[1:], *place)

    assert code == 0
    assert [line for line in err.splitlines() if "transparent" in line] == [f"evenset: {ON_GREY}"]


def test_the_other_way_is_taken_and_said(capsys: Captured, icons: Path) -> None:
    code, out, err = outcome(capsys, "audit", icons, "--background", "white", "--json", "-")

    assert code == 0
    assert "white lies behind them as chosen, where grey is proposed." in err
    told = json.loads(out)["decoding"]
    assert (told["background"], told["proposed"]["background"]) == ("white", "grey")


def test_a_set_that_asks_nothing_says_nothing(capsys: Captured, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "set", {"cat": 3, "dog": 2})

    _, out, err = outcome(capsys, "audit", folder)

    assert "transparent" not in out + err
    assert "16" not in err


def test_the_audit_prints_the_sentence_of_core(capsys: Captured, tmp_path: Path) -> None:
    folder = write_scans(tmp_path / "scans", {"tumor": [4000] * 3, "normal": [3000]})

    _, out, err = outcome(capsys, "audit", folder)

    dataset = read_folder(folder)
    [question] = questions(dataset)
    assert "16-bit values up to 4,000: 4,095 becomes white." in question.text
    assert f"evenset: {question.text} To use 65,535 instead, add {question.option}." in err
    assert f"[low] {question.text} Compare both on Load, or use {question.option} on the" in out
    assert [one.text for one in audit(dataset).findings if one.id == "white_level"] == [
        question.text
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--background", "blue"], "There is no background 'blue'. The backgrounds are: white, g"),
        (["--white-level", "12"], "The white level is 12; it must lie between 255 and 65,535."),
        (["--white-level", "70000"], "it must lie between 255 and 65,535."),
    ],
)
def test_what_there_is_not_is_one_line(
    capsys: Captured, icons: Path, options: list[str], message: str
) -> None:
    code, out, err = outcome(capsys, "audit", icons, *options)

    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1
    assert message in err


def test_a_level_that_is_no_number_is_wrong_usage(capsys: Captured, icons: Path) -> None:
    code, out, err = outcome(capsys, "audit", icons, "--white-level", "high")

    assert (code, out) == (2, "")
    assert err.startswith("evenset: --white-level: 'high' is not a valid integer.")


def test_a_recipe_carries_what_was_chosen(capsys: Captured, icons: Path, tmp_path: Path) -> None:
    first, again = tmp_path / "first.zip", tmp_path / "again.zip"
    outcome(capsys, "balance", icons, "--background", "white", "--out", first)
    recipe = recipe_of(first, tmp_path)

    code, _, err = outcome(capsys, "balance", icons, "--recipe", recipe, "--out", again)

    assert code == 0
    assert json.loads(recipe.read_bytes())["choices"]["background"] == "white"
    assert "not the images that the recipe was made with" not in err
    assert first.read_bytes() == again.read_bytes()


def test_a_recipe_of_a_proposal_carries_that(capsys: Captured, icons: Path, tmp_path: Path) -> None:
    outcome(capsys, "balance", icons, "--out", tmp_path / "first.zip")

    choices = json.loads(recipe_of(tmp_path / "first.zip", tmp_path).read_bytes())["choices"]

    assert (choices["background"], choices["white_level"]) == ("grey", None)


def test_a_grown_set_is_decoded_by_its_recipe_and_both_ways_are_named(
    capsys: Captured, tmp_path: Path
) -> None:
    folder = write_icons(tmp_path / "icons", {"sword": [DARK] * 3, "shield": [DARK]})
    outcome(capsys, "balance", folder, "--out", tmp_path / "first.zip")
    recipe = recipe_of(tmp_path / "first.zip", tmp_path)
    more = {f"shield/new{number}.png": saved(icon(50 + number), "PNG") for number in range(5)}
    write_files(folder, more)

    code, _, err = outcome(
        capsys, "balance", folder, "--recipe", recipe, "--out", tmp_path / "again.zip"
    )

    assert code == 0
    [line] = [line for line in err.splitlines() if "transparent" in line]
    assert "white lies behind them as chosen, where grey is proposed." in line
    choices = json.loads(recipe_of(tmp_path / "again.zip", tmp_path).read_bytes())["choices"]
    assert choices["background"] == "white"


def test_an_option_wins_over_a_recipe(capsys: Captured, icons: Path, tmp_path: Path) -> None:
    outcome(capsys, "balance", icons, "--out", tmp_path / "first.zip")
    recipe = recipe_of(tmp_path / "first.zip", tmp_path)

    _, _, err = outcome(
        capsys, "balance", icons, "--recipe", recipe, "--background", "white",
        "--out", tmp_path / "again.zip",
    )  # fmt: skip

    assert "white lies behind them as chosen" in err


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("background", "blue", "There is no background 'blue'."),
        ("white_level", 3, "The white level is 3;"),
        ("white_level", "many", "'choices.white_level' is \"many\"; it must be a whole number."),
        ("white_level", [1], "'choices.white_level' is a list"),
    ],
)
def test_a_recipe_that_names_what_there_is_not_is_one_line(
    capsys: Captured, icons: Path, tmp_path: Path, name: str, value: object, message: str
) -> None:
    outcome(capsys, "balance", icons, "--out", tmp_path / "first.zip")
    recipe = recipe_of(tmp_path / "first.zip", tmp_path)
    data = json.loads(recipe.read_bytes())
    data["choices"][name] = value
    recipe.write_text(json.dumps(data))

    code, _, err = outcome(
        capsys, "balance", icons, "--recipe", recipe, "--out", tmp_path / "again.zip"
    )

    assert code == 1
    assert message in err
    assert len(err.splitlines()) == 1
