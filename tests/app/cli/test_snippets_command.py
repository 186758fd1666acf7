"""`evenset snippets` lists, prints and writes the code that fits an export."""

from pathlib import Path

import pytest

from app.cli import main
from core.export import fitting_snippets, read_training

Captured = pytest.CaptureFixture[str]


@pytest.fixture(params=["balanced", "balanced.zip"])
def export(request: pytest.FixtureRequest, drawn_folder: Path, capsys: Captured) -> Path:
    out = drawn_folder.parent / request.param
    assert (
        main(["balance", str(drawn_folder), "--strategy", "class_weights", "--out", str(out)]) == 0
    )
    assert f"Code that trains on it: evenset snippets {out}\n" in capsys.readouterr().out
    return out


def test_what_fits_is_listed_with_the_advice_of_the_plan(export: Path, capsys: Captured) -> None:
    assert main(["snippets", str(export)]) == 0

    said, training = capsys.readouterr().out, read_training(export)
    assert training.advice in said
    names = [one.name for one in fitting_snippets(training)]
    assert [line.split()[0] for line in said.splitlines()[2:]] == names


def test_one_is_printed_for_the_place_of_the_export(export: Path, capsys: Captured) -> None:
    assert main(["snippets", str(export), "--show", "torch_sampler"]) == 0

    folder = str(export) if export.is_dir() else "balanced"
    assert f"\nFOLDER = {folder!r}\n" in capsys.readouterr().out


def test_those_that_fit_are_written(export: Path, tmp_path: Path, capsys: Captured) -> None:
    assert main(["snippets", str(export), "--out", str(tmp_path / "code")]) == 0

    written = {path.stem: path.read_text() for path in (tmp_path / "code").iterdir()}
    assert set(written) == {one.name for one in fitting_snippets(read_training(export))}
    capsys.readouterr()
    for name, code in written.items():
        assert main(["snippets", str(export), "--show", name]) == 0
        assert capsys.readouterr().out == code


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--show", "sklearn_vectors"], "The snippet 'sklearn_vectors' does not fit this export."),
        (["--show", "torch_smapler"], "There is no snippet 'torch_smapler'. Did you mean"),
    ],
)
def test_another_one_is_refused_with_those_that_fit(
    export: Path, capsys: Captured, arguments: list[str], told: str
) -> None:
    assert main(["snippets", str(export), *arguments]) == 1

    assert told in capsys.readouterr().err


def test_what_is_no_export_is_refused(drawn_folder: Path, capsys: Captured) -> None:
    assert main(["snippets", str(drawn_folder)]) == 1

    assert "has no training.json" in capsys.readouterr().err
