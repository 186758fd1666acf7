"""What a comparison will take is told before it begins."""

import pytest

from core.embed import DEFAULT_ENCODER, ENCODERS, PRETRAINED
from core.evaluate import HEADS, parse_candidate
from core.evaluate.candidates import CANDIDATE_SETS, STANDARD_POLICY, picture_rows
from core.evaluate.estimate import Estimate, Joining, Planned, estimate, offer_pictures
from core.evaluate.experiment import default_repeats


def asked(
    *names: str, head: str = "linear", encoder: str = DEFAULT_ENCODER, **runs: int
) -> Estimate:
    candidates = [parse_candidate(name) for name in names]
    return estimate(Planned({"a": 400, "b": 100}, HEADS[head], encoder, **runs), candidates)


def seconds(*names: str, head: str = "linear", **runs: int) -> float:
    known = asked(*names, head=head, **runs).seconds
    assert known is not None
    return known


def test_augmented_pictures_are_counted() -> None:
    assert asked("none", "smote", "augment:crop", "augment@200").pictures == 300 + 100


def test_pictures_of_points_are_made_for_every_side_that_draws_others() -> None:
    # Of 100 images each is a base three times a side: up to seven times on some of fifty sides.
    assert asked("smote", head="network", repeats=1).pictures == 589
    assert asked("smote:pictures", repeats=10).pictures == 771
    assert asked("smote:pictures", on_test_split=True, repeats=1).pictures == 300


def test_pictures_that_candidates_share_are_counted_once() -> None:
    assert asked("augment", "augment@200").pictures == 300
    assert asked("augment", "smote:pictures").pictures == asked("smote:pictures").pictures


def test_a_network_takes_longer_than_a_linear_model_and_more_rows_longer_than_one() -> None:
    assert seconds("none", head="network") > 10 * seconds("none")
    assert seconds("none", "smote") > 2 * seconds("none")


def test_the_time_follows_folds_and_repeats() -> None:
    usual = seconds("none")

    assert usual == seconds("none", folds=5, repeats=10)
    assert seconds("none", repeats=30) == pytest.approx(3 * usual)
    # Twice as many fits, each of nine tenths of the images.
    assert seconds("none", folds=10) == pytest.approx(2 * usual * 0.9 / 0.8)
    assert seconds("none", on_test_split=True) == pytest.approx(usual / 0.8 / 5)


def test_the_head_alone_says_how_often_it_is_repeated() -> None:
    assert default_repeats(HEADS["network"]) == 1
    assert default_repeats(HEADS["network"], is_held_out=True) == 5
    assert default_repeats(HEADS["linear"]) == default_repeats(HEADS["discriminant"]) == 10
    assert default_repeats(HEADS["linear"], is_held_out=True) == 10
    assert default_repeats(HEADS["linear"], adapts=True) == 1


def test_what_the_layers_of_another_encoder_take_is_not_guessed() -> None:
    assert asked("augment", head="fine_tuning", encoder="hf:owner/model") == Estimate(
        None, 300, making=pytest.approx(0.45)
    )
    assert seconds("augment", head="fine_tuning") > 0


def test_augmented_pictures_are_described_by_the_encoder_that_embedded_the_others() -> None:
    slow = asked("augment", encoder="hf:facebook/dinov2-base").seconds
    made = asked("augment", encoder="classical").seconds

    assert slow is not None and made is not None
    each = PRETRAINED["hf:facebook/dinov2-base"].core_seconds - ENCODERS["classical"].core_seconds
    assert slow - made == pytest.approx(300 * each)


def test_the_sentence_tells_pictures_and_time() -> None:
    assert Estimate(70.0, 300).text == "On one core: 300 augmented pictures to make, 70 s."
    assert Estimate(3.0, 0, embedded=19).text == "On one core, embedding included: a few seconds."
    assert Estimate(None, 300).text == (
        "300 augmented pictures to make. The time that this encoder needs is known after the "
        "first fold."
    )


@pytest.mark.parametrize("head", HEADS)
def test_every_head_says_what_it_takes_with_the_usual_encoder(head: str) -> None:
    assert seconds("none", "smote", head=head) > 0


DEFAULT_ROWS = CANDIDATE_SETS["default"].rows(STANDARD_POLICY)


def offered(counts: dict[str, int], head: str = "linear", encoder: str = "efficientnet") -> Joining:
    rows = picture_rows(DEFAULT_ROWS, HEADS[head])
    planned = Planned(counts, HEADS[head], encoder, to_embed=100_000)
    return offer_pictures(planned, [parse_candidate(row) for row in rows])


@pytest.mark.parametrize(
    ("most", "joined", "waiting"),
    [
        (300, ["augment", "smote:pictures"], []),
        (4_000, ["augment"], ["smote:pictures"]),
        (6_000, [], ["augment", "smote:pictures"]),
    ],
)
def test_rows_with_pictures_join_where_they_take_less_than_a_minute(
    most: int, joined: list[str], waiting: list[str]
) -> None:
    found = offered({"a": most, "b": 100})

    assert [one.name for one in found.joined] == joined
    assert [one.name for one in found.waiting] == waiting
    assert bool(found.joined_text) == bool(joined)
    assert bool(found.waiting_text) == bool(waiting)


def test_what_joins_and_what_waits_is_said_with_its_time() -> None:
    found = offered({"a": 4_000, "b": 100})

    assert found.joined_text == "With augmented pictures (3,900 pictures to make, 50 s)"
    assert found.waiting_text == (
        "Not compared yet: SMOTE as pictures (5,597 pictures to make, about 80 s)."
    )
    assert found.button == "Compare the augmented pictures too: about 80 s"


def test_learning_from_pictures_is_part_of_what_they_take() -> None:
    assert [one.name for one in offered({"a": 300, "b": 100}, "network").joined] == ["augment"]
    assert [one.name for one in offered({"a": 900, "b": 300}, "network").waiting] == ["augment"]
    unknown = offered({"a": 30, "b": 10}, "fine_tuning", "hf:owner/model")
    assert unknown.button == "Compare the augmented pictures too: in an unknown time"


@pytest.mark.parametrize(
    ("names", "plan", "rows"),
    [
        (DEFAULT_ROWS, "smote", ["augment", "smote:pictures"]),
        ([*DEFAULT_ROWS, "adasyn"], "adasyn@50%", ["augment", "adasyn:pictures@50%"]),
        (DEFAULT_ROWS, "augment", ["augment"]),
        (DEFAULT_ROWS, "class_weights", ["augment"]),
        ([*DEFAULT_ROWS, "augment"], "smote", ["smote:pictures"]),
        (["smote"], "smote", []),  # somebody has chosen
    ],
)
def test_rows_of_pictures_belong_beside_all_default_rows(
    names: list[str], plan: str, rows: list[str]
) -> None:
    assert picture_rows(names, HEADS["linear"], plan) == rows
