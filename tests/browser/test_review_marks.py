"""What the browser foretells of decisions is what the server makes of them."""

from collections.abc import Callable

import numpy as np
import pytest
from image_sets import read_folder, write_folder
from playwright.sync_api import BrowserContext
from visitor import Server

from app.review.board import told_of
from app.review.decisions import Decision, decide
from app.review.routes import REVIEW_CODE
from app.review.shown import ReviewList
from core.dataset import ImageDataset
from core.dataset.edits import Edits

LABELS = ("cat", "dog", "elk")
IMAGES = 8


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> ImageDataset:
    folder = tmp_path_factory.mktemp("marks") / "set"
    return read_folder(write_folder(folder, dict.fromkeys(LABELS, 3)))


def drawn(rng: np.random.Generator, edits: Edits, number: int) -> dict[str, object]:
    """Return a decision that a person may make; undo and redo name what the page shows."""
    act = rng.choice(["leave_out", "keep", "label", "undo", "redo"], p=[0.2, 0.25, 0.25, 0.2, 0.1])
    row = int(rng.integers(IMAGES))
    if act in {"undo", "redo"}:
        stack = edits.done if act == "undo" else edits.undone
        row = int(stack[-1].rows[0]) if stack and rng.random() < 0.9 else row
    value = str(rng.choice(LABELS)) if act == "label" else ""
    return {"tab": "a", "n": number, "act": str(act), "row": row, "value": value}


def test_every_decision_comes_to_what_was_foretold(
    server: Server, new_context: Callable[[], BrowserContext], taken: ImageDataset
) -> None:
    shown = ReviewList(taken, np.arange(IMAGES))
    begun = Edits().leave_out([0, 8]).review(range(IMAGES)).relabel([1, 2], "elk")
    runs = []
    for seed in range(20):
        rng, edits, decisions = np.random.default_rng(seed), begun, []
        for number in range(40):
            told = drawn(rng, edits, number)
            edits, _ = decide(edits, [Decision.read(told)], taken, {})
            decisions.append({**told, "original": taken.label(told["row"])})
        ends = [told_of(edits.done, shown), told_of(edits.undone, shown)]
        runs.append({"decisions": decisions, "ends": ends})
    page = new_context().new_page()
    page.goto(server.url)

    foretold = page.evaluate(
        """async ([address, done, runs]) => {
            const { replay } = await import(address);
            return runs.map(({ decisions }) => replay({ done, undone: [] }, decisions))
                .map(({ done, undone }) => [done, undone]);
        }""",
        [f"{server.url}{REVIEW_CODE.base}/marks.js", told_of(begun.done, shown), runs],
    )

    assert foretold == [run["ends"] for run in runs]
