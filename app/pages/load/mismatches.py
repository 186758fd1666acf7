"""On Load: what does not match, and what to do about it, before images are read."""

from collections.abc import Mapping

import streamlit as st

from app.session.session import Pending
from app.shell.page import current_workspace, plain, quiet
from app.shell.thumbnails import picture_html
from app.upload.waiting import waiting_url
from core.ingest import MISMATCHES, Mismatch, Survey, preview_counts
from core.words import count_of

_MOST_NAMES = 1_000  # of one mismatch, in the browser; the command line lists all
_MOST_PAIRS = 6
_BY_COUNTS = "several_labels"  # each decision gives other classes, so each says its counts


def draw_mismatches(pending: Pending, key: str) -> dict[str, str]:
    """Draw what does not match; return the decisions."""
    found = pending.survey
    if not found.mismatches:
        return {}
    st.subheader("What does not match", anchor=False)
    decisions: dict[str, str] = {}
    for mismatch in found.mismatches:
        with st.container(border=True, gap="xsmall"):
            left, right = st.columns([3, 2], vertical_alignment="center")
            with left:
                st.markdown(f"**{plain(mismatch.text)}**")
                quiet(_examples(mismatch))
            with right:
                decisions[mismatch.kind] = _decide(found, mismatch, decisions, key)
            if mismatch.kind == "companions":
                _draw_pairs(pending)
            if len(mismatch.names) > 2:
                _draw_names(mismatch)
    return decisions


def _decide(found: Survey, mismatch: Mismatch, decided: Mapping[str, str], key: str) -> str:
    if not mismatch.is_open:
        quiet(mismatch.decisions[mismatch.proposed] + ".")
        return mismatch.proposed
    names = list(mismatch.decisions)
    index, field = names.index(mismatch.proposed), f"{key}_{mismatch.kind}"
    if mismatch.kind == _BY_COUNTS:
        counts = [preview_counts(found, {**decided, mismatch.kind: name}) for name in names]
        return st.radio(
            mismatch.text, names, index=index, key=field, label_visibility="collapsed",
            format_func=mismatch.decisions.__getitem__, captions=[_told(each) for each in counts],
        )  # fmt: skip
    return st.selectbox(
        mismatch.text, names, index=index, key=field, label_visibility="collapsed",
        format_func=mismatch.decisions.__getitem__,
    )  # fmt: skip


def _told(counts: Mapping[str, int]) -> str:
    images = count_of(sum(counts.values()), "image")
    return f"{images} in {count_of(len(counts), 'class')}"


def _draw_pairs(pending: Pending) -> None:
    """Draw some pictures that belong to another one, each beside that."""
    workspace, found = current_workspace(), pending.survey
    pairs = []
    for pair in found.pairs[:_MOST_PAIRS]:
        figures = "".join(
            picture_html(
                waiting_url(workspace, pending, place),
                alt=f"{what}: {name}", caption=name,
            )
            for place, what in zip(pair, ("Belongs to the next", "Picture"), strict=True)
            for name in [found.listing.paths[int(found.pictures[place])].rpartition("/")[2]]
        )  # fmt: skip
        pairs.append(f'<div class="pair">{figures}</div>')
    st.html(f'<div class="pairs">{"".join(pairs)}</div>')


def _draw_names(mismatch: Mismatch) -> None:
    with st.expander("Which files"):
        st.dataframe(
            {MISMATCHES[mismatch.kind].noun: list(mismatch.names[:_MOST_NAMES])},
            hide_index=True, alt=mismatch.text,
        )  # fmt: skip
        if len(mismatch.names) > _MOST_NAMES:
            quiet(f"The first {_MOST_NAMES:,}. 'evenset audit --json' lists them all.")


def _examples(mismatch: Mismatch) -> str:
    names = [f"'{name}'" if "'" not in name else name for name in mismatch.names[:2]]
    more = ", ..." if len(mismatch.names) > 2 else ""
    return ", ".join(names) + more
