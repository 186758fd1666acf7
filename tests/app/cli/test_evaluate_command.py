"""`evenset evaluate`: rows as they come, settings, folds, and what Ctrl+C leaves."""

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from command_line import without_reading

from app.cli import evaluate as evaluate_command
from app.cli import main
from core.errors import SettingError
from core.evaluate import Candidate, EvaluationReport, Experiment, estimate, evaluate
from core.evaluate.report import Done
from core.evaluate.report_file import read_report

Captured = pytest.CaptureFixture[str]


def outcome(capsys: Captured, *arguments: object) -> tuple[int, str, str]:
    """Compare strategies on two classes; return the code, what was written, and beside it."""
    code = main(["evaluate", *map(str, arguments), "--take", "cat", "--take", "dog"])
    captured = capsys.readouterr()
    return code, captured.out, without_reading(captured.err)


def test_each_strategy_is_told_when_it_is_done(capsys: Captured, drawn_folder: Path) -> None:
    code, out, err = outcome(capsys, drawn_folder, "--strategies", "class_weights,smote@50%")

    assert code == 0
    lines = [line for line in err.splitlines() if " of 10 repeats" in line]
    assert lines[0].startswith("evenset: 1 of 10 repeats, 'None': balanced accuracy ")
    assert lines[0].endswith(" %.")
    assert lines[2].startswith("evenset: 1 of 10 repeats, 'SMOTE to 50%': balanced accuracy ")
    assert lines[2].endswith(" points over none.")
    assert lines[-1] == "evenset: 10 of 10 repeats."
    assert " of 10 repeats" not in out


def test_folds_repeats_and_settings_are_those_that_were_asked_for(
    capsys: Captured, drawn_folder: Path, tmp_path: Path
) -> None:
    found = tmp_path / "found.json"

    code, out, _ = outcome(
        capsys, drawn_folder, "--strategies", "smote", "--folds", 2, "--repeats", 3,
        "--set", "smote.k_neighbors=2", "--set", "smote.interpolation=spherical", "--json", found,
    )  # fmt: skip

    assert code == 0
    report = json.loads(found.read_text())
    assert (report["folds"], report["repeats"]) == (2, 3)
    assert report["settings"]["smote"]["k_neighbors"] == 2
    assert report["settings"]["smote"]["interpolation"] == "spherical"
    assert "Set for 'SMOTE': neighbours: 2; path between two images: arc." in out


def test_a_set_of_strategies_stands_for_its_rows(capsys: Captured, drawn_folder: Path) -> None:
    code, out, _ = outcome(
        capsys, drawn_folder, "--strategies", "smote_kin,none", "--repeats", 1, "--json", "-"
    )

    assert code == 0
    names = [row["name"] for row in json.loads(out)["strategies"]]
    assert names[:4] == ["none", "smote", "smote:pictures", "borderline_smote"]


@pytest.mark.parametrize(
    ("options", "at_once", "is_compared", "is_told"),
    [
        ([], 60, True, False),
        ([], 0, False, True),
        (["--pictures"], 0, True, False),
        (["--no-pictures"], 60, False, False),
        (["--strategies", "class_weights"], 60, False, False),
    ],
)
def test_pictures_are_compared_unasked_where_they_are_quickly_made(
    capsys: Captured,
    drawn_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    at_once: float,
    is_compared: bool,
    is_told: bool,
) -> None:
    monkeypatch.setattr(estimate, "AT_ONCE_SECONDS", at_once)
    found = tmp_path / "found.json"

    code, _, err = outcome(
        capsys, drawn_folder, *options, "--folds", 2, "--repeats", 1, "--json", found
    )

    assert code == 0
    names = list(json.loads(found.read_text())["settings"])
    assert (names[-2:] == ["augment", "smote:pictures"]) == is_compared
    told = "evenset: Not compared yet: augmented pictures and SMOTE as pictures ("
    assert (told in err) == ("--pictures compares them too." in err) == is_told


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--folds", "1"], "at least 2 folds and 1 repeat"),
        (["--repeats", "0"], "at least 2 folds and 1 repeat"),
        (["--margin", "0"], "The margin is 0 points"),
        (["--strategies", "lda", "--head", "neighbours"], "changes how a linear model learns"),
        (["--set", "k_neighbors=7"], "Write STRATEGY.SETTING=VALUE"),
        (["--set", "smote.k_neighbors"], "Write STRATEGY.SETTING=VALUE"),
        (["--set", "magic.k=7"], "There is no strategy 'magic'"),
        (["--set", "smote.k=7"], "SMOTE has no setting 'k'"),
        (["--set", "adasyn.k_neighbors=7"], "'adasyn' is not among the strategies"),
        (["--more-images", "cat,cow"], "There is no class 'cow' among the training images"),
        (["--wanted", "0"], "--wanted is 0"),
        (["--shares", "cow=5%"], "Shares name 'cow'"),
        (["--shares", "cat"], "is no share"),
        (["--costs", "nowhere.csv"], "'nowhere.csv' cannot be read"),
        (["--strategies", "smote@9999999"], "fills classes up to 9,999,999 images"),
    ],
)
def test_what_cannot_be_compared_is_refused_before_work(
    capsys: Captured, drawn_folder: Path, options: list[str], words: str
) -> None:
    code, out, err = outcome(capsys, drawn_folder, *options)

    assert (code, out) == (1, "")
    assert words in err
    assert err.count("\n") == 1


def interrupted(after: int, error: BaseException | None = None) -> Callable[..., EvaluationReport]:
    """Return `evaluate`, interrupted as soon as so many strategies are done."""

    def run(
        experiment: Experiment,
        candidates: Sequence[Candidate],
        *,
        on_done: Callable[[Done], None],
        **asked: object,
    ) -> EvaluationReport:
        def listen(done: Done) -> None:
            on_done(done)
            if len(done.predictions.scores) == after:
                raise error or KeyboardInterrupt

        return evaluate(experiment, candidates, on_done=listen, **asked)  # type: ignore[arg-type]

    return run


def test_an_interrupted_comparison_prints_what_is_done(
    capsys: Captured, drawn_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluate_command, "evaluate", interrupted(after=2))
    found, table = tmp_path / "found.json", tmp_path / "found.csv"

    code, out, err = outcome(
        capsys, drawn_folder, "--strategies", "class_weights,smote", "--json", found,
        "--csv", table,
    )  # fmt: skip

    assert code == 130
    assert err.endswith("evenset: stopped.\n")
    assert out.startswith("After 1 of 10 repeats and 2 of 3 candidates: ")
    assert [line.split("  ")[1] for line in out.splitlines()[2:4]] == ["None", "Class weights"]
    assert (json.loads(found.read_text())["done"], len(table.read_text())) > (1, 0)


def test_one_that_has_only_the_baseline_prints_nothing(
    capsys: Captured, drawn_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluate_command, "evaluate", interrupted(after=1))

    code, out, err = outcome(capsys, drawn_folder, "--strategies", "class_weights,smote")

    assert (code, out) == (130, "")
    assert err.endswith("evenset: stopped.\n")


def test_a_refusal_in_the_middle_prints_what_is_done(
    capsys: Captured, drawn_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = interrupted(after=2, error=SettingError("Too few."))
    monkeypatch.setattr(evaluate_command, "evaluate", refused)

    code, out, err = outcome(capsys, drawn_folder, "--strategies", "class_weights,smote")

    assert code == 1
    assert out.startswith("After 1 of 10 repeats and 2 of 3 candidates: ")
    assert err.endswith("evenset: Too few.\n")


def test_which_images_are_wrong_is_what_the_confusions_count(
    capsys: Captured, drawn_folder: Path, tmp_path: Path
) -> None:
    found, table = tmp_path / "found.json", tmp_path / "wrong.csv"

    code, _, _ = outcome(
        capsys, drawn_folder, "--strategies", "class_weights", "--repeats", 3, "--json", found,
        "--wrong", table,
    )  # fmt: skip

    assert code == 0
    report = json.loads(found.read_text())
    with table.open(newline="") as file:
        lines = list(csv.DictReader(file))
    for row in report["strategies"][:-1]:
        cells = {
            (label, predicted): count
            for label, counts in zip(report["classes"], row["confusion"], strict=True)
            for predicted, count in zip(report["classes"], counts, strict=True)
        }
        told = [line for line in lines if line["strategy"] == row["name"]]
        for (label, predicted), count in cells.items():
            times = [
                int(line["times"])
                for line in told
                if (line["label"], line["predicted"]) == (label, predicted)
            ]
            assert sum(times) == (0 if label == predicted else count)
    assert all((drawn_folder / line["path"]).is_file() for line in lines)


def test_more_images_are_told_alike_on_the_terminal_and_in_json(
    capsys: Captured, drawn_folder: Path, tmp_path: Path
) -> None:
    asked = [drawn_folder, "--strategies", "lda", "--repeats", 1, "--more-images", "all"]
    found = tmp_path / "found.json"

    code, out, err = outcome(capsys, *asked, "--wanted", 70, "--json", found)

    assert code == 0
    assert "evenset: more images: 300 fits. On one core: a few seconds." in err
    told = json.loads(found.read_text())["more_images"]
    assert [one["label"] for one in told["classes"]] == [None, "cat", "dog"]
    assert told["wanted"] == 0.7
    for one in told["classes"]:
        assert f"{one['sentence']} {one['needed']}".strip() in out.splitlines()
    assert told["note"] in out
    assert read_report(json.loads(found.read_text())).asked == 2


def test_costs_outside_are_told_alike_on_the_terminal_and_in_json(
    capsys: Captured, drawn_folder: Path, tmp_path: Path
) -> None:
    found, costs = tmp_path / "found.json", tmp_path / "costs.csv"
    costs.write_text("label,cat,dog\ncat,0,1\ndog,4,0\n")

    code, out, _ = outcome(
        capsys, drawn_folder, "--strategies", "lda", "--repeats", 1, "--shares", "dog=20%",
        "--costs", costs, "--json", found,
    )  # fmt: skip

    assert code == 0
    told = json.loads(found.read_text())["decisions"]
    assert told["shares"] == {"cat": 0.8, "dog": 0.2}
    assert told["costs"] == [[0, 1], [4, 0]]
    assert told["answer"] in out.splitlines()
    assert told["note"] in out.splitlines()
    assert [row["name"] for row in told["candidates"]] == ["none", "lda"]
    assert read_report(json.loads(found.read_text())).asked == 2
