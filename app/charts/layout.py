"""What all charts share: margins, font, legend, and names as text that is never HTML."""

import re
from collections.abc import Sequence
from html import escape

from core import words

ROW_PX = 26
FONT = {"size": 13}
MARGIN = {"l": 0, "r": 12, "t": 8, "b": 8}
LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}  # above the chart
_MOST_LETTERS = 32  # of a class beside an axis; a long name would take the room of the bars

_HYPHEN = re.compile(r"(?<![^\s(])-(?=\d)")


def with_minus(text: str) -> str:
    """Return a text whose negative numbers have the minus sign of the axes: '−0.6 to +9.0'."""
    return _HYPHEN.sub("−", text)


def name_of(label: str) -> str:
    """Return a label without HTML; quotes stay, since Plotly does not read their entities."""
    return escape(label, quote=False)


def shortened(labels: Sequence[str], suffix: str = "") -> dict[str, str]:
    """Return tick -> what stands there instead, for long names; their bars keep the whole name.

    The middle of a name is left out: names differ at their ends.
    """
    return {
        # Plotly compares the tick as it would be drawn.
        name_of(label) + suffix: name_of(words.shortened(label, _MOST_LETTERS)) + suffix
        for label in labels
        if len(label) > _MOST_LETTERS
    }
