"""Shares and costs are read from texts and files, and refused where they are none."""

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from core.errors import SettingError
from core.evaluate.world import make_world, parse_costs, parse_shares, read_costs

CLASSES, COUNTS = ("crack", "good", "stain"), [10, 60, 30]


def test_shares_are_those_of_the_images_unless_named() -> None:
    assert_allclose(make_world(CLASSES, COUNTS).shares, [0.1, 0.6, 0.3])
    # What is left goes to the others as they are among the images.
    assert_allclose(make_world(CLASSES, COUNTS, shares={"crack": 0.4}).shares, [0.4, 0.4, 0.2])
    whole = {"crack": 1.0, "good": 2.0, "stain": 1.0}
    assert_allclose(make_world(CLASSES, COUNTS, shares=whole).shares, [0.25, 0.5, 0.25])


def test_a_wrong_decision_costs_1_unless_said() -> None:
    world = make_world(CLASSES, COUNTS)
    costs = {one: {other: float(one != other) for other in CLASSES} for one in CLASSES}
    costs["crack"]["good"] = 50.0

    assert world.counts_errors
    assert_allclose(world.costs, 1 - np.eye(3))
    other = make_world(CLASSES, COUNTS, costs=costs)
    assert not other.counts_errors
    assert other.costs[0, 1] == 50


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ({"shares": {"cow": 0.1}}, "Shares name 'cow', which is not scored"),
        ({"shares": {"crack": 0.9, "good": 0.3}}, "come to 120%, and nothing is left for 'stain'"),
        ({"shares": {"crack": -0.1, "good": 0.3}}, "Shares must be 0 or more"),
        ({"shares": dict.fromkeys(CLASSES, 0.0)}, "one above 0"),
        ({"costs": {"cow": {"crack": 1.0}}}, "Costs name 'cow'"),
        ({"costs": {"crack": {"crack": 1.0}}}, "Costs are missing for 'crack', 'good' and 'stain'"),
    ],
)
def test_what_is_no_world_is_refused(named: dict[str, dict[str, float]], words: str) -> None:
    with pytest.raises(SettingError, match=words):
        make_world(CLASSES, COUNTS, **named)  # type: ignore[arg-type]


def test_shares_are_read_from_a_text_and_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "shares.csv"
    file.write_text("class,share\ncrack,5%\ngood,0.9\n")

    assert parse_shares("crack=5%, good=0.9") == {"crack": 0.05, "good": 0.9}
    assert parse_shares(str(file)) == {"crack": 0.05, "good": 0.9}


@pytest.mark.parametrize("text", ["crack", "crack=", "=5%", "crack=nan", "nowhere.csv"])
def test_a_text_without_shares_is_refused(text: str) -> None:
    with pytest.raises(SettingError, match="is no share"):
        parse_shares(text)


def test_costs_are_read_by_the_names_of_lines_and_columns(tmp_path: Path) -> None:
    file = tmp_path / "costs.csv"
    file.write_text("label,good,crack\ncrack, 50,0\n\ngood,0,1.5\n")

    assert read_costs(file) == {
        "crack": {"good": 50, "crack": 0},
        "good": {"good": 0, "crack": 1.5},
    }


@pytest.mark.parametrize("text", ["", "label,a,b", "label,a,b\na,0", "label,a\na,much"])
def test_a_table_without_costs_is_refused(text: str) -> None:
    with pytest.raises(SettingError, match=r"costs|needs a number"):
        parse_costs(text)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"costs\.csv' cannot be read"):
        read_costs(tmp_path / "costs.csv")
