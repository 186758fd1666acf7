"""A random truth written as a random layout is what is proposed, or what is named beside it."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layout_sketch import Truth
from random_layouts import RandomLayout, draw_layout

from core.errors import EmptyDatasetError
from core.ingest import Survey, read_survey, survey

_LEAST_SHARE = 0.9
_MOST_ALTERNATIVES = 3


def images_of(found: Survey) -> Truth:
    """Return label and split of each image as proposed; nothing where none has a label."""
    try:
        table = read_survey(found).table
    except EmptyDatasetError:
        return {}
    pairs = zip(table["label"], table["split"], strict=True)
    return dict(zip(table["path"], pairs, strict=True))


def outcome(drawn: RandomLayout) -> str:
    """Return 'proposed', 'named' beside the proposal, or what was read and said instead."""
    with TemporaryDirectory() as folder:
        listing = drawn.listing(Path(folder))
        found = survey(listing)
        read = images_of(found)
        if read == drawn.truth:
            return "proposed"
        others = [reading for reading in found.readings if reading is not found.chosen]
        for reading in others[:_MOST_ALTERNATIVES]:
            is_right = images_of(survey(listing, reading.choices)) == drawn.truth
            if is_right and reading.title in found.sentence:
                return "named"
    right = sorted(set(drawn.truth.values()))
    return f"{found.sentence}\n  of {drawn.notes}\n  read {sorted(set(read.values()))}, not {right}"


def check(count: int) -> None:
    outcomes = [outcome(draw_layout(Random(seed))) for seed in range(count)]

    silent = [f"{seed}: {text}" for seed, text in enumerate(outcomes) if "\n" in text]
    assert silent == [], "\n".join([f"{len(silent)} of {count}, such as", *silent[:3]])
    assert outcomes.count("proposed") >= _LEAST_SHARE * count


@pytest.mark.long
def test_the_truth_of_300_random_layouts_is_proposed_or_named() -> None:
    check(300)


@pytest.mark.release
def test_the_truth_of_3000_random_layouts_is_proposed_or_named() -> None:
    check(3_000)


@pytest.mark.long
@given(st.integers(3_000, 1_000_000))
@settings(derandomize=True)
def test_no_layout_is_silently_read_as_something_else(seed: int) -> None:
    assert outcome(draw_layout(Random(seed))) in {"proposed", "named"}
