"""What a person leaves out or relabels acts on what is learned, and on no score."""

import re
from dataclasses import replace

import numpy as np
import pytest
from evaluate_sets import clusters, images

from core.dataset import LEFT_OUT
from core.dataset.edits import Edits
from core.errors import TooFewClassesError
from core.evaluate import EvaluationReport, Experiment, evaluate, parse_candidates
from core.evaluate.experiment import Design, draw_design
from core.progress import silent

DATASET, EMBEDDINGS = clusters({"a": 80, "b": 30}, apart=0.8)


def hard_rows() -> list[int]:
    """Return the images that lie nearer to the other class's centre than to their own."""
    vectors, codes = EMBEDDINGS.vectors, DATASET.codes
    nearness = vectors[:, 1] - vectors[:, 0]
    return np.flatnonzero((nearness > 0) != (codes == 1)).tolist()


def experiment(edits: Edits, **options: object) -> Experiment:
    return Experiment(edits.apply(DATASET), EMBEDDINGS, original=DATASET, **options)  # type: ignore[arg-type]


def design(edits: Edits) -> Design:
    return draw_design(experiment(edits, repeats=1), silent)


def report_of(edits: Edits) -> EvaluationReport:
    return evaluate(experiment(edits, repeats=2), parse_candidates(["class_weights"]))


def test_what_is_left_out_is_scored_and_not_learned() -> None:
    drawn = design(Edits().leave_out([3, 90]))

    assert drawn.rows.tolist() == list(range(110))
    for fold in drawn.folds:
        assert not {3, 90} & set(fold.train.tolist())


def test_what_is_relabelled_is_scored_by_its_first_label() -> None:
    changed = Edits().relabel([3], "b")

    drawn = design(changed)

    assert drawn.actual[3] == DATASET.codes[3] == 0
    assert changed.apply(DATASET).codes[3] == 1


def test_a_split_that_was_repaired_holds_in_the_score_too() -> None:
    drawn = design(Edits().move([3], "test"))

    assert 3 not in drawn.rows
    assert all(3 not in fold.train for fold in drawn.folds)


def test_leaving_hard_images_out_raises_the_second_figure_alone() -> None:
    edited = report_of(Edits().leave_out(hard_rows()))

    after = edited.strategies[0].metrics["balanced_accuracy"]
    assert after < 0.75
    (note,) = [
        note for note in edited.notes if note.startswith("Scores are of the original images")
    ]
    told = re.search(r"of ([\d.]+) % so, and of ([\d.]+) % on the images as edited", note)
    assert told is not None
    assert float(told[1]) == pytest.approx(100 * after, abs=0.1)
    assert float(told[2]) > 100 * after + 10


def test_without_edits_nothing_is_said_of_them() -> None:
    report = evaluate(Experiment(DATASET, EMBEDDINGS, repeats=1), parse_candidates([]))

    assert not any("original images" in note for note in report.notes)


def test_an_image_of_a_label_that_is_gone_is_not_scored() -> None:
    dataset = images(["a"] * 30 + ["b"] * 12 + ["c"] * 2)
    vectors = clusters({"a": 30, "b": 12, "c": 2}, apart=2)[1]
    edited = Edits().relabel([42, 43], "b").apply(dataset)

    report = evaluate(
        Experiment(edited, vectors, original=dataset, repeats=1), parse_candidates([])
    )

    assert (report.classes, report.images) == (("a", "b"), 42)


def test_a_set_of_which_too_little_is_left_is_refused() -> None:
    with pytest.raises(TooFewClassesError, match="So much of 'drawn' is left out"):
        design(Edits().leave_out(np.arange(80, 110)))


def test_a_test_split_is_scored_as_it_came() -> None:
    splits = ["test" if row % 3 == 0 else "train" for row in range(110)]
    dataset = images(DATASET.table["label"].tolist(), splits=splits)
    edited = Edits().leave_out([0, 1]).apply(dataset)
    assert edited.table["split"].iloc[0] == LEFT_OUT

    asked = Experiment(edited, EMBEDDINGS, original=dataset, on_test_split=True)
    drawn = draw_design(replace(asked, repeats=2), silent)

    (fold,) = {id(run.fold): run.fold for run in drawn.runs}.values()
    assert 0 in fold.test
    assert 1 not in fold.train
