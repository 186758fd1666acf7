"""What a set proposes about its pixels, what was chosen, and the sentence about both."""

from pathlib import Path

import numpy as np
import pytest

from core.dataset import Choices, ImageDataset, Take, build_table, select
from core.dataset.proposal import NOTHING_OPEN, Proposal, level_for, propose
from core.dataset.questions import example_rows, questions, settle, with_decoding
from core.errors import SettingError
from core.pictures.decoding import DEFAULT_DECODING, Decoding

NAN = float("nan")
GREY = Decoding(background="grey")
TWELVE_BITS = Decoding(white_level=4095)


def drawn(vanishing: list[float], highest: list[int], **chosen: object) -> ImageDataset:
    """Return a dataset of such pictures, settled; nothing is on disk."""
    count = len(vanishing)
    table = build_table(
        {
            "path": [f"{row:03d}.png" for row in range(count)],
            "label": ["ab"[row % 2] for row in range(count)],
            "split": ["train"] * count,
            "width": [4] * count,
            "height": [4] * count,
            "format": ["PNG"] * count,
            "vanishing": vanishing,
            "highest": highest,
            "bytes": [9] * count,
            "digest": [f"{row:03d}" for row in range(count)],
            "file": [f"{row:03d}.png" for row in range(count)],
        }
    )
    proposal = propose(table["vanishing"].to_numpy(), table["highest"].to_numpy())
    dataset = ImageDataset("set", Path(), table, proposal=proposal)
    return settle(dataset, Choices(**chosen))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("highest", "level"),
    [(0, 255), (1, 255), (255, 255), (256, 511), (1023, 1023), (4000, 4095), (4095, 4095),
     (4096, 8191), (16383, 16383), (32768, 65535), (65535, 65535)],
)  # fmt: skip
def test_the_white_level_is_the_next_that_has_whole_bits(highest: int, level: int) -> None:
    assert level_for(highest) == level


@pytest.mark.parametrize(
    ("vanishing", "background"),
    [
        ([], "white"),
        ([NAN, NAN], "white"),
        ([1.0], "grey"),
        ([1.0, 0.0], "white"),  # half is not most
        ([1.0, 0.0, 0.95], "grey"),
        ([0.89, 0.89], "white"),
        ([NAN, NAN, NAN, 1.0], "grey"),  # of the transparent ones
    ],
)
def test_grey_is_proposed_where_most_would_vanish(vanishing: list[float], background: str) -> None:
    proposal = propose(np.array(vanishing, np.float32), np.zeros(len(vanishing), np.int32))

    assert proposal.background == background


def test_one_value_of_a_whole_set_decides_its_scale() -> None:
    proposal = propose(np.full(4, np.nan), np.array([0, 900, 4001, 30]))

    assert (proposal.sixteen_bit, proposal.highest, proposal.usual) == (3, 4001, 900)
    assert proposal.white_level == 4095


def test_a_set_of_eight_bits_that_is_opaque_asks_nothing_and_chooses_nothing() -> None:
    dataset = drawn([NAN, NAN], [0, 0])

    assert dataset.proposal == Proposal(pictures=2)
    assert dataset.decoding == DEFAULT_DECODING
    assert dataset.choices == Choices()
    assert questions(dataset) == ()


def test_a_set_on_white_at_the_full_range_asks_nothing_and_says_what_it_chose() -> None:
    dataset = drawn([0.2, 0.1], [60_000, 40_000])

    assert dataset.choices == Choices(background="white", white_level=65_535)
    assert questions(dataset) == ()


@pytest.mark.parametrize(
    ("dataset", "text", "option"),
    [
        (
            drawn([1.0, 1.0, 0.0, NAN], [0] * 4),
            "3 of 4 pictures are transparent and most would vanish on white: "
            "grey lies behind them.",
            "--background white",
        ),
        (
            drawn([1.0, NAN], [0] * 2),
            "1 of 2 pictures is transparent and would vanish on white: grey lies behind it.",
            "--background white",
        ),
        (
            drawn([1.0, 1.0], [0] * 2, background="white"),
            "Both pictures are transparent and would vanish on white: white lies behind them as "
            "chosen, where grey is proposed.",
            "--background grey",
        ),
        (
            drawn([0.0, 0.0, NAN], [0] * 3, background="grey"),
            "2 of 3 pictures are transparent: grey lies behind them as chosen, where white is "
            "proposed.",
            "--background white",
        ),
        (
            drawn([NAN] * 3, [4000, 3000, 0]),
            "2 of 3 pictures hold 16-bit values up to 4,000: 4,095 becomes white.",
            "--white-level 65535",
        ),
        (
            drawn([NAN] * 2, [4000, 60_000], white_level=4095),
            "Both pictures hold 16-bit values up to 60,000: 4,095 becomes white as "
            "chosen, where 65,535 is proposed.",
            "--white-level 65535",
        ),
        (
            drawn([NAN] * 2, [1000, 900], white_level=65_535),
            "Both pictures hold 16-bit values up to 1,000: 65,535 becomes white as "
            "chosen, where 1,023 is proposed.",
            "--white-level 1023",
        ),
        (
            drawn([NAN] * 4, [4000, 3000, 3500, 60_000]),
            "All 4 pictures hold 16-bit values up to 60,000: 65,535 becomes white, and most "
            "of them, with values up to 3,500, are nearly black.",
            "--white-level 4095",
        ),
    ],
)
def test_a_sentence_names_what_was_found_and_what_is_done(
    dataset: ImageDataset, text: str, option: str
) -> None:
    [question] = questions(dataset)

    assert (question.text, question.option) == (text, option)


def test_taking_the_other_way_is_said_and_leads_back() -> None:
    dataset = drawn([1.0, 1.0, 0.0], [0] * 3)
    [question] = questions(dataset)

    other = with_decoding(dataset, question.decoding)

    assert other.decoding == DEFAULT_DECODING
    assert other.choices.background == "white"
    [back] = questions(other)
    assert with_decoding(other, back.decoding).decoding == dataset.decoding == GREY


def test_both_things_are_asked_and_each_is_taken_alone() -> None:
    dataset = drawn([1.0, NAN], [0, 4000])

    about_background, about_level = questions(dataset)

    assert about_background.decoding == Decoding("white", 4095)
    assert about_level.decoding == Decoding("grey", 65_535)


def test_the_present_way_is_no_other_dataset() -> None:
    dataset = drawn([1.0], [0])

    assert with_decoding(dataset, GREY) is dataset


def test_a_part_is_decoded_as_the_whole_is() -> None:
    dataset = drawn([1.0, 0.0, 1.0, 0.0, 1.0], [0] * 5)

    part = select(dataset, Take({"b": None}))

    assert part.decoding == GREY
    assert questions(part) == questions(dataset)


def test_what_nobody_has_chosen_and_no_picture_hangs_on_stays_open() -> None:
    assert drawn([NAN], [4000]).choices == Choices(white_level=4095)
    assert drawn([NAN], [0], background="grey").choices == Choices(background="grey")


def test_examples_are_those_that_would_vanish_spread_over_the_set() -> None:
    dataset = drawn([1.0 if row % 2 else 0.0 for row in range(18)] + [1.0], [0] * 19)
    [question] = questions(dataset)

    rows = example_rows(dataset, question)

    assert rows.tolist() == [1, 7, 13, 18]


def test_few_examples_are_all_there_are() -> None:
    dataset = drawn([NAN, NAN, NAN], [0, 400, 300])

    assert example_rows(dataset, questions(dataset)[0]).tolist() == [1, 2]


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"background": "blue"}, r"no background 'blue'\. The backgrounds are: white, grey\."),
        ({"white_level": 100}, r"white level is 100; it must lie between 255 and 65,535\."),
        ({"white_level": 70_000}, r"white level is 70000; it must"),
    ],
)
def test_what_there_is_not_is_refused(chosen: dict[str, object], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        drawn([1.0], [0], **chosen)


def test_nothing_open_is_the_default() -> None:
    assert NOTHING_OPEN.decoding == DEFAULT_DECODING
