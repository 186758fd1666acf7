"""On Load: the ways to read labels, each with pictures and the labels that it gives them."""

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from app.session.session import Pending
from app.shell.page import class_bars, current_workspace, plain
from app.shell.thumbnails import picture_html
from app.upload import loading
from app.upload.waiting import waiting_url
from core.ingest import Reading, Survey
from core.ingest.previews import examples, extent_of, label_counts
from core.ingest.readings import TABLE
from core.words import shortened

_MOST_CARDS = 6
_A_ROW = 3
_LONGEST_BUTTON, _LONGEST_CAPTION = 44, 22  # letters


def draw_readings(pending: Pending, counts: Mapping[str, int], *, is_busy: bool) -> None:
    """Draw a card for each way to read labels that is worth a look, and start the one wanted.

    Args:
        pending: What waits.
        counts: Images per class, as decided, of the reading that is in use.
        is_busy: Something runs that must end first.
    """
    found = pending.survey
    if found.is_doubtful:
        st.info(
            "Nothing here clearly says the labels. Compare the pictures, choose another way to "
            "read them, or write an expression for their names."
        )
    elif found.is_close:
        others = sum(reading in found.close_readings for reading in found.readings)
        words = "Another reading fits" if others == 1 else f"{others} other readings fit"
        st.info(f"{words} almost as well. Compare the pictures with their labels, then choose.")
    cards = _worth_a_look(pending)
    with st.grid(min(_A_ROW, len(cards)), min_column_width=280, gap="small"):
        for reading in cards:
            _draw_card(pending, reading, _bars(found, reading, counts), is_busy=is_busy)
    rest = [reading for reading in found.readings if reading not in cards]
    if not rest:
        return
    wanted = st.selectbox(
        "Another way to read them",
        range(len(rest)),
        index=None,
        format_func=[_headed(reading) for reading in rest].__getitem__,
        placeholder=f"{len(rest):,} more: columns, folders, names",
        key=f"readings_{pending.folder.name}_{found.chosen.option}",
    )
    if wanted is not None:
        _draw_card(pending, rest[wanted], _bars(found, rest[wanted], counts), is_busy=is_busy)


def _worth_a_look(pending: Pending) -> list[Reading]:
    """Return the readings that were said at first, in that order, and the one in use.

    The order stays when another one is chosen, so that no card moves under the pointer.
    """
    found = pending.survey
    by_option = {reading.option: reading for reading in (*found.readings, found.chosen)}
    first = [by_option[option] for option in pending.proposed if option in by_option]
    first = [reading for reading in first if reading.evidence.labels > 1][:_MOST_CARDS]
    return first if found.chosen in first else [*first, found.chosen]


def _bars(found: Survey, reading: Reading, counts: Mapping[str, int]) -> Sequence[int]:
    is_used = reading is found.chosen
    return sorted(counts.values(), reverse=True) if is_used else label_counts(reading)


def _draw_card(pending: Pending, reading: Reading, counts: Sequence[int], *, is_busy: bool) -> None:
    workspace, found = current_workspace(), pending.survey
    is_used = reading is found.chosen
    tags = "".join(
        f' <span class="tag">{text}</span>'
        for text, is_shown in (
            ("proposed", reading.option in pending.proposed[:1]),
            ("fits almost as well", reading in found.close_readings),
        )
        if is_shown
    )
    figures = "".join(
        picture_html(
            waiting_url(workspace, pending, example.place),
            alt=f"{example.label}: {example.path.rpartition('/')[2]}",
            caption=shortened(example.label, _LONGEST_CAPTION),
        )
        for example in examples(found, reading)
    )
    with st.container(border=True, gap="small"):
        st.html(
            f'<div class="reading"><p class="way">{escape(_headed(reading))}{tags}</p>'
            f'<p class="quiet">{escape(extent_of(reading))}</p>'
            f'<div class="six">{figures}</div>'
            f"{class_bars(counts, 'Pictures per label')}</div>"
        )
        title = shortened(reading.title, _LONGEST_BUTTON)
        if is_used and len(found.readings) == 1:
            return
        if st.button(
            "In use" if is_used else f"Use {plain(title)}",
            icon=":material/check:" if is_used else None,
            disabled=is_used or is_busy,
            key=f"use_{pending.folder.name}_{reading.option}",
        ):
            loading.start_survey(workspace, pending, reading.choices)
            st.rerun()


def _headed(reading: Reading) -> str:
    """Return the title of a reading at the beginning of a line; a file's name stays as it is."""
    title = reading.title
    return title if reading.kind == TABLE else title[:1].upper() + title[1:]
