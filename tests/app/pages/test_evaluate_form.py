"""Evaluate's form: what stands beside its button is true for what was asked."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from comparisons import compare
from drawn_sets import loaded
from image_sets import read_folder
from opened_page import button, finish_jobs, open_view, text, visitor

from app.pages.evaluate.comparison import from_balance
from app.session.session import Balanced, Session
from core.evaluate import Difference, Outcome, estimate
from core.pictures.encode import encode
from core.resample import Target, make_plan


def test_a_target_that_nobody_can_make_is_told_beside_the_form(embedded_session: Session) -> None:
    workspace = visitor(embedded_session)

    page = open_view("evaluate", workspace, evaluate_strategies=["augment@1000000000000"])

    assert not page.exception
    assert "100,000,000 can be made" in page.error[0].value.replace("\\", "")
    assert "evaluate_start" not in [button.key for button in page.button]


def test_a_target_that_balance_would_not_offer_is_told_too(embedded_session: Session) -> None:
    page = open_view("evaluate", visitor(embedded_session), evaluate_strategies=["smote@9999999"])

    assert not page.exception
    assert "'smote@9999999' fills classes up to 9,999,999 images" in (
        page.error[0].value.replace("\\", "")
    )


def test_embedding_is_part_of_the_time(embedded_session: Session) -> None:
    assert embedded_session.dataset is not None

    page = open_view("evaluate", visitor(loaded(embedded_session.dataset)))

    assert "Embed 19 images and compare" in " ".join(button.label for button in page.button)
    assert "embedding included" in text(page)


def test_nothing_is_said_of_folds_where_the_test_split_is_scored(tmp_path: Path) -> None:
    for split in ("train", "test"):
        for label in "ab":
            folder = tmp_path / "set" / split / label
            folder.mkdir(parents=True)
            for number in range(3):
                shade = 40 * number + (128 if label == "a" else 0)
                picture = np.full((16, 16, 3), shade, np.uint8)
                (folder / f"{number}.png").write_bytes(encode(picture, "PNG"))
    workspace = visitor(loaded(read_folder(tmp_path / "set")))

    page = open_view("evaluate", workspace, evaluate_on_test_split=True)

    assert not page.exception
    assert "Folds are drawn" not in text(page)
    assert "No strategy learns from the test split." in text(page)


def test_a_set_of_strategies_fills_the_choice_in_one_click(embedded_session: Session) -> None:
    page = open_view("evaluate", visitor(embedded_session))
    assert page.button_group(key="evaluate_set").value == "default"

    page.button_group(key="evaluate_set").set_value("smote_kin").run()

    assert not page.exception
    names = page.multiselect(key="evaluate_strategies").value
    assert names[:3] == ["smote", "smote:pictures", "borderline_smote"]
    assert button(page, f"Compare {len(names) + 1} strategies")
    page.multiselect(key="evaluate_strategies").set_value(["smote"]).run()
    assert page.button_group(key="evaluate_set").value is None


def test_a_set_that_is_lit_stays_lit_when_it_is_clicked(embedded_session: Session) -> None:
    page = open_view("evaluate", visitor(embedded_session))

    page.button_group(key="evaluate_set").set_value(None).run()

    assert page.button_group(key="evaluate_set").value == "default"


def planned(session: Session, strategy: str, target: Target | None, **settings: float) -> Session:
    assert session.dataset is not None
    plan = make_plan(session.dataset, strategy, target, settings=settings)
    return session.put(balanced=Balanced(plan, 0))


def test_what_is_set_on_balance_is_compared(embedded_session: Session) -> None:
    workspace = visitor(planned(embedded_session, "smote", "50%", k_neighbors=3))
    page = open_view("evaluate", workspace, evaluate_strategies=["adasyn", "smote"])
    assert "As set on Balance: SMOTE to 50% (neighbours: 3)" in text(page)
    assert "SMOTE is compared with its settings on Balance, the others with their defaults" in text(
        page
    )

    button(page, "Compare 4 strategies").click().run()
    finish_jobs(workspace)

    report = workspace.session.evaluation
    assert report is not None
    assert list(report.settings) == ["none", "adasyn", "smote", "smote@50%"]
    assert [report.settings[name].get("k_neighbors") for name in report.settings] == [None, 5, 3, 3]
    assert "Set for 'SMOTE': neighbours: 3." in report.notes


def test_it_can_be_left_out(embedded_session: Session) -> None:
    workspace = visitor(planned(embedded_session, "smote", "50%", k_neighbors=3))
    page = open_view("evaluate", workspace, evaluate_strategies=["adasyn"])

    page.checkbox(key="evaluate_from_balance").uncheck().run()

    assert button(page, "Compare 2 strategies")
    assert "All strategies use their default settings." in text(page)


@pytest.mark.parametrize(
    ("strategy", "target", "row"),
    [
        ("smote", "median", "smote@median"),
        ("augment", 7, "augment@7"),
        ("smote", "75%", "smote@75%"),
    ],
)
def test_a_target_on_balance_is_a_row(
    embedded_session: Session, strategy: str, target: Target, row: str
) -> None:
    balanced = planned(embedded_session, strategy, target).balanced
    assert balanced is not None

    taken = from_balance(balanced.plan)

    assert taken is not None
    assert taken.row == row


@pytest.mark.parametrize(
    ("strategy", "target"), [("none", None), ("smote", "largest"), ("smote", {"dog": 7})]
)
def test_nothing_is_said_of_balance_where_it_is_as_usual(
    embedded_session: Session, strategy: str, target: Target | None
) -> None:
    page = open_view("evaluate", visitor(planned(embedded_session, strategy, target)))

    assert not page.exception
    assert "As set on Balance" not in text(page)


def test_a_row_that_answers_alike_is_identical_here_in_the_metric_that_is_looked_at(
    embedded_session: Session,
) -> None:
    report = compare(embedded_session.dataset, embedded_session.embeddings, strategies=["smote"])
    none, smote, floor = report.strategies
    assert smote.difference is not None
    nothing = Difference(0.0, 0.0, 0.0, Outcome.IDENTICAL)
    same = replace(smote, difference={**smote.difference, "mcc": nothing})
    session = embedded_session.put(evaluation=replace(report, strategies=(none, same, floor)))

    page = open_view("evaluate", visitor(session), evaluate_metric="mcc")

    assert list(page.dataframe[0].value["outcome"]) == ["", "identical here", ""]


def test_folds_and_repeats_are_those_that_were_asked_for(embedded_session: Session) -> None:
    workspace = visitor(embedded_session)
    page = open_view("evaluate", workspace, evaluate_strategies=["class_weights"])
    page.number_input(key="evaluate_folds").set_value(3)
    page.number_input(key="evaluate_repeats").set_value(1).run()

    button(page, "Compare 2 strategies").click().run()
    finish_jobs(workspace)

    report = workspace.session.evaluation
    assert report is not None
    assert (report.folds, report.repeats) == (3, 1)


def test_results_of_another_seed_say_so(embedded_session: Session) -> None:
    report = compare(embedded_session.dataset, embedded_session.embeddings, strategies=["smote"])
    page = open_view("evaluate", visitor(embedded_session.put(evaluation=report)))
    assert "The results above" not in text(page)

    page.number_input(key="evaluate_seed").set_value(7).run()

    assert "The results above were made with seed 0. Compare again" in text(page)


def test_the_time_follows_what_is_asked_for(embedded_session: Session) -> None:
    asked = {"evaluate_head": "network", "evaluate_strategies": ["augment"]}
    few = open_view("evaluate", visitor(embedded_session), **asked)
    many = open_view("evaluate", visitor(embedded_session), evaluate_repeats=50, **asked)

    assert "17 augmented pictures to make, a few seconds." in text(few)
    assert "17 augmented pictures to make, 2 min." in text(many)


def test_pictures_that_are_quickly_made_are_compared_unasked(embedded_session: Session) -> None:
    page = open_view("evaluate", visitor(planned(embedded_session, "adasyn", None)))

    joined = page.checkbox(key="evaluate_pictures")

    assert "With augmented pictures and ADASYN as pictures (44 pictures to make, a few" in text(
        page
    )
    assert button(page, "Compare 9 strategies")
    joined.uncheck().run()
    assert button(page, "Compare 7 strategies")


def test_pictures_that_take_longer_wait_for_their_button(
    embedded_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimate, "AT_ONCE_SECONDS", 0)
    workspace = visitor(embedded_session)
    page = open_view("evaluate", workspace, evaluate_repeats=1)
    assert "Not compared yet: augmented pictures and SMOTE as pictures (" in text(page)
    button(page, "Compare 6 strategies").click().run()
    finish_jobs(workspace)
    page.run()

    button(page, "Compare the augmented pictures too: about ").click().run()
    finish_jobs(workspace)
    page.run()

    assert not page.exception
    report = workspace.session.evaluation
    assert report is not None
    assert list(report.settings)[-2:] == ["augment", "smote:pictures"]
    assert "The other 6 were not run again" in text(page)
    assert page.multiselect(key="evaluate_strategies").value[-2:] == ["augment", "smote:pictures"]
    assert button(page, "Compare 8 strategies")


def test_whoever_names_strategies_gets_those(embedded_session: Session) -> None:
    page = open_view("evaluate", visitor(embedded_session), evaluate_strategies=["smote", "lda"])

    assert "With augmented pictures" not in text(page)
    assert button(page, "Compare 3 strategies")
