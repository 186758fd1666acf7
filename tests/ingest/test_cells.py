"""What a cell of labels says: one label or several, however they are written."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ingest.cells import combined, find_form


@pytest.mark.parametrize(
    ("cells", "separator"),
    [
        (["Mass", "Mass|Effusion", "No Finding"], "|"),
        (["Cardiomegaly|Effusion", "Hernia|Nodule"], "|"),
        (["cat;dog", "cat", "dog"], ";"),
        (["cat, dog", "cat", "dog", "cat"], ","),
        (["a,b", "a,c", "b,c"], ","),
        (["scab", "rust", "scab rust", "healthy"], " "),
        (['["cat", "dog"]', '["cat"]'], "["),
        (["['cat']", "['dog', 'cat']"], "["),
        (["big dog", "old cat", "big cat"], ""),
        (["Golden Retriever", "Irish Setter", "Irish Wolfhound"], ""),
        (["Smith, John", "Doe, Jane"], ""),
        (["cat", "dog"], ""),
        ([], ""),
        (["[cat", "dog"], ""),
    ],
)
def test_a_separator_is_found_where_its_parts_are_labels_elsewhere(
    cells: Sequence[str], separator: str
) -> None:
    assert find_form(cells).separator == separator


@pytest.mark.parametrize(
    ("cells", "cell", "labels"),
    [
        (["a|b", "a"], "b | a", ("b", "a")),
        (["a|b", "a"], "a||a", ("a",)),
        (["a|b", "a"], "", ()),
        (['["a", "b"]', '["a"]'], '["b", "a"]', ("b", "a")),
        (['["a", "b"]', '["a"]'], "[broken", ("[broken",)),
        (['["a", "b"]', '["a"]'], "[" * 5_000 + "]", ("[" * 5_000 + "]",)),
        (["[1, 2]", "[1]"], "[2.0]", ("2",)),
        (["cat"], "7.0", ("7",)),
        (["cat"], "7.50", ("7.50",)),
        (["cat"], "007", ("007",)),
    ],
)
def test_a_cell_says_its_labels_each_once(
    cells: Sequence[str], cell: str, labels: tuple[str, ...]
) -> None:
    assert find_form(cells).labels(cell) == labels


def test_a_combination_has_one_name_whatever_the_order() -> None:
    assert combined(("rust", "scab")) == combined(("scab", "rust")) == "rust + scab"


@given(st.lists(st.text("ab|;, []'\"1.0", max_size=8), max_size=8))
def test_whatever_a_cell_holds_it_says_labels_that_are_no_blanks(cells: list[str]) -> None:
    form = find_form(cells)

    for cell in cells:
        labels = form.labels(cell)
        assert all(labels)
        assert len(set(labels)) == len(labels)
