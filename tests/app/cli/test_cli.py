"""The command line: what it prints, where, and how it ends."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from command_line import command_options, without_reading
from image_sets import jpeg, write_files, write_zip, zipped

from app.cli import main
from app.cli.entry import COMMANDS, CommandEntry, Terminated
from app.session import root_folder
from core import __version__
from core.audit import CHECKS
from core.augment import OPERATIONS, PRESETS
from core.embed import ENCODERS
from core.evaluate import HEADS, METRICS
from core.evaluate.candidates import CANDIDATE_SETS
from core.export import CONTAINERS, LAYOUTS
from core.ingest import MISMATCHES
from core.parameters import Choice
from core.project import METRICS as MAP_METRICS
from core.resample import STRATEGIES
from core.resample.plan import NAMED_TARGETS

Captured = pytest.CaptureFixture[str]


def outcome(capsys: Captured, *arguments: object) -> tuple[int, str, str]:
    """Run a command; return its code and what it wrote to the screen and beside it."""
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, without_reading(captured.err)


def test_help_names_every_command(capsys: Captured) -> None:
    code, text, err = outcome(capsys, "--help")

    assert (code, err) == (0, "")
    for name, entry in COMMANDS.items():
        assert f"  {name} " in text
        assert entry.text in text


def test_help_loads_no_library() -> None:
    """They take a second, and the help of all commands needs none of them."""
    heavy = {"torch", "sklearn", "umap", "streamlit", "imblearn", "pandas", "cv2", "numpy"}
    program = (
        "import sys; from app.cli import main; main(['--help']); "
        f"print(*sorted({heavy!r} & set(sys.modules)), file=sys.stderr)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert "balance" in done.stdout
    assert done.stderr.strip() == ""


def test_a_command_is_one_entry(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "toy_command.py").write_text(
        "import click\n"
        "@click.command()\n"
        "@click.option('--name', default='you')\n"
        "def run_greet(name): print(f'Hello, {name}.')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(COMMANDS, "greet", CommandEntry("Say hello.", "toy_command:run_greet"))

    assert outcome(capsys, "greet", "--name", "fox") == (0, "Hello, fox.\n", "")
    assert "  greet     Say hello.\n" in outcome(capsys, "--help")[1]
    assert "Did you mean 'greet'?" in outcome(capsys, "gret")[2]
    assert command_options()["greet"] == ["--name"]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_a_module_of_its_name(name: str) -> None:
    assert COMMANDS[name].place == f"app.cli.{name}:run_{name}"
    assert COMMANDS[name].load().help


@pytest.mark.parametrize(
    ("command", "registry"),
    [
        ("audit", CHECKS),
        ("audit", MISMATCHES),
        ("augment", OPERATIONS),
        ("augment", ENCODERS),
        ("embed", ENCODERS),
        ("resample", STRATEGIES),
        ("resample", NAMED_TARGETS),
        ("map", MAP_METRICS),
        ("evaluate", STRATEGIES),
        ("evaluate", HEADS),
        ("evaluate", METRICS),
        ("evaluate", CANDIDATE_SETS),
        ("evaluate", PRESETS),
        ("evaluate", ENCODERS),
        ("balance", PRESETS),
        ("balance", STRATEGIES),
        ("balance", NAMED_TARGETS),
        ("balance", LAYOUTS),
        ("balance", CONTAINERS),
        ("balance", ENCODERS),
    ],
)
def test_help_names_all_that_a_registry_holds(
    capsys: Captured, command: str, registry: Iterable[str]
) -> None:
    _, text, _ = outcome(capsys, command, "--help")

    assert [name for name in registry if name not in text] == []


@pytest.mark.parametrize("command", ["balance", "resample", "evaluate"])
def test_help_has_the_range_and_the_default_of_each_setting(capsys: Captured, command: str) -> None:
    text = " ".join(outcome(capsys, command, "--help")[1].split())

    for strategy in STRATEGIES.values():
        for setting in strategy.parameters:
            span = (
                ", ".join(setting.options)
                if isinstance(setting, Choice)
                else f"{setting.low:.10g} to {setting.high:.10g}"
            )
            assert f"{setting.name} {setting.title}: {span}" in text
            assert f", default {setting.default}" in text


def test_the_version_is_told(capsys: Captured) -> None:
    assert outcome(capsys, "--version") == (0, f"evenset {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Name a command: serve, audit, "),
        (["fly"], "There is no command 'fly'. There is: serve, audit, "),
        (["balnce"], "There is no command 'balnce'. Did you mean 'balance'? There is: serve, "),
        (["--fly"], "There is no option '--fly'. There is: --version"),
        (["audit"], "'evenset audit' needs SOURCE: a folder, a zip, a tar, sample:parts or"),
        (["balance", "x"], "'evenset balance' needs --out PATH: a new folder, or a file that"),
        (["audit", "x", "--jsn"], "There is no option '--jsn'. Did you mean '--json'? There is: "),
        (["audit", "x", "y"], "Got unexpected extra argument (y)"),
        (["audit", "x", "--json"], "Option '--json' requires an argument."),
        (["audit", "x", "--json", "--take", "cat"], "--json needs a value; found --take."),
        (["audit", "x", "--white-level", "a"], "--white-level: 'a' is not a valid integer."),
        (["serve", "--port", "a"], "--port: 'a' is not a valid integer."),
        (["serve", "--no-browser=1"], "Option '--no-browser' does not take a value."),
        (["map", "x", "--out", "y", "--method", "pcb"], "no 'pcb'. Did you mean 'pca'? There is: "),
        (
            ["balance", "x", "--out", "y", "--normalise-originals", "--byte-copies"],
            "--normalise-originals and --byte-copies exclude each other",
        ),
    ],
)
def test_wrong_usage_ends_with_2_and_one_line_that_says_what_to_write(
    capsys: Captured, arguments: list[str], said: str
) -> None:
    code, out, err = outcome(capsys, *arguments)

    assert (code, out) == (2, "")
    assert err.startswith("evenset: ")
    assert said in err
    assert err.endswith(" --help' says more.\n")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["balance", "x", "--out", "y", "--strategy", "smot"], "no strategy 'smot'. Did you mean"),
        (["balance", "x", "--out", "y", "--layout", "class_folder"], "mean 'class_folders'?"),
        (["balance", "x", "--out", "y", "--policy", "standart"], "no policy 'standart'. Did you"),
        (["embed", "x", "--out", "y", "--encoder", "clasical"], "you mean 'classical'? The enco"),
        (["evaluate", "x", "--strategies", "smote,adasin"], "no strategy 'adasin'. Did you mean"),
        (["evaluate", "x", "--strategies", "smot@50%"], "'smot'. Did you mean 'smote'? The str"),
        (
            ["evaluate", "x", "--metric", "macro_f2"],
            "no metric 'macro_f2'. Did you mean 'macro_f1'",
        ),
        (["augment", "x", "--evidence", "y", "--operations", "crop,rotat"], "mean 'rotate'?"),
        (
            ["balance", "x", "--out", "y", "--strategy", "smote", "--set", "k_neighbours=3"],
            "SMOTE has no setting 'k_neighbours'. Did you mean 'k_neighbors'? Its settings are: ",
        ),
        (
            ["evaluate", "x", "--set", "smote.k_neighbours=3"],
            "SMOTE has no setting 'k_neighbours'. Did you mean 'k_neighbors'?",
        ),
    ],
)
def test_a_name_that_is_nearly_one_is_refused_with_the_nearest(
    capsys: Captured, arguments: list[str], said: str
) -> None:
    code, out, err = outcome(capsys, *arguments)

    assert (code, out) == (1, "")
    assert said in err
    assert err.count("\n") == 1


def test_a_file_may_have_nearly_the_name_of_a_policy(
    capsys: Captured, drawn_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("standart").write_text(json.dumps(PRESETS["gentle"].to_json()))

    code, _, _ = outcome(capsys, "balance", drawn_folder, "--out", "out", "--policy", "standart")

    assert code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["audit", "nothere"],
        ["audit", "sample:cats"],
        ["audit", "SET", "--take", "bird=3"],
        ["audit", "SET", "--take", "cat="],
        ["embed", "SET", "--out", "OUT", "--encoder", "magic"],
        ["resample", "nothere", "--out", "OUT"],
        ["evaluate", "SET", "--strategies", "best"],
        ["balance", "SET", "--out", "OUT", "--strategy", "best"],
        ["balance", "SET", "--out", "OUT", "--target", "most"],
        ["balance", "SET", "--out", "OUT", "--target", "cat=0"],
        ["balance", "SET", "--out", "OUT", "--target", "99999999999"],
        ["balance", "SET", "--out", "OUT", "--most-per-image", "0"],
        ["balance", "SET", "--out", "OUT", "--strategy", "smote", "--set", "k_neighbors=many"],
        ["balance", "SET", "--out", "OUT", "--strategy", "smote", "--set", "k_neighbors=2.5"],
        ["balance", "SET", "--out", "OUT", "--strategy", "none", "--set", "x=1"],
        ["balance", "SET", "--out", "OUT", "--policy", "nothere.json"],
        ["balance", "SET", "--out", "OUT", "--recipe", "nothere.json"],
        ["balance", "SET", "--out", "SET"],
        ["balance", "SET", "--out", "OUT", "--encoder", "magic"],
        ["evaluate", "SET", "--seed", "-1"],
        ["serve", "--data", "nothere", "--no-browser"],
        ["serve", "--port", "99999", "--no-browser"],
        ["serve", "--host", "192.0.2.1", "--no-browser"],
    ],
)
def test_bad_input_ends_with_1_and_one_line(
    capsys: Captured, drawn_folder: Path, tmp_path: Path, arguments: list[str]
) -> None:
    places = {"SET": str(drawn_folder), "OUT": str(tmp_path / "out")}

    code, out, err = outcome(capsys, *(places.get(word, word) for word in arguments))

    assert (code, out) == (1, "")
    assert err.startswith("evenset: ")
    assert err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_an_audit_prints_counts_and_findings(capsys: Captured, drawn_folder: Path) -> None:
    code, out, err = outcome(capsys, "audit", drawn_folder)

    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("animals: 12 images in 3 classes,")
    assert [line.split() for line in lines[2:5]] == [["cat", "7"], ["dog", "4"], ["fox", "1"]]
    assert any(line.startswith("[high] 'fox' has 1 training image;") for line in lines)


def test_json_on_the_screen_is_nothing_but_json(capsys: Captured, drawn_folder: Path) -> None:
    code, out, err = outcome(capsys, "audit", drawn_folder, "--json", "-")

    assert (code, err) == (0, "")
    assert json.loads(out)["classes"] == {"cat": 7, "dog": 4, "fox": 1}


def test_taking_some_images(capsys: Captured, drawn_folder: Path) -> None:
    _, out, _ = outcome(
        capsys, "audit", drawn_folder, "--take", "cat=2", "--take", "*=3", "--json", "-"
    )

    assert json.loads(out)["classes"] == {"cat": 2, "dog": 3, "fox": 1}


def test_embedding_then_resampling(capsys: Captured, drawn_folder: Path, tmp_path: Path) -> None:
    vectors, points = tmp_path / "vectors", tmp_path / "points"

    code, out, err = outcome(capsys, "embed", drawn_folder, "--out", vectors, "--json", "-")

    assert (code, err) == (0, "")
    assert json.loads(out)["images"] == 12

    code, out, err = outcome(capsys, "resample", vectors, "--out", points, "--seed", 3)

    assert (code, err) == (0, "")
    assert "12 images kept, 3 points made" in out
    assert "'fox': 1 image; SMOTE needs at least 2" in out
    provenance = pd.read_parquet(points / "provenance.parquet")
    assert provenance["label"].tolist() == ["dog"] * 3
    made = np.load(points / "synthetic.npy")
    real = np.load(vectors / "embeddings.npy")
    fractions = provenance["fraction"].to_numpy()[:, None]
    base, neighbour = (real[provenance[name]] for name in ("base_row", "neighbor_row"))
    np.testing.assert_allclose(made, base + fractions * (neighbour - base), atol=1e-5)


def test_comparing_strategies(capsys: Captured, drawn_folder: Path) -> None:
    code, out, err = outcome(
        capsys, "evaluate", drawn_folder, "--strategies", "none,smote", "--take", "cat",
        "--take", "dog", "--json", "-",
    )  # fmt: skip

    assert (code, err) == (0, "")
    assert {"none", "smote"} <= {row["name"] for row in json.loads(out)["strategies"]}


def grave_of(capsys: Captured, *arguments: object) -> list[str]:
    """Return what `audit` finds grave, as `balance` says it."""
    _, out, _ = outcome(capsys, "audit", *arguments)
    grave = [line for line in out.splitlines() if line.startswith("[high] ")]
    return [line.replace("[high]", "evenset:", 1) for line in grave]


def test_what_audit_finds_grave_is_said_before_a_set_is_written(
    capsys: Captured, tmp_path: Path
) -> None:
    same, files = jpeg(1), {f"train/{n % 2}/{n}.jpg": jpeg(n) for n in range(24)}
    folder = write_files(tmp_path / "set", files | {"test/0/a.jpg": same, "test/1/b.jpg": same})

    _, _, err = outcome(capsys, "balance", folder, "--out", tmp_path / "out")

    found = grave_of(capsys, folder)
    assert err.splitlines() == found
    assert any("split" in line for line in found)


def test_a_set_of_one_class_is_refused(capsys: Captured, tmp_path: Path) -> None:
    folder = write_files(tmp_path / "set", {f"cat/{n}.jpg": jpeg(n) for n in range(3)})

    code, _, err = outcome(capsys, "balance", folder, "--out", tmp_path / "out")

    assert code == 1
    assert "All training images are of one class, 'cat'" in err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("strategy", ["augment", "smote"])
def test_a_recipe_makes_the_same_zip_again(
    capsys: Captured, drawn_folder: Path, tmp_path: Path, strategy: str
) -> None:
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    code, out, err = outcome(
        capsys, "balance", drawn_folder, "--out", first, "--strategy", strategy, "--seed", 5,
        "--target", 6, "--policy", "gentle", "--take", "cat=5", "--take", "*=4",
    )  # fmt: skip
    assert code == 0
    assert err.splitlines() == grave_of(capsys, drawn_folder, "--take", "cat=5", "--take", "*=4")
    assert [line.split() for line in out.split("after\n")[1].splitlines()[:3]] == [
        ["cat", "5", "6"],
        ["dog", "4", "6"],
        ["fox", "1", "6"],
    ]
    recipe = tmp_path / "recipe.json"
    recipe.write_bytes(zipped(first)["recipe.json"])

    code, _, _ = outcome(capsys, "balance", drawn_folder, "--out", second, "--recipe", recipe)

    assert code == 0
    assert first.read_bytes() == second.read_bytes()


def test_a_recipe_of_other_images_warns(
    capsys: Captured, drawn_folder: Path, tmp_path: Path
) -> None:
    outcome(capsys, "balance", drawn_folder, "--out", tmp_path / "a.zip")
    recipe = tmp_path / "recipe.json"
    recipe.write_bytes(zipped(tmp_path / "a.zip")["recipe.json"])
    (drawn_folder / "cat" / "00.jpg").unlink()

    code, _, err = outcome(
        capsys, "balance", drawn_folder, "--out", tmp_path / "b.zip", "--recipe", recipe
    )

    assert code == 0
    assert "not the images that the recipe was made with" in err


def test_a_recipe_with_another_labels_file_guesses_its_columns_anew(
    capsys: Captured, tmp_path: Path
) -> None:
    files = {f"{n}.jpg": jpeg(n) for n in range(6)}
    rows = "".join(f"{n}.jpg,{'ab'[n % 2]}\n" for n in range(6))
    set_ = write_files(
        tmp_path / "set",
        {**files, "a.csv": f"file,kids\n{rows}".encode(), "b.csv": f"name,breed\n{rows}".encode()},
    )
    first = ["balance", set_, "--out", tmp_path / "one", "--labels", "a.csv"]
    assert outcome(capsys, *first)[0] == 0
    recipe = tmp_path / "one" / "recipe.json"

    code, _, said = outcome(
        capsys, "balance", set_, "--out", tmp_path / "two", "--recipe", recipe, "--labels", "b.csv"
    )

    assert (code, said) == (0, "")
    again = json.loads((tmp_path / "two" / "recipe.json").read_text("utf-8"))
    assert again["choices"]["label_column"] == "breed"


@pytest.mark.parametrize("call", [1, 2, 3])
def test_told_to_end_while_its_folder_goes_a_command_leaves_nothing(
    call: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_zip(tmp_path / "set.zip", {f"{label}/0.jpg": jpeg(0) for label in "ab"})
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    calls, remove = [], shutil.rmtree

    def interrupted(*given: object, **named: object) -> None:
        calls.append(given)
        if len(calls) == call and call != 3:
            raise Terminated
        remove(*given, **named)  # type: ignore[arg-type]
        if len(calls) == call:
            raise Terminated

    monkeypatch.setattr(root_folder.shutil, "rmtree", interrupted)

    code = main(["audit", str(source)])

    assert (code, len(calls) > call) == (143, True)
    assert list((tmp_path / "temporary").iterdir()) == []
