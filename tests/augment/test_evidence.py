"""Evidence sees that a mirror makes a right arrow of a left one, and nobody told it the names."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
from image_sets import read_folder
from numpy.testing import assert_array_equal

from app.cli import augment as augment_command
from app.cli import main
from app.cli.augment import find_writer
from core.augment import DrawnStep, apply
from core.augment.evidence import Cell, Evidence, _Tried, _try_all, measure_evidence
from core.augment.evidence_text import evidence_text, mirror_text, since_text
from core.augment.safe_policy import safe_for, safe_policy
from core.augment.trials import Trial, list_trials
from core.augment.verdict import Figures, Judge, Verdict, give_verdicts
from core.dataset import ImageDataset
from core.dataset.edits import Edits
from core.embed import ENCODERS, Embeddings, embed
from core.errors import EmptyDatasetError, SettingError
from core.evaluate import Experiment
from core.pictures.encode import encode
from core.progress import silent

TRIALS = [
    Trial("horizontal_flip"), Trial("grey"), Trial("brightness", 0.8), Trial("rotate", 180),
]  # fmt: skip


def arrow(seed: int, *, to_the_left: bool) -> bytes:
    """Return a grey PNG of an arrow, a little elsewhere and of another size for each seed."""
    rng = np.random.default_rng(seed)
    picture = np.full((48, 48, 3), 210 + int(rng.integers(0, 20)), np.uint8)
    x, y, long = 8 + int(rng.integers(0, 4)), 24 + int(rng.integers(-4, 5)), 20 + seed
    # No two are copies of one picture, cut or turned.
    end = (x + long, y + int(rng.integers(-4, 5)))
    cv2.arrowedLine(picture, (x, y), end, (30, 30, 30), 2 + seed % 4, tipLength=0.3 + 0.02 * seed)
    return encode(picture[:, ::-1].copy() if to_the_left else picture, "PNG")


@pytest.fixture(scope="module")
def arrows(tmp_path_factory: pytest.TempPathFactory) -> ImageDataset:
    """Return twelve arrows to the left, twelve to the right, and one alone."""
    folder = tmp_path_factory.mktemp("arrows") / "set"
    for number in range(12):
        for name, is_left in (("a", True), ("b", False)):
            place = folder / name
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{number}.png").write_bytes(arrow(number, to_the_left=is_left))
    (folder / "c").mkdir()
    (folder / "c" / "0.png").write_bytes(encode(np.zeros((48, 48, 3), np.uint8), "PNG"))
    return read_folder(folder)


@pytest.fixture(scope="module")
def embeddings(arrows: ImageDataset) -> Embeddings:
    return embed(arrows, encoder="classical", device="cpu")


@pytest.fixture(scope="module")
def evidence(arrows: ImageDataset, embeddings: Embeddings) -> Evidence:
    return measure_evidence(arrows, embeddings, TRIALS)


@pytest.mark.parametrize(("label", "other"), [("a", "b"), ("b", "a")])
def test_a_mirror_makes_one_arrow_of_the_other(evidence: Evidence, label: str, other: str) -> None:
    cell = evidence.by_place[label, Trial("horizontal_flip")]

    assert cell.verdict is Verdict.CHANGES
    assert cell.figures.taken_for == other
    assert cell.figures.kept == 0
    assert set(cell.predicted) == {other}


def test_grey_of_a_grey_picture_adds_nothing(evidence: Evidence) -> None:
    cell = evidence.by_place["a", Trial("grey")]

    assert cell.verdict is Verdict.NOTHING
    assert (cell.figures.identical, cell.figures.move, cell.figures.kept) == (1, 0, 1)
    assert cell.figures.diversity == pytest.approx(0, abs=0.02)


def test_a_little_less_light_keeps_the_label(evidence: Evidence) -> None:
    assert evidence.by_place["b", Trial("brightness", 0.8)].figures.kept == 1


def test_a_class_of_one_image_is_not_judged(evidence: Evidence) -> None:
    assert {cell.verdict for cell in evidence.cells if cell.label == "c"} == {Verdict.TOO_FEW}


def test_a_trial_begins_from_the_vector_of_its_original(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (1100, 1500, 3), np.uint8)
    (tmp_path / "set" / "a").mkdir(parents=True)
    for number in range(2):
        large = encode(cv2.GaussianBlur(noise, (0, 0), 1 + number), "JPEG")
        (tmp_path / "set" / "a" / f"{number}.jpg").write_bytes(large)
    dataset = read_folder(tmp_path / "set")
    embeddings = embed(dataset, encoder="classical", device="cpu")

    tried = list(_try_all(dataset, embeddings, np.arange(2), TRIALS, 0, silent))

    # Decoded whole, a large JPEG would have slightly another one.
    for row, one in enumerate(tried):
        assert isinstance(one, _Tried)
        assert_array_equal(one.original, embeddings.vectors[row])


def test_what_changed_since_is_told_of_the_images_that_were_tried(
    arrows: ImageDataset, evidence: Evidence
) -> None:
    tried = sorted({row for cell in evidence.cells for row in cell.rows})
    edits = Edits().leave_out(tried[:1]).relabel(tried[1:3], "c")

    assert len(tried) == 25
    assert since_text(evidence, edits.apply(arrows)) == (
        "Labels have changed since then: of the 25 images that were tried, 1 is left out or moved "
        "and 2 have another label. Try again to count this."
    )
    assert since_text(evidence, arrows) == (
        "Labels have changed since then, of none of the 25 images that were tried."
    )


def test_the_same_seed_gives_the_same_evidence(
    arrows: ImageDataset, embeddings: Embeddings, evidence: Evidence
) -> None:
    again = measure_evidence(arrows, embeddings, TRIALS)

    times = ["milliseconds"]
    pd.testing.assert_frame_equal(
        again.table().drop(columns=times), evidence.table().drop(columns=times)
    )


def test_what_was_tried_can_be_made_again(arrows: ImageDataset, evidence: Evidence) -> None:
    cell = evidence.by_place["a", Trial("horizontal_flip")]
    with ENCODERS["classical"].read(arrows, cell.rows[0]) as read:
        pixels = ENCODERS["classical"].working_copy(read)

    step = cell.trial.draw(image_key=str(arrows.table["digest"].iloc[cell.rows[0]]), seed=0)

    np.testing.assert_array_equal(apply(pixels, [step]), pixels[:, ::-1])


def test_images_that_are_gone_are_left_out_and_all_of_them_an_error(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / "set" / name).mkdir(parents=True)
        for number in range(4):
            file = tmp_path / "set" / name / f"{number}.png"
            file.write_bytes(arrow(number, to_the_left=name == "a"))
    dataset = read_folder(tmp_path / "set")
    embeddings = embed(dataset, encoder="classical", device="cpu")
    (dataset.root / "a" / "0.png").unlink()

    evidence = measure_evidence(dataset, embeddings, TRIALS)

    assert evidence.by_place["a", TRIALS[0]].figures.images == 3
    for file in dataset.root.rglob("*.png"):
        file.unlink()
    with pytest.raises(EmptyDatasetError, match=r"can be tried\. .* can no longer be read"):
        measure_evidence(dataset, embeddings, TRIALS)


def figures(**changes: object) -> Figures:
    """Return figures of a safe operation, with `changes`."""
    usual = {
        "images": 20, "judged": 20, "move": 0.6, "reach": 1.4, "kept": 1.0, "taken_for": "",
        "diversity": 0.5, "identical": 0.0, "clipped": 0.0, "milliseconds": 1.0,
    }  # fmt: skip
    return Figures(**{**usual, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, Verdict.SAFE),
        ({"move": 0.05}, Verdict.NOTHING),
        ({"identical": 0.6}, Verdict.NOTHING),
        ({"move": 1.5}, Verdict.RISKY),
        ({"kept": 0.8}, Verdict.SAFE),  # four of twenty: chance, in one case of eight
        ({"kept": 0.75}, Verdict.RISKY),
        ({"kept": 0.4}, Verdict.CHANGES),
        ({"images": 4, "judged": 4, "kept": 1.0}, Verdict.TOO_FEW),  # by chance in one of sixteen
        ({"images": 5, "judged": 5, "kept": 1.0}, Verdict.SAFE),
        ({"images": 8, "judged": 8, "kept": 0.75}, Verdict.TOO_FEW),  # two of eight: one in seven
        ({"images": 4, "judged": 3, "kept": 0.0}, Verdict.CHANGES),
        # The encoder knows half of the class: even a loss of all of them would say nothing.
        ({"images": 8, "judged": 4, "kept": 0.0}, Verdict.UNKNOWN),
        ({"images": 8, "judged": 6, "kept": 0.5}, Verdict.TOO_FEW),
        ({"images": 8, "judged": 8, "kept": 0.25}, Verdict.CHANGES),
        ({"judged": 2, "kept": 0.0}, Verdict.UNKNOWN),
        ({"move": 0.01, "kept": 0.0}, Verdict.CHANGES),
    ],
)
def test_the_verdict_follows_from_the_figures(changes: dict[str, object], verdict: Verdict) -> None:
    assert give_verdicts([figures(**changes)]) == [verdict]


@pytest.mark.parametrize("count", [3, 5, 8, 12, 20, 40])
def test_what_destroys_half_the_labels_hardly_ever_passes_for_safe(count: int) -> None:
    lost = np.random.default_rng(0).binomial(count, 0.5, 4000)
    cells = [figures(images=count, judged=count, kept=1 - one / count) for one in lost]

    # Beside as many cells that lose nothing, which make it easiest to pass.
    told = give_verdicts(cells + [figures()] * len(cells))[: len(cells)]

    assert told.count(Verdict.SAFE) <= 0.05 * len(cells)


def test_many_cells_make_no_false_alarm() -> None:
    lost = np.random.default_rng(0).binomial(20, 0.1, 5000)

    told = give_verdicts([figures(kept=1 - one / 20) for one in lost])

    # Each by itself, 4% of the cells would be called harmful: five or more of twenty.
    assert told.count(Verdict.SAFE) > 0.97 * len(lost)
    assert told.count(Verdict.RISKY) + told.count(Verdict.CHANGES) <= 2


def test_what_loses_half_is_found_among_many_cells() -> None:
    lost = np.random.default_rng(0).binomial(20, 0.5, 500)

    told = give_verdicts([figures(kept=1 - one / 20) for one in lost] + [figures()] * 4500)[:500]

    assert told.count(Verdict.RISKY) + told.count(Verdict.CHANGES) > 0.8 * 500


def test_a_large_class_is_no_lure_by_its_number() -> None:
    # 300 points spread from 0 to 10 around two rare ones at 5: one of them is always nearest.
    rng = np.random.default_rng(0)
    many = rng.uniform(0, 10, (300, 1))
    points = np.concatenate([many, [[4.6], [5.4]]]).astype(np.float32)
    judge = Judge(points, np.arange(302), np.array([0, 300, 302]))

    predicted = judge.predict(np.array([[5.0]], np.float32), np.array([300]), 1)

    assert abs(many - 5).min() < 0.1
    assert predicted.codes.tolist() == [1]


def test_a_source_is_not_asked_about_its_own_picture() -> None:
    points = np.array([[0.0], [9.0], [1.0], [2.0]], np.float32)
    judge = Judge(points, np.arange(4), np.array([0, 2, 4]))

    predicted = judge.predict(np.array([[0.1]], np.float32), np.array([0]), 0)

    assert predicted.codes.tolist() == [1]
    assert predicted.to_own[0] == pytest.approx(0.1)


def hand_made(verdicts: dict[str, Sequence[Figures]], trials: list[Trial]) -> Evidence:
    found = [
        (label, trial, one)
        for label, row in verdicts.items()
        for trial, one in zip(trials, row, strict=True)
    ]
    told = give_verdicts([one for _, _, one in found])
    cells = [
        Cell(label, trial, one, (0,), (label,), verdict)
        for (label, trial, one), verdict in zip(found, told, strict=True)
    ]
    return Evidence(tuple(cells), tuple(trials), tuple(verdicts), "classical", 0)


GOOD, BAD, IDLE = figures(), figures(kept=0.0), figures(move=0.0)


def test_the_suggestion_leaves_alone_the_classes_that_a_flip_harms() -> None:
    trials = [Trial("horizontal_flip"), Trial("rotate", 15), Trial("rotate", 45)]
    evidence = hand_made({"cat": [GOOD, GOOD, BAD], "six": [BAD, GOOD, BAD]}, trials)

    flip, turn = safe_policy(evidence).steps

    assert (flip.operation, flip.except_labels) == ("horizontal_flip", {"six"})
    assert (turn.values, turn.except_labels) == ({"degrees": (-15, 15)}, frozenset())


@pytest.mark.parametrize(
    ("operation", "six", "told"),
    [
        ("horizontal_flip", BAD, "A horizontal flip changes the label of 'six'."),
        ("vertical_flip", BAD, "A vertical flip changes the label of 'six'."),
        ("vertical_flip", GOOD, "A vertical flip changes the label of no class."),
        ("grey", BAD, None),
    ],
)
def test_it_is_told_what_the_mirror_that_was_tried_does(
    operation: str, six: Figures, told: str | None
) -> None:
    assert mirror_text(hand_made({"cat": [GOOD], "six": [six]}, [Trial(operation)])) == told


def test_the_suggestion_takes_each_side_as_far_as_it_is_safe() -> None:
    trials = [Trial("brightness", level) for level in (0.8, 0.5, 1.25, 1.8)]
    evidence = hand_made({"cat": [GOOD, BAD, GOOD, GOOD]}, trials)

    (step,) = safe_policy(evidence).steps

    assert step.values == {"factor": (0.8, 1.8)}


def test_a_strong_level_is_not_suggested_above_one_that_harms() -> None:
    trials = [Trial("rotate", 90), Trial("rotate", 180)]
    evidence = hand_made({"eight": [BAD, GOOD]}, trials)

    with pytest.raises(SettingError, match="No operation is shown to be safe for any class"):
        safe_policy(evidence)
    assert safe_for(evidence, "eight") == []


def test_poor_jpeg_is_the_strong_end() -> None:
    trials = [Trial("jpeg", 60), Trial("jpeg", 30), Trial("jpeg", 10)]

    (step,) = safe_policy(hand_made({"cat": [GOOD, GOOD, BAD]}, trials)).steps

    assert step.values == {"quality": (30, 90)}


def test_a_class_that_was_not_judged_gets_what_harms_no_other() -> None:
    unknown = figures(judged=0)
    trials = [Trial("horizontal_flip"), Trial("rotate", 15)]
    evidence = hand_made(
        {"cat": [GOOD, GOOD], "six": [BAD, GOOD], "rare": [unknown, unknown]}, trials
    )

    flip, turn = safe_policy(evidence).steps

    assert flip.except_labels == {"six", "rare"}
    assert turn.except_labels == frozenset()


def test_a_class_of_few_images_gets_no_operation_that_took_some_of_their_labels() -> None:
    few, some_lost = figures(images=4, judged=4), figures(images=4, judged=4, kept=0.5)
    trials = [Trial("horizontal_flip"), Trial("rotate", 15)]
    evidence = hand_made({"cat": [GOOD, GOOD], "rare": [some_lost, few]}, trials)

    flip, turn = safe_policy(evidence).steps

    assert flip.except_labels == {"rare"}
    assert turn.except_labels == frozenset()


def test_one_judged_class_of_three_does_not_speak_for_the_others() -> None:
    unknown = figures(judged=0)
    trials = [Trial("rotate", 15), Trial("hue", 0.5)]
    evidence = hand_made({"a": [GOOD, GOOD], "b": [unknown] * 2, "c": [unknown] * 2}, trials)

    steps = safe_policy(evidence).steps

    # Each keeps one step, so that an export can make its pictures.
    assert sum("b" not in step.except_labels for step in steps) == 1
    assert sum("c" not in step.except_labels for step in steps) == 1


def test_a_class_without_anything_safe_keeps_what_harms_it_least() -> None:
    trials = [Trial("horizontal_flip"), Trial("hue", 0.03)]
    evidence = hand_made({"cat": [GOOD, GOOD], "six": [BAD, IDLE]}, trials)

    flip, hue = safe_policy(evidence).steps

    assert flip.except_labels == {"six"}
    assert hue.except_labels == frozenset()


def test_every_level_of_every_operation_can_be_drawn() -> None:
    for trial in list_trials():
        step = trial.draw(image_key="a", seed=0)
        assert isinstance(step, DrawnStep)
        assert trial.title
        if trial.level is not None:
            assert trial.level in {abs(value) for value in step.values.values()}


def test_an_unknown_operation_is_refused() -> None:
    with pytest.raises(SettingError, match="no operation 'melt'"):
        list_trials(["melt"])


@pytest.mark.parametrize("suffix", [".csv", ".json", ".parquet"])
def test_the_command_writes_a_row_per_class_and_trial(
    suffix: str, arrows: ImageDataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, policy = tmp_path / f"evidence{suffix}", tmp_path / "policy.json"

    status = main(
        ["augment", str(arrows.root), "--evidence", str(out), "--encoder", "classical",
         "--safe", str(policy), "--operations", "horizontal_flip,brightness",
         "--images-per-class", "6", "--no-cache"]
    )  # fmt: skip

    assert status == 0
    # Six of each of two classes and the one of the third, each in five ways.
    assert "65 augmented pictures to make and judge: " in capsys.readouterr().err
    read = {".csv": pd.read_csv, ".json": pd.read_json, ".parquet": pd.read_parquet}[suffix]
    table = read(out)
    assert len(table) == 3 * 5
    assert set(table["verdict"]) <= {verdict.value for verdict in Verdict}
    assert json.loads(policy.read_text())["steps"]


@pytest.mark.long
def test_the_command_chooses_operations_and_says_what_the_page_says(
    arrows: ImageDataset,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few = partial(Experiment, n_splits=2, repeats=2)
    monkeypatch.setattr(augment_command, "Experiment", few)
    out, policy = tmp_path / "choice.json", tmp_path / "policy.json"

    status = main(
        ["augment", str(arrows.root), "--choose", "--encoder", "classical", "--no-cache",
         "--operations", "brightness", "--json", str(out), "--suggest", str(policy)]
    )  # fmt: skip

    assert status == 0
    printed = capsys.readouterr()
    assert "evenset: 1 operation: at most " in printed.err
    found = json.loads(out.read_text())
    assert printed.out.splitlines() == found["sentences"]
    assert policy.exists() == (found["policy"] is not None)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "Ask for --evidence FILE, --choose, or both."),
        (["--choose", "--safe", "x"], "--safe writes what --evidence FILE finds."),
        (["--evidence", "x.csv", "--suggest", "x"], "--suggest writes what --choose finds."),
        (["--evidence", "x.csv", "--json", "-"], "--json writes what --choose finds."),
    ],
)
def test_the_command_refuses_a_file_of_what_is_not_asked_for(
    options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["augment", "nowhere", *options]) != 0

    assert said in capsys.readouterr().err


def test_too_few_images_are_said_with_how_often(arrows: ImageDataset) -> None:
    embeddings = embed(arrows, encoder="classical")
    evidence = measure_evidence(arrows, embeddings, [Trial("brightness", 0.8)], images_per_class=6)

    few = sum(cell.verdict is Verdict.TOO_FEW for cell in evidence.cells)

    assert few
    assert f"Too few to say, {few} of 3 times: " in evidence_text(evidence)


def test_a_file_of_another_kind_is_refused_before_any_work() -> None:
    with pytest.raises(SettingError, match=r"must end in \.csv, \.json, \.parquet"):
        find_writer(Path("evidence.xlsx"))
