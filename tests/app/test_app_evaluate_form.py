"""Evaluate's form: what stands beside its button is true for what was asked."""

from pathlib import Path

import numpy as np
from drawn_sets import loaded
from image_sets import read_folder
from opened_page import open_view, text, visitor

from app.session import Session
from core.encoding import encode


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
