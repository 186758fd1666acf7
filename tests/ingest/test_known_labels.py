"""A label that a person types is the one there is already, where it is alike to it."""

import pytest

from core.ingest import known_label


@pytest.mark.parametrize(
    ("typed", "label"),
    [("Dog", "dog"), (" DOG ", "dog"), ("big  cat", "Big cat"), ("Cat", "Cat"), ("fox", "fox")],
)
def test_an_alike_label_is_the_known_one(typed: str, label: str) -> None:
    assert known_label(typed, ["Big cat", "cat", "Cat", "dog"]) == label
