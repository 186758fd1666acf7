"""Names in Markdown: shown letter by letter, whatever they hold."""

import re
import string

import pytest
from drawn_sets import HOSTILE
from hypothesis import given
from hypothesis import strategies as st

from app.shell.page import plain

# CommonMark 0.31, 2.4: any ASCII punctuation character may be backslash-escaped, and then stands
# for itself; images, links, emphasis, code, HTML, math and directives all begin with one.
PUNCTUATION = set(string.punctuation)


def unescaped_punctuation(text: str) -> list[str]:
    """Return the punctuation that a Markdown reader would see as such."""
    return [sign for sign in re.sub(r"\\[!-/:-@\[-`{-~]", "", text) if sign in PUNCTUATION]


@given(st.text())
def test_no_sign_of_markdown_is_left(name: str) -> None:
    assert unescaped_punctuation(plain(name)) == []


@given(st.text(alphabet=st.sampled_from("!()<>[]*_`$:\\~#|&/abc 1.")))
def test_the_reader_gets_every_letter_back(name: str) -> None:
    assert re.sub(r"\\(.)", r"\1", plain(name)) == name


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_lose_their_meaning(name: str) -> None:
    assert unescaped_punctuation(name) != []
    assert unescaped_punctuation(plain(name)) == []


def test_letters_and_blanks_stay_as_they_are() -> None:
    assert plain("Straße 7 östlich") == "Straße 7 östlich"
