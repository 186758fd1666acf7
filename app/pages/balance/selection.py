"""On Balance, a tab: the point that was clicked, and the pictures of what is selected."""

from collections.abc import Sequence
from html import escape

import numpy as np
import pandas as pd
import streamlit as st

from app.map.card import NO_PARENTS
from app.map.scene import MADE, Pick, Scene
from app.map.selection import Selection
from app.map.table import label_counts, point_table, selected_indices
from app.pages.balance.choice import current_selection, keep_selection, select_rows
from app.pages.balance.edits import draw_actions
from app.review.board import review_board
from app.review.shown import ReviewList
from app.session.session import Session
from app.shell.page import current_workspace, plain, quiet
from app.shell.thumbnails import picture_html, thumbnail_url
from core.dataset import ImageDataset, Rows
from core.embed.embeddings import similar_rows
from core.words import count_of

_WHY = "selected on the map"  # as edits say it
_IMAGES, _PAIRS = 24, 12  # on a page
_NEAREST = 5
_SIMILAR = 24
_MOST_LISTED = 5_000
_MOST_CLASSES = 6


def draw_selection(session: Session, scene: Scene | None, selection: Selection) -> None:
    """Draw the search, the point that was clicked, and what is selected."""
    if scene is None:
        quiet("Images are selected on the map, once it is there.")
        return
    st.text_input(
        "Find a file name", key="map_search", placeholder="part of a name", width=320,
        on_change=_search, args=(session,),
    )  # fmt: skip
    text = str(st.session_state.get("map_search") or "").strip()
    if text and selection.about == _about(text) and not len(selection):
        quiet(f"No file name has '{text}' in it.")
    if selection.pick is not None:
        if selection.pick.is_real:
            _image(session, scene.dataset, selection.pick.number)
        else:
            draw_synthetic(scene, selection.pick)
    if len(selection):
        _selected(session, scene, selection)
    elif selection.pick is None:
        quiet(
            "Point at a dot to see its picture; click to keep it here. Draw a lasso or a box with "
            "the tools above the map to see all pictures inside."
        )
    draw_actions(session, selection)
    _table(session, scene, selection)


def _table(session: Session, scene: Scene, selection: Selection) -> None:
    """Draw the points as a table: the way to look and to choose by keyboard."""
    table = st.expander("Points as a table", key="map_table", on_change="rerun")
    if not table.open:  # thousands of rows are sent when somebody looks at them
        return
    indices = selected_indices(scene, selection)
    if not len(indices):
        indices = np.arange(len(scene.kinds))
    shown = indices[:_MOST_LISTED]
    key = f"map_table_{scene.key}_{len(indices)}"

    def choose() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        if rows and rows[0] < len(shown):
            pick = scene.pick_of(int(shown[rows[0]]))
            keep_selection(session, current_selection(session).picked(pick))

    with table:
        st.dataframe(
            point_table(session, scene, shown), hide_index=True, height=320, key=key,
            on_select=choose, selection_mode="single-row", alt="Points of the map",
        )  # fmt: skip
        more = len(indices) > len(shown)
        some = f"The first {_MOST_LISTED:,} of {len(indices):,}. " if more else ""
        quiet(f"{some}Select a row to see the point on the map and its pictures.")


def _search(session: Session) -> None:
    text = str(st.session_state["map_search"]).strip()
    dataset = session.dataset
    if not text or dataset is None:
        keep_selection(session, Selection())
        return
    paths = dataset.table["path"]
    found = np.flatnonzero(paths.str.contains(text, case=False, regex=False))
    select_rows(session, found, _about(text))


def _about(text: str) -> str:
    return f"with '{text}' in the name"


def _image(session: Session, dataset: ImageDataset, row: int) -> None:
    """Draw an image, and those that look most like it."""
    st.markdown(f"**Image, '{plain(dataset.label(row))}'**")
    quiet(dataset.path(row))
    embeddings = session.embeddings
    nearest = np.empty(0, np.intp)
    if embeddings is not None and embeddings.has([row])[0]:
        nearest = similar_rows(embeddings, row, _NEAREST)
    notes = ["this image", *("near it" for _ in nearest)]
    _board(session, np.append(row, nearest), key="map_pick", notes=notes)
    if embeddings is not None and len(nearest):
        st.button(
            f"Select {min(_SIMILAR, len(embeddings) - 1)} like it", key="find_similar",
            icon=":material/image_search:", on_click=_select_similar, args=(session, row),
        )  # fmt: skip


def _board(session: Session, rows: Rows, *, key: str, notes: Sequence[str] = ()) -> None:
    """Draw images in the grid of all pages, where keys decide about them."""
    assert session.taken is not None
    shown = ReviewList(session.taken, rows, "Images of the map", _WHY, notes=notes)
    review_board(shown, session.edits, key=key)


def _select_similar(session: Session, row: int) -> None:
    assert session.embeddings is not None and session.dataset is not None
    rows = np.append(similar_rows(session.embeddings, row, _SIMILAR), row)
    name = _name(session.dataset, row)
    chosen = Selection.of_rows(rows, f"like '{name}'").picked(Pick(row))
    keep_selection(session, chosen)


def draw_synthetic(scene: Scene, pick: Pick) -> None:
    """Draw the two parents of a synthetic point, and how far between them it lies."""
    layer, dataset = scene.layer_of(pick.kind), scene.dataset
    points = layer.synthetic
    label = dataset.classes[points.codes[pick.number]]
    st.markdown(f"**Synthetic point {pick.number + 1:,}, '{plain(label)}'**")
    if points.parents is None or points.fractions is None:
        quiet(f"{NO_PARENTS} Export writes only its vector.")
        return
    base, neighbour = points.parents[pick.number].tolist()
    fraction = float(points.fractions[pick.number])
    st.html(
        f'<div class="pair">{_picture(dataset, base, "base: ")}'
        f"{_picture(dataset, neighbour, 'neighbour: ')}</div>"
        f'<div class="fraction" role="img" aria-label="{fraction:.0%} of the way from the base to '
        f'the neighbour"><span style="left:{100 * fraction:.1f}%">×</span></div>'
    )
    quiet(
        f"It lies {fraction:.0%} of the way from the base to the neighbour. It is a vector without "
        "a picture. Export writes an augmented picture of the base instead."
    )


def _selected(session: Session, scene: Scene, selection: Selection) -> None:
    indices = selected_indices(scene, selection)
    made = len(selection) - len(selection.rows)
    parts = [count_of(len(selection.rows), "image")] if len(selection.rows) or not made else []
    parts += [count_of(made, "synthetic point")] if made else []
    about = f" {plain(selection.about)}" if selection.about else ""
    st.markdown(f"**{' and '.join(parts)} selected{about}**")
    counts = label_counts(scene, indices)
    named = [f"'{label}' {count:,}" for label, count in list(counts.items())[:_MOST_CLASSES]]
    rest = len(counts) - _MOST_CLASSES
    quiet(", ".join(named) + (f", and {count_of(rest, 'more class')}" if rest > 0 else ""))
    # Of a joint fit each image is drawn twice: the rows are those of the dataset.
    images = selection.rows[_page(len(selection.rows), _IMAGES, "images")]
    if len(images):
        _board(session, images, key="map_pictures")
    crosses = indices[~scene.is_real[indices]]
    crosses = crosses[_page(len(crosses), _PAIRS, "points")]
    if len(crosses):
        figures = "".join(_pair(scene, scene.pick_of(int(index))) for index in crosses)
        st.html(f'<div class="parents">{figures}</div>')
    with st.container(horizontal=True):
        st.button("Clear", key="map_clear", on_click=keep_selection, args=(session, Selection()))
        st.download_button(
            "Save as CSV",
            lambda: _csv(point_table(session, scene, indices)),
            file_name="selection.csv",
            mime="text/csv",
            on_click="ignore",
            key="map_csv",
        )


def _csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False).encode("utf-8", "backslashreplace")


def _page(count: int, per_page: int, what: str) -> slice:
    """Draw which page of so many things is shown, and return it."""
    pages = -(-count // per_page)
    page = 1
    if pages > 1:
        page = st.pagination(pages, key=f"map_page_{what}_{count}", max_visible_pages=5) or 1
    return slice((page - 1) * per_page, page * per_page)


def _pair(scene: Scene, pick: Pick) -> str:
    """Return the parents of a synthetic point, side by side."""
    layer, dataset = scene.layer_of(pick.kind), scene.dataset
    points = layer.synthetic
    number = f"× {pick.number + 1:,}" if pick.kind == MADE else f"×, {layer.title}"
    label = dataset.classes[points.codes[pick.number]]
    if points.parents is None or points.fractions is None:
        return f'<p class="quiet">{escape(number)}, {escape(label)}. {NO_PARENTS}</p>'
    base, neighbour = points.parents[pick.number].tolist()
    return (
        f'<div><div class="pair">{_picture(dataset, base, "base: ")}'
        f"{_picture(dataset, neighbour, 'neighbour: ')}</div>"
        f'<p class="quiet">{escape(number)}, {escape(label)}, '
        f"{float(points.fractions[pick.number]):.0%} of the way</p></div>"
    )


def _picture(dataset: ImageDataset, row: int, role: str) -> str:
    name = _name(dataset, row)
    return picture_html(
        thumbnail_url(current_workspace().route_token, dataset, row),
        alt=f"{role}{dataset.label(row)}, {name}",
        caption=f"{role}{name}",
    )


def _name(dataset: ImageDataset, row: int) -> str:
    return dataset.path(row).rsplit("/", 1)[-1]
