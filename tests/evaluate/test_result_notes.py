"""What would make a row of a comparison be misread is said beside it."""

from collections.abc import Sequence

import numpy as np
import pytest
from evaluate_sets import clusters

from core.errors import CancelledError
from core.evaluate import BASELINE, FLOOR, EvaluationReport, evaluate, parse_candidate
from core.evaluate.compare import STAGE
from core.evaluate.metrics import Confusion, measure
from core.evaluate.report import Row, Run, summarise
from core.evaluate.result_notes import write_result_notes
from core.evaluate.verdict import verdict_for, write_verdict

LARGEST = [[10, 0], [5, 0]]  # every image is called 'cat'
RIGHT = [[10, 0], [0, 5]]
MIXED = [[8, 2], [1, 4]]


def run(confusion: Sequence[Sequence[int]]) -> Run:
    """Return the run of a head that is sure of every answer."""
    counts: Confusion = np.array(confusion)
    pairs = np.array(list(np.ndindex(*counts.shape)))
    actual, given = np.repeat(pairs, counts.ravel(), axis=0).T
    return Run(counts, measure(actual, np.eye(len(counts))[given]))


def notes(*asked: str, **runs: Sequence[Sequence[Sequence[int]]]) -> list[str]:
    """Return what is said of runs of 'none' and others, where `asked` was to be compared too."""
    names = {name.replace("_at_", "@"): found for name, found in runs.items()}
    candidates = [parse_candidate(name) for name in (*names, *asked)]
    rows = [
        Row(one.name, one.title, [run(confusion) for confusion in found])
        for one, found in zip(candidates, names.values(), strict=False)
    ]
    results = summarise(rows, classes=("cat", "dog"), spread_share=0.25, rivals=2, images=15)
    return write_result_notes(
        rows, results, candidates, classes=("cat", "dog"), metric="balanced_accuracy",
        is_held_out=False,
    )  # fmt: skip


def test_nothing_is_said_of_rows_that_differ() -> None:
    assert notes(none=[MIXED, RIGHT], smote=[RIGHT, MIXED]) == []


def test_rows_that_call_every_image_the_same_have_learned_nothing() -> None:
    said = notes(none=[LARGEST, LARGEST], smote=[LARGEST, LARGEST])

    assert said[0] == (
        "'None' and 'SMOTE' gave every image to 'cat'. They learned nothing there, so a "
        "difference of 0.0 is not a finding."
    )


def test_a_row_that_does_so_in_one_fold_is_named_too() -> None:
    said = notes(none=[RIGHT, MIXED], smote=[LARGEST, MIXED])

    assert said == [
        "'SMOTE' gave every image to one class in 1 of 2 folds: it learned nothing there."
    ]


def test_a_fold_of_few_images_proves_nothing() -> None:
    said = notes(none=[RIGHT, MIXED], smote=[[[2, 0], [1, 0]], MIXED])

    assert said == []


def test_an_interval_without_width_is_explained() -> None:
    said = notes(none=[MIXED, RIGHT], smote=[MIXED, RIGHT])

    assert said == [
        "'SMOTE' has the balanced accuracy of 'None' in every fold: its interval has no width. "
        "Nothing differed here, which does not mean that nothing would differ elsewhere."
    ]


def test_a_difference_that_is_always_the_same_is_no_certainty() -> None:
    said = notes(none=[MIXED, MIXED], smote=[RIGHT, RIGHT])

    assert said == [
        "'SMOTE' differs by the same balanced accuracy in every fold: its interval has no width "
        "by chance, which is no certainty."
    ]


def test_the_verdict_does_not_call_that_a_finding() -> None:
    rows = [Row(name, name, [run(MIXED), run(RIGHT)]) for name in (BASELINE, "smote")]
    results = summarise(rows, classes=("cat", "dog"), spread_share=0.25, rivals=1, images=15)

    assert write_verdict(results, spread_share=0.25) == (
        "No measurable difference: balanced accuracy is the same with and without every strategy, "
        "each time, so the intervals have no width and say nothing."
    )


def test_settings_that_are_not_the_usual_ones_are_told_once() -> None:
    chosen = {"smote": {"k_neighbors": 7, "interpolation": "spherical"}}
    report = evaluate(
        *clusters({"a": 30, "b": 12}, apart=1), strategies=["smote", "smote@50%", "adasyn"],
        settings=chosen, repeats=1,
    )  # fmt: skip

    assert "Set for 'SMOTE': neighbours: 7; path between two images: arc." in report.notes
    assert sum(note.startswith("Set for") for note in report.notes) == 1


@pytest.fixture(scope="module")
def cancelled() -> EvaluationReport:
    """Return what is known of five strategies when the third one has begun."""
    heard: list[EvaluationReport] = []

    def cancel(stage: str, done: int, total: int) -> None:
        if stage == STAGE and 5 * done > 2 * total:
            raise CancelledError

    names = ["class_weights", "random_oversampling", "smote", "adasyn"]
    with pytest.raises(CancelledError):
        evaluate(
            *clusters({"a": 60, "b": 12}, apart=1), strategies=names, repeats=2,
            on_report=heard.append, progress=cancel,
        )  # fmt: skip
    return heard[-1]


def test_a_comparison_that_was_broken_off_says_so(cancelled: EvaluationReport) -> None:
    assert (cancelled.done, cancelled.asked) == (2, 5)
    assert [row.name for row in cancelled.strategies] == [BASELINE, "class_weights", FLOOR]
    assert cancelled.verdict.startswith("Stopped after 2 of 5 strategies. ")
    assert verdict_for(cancelled, "mcc").startswith("Stopped after 2 of 5 strategies. ")
    assert cancelled.notes[0] == (
        "Not compared: 'Random oversampling', 'SMOTE' and 'ADASYN'. The intervals are corrected "
        "for all 5 strategies that were requested, which is wider than 2 strategies would need."
    )


def test_its_intervals_are_those_of_all_that_were_asked_for(cancelled: EvaluationReport) -> None:
    data = clusters({"a": 60, "b": 12}, apart=1)
    alone = evaluate(*data, strategies=["class_weights"], repeats=2).strategies[1]

    broken_off = cancelled.strategies[1]

    assert alone.difference is not None and broken_off.difference is not None
    narrow, wide = (one.difference["balanced_accuracy"] for one in (alone, broken_off))
    assert wide.mean == narrow.mean
    # t of 9 degrees: 3.111 for one of four (Bonferroni), 2.262 for one alone.
    assert (wide.high - wide.low) / (narrow.high - narrow.low) == pytest.approx(3.111 / 2.262, 0.01)
