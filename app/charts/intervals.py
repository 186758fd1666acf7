"""The rows of a comparison as HTML: each with its interval, all on one scale.

Pure: no page, no session.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from app.charts.layout import with_minus
from core.colours import BETTER, NEUTRAL, WORSE
from core.evaluate import BASELINE, FLOOR, METRICS, Outcome, StrategyResult
from core.words import signed

_COLOURS = {Outcome.BETTER: BETTER, Outcome.WORSE: WORSE}  # the others are neutral
_ROOM = 0.06  # of the scale, beside its ends
_TICKS = (1, 2, 5, 10, 20, 50, 100)  # points between two of them
_MOST_TICKS = 7


@dataclass(frozen=True)
class Scale:
    """Points above and below doing nothing, from left to right."""

    low: float
    high: float
    margin: float  # within which a difference does not matter

    @classmethod
    def of(cls, rows: Sequence[StrategyResult], metric: str, margin: float) -> "Scale":
        """Return the scale that holds the intervals of all rows, the margin and zero."""
        ends = [-2 * margin, 2 * margin]
        for row in rows:
            if row.difference is not None and row.name != FLOOR:
                one = row.difference[metric]
                ends += [end for end in (one.mean, one.low, one.high) if end is not None]
        room = _ROOM * (max(ends) - min(ends))
        return cls(min(ends) - room, max(ends) + room, margin)

    def place(self, value: float) -> float:
        """Return where a value lies, in per cent of the width."""
        return 100 * (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[int]:
        """Return round numbers of points to write below the rows."""
        low, high = 100 * self.low, 100 * self.high
        step = next((one for one in _TICKS if (high - low) / one <= _MOST_TICKS), _TICKS[-1])
        first = int(-(-low // step)) * step
        return list(range(first, int(high) + 1, step))


def row_html(row: StrategyResult, metric: str, scale: Scale, *, is_best: bool = False) -> str:
    """Return a strategy with its interval and what that comes to."""
    difference = None if row.difference is None else row.difference[metric]
    value = METRICS[metric].title.lower()
    if difference is None:
        marks = ""
        if row.name == BASELINE:
            marks = f'<i class="ring" style="left:{scale.place(0):.2f}%"></i>'
        figures = f"<b>{100 * row.metrics[metric]:.1f} %</b><span>{escape(value)}</span>"
    else:
        colour = _COLOURS.get(difference.outcome, NEUTRAL)
        marks = _marks(difference.mean, difference.low, difference.high, scale, colour)
        interval = f" ({difference.interval})" if difference.interval else ""
        figures = (
            f"<b>{with_minus(signed(100 * difference.mean))}</b>"
            f"<span>{escape(with_minus(interval))}</span>"
            f'<em style="--outcome:{colour}">{escape(str(difference.outcome))}</em>'
        )
    best = " best" if is_best else ""
    return (
        f'<div class="strategy{best}"><span class="name">{escape(row.title)}</span>'
        f'<span class="plot" aria-hidden="true">{_ground(scale)}{marks}</span>'
        f'<span class="figures">{figures}</span></div>'
    )


def coming_html(title: str, scale: Scale) -> str:
    """Return the place of a strategy that is not compared yet."""
    return (
        f'<div class="strategy coming"><span class="name">{escape(title)}</span>'
        f'<span class="plot" aria-hidden="true">{_ground(scale)}</span>'
        '<span class="figures"></span></div>'
    )


def axis_html(scale: Scale) -> str:
    """Return the numbers below the rows."""
    ticks = "".join(
        f'<i style="left:{scale.place(tick / 100):.2f}%">{_points(tick)}</i>'
        for tick in scale.ticks()
    )
    return (
        '<div class="strategy axis" aria-hidden="true"><span class="name"></span>'
        f'<span class="plot">{ticks}</span>'
        '<span class="figures">points over none, 95% interval</span></div>'
    )


def _ground(scale: Scale) -> str:
    """Return the band within which a difference does not matter, and the line of zero."""
    left, right = scale.place(-scale.margin), scale.place(scale.margin)
    return (
        f'<i class="band" style="left:{left:.2f}%;width:{right - left:.2f}%"></i>'
        f'<i class="zero" style="left:{scale.place(0):.2f}%"></i>'
    )


def _marks(mean: float, low: float | None, high: float | None, scale: Scale, colour: str) -> str:
    dot = f'<i class="dot" style="left:{scale.place(mean):.2f}%;--outcome:{colour}"></i>'
    if low is None or high is None:
        return dot
    left, right = scale.place(low), scale.place(high)
    return (
        f'<i class="interval" style="left:{left:.2f}%;width:{right - left:.2f}%;'
        f'--outcome:{colour}"></i>' + dot
    )


def _points(tick: int) -> str:
    return with_minus(f"{tick:+d}") if tick else "0"
