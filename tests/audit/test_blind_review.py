"""A blind review: suspects and others, mixed, answered by edits, give a share to be trusted."""

from collections import Counter

import numpy as np
import pytest
from numpy.random import Generator, default_rng
from scipy.stats import beta

from core import records
from core.audit.blind_review import (
    BlindSample,
    blind_sample_size,
    draw_blind_sample,
    estimate_wrong_labels,
    read_answers,
)
from core.dataset.edits import Edits
from core.evaluate.label_errors import LabelErrors


def ranked(suspects: int, others: int, *, of_b: int = 40) -> LabelErrors:
    """Return images of 'a', the suspects first, and of 'b', of which none is one."""
    count = suspects + others
    codes = np.repeat([0, 1], [count, of_b])
    scores = np.where(np.arange(len(codes)) < suspects, 0.1, 0.9)
    return LabelErrors(np.arange(len(codes)), codes, 1 - codes, scores, ("a", "b"))


def reviewed(sample: BlindSample, wrong: set[int], *, most: int | None = None) -> Edits:
    """Return a review of the sample, in its order, by someone who sees what is `wrong`."""
    edits = Edits().review(sample.rows)
    for row, label in list(zip(sample.rows, sample.labels, strict=True))[:most]:
        other = "b" if label == "a" else "a"
        edits = edits.relabel([row], other) if row in wrong else edits.reviewed([row])
    return edits


def test_thirty_of_each_side_are_drawn_and_mixed() -> None:
    sample = draw_blind_sample(ranked(100, 400))

    drawn = Counter(zip(sample.labels, sample.is_suspect, strict=True))
    assert drawn == {("a", True): 30, ("a", False): 30, ("b", False): 30}
    assert len(set(sample.rows)) == 90
    assert all((row < 100) is suspect for row, suspect in zip(
        sample.rows, sample.is_suspect, strict=True
    ))  # fmt: skip
    assert sample.sizes == {"a": (100, 400), "b": (0, 40)}
    # Nobody can tell by the place what is a suspect.
    assert 8 < sum(sample.is_suspect[:45]) < 22


def test_the_order_hangs_on_the_seed_alone() -> None:
    given = ranked(50, 90)

    assert draw_blind_sample(given) == draw_blind_sample(given)
    assert draw_blind_sample(given, seed=1).rows != draw_blind_sample(given).rows


def test_a_sample_survives_a_file() -> None:
    sample = draw_blind_sample(ranked(5, 9))

    assert records.read(BlindSample, records.to_json(sample), "The sample") == sample


def test_nothing_is_told_before_enough_is_reviewed() -> None:
    sample = draw_blind_sample(ranked(100, 400))

    first, _ = estimate_wrong_labels(sample, reviewed(sample, set(), most=12))

    assert (first.share, first.interval) == (None, None)
    assert first.text == (
        "'a' has 100 suspected labels of 500: how many are wrong is not known until a blind sample "
        f"is reviewed ({first.reviewed} of 60 images)."
    )


def test_the_share_weighs_both_sides_by_their_size() -> None:
    sample = draw_blind_sample(ranked(100, 400))
    suspects = [row for row in sample.rows if row < 100]
    others = [row for row in sample.rows if 100 <= row < 500]

    found, _ = estimate_wrong_labels(sample, reviewed(sample, {*suspects[:15], *others[:3]}))

    assert (found.reviewed, found.wrong) == (60, 18)
    assert found.share == pytest.approx(0.2 * 0.5 + 0.8 * 0.1)
    assert found.share is not None and found.interval is not None
    low, high = found.interval
    assert 0.05 < low < found.share < high < 0.4
    assert found.text.startswith("About 18% of the labels of 'a' are wrong (")
    assert found.text.endswith("by review of 60 images.")


def test_without_an_error_among_others_the_interval_is_clopper_and_pearsons() -> None:
    sample = draw_blind_sample(ranked(0, 100_000, of_b=3))

    found, _ = estimate_wrong_labels(sample, reviewed(sample, set()))

    assert found.share == 0
    assert found.interval == pytest.approx((0, beta.ppf(0.975, 1, 30)), rel=1e-2)


def test_of_a_class_that_is_reviewed_whole_the_share_is_known() -> None:
    sample = draw_blind_sample(ranked(6, 14))

    found, _ = estimate_wrong_labels(sample, reviewed(sample, {0, 1, 2, 19}))

    assert found.share == pytest.approx(0.2)
    assert found.interval == pytest.approx((0.2, 0.2))
    assert found.text == "20% of the labels of 'a' are wrong: all 20 images are reviewed."


def test_answers_are_the_last_word_and_follow_undo() -> None:
    sample = draw_blind_sample(ranked(3, 3, of_b=2))
    first, second, third, *_ = (row for row, label in zip(
        sample.rows, sample.labels, strict=True
    ) if label == "a")  # fmt: skip

    def answers(edits: Edits) -> dict[int, bool | None]:
        return dict(zip(sample.rows, read_answers(sample, edits), strict=True))

    listed = Edits().review(sample.rows)
    edits = listed.relabel([first], "b").reviewed([second]).leave_out([third])

    assert set(answers(listed).values()) == {None}
    assert [answers(edits)[row] for row in (first, second, third)] == [True, False, True]
    assert answers(edits.undo())[third] is None
    assert answers(edits.restore([third]))[third] is None
    # Back to its first label: it was right.
    assert answers(edits.relabel([first], "a"))[first] is False


def test_what_was_done_before_the_sample_is_no_answer() -> None:
    sample = draw_blind_sample(ranked(3, 3, of_b=2))
    before = Edits().relabel(sample.rows, "b")

    assert set(read_answers(sample, before)) == {None}
    assert set(read_answers(sample, before.review(sample.rows))) == {None}


def covered(
    rng: Generator, sizes: tuple[int, int], wrong: tuple[int, int], runs: int
) -> tuple[float, float]:
    """Return how often the interval holds the true share, and how wide it is on average."""
    truth = sum(wrong) / sum(sizes)
    hits, widths = [], []
    errors = ranked(*sizes, of_b=2)
    is_wrong = {*range(wrong[0]), *range(sizes[0], sizes[0] + wrong[1])}
    for _ in range(runs):
        sample = draw_blind_sample(errors, seed=int(rng.integers(1 << 30)))
        found, _ = estimate_wrong_labels(sample, reviewed_at_once(sample, is_wrong))
        assert found.interval is not None
        low, high = found.interval
        hits.append(low - 1e-9 <= truth <= high + 1e-9)
        widths.append(high - low)
    return float(np.mean(hits)), float(np.mean(widths))


def reviewed_at_once(sample: BlindSample, wrong: set[int]) -> Edits:
    listed = Edits().review(sample.rows)
    rows = [row for row in sample.rows if row in wrong]
    relabelled = listed.relabel(rows, "b") if rows else listed
    return relabelled.reviewed([row for row in sample.rows if row not in wrong])


@pytest.mark.parametrize(
    ("sizes", "wrong"),
    [
        ((80, 720), (40, 7)),
        ((80, 720), (72, 0)),  # no error among the others
        ((300, 300), (150, 90)),
        ((40, 60), (16, 3)),
    ],
)
def test_the_interval_holds_as_often_as_promised_and_not_far_more(
    sizes: tuple[int, int], wrong: tuple[int, int]
) -> None:
    share, width = covered(default_rng(0), sizes, wrong, runs=200)

    # By 3,000 runs it holds in 95 to 98%.
    assert 0.91 <= share <= 0.998
    assert width < 0.3


def test_the_size_that_is_said_is_that_of_the_sample() -> None:
    errors = ranked(7, 50)

    for per_side in (1, 3, 30):
        sample = draw_blind_sample(errors, per_side=per_side)
        assert blind_sample_size(errors, per_side=per_side) == len(sample.rows)
