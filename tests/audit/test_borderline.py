"""The images on both sides of a threshold, by hand."""

from dataclasses import replace

import numpy as np
import pytest
from image_sets import read_folder, write_folder

from core.audit import AuditInput, Check
from core.audit.borderline import borderline
from core.dataset import ImageDataset
from core.dataset.edits import Edits
from core.parameters import Parameter

SCORES = np.array([0.9, 0.2, np.nan, 0.5, 0.4, 0.6])
CHECK = Check("dark", "Dark", "", lambda _: [], scores=lambda _: SCORES)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> ImageDataset:
    folder = tmp_path_factory.mktemp("borderline") / "set"
    return read_folder(write_folder(folder, {"cat": 3, "dog": 3}))


def test_images_above_the_threshold_are_found(dataset: ImageDataset) -> None:
    beside = borderline(AuditInput(dataset), CHECK, 0.5)

    assert beside.found.tolist() == [5, 0]
    assert beside.found_scores.tolist() == [0.6, 0.9]
    assert beside.spared.tolist() == [3, 4, 1]
    assert beside.text == "2 of 5 images found."


@pytest.mark.parametrize("is_low", [True, False])
@pytest.mark.parametrize("threshold", [0.0, 0.4, 0.5, 0.55, 1.0])
def test_what_moves_with_the_threshold_is_what_the_check_finds(
    dataset: ImageDataset, threshold: float, is_low: bool
) -> None:
    limit = Parameter("threshold", "Threshold", "", 0, 1, 0.05, threshold, "")
    check = replace(CHECK, threshold=limit, is_low=is_low)
    given = AuditInput(dataset)

    assert borderline(given, check, threshold).found.tolist() == given.beyond(check)[::-1].tolist()


def test_a_low_score_is_found_below_the_threshold(dataset: ImageDataset) -> None:
    beside = borderline(AuditInput(dataset), replace(CHECK, is_low=True), 0.5, most=1)

    assert (beside.count, beside.found.tolist(), beside.spared.tolist()) == (2, [4], [3])


def test_what_is_left_out_is_on_neither_side(dataset: ImageDataset) -> None:
    edited = Edits().leave_out([3, 4]).apply(dataset)

    beside = borderline(AuditInput(edited), CHECK, 0.5)

    assert (beside.found.tolist(), beside.spared.tolist()) == ([5, 0], [1])


def test_where_nothing_is_measured_nothing_lies_beside(dataset: ImageDataset) -> None:
    nothing = replace(CHECK, scores=lambda _: np.full(6, np.nan))

    beside = borderline(AuditInput(dataset), nothing, 0.5)

    assert (len(beside.found), len(beside.spared), beside.text) == (0, 0, "0 of 0 images found.")


@pytest.mark.parametrize(
    ("unit", "score", "said"),
    [
        ("px", 2.118, "2.12 px"),
        ("%", 4.31, "4.31%"),
        ("times", 1234.5, "1,234 times"),
        ("", 0.8, "score 0.8"),
        ("px", np.nan, ""),
    ],
)
def test_a_score_is_said_with_its_unit(unit: str, score: float, said: str) -> None:
    limit = Parameter("threshold", "Threshold", unit, 0, 1, 0.05, 0.5, "")

    assert replace(CHECK, threshold=limit).said(score) == said
