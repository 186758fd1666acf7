"""What would make a row of a comparison be misread is said beside it."""

from collections.abc import Sequence

import numpy as np
import pytest
from comparisons import compare
from evaluate_sets import clusters

from core.errors import CancelledError
from core.evaluate import BASELINE, FLOOR, EvaluationReport, Predictions, parse_candidate
from core.evaluate.compare import STAGE
from core.evaluate.report import Done
from core.evaluate.result_notes import write_result_notes

ACTUAL = [0] * 10 + [1] * 5  # in each of two folds
LARGEST = [0] * 15  # every image is called 'cat'
MIXED = [0] * 8 + [1] * 2 + [0] + [1] * 4


def notes(*asked: str, repeats: int = 1, **given: Sequence[Sequence[int]]) -> list[str]:
    """Return what is said of labels in two folds, where `asked` was to be compared too."""
    names = {name.replace("_at_", "@"): found for name, found in given.items()}
    size = len(ACTUAL)
    scores = {
        name: np.eye(2, dtype=np.float16)[np.concatenate(found)][None]
        for name, found in names.items()
    }
    predictions = Predictions(
        np.arange(2 * size),
        np.array(ACTUAL * 2),
        np.arange(2 * size),
        ("cat", "dog"),
        np.repeat([0, 1], size).astype(np.int16)[None],
        scores,
    )
    candidates = [parse_candidate(name) for name in (*names, *asked)]
    return write_result_notes(predictions, candidates, repeats)


def test_nothing_is_said_of_rows_that_differ() -> None:
    assert notes(none=[MIXED, ACTUAL], smote=[ACTUAL, MIXED]) == []


def test_rows_that_call_every_image_the_same_have_learned_nothing() -> None:
    said = notes(none=[LARGEST, LARGEST], smote=[LARGEST, LARGEST])

    assert said[0] == (
        "'None' and 'SMOTE' gave every image to 'cat'. They learned nothing there, so a "
        "difference of 0.0 is not a finding."
    )


def test_a_row_that_does_so_in_one_fold_is_named_too() -> None:
    said = notes(none=[ACTUAL, MIXED], smote=[LARGEST, MIXED])

    assert said == [
        "'SMOTE' gave every image to one class in 1 of 2 folds: it learned nothing there."
    ]


def test_equal_answers_on_every_image_are_identical_here_and_no_more() -> None:
    said = notes(none=[MIXED, ACTUAL], smote=[MIXED, ACTUAL], adasyn=[ACTUAL, ACTUAL])

    assert said == [
        "'SMOTE' answers as 'None' does on every image: identical here, which does not mean that "
        "nothing would differ elsewhere."
    ]


def test_what_is_not_done_yet_is_named() -> None:
    said = notes("adasyn", repeats=10, none=[MIXED, ACTUAL], smote=[ACTUAL, MIXED])

    assert said == [
        "Not compared yet: 'ADASYN'. With more rivals, intervals become wider.",
        "1 of 10 repeats: with more, intervals become narrower.",
    ]


def test_settings_that_are_not_the_usual_ones_are_told_once() -> None:
    chosen = {"smote": {"k_neighbors": 7, "interpolation": "spherical"}}
    report = compare(
        *clusters({"a": 30, "b": 12}, apart=1), strategies=["smote", "smote@50%", "adasyn"],
        settings=chosen, repeats=1,
    )  # fmt: skip

    assert "Set for 'SMOTE': neighbours: 7; path between two images: arc." in report.notes
    assert sum(note.startswith("Set for") for note in report.notes) == 1


@pytest.fixture(scope="module")
def cancelled() -> EvaluationReport:
    """Return what is known of five strategies when the third one has begun."""
    heard: list[Done] = []

    def cancel(stage: str, done: int, total: int) -> None:
        if stage == STAGE and done >= 15:
            raise CancelledError

    names = ["class_weights", "random_oversampling", "smote", "adasyn"]
    with pytest.raises(CancelledError):
        compare(
            *clusters({"a": 60, "b": 12}, apart=1), strategies=names, repeats=2,
            on_done=heard.append, progress=cancel,
        )  # fmt: skip
    return heard[-1].report()


def test_a_comparison_that_was_broken_off_says_so(cancelled: EvaluationReport) -> None:
    assert (cancelled.done, cancelled.asked, cancelled.is_whole) == (2, 5, False)
    assert [row.name for row in cancelled.strategies] == [BASELINE, "class_weights", FLOOR]
    begin = "After 1 of 2 repeats and 2 of 5 candidates: "
    assert cancelled.verdict.startswith(begin)
    assert all(cancelled.answer(metric).startswith(begin) for metric in cancelled.verdicts)
