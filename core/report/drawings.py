"""The pictures of numbers in a report, as SVG: they print, scale, and need no script.

Colours that are not of a class come from the page's style, so that light and dark hold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from core.colours import class_colours
from core.dataset import ImageDataset
from core.evaluate import FLOOR, EvaluationReport, Outcome
from core.project import Projection
from core.project.project import any_rows
from core.words import shortened, signed

MOST_BARS = 24  # classes with a bar each; more are drawn as a curve
ENDS = 8  # classes named at each end of a curve

_MOST_POINTS = 6_000
_MAP_HEIGHT = 480
_WIDTH, _ROW, _NAME, _NUMBER = 720, 22, 190, 96
_LONGEST_NAME = 28
_SHARES = {"train": "kept", "validation": "held", "test": "held2"}
_OUTCOMES = {Outcome.BETTER: "better", Outcome.WORSE: "worse"}


@dataclass(frozen=True)
class Drawing:
    """A picture, what it shows in words, and what stands below it."""

    svg: Markup
    note: str = ""


def draw_bars(splits: Mapping[str, Mapping[str, int]]) -> Drawing:
    """Return sorted bars of images per class, a part for each split, with the count at the end."""
    totals = _totals(splits)
    most, whole = max(totals.values()), sum(totals.values())
    room, parts = _WIDTH - _NAME - _NUMBER, []
    for number, (label, total) in enumerate(totals.items()):
        top, left = number * _ROW, float(_NAME)
        parts.append(_name(label, top))
        for split, counts in splits.items():
            width = room * counts.get(label, 0) / most
            parts.append(
                Markup('<rect class="{}" x="{:.1f}" y="{}" width="{:.1f}" height="{}"/>').format(
                    _SHARES[split], left, top + 4, width, _ROW - 8
                )
            )
            left += width
        parts.append(
            Markup('<text class="number" x="{:.1f}" y="{}">{}</text>').format(
                left + 6, top + 15, f"{total:,} · {total / whole:.1%}"
            )
        )
    return Drawing(_svg(_ROW * len(totals), parts, "Images per class"), _key_of(splits))


def draw_curve(splits: Mapping[str, Mapping[str, int]]) -> Drawing:
    """Return the images of each class by rank, on a logarithmic scale, with both ends named."""
    totals = _totals(splits)
    counts = np.array(list(totals.values()), np.float64)
    height, room = 260, _WIDTH - 60
    top = np.log10(counts.max() * 1.2)
    across = 50 + room * np.arange(len(counts)) / max(1, len(counts) - 1)
    down = height - 30 - (height - 50) * np.log10(counts) / top
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(across, down, strict=True))
    parts = [
        Markup('<text class="number end" x="44" y="{:.1f}">{:,}</text>').format(
            height - 26 - (height - 50) * power / top, 10**power
        )
        for power in range(int(top) + 1)
    ]
    parts += [
        Markup('<polyline class="curve" points="{}"/>').format(points),
        Markup('<text class="number" x="50" y="{}">largest class</text>').format(height - 6),
        Markup('<text class="number end" x="{}" y="{}">smallest, number {:,}</text>').format(
            50 + room, height - 6, len(counts)
        ),
    ]
    names = [f"'{label}' {count:,}" for label, count in totals.items()]
    note = f"Largest: {', '.join(names[:ENDS])}. Smallest: {', '.join(names[-ENDS:])}."
    return Drawing(_svg(height, parts, "Images per class, by rank"), note)


def draw_map(dataset: ImageDataset, projection: Projection) -> Drawing:
    """Return where images lie on a map, in the colour of their class; a sample of very many."""
    rows = any_rows(projection.rows, limit=_MOST_POINTS, seed=projection.settings.seed)
    points = projection.points[np.searchsorted(projection.rows, rows)]
    low, high = points.min(axis=0), points.max(axis=0)
    reach = np.maximum(high - low, 1e-9)
    scale = float(min((_WIDTH - 20) / reach[0], (_MAP_HEIGHT - 20) / reach[1]))
    places = 10 + scale * (points - low)
    places[:, 0] += (_WIDTH - 20 - scale * reach[0]) / 2
    places[:, 1] = scale * reach[1] + 20 - places[:, 1]
    counts = dataset.counts()
    parts, names = [], []
    for label, colour in class_colours({k: n for k, n in counts.items() if n}).items():
        own = places[dataset.codes[rows] == dataset.classes.index(label)]
        # One path a class: a circle each would be ten times as long.
        path = "".join(f"M{x:.0f} {y:.0f}h0" for x, y in own)
        parts.append(Markup('<path class="dots" stroke="{}" d="{}"/>').format(colour, path))
        names.append((label, colour))
    key = Markup("").join(
        Markup('<span class="key"><i style="background:{}"></i>{}</span>').format(colour, label)
        for label, colour in names[:MOST_BARS]
    )
    method = "UMAP" if projection.method == "umap" else "PCA"
    note = (
        f"{method} of the embedding; trustworthiness {projection.trustworthiness:.2f} of 1. "
        "Images that lie together are near each other in the embedding."
    )
    if len(rows) < len(projection.rows):
        note += f" {len(rows):,} of {len(projection.rows):,} images are drawn."
    if len(names) > MOST_BARS:
        note += f" The {MOST_BARS} largest of {len(names):,} classes are named."
    return Drawing(
        _svg(round(scale * float(reach[1])) + 20, parts, "Map of the images") + key, note
    )


def draw_differences(report: EvaluationReport, metric: str) -> Drawing:
    """Return a dot with its interval per strategy: points above or below doing nothing."""
    rows = [row for row in report.strategies if row.difference and row.name != FLOOR]
    ends = [0.0]
    for row in rows:
        assert row.difference is not None
        one = row.difference[metric]
        ends += [100 * end for end in (one.mean, one.low, one.high) if end is not None]
    low, high = min(ends), max(ends)
    scale = (_WIDTH - _NAME - 60) / max(high - low, 1e-6)

    def across(points: float) -> float:
        return _NAME + 30 + (points - low) * scale

    bottom = 34 * len(rows)
    parts = [
        Markup('<line class="zero" x1="{0:.1f}" x2="{0:.1f}" y1="0" y2="{1}"/>').format(
            across(0), bottom
        )
    ]
    for number, row in enumerate(rows):
        assert row.difference is not None
        one, middle = row.difference[metric], 34 * number + 20
        kind = _OUTCOMES.get(one.outcome, "same")
        parts.append(_name(row.title, middle - 15))
        if one.low is not None and one.high is not None:
            parts.append(
                Markup(
                    '<line class="interval {}" x1="{:.1f}" x2="{:.1f}" y1="{y}" y2="{y}"/>'
                ).format(kind, across(100 * one.low), across(100 * one.high), y=middle)
            )
        parts.append(
            Markup('<circle class="{}" cx="{:.1f}" cy="{}" r="5"/>').format(
                kind, across(100 * one.mean), middle
            )
        )
        parts.append(
            Markup('<text class="number middle" x="{:.1f}" y="{}">{}</text>').format(
                across(100 * one.mean), middle - 9, signed(100 * one.mean).replace("-", "−")
            )
        )
    return Drawing(
        _svg(bottom + 6, parts, "Difference of each strategy to no balancing"),
        "Points above or below 'None' with 95% intervals, which hold together.",
    )


def _name(label: str, top: float) -> Markup:
    return Markup('<text class="end" x="{}" y="{}">{}<title>{}</title></text>').format(
        _NAME - 8, top + 15, shortened(label, _LONGEST_NAME), label
    )


def _svg(height: float, parts: Sequence[Markup], title: str) -> Markup:
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        _WIDTH, height, title, Markup("").join(parts)
    )


def _key_of(splits: Mapping[str, Mapping[str, int]]) -> str:
    return f"Darkest to palest: {', '.join(splits)}." if len(splits) > 1 else ""


def _totals(splits: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Return label -> images of all splits, the largest first, ties by name."""
    labels = {label for counts in splits.values() for label in counts}
    totals = {label: sum(counts.get(label, 0) for counts in splits.values()) for label in labels}
    return dict(sorted(totals.items(), key=lambda one: (-one[1], one[0])))
