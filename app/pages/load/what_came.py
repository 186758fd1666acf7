"""On Load: what came, at a glance: the classes, rarest first, each with its bar and pictures."""

from collections.abc import Mapping
from html import escape

import streamlit as st

from app.charts.classes import SPLIT_COLOURS
from app.shell.page import current_workspace, quiet
from app.shell.thumbnails import picture_html, thumbnail_url
from core.dataset import ImageDataset, spread
from core.words import count_of, largest_first, shortened

_A_CLASS = 12  # pictures
_MOST_CLASSES = 12  # that all have their pictures on the page
_ENDS = 4  # classes of many at each end
_LONGEST_NAME = 30  # letters; the whole name stands on hover


def draw_what_came(dataset: ImageDataset) -> None:
    """Draw the classes with bars and pictures; of many, both ends and one that is looked for."""
    counts = {label: count for label, count in dataset.counts().items() if count}
    rarest_first = largest_first(counts)[::-1]
    if len(rarest_first) <= _MOST_CLASSES:
        _draw(dataset, rarest_first, counts)
        return
    between = rarest_first[_ENDS:-_ENDS]
    _draw(dataset, rarest_first[:_ENDS], counts)
    wanted = st.selectbox(
        "Find a class", between, index=None, key=f"came_{dataset.digest[:8]}",
        placeholder=f"{count_of(len(between), 'more class')} in between",
        label_visibility="collapsed",
    )  # fmt: skip
    _draw(dataset, [wanted] if wanted is not None else [], counts)
    _draw(dataset, rarest_first[-_ENDS:], counts)
    quiet(f"The {_ENDS} smallest and the {_ENDS} largest of {count_of(len(counts), 'class')}.")


def _draw(dataset: ImageDataset, labels: list[str], counts: dict[str, int]) -> None:
    splits = {split: dataset.counts(split) for split in dataset.splits}
    most = max(counts.values())
    rows = "".join(
        _row(dataset, label, {split: of[label] for split, of in splits.items()}, most)
        for label in labels
    )
    if rows:
        st.html(f'<div class="came">{rows}</div>')


def _row(dataset: ImageDataset, label: str, counts: Mapping[str, int], most: int) -> str:
    """Return a class: name, bar and count at the left, pictures from all over it at the right."""
    token, images = current_workspace().route_token, sum(counts.values())
    bars = "".join(
        f'<i style="width:calc(75% * {count} / {most});background:{SPLIT_COLOURS[split]}"></i>'
        for split, count in counts.items()
    )
    figures = "".join(
        picture_html(
            thumbnail_url(token, dataset, row),
            alt=f"{label}: {dataset.path(row).rsplit('/', 1)[-1]}",
        )
        for row in spread(dataset.rows_of(label), _A_CLASS).tolist()
    )
    return (
        f'<div class="class" role="group" aria-label="{escape(label)}, '
        f'{count_of(images, "image")}"><div class="told">'
        f'<p class="name" title="{escape(label)}">{escape(shortened(label, _LONGEST_NAME))}</p>'
        f'<div class="bar">{bars}<span>{images:,}</span></div></div>'
        f'<div class="strip">{figures}</div></div>'
    )
