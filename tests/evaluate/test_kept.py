"""Predictions are kept: what was run is not run again, and joins whatever comes later."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from comparisons import compare
from evaluate_sets import clusters, embedded

from core.errors import CancelledError
from core.evaluate import Experiment, Predictions, evaluate, parse_candidates
from core.evaluate.bench import Bench
from core.evaluate.compare import STAGE
from core.evaluate.report import Done

DATA = clusters({"a": 40, "b": 12}, apart=1)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Return the candidates and repeats that are run, as they are."""
    seen: list[tuple[str, int]] = []
    run = Bench.run

    def spy(bench: Bench, candidate: object, laid: list, tell: Callable[..., object]) -> object:  # type: ignore[type-arg]
        seen.append((candidate.name, laid[0].run.repeat))  # type: ignore[attr-defined]
        return run(bench, candidate, laid, tell)  # type: ignore[arg-type]

    monkeypatch.setattr(Bench, "run", spy)
    return seen


def predicted(*names: str, kept: Path | None = None, **experiment: object) -> Predictions:
    """Return what candidates predict in two repeats."""
    heard: list[Done] = []
    options = {"repeats": 2, **experiment}
    evaluate(
        Experiment(*DATA, **options),  # type: ignore[arg-type]
        parse_candidates(names), kept=kept, on_done=heard.append,
    )  # fmt: skip
    return heard[-1].predictions


def test_repeats_run_over_all_candidates_one_after_the_other(runs: list[tuple[str, int]]) -> None:
    predicted("smote", "lda")

    assert runs == [(name, repeat) for repeat in (0, 1) for name in ("none", "smote", "lda")]


def test_each_scored_image_has_a_prediction_in_each_repeat() -> None:
    found = predicted("smote")

    assert found.runs.shape == (2, 52)
    assert sorted(np.unique(found.runs)) == [0, 1, 2, 3, 4]
    for scores in found.scores.values():
        assert (scores.shape, scores.dtype) == ((2, 52, 2), np.float16)
        assert scores.astype(float).sum(axis=2) == pytest.approx(1, abs=2e-3)


def test_what_is_asked_for_again_is_not_run_again(
    tmp_path: Path, runs: list[tuple[str, int]]
) -> None:
    first = predicted("smote", kept=tmp_path)
    before = list(runs)

    again = predicted("smote", kept=tmp_path)

    assert runs == before
    assert all(np.array_equal(first.scores[name], again.scores[name]) for name in first.scores)


def test_a_candidate_that_is_added_later_runs_alone_and_joins_the_family(
    tmp_path: Path, runs: list[tuple[str, int]]
) -> None:
    alone = compare(*DATA, strategies=["smote"], repeats=2, kept=tmp_path)
    before = len(runs)

    joined = compare(*DATA, strategies=["smote", "lda"], repeats=2, kept=tmp_path)

    assert runs[before:] == [("lda", 0), ("lda", 1)]
    narrow, wide = (report.strategies[1].difference for report in (alone, joined))
    assert narrow is not None and wide is not None
    one, other = (each["balanced_accuracy"] for each in (narrow, wide))
    assert one.mean == other.mean
    assert one.low is not None and other.low is not None
    assert other.low < one.low
    note = (
        "Added to what was compared before: 'Shrunken LDA'. The other 2 were not run again. "
        "All intervals and outcomes are worked out again."
    )
    assert note in joined.notes
    assert not any("Added to" in text for text in alone.notes)


def test_a_comparison_that_goes_on_is_not_one_that_was_added_to(tmp_path: Path) -> None:
    compare(*DATA, strategies=["smote"], repeats=1, kept=tmp_path)

    more = compare(*DATA, strategies=["smote", "lda"], repeats=2, kept=tmp_path)

    assert not any("Added to" in text for text in more.notes)


def test_more_repeats_go_on_from_those_that_are_there(
    tmp_path: Path, runs: list[tuple[str, int]]
) -> None:
    predicted(kept=tmp_path)

    predicted(kept=tmp_path, repeats=3)

    assert runs == [("none", 0), ("none", 1), ("none", 2)]


def test_a_comparison_that_was_killed_goes_on(tmp_path: Path, runs: list[tuple[str, int]]) -> None:
    def kill(stage: str, done: int, total: int) -> None:
        if stage == STAGE and done > 2 * 5:
            raise CancelledError

    experiment, candidates = Experiment(*DATA, repeats=2), parse_candidates(["smote"])
    with pytest.raises(CancelledError):
        evaluate(experiment, candidates, kept=tmp_path, progress=kill)
    before = len(runs)

    report = evaluate(experiment, candidates, kept=tmp_path)

    assert runs[before:] == [("none", 1), ("smote", 1)]
    fresh = evaluate(experiment, candidates)
    assert [row.metrics for row in report.strategies] == [row.metrics for row in fresh.strategies]


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 1},
        {"n_splits": 4},
        {"embeddings": replace(embedded(DATA[1].vectors + 1), digest="other")},
    ],
)
def test_another_experiment_takes_nothing_of_it(
    tmp_path: Path, runs: list[tuple[str, int]], change: dict[str, object]
) -> None:
    experiment = Experiment(*DATA, repeats=1)
    evaluate(experiment, [], kept=tmp_path)

    evaluate(replace(experiment, **change), [], kept=tmp_path)  # type: ignore[arg-type]

    assert runs == [("none", 0), ("none", 0)]


@pytest.mark.parametrize("change", [{"metric": "mcc"}, {"margin": 0.02}])
def test_another_question_is_answered_from_the_same_predictions(
    tmp_path: Path, runs: list[tuple[str, int]], change: dict[str, object]
) -> None:
    experiment = Experiment(*DATA, repeats=1)
    evaluate(experiment, [], kept=tmp_path)

    evaluate(replace(experiment, **change), [], kept=tmp_path)  # type: ignore[arg-type]

    assert runs == [("none", 0)]


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x05\x06" + bytes(18)])
def test_a_damaged_file_is_as_if_there_were_none(
    tmp_path: Path, runs: list[tuple[str, int]], content: bytes
) -> None:
    predicted(kept=tmp_path, repeats=1)
    (file,) = tmp_path.rglob("*.npz")
    file.write_bytes(content)

    predicted(kept=tmp_path, repeats=1)

    assert runs == [("none", 0), ("none", 0)]


def test_only_the_last_few_experiments_are_kept(tmp_path: Path) -> None:
    (tmp_path / "of somebody else").mkdir()
    for seed in range(7):
        evaluate(Experiment(*DATA, repeats=1, seed=seed), [], kept=tmp_path)

    assert len(list(tmp_path.iterdir())) == 1 + 4
    assert (tmp_path / "of somebody else").is_dir()
