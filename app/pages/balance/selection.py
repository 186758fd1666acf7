"""Beside the map: the point that was clicked, and the pictures of what is selected."""

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
from app.session.session import Session
from app.shell.page import current_workspace, plain, quiet
from app.shell.thumbnails import picture_html, thumbnail_url
from core.dataset import ImageDataset
from core.embed.embeddings import similar_rows
from core.words import count_of

_PER_PAGE = 12
_NEAREST = 4
_SIMILAR = 24
_MOST_LISTED = 5_000
_MOST_CLASSES = 6


def draw(session: Session, scene: Scene, selection: Selection) -> None:
    """Draw the search, the point that was clicked, and what is selected."""
    st.text_input(
        "Find a file name", key="map_search", placeholder="part of a name",
        on_change=_search, args=(session,),
    )  # fmt: skip
    text = str(st.session_state.get("map_search") or "").strip()
    if text and selection.about == _about(text) and not len(selection):
        quiet(f"No file name has '{text}' in it.")
    if selection.pick is not None:
        if selection.pick.is_real:
            _image(session, scene.dataset, selection.pick.number)
        else:
            _synthetic(scene, selection.pick)
    if len(selection):
        _selected(session, scene, selection)
    elif selection.pick is None:
        quiet(
            "Point at a dot to see its picture; click to keep it here. Draw a lasso or a box with "
            "the tools above the map to see all pictures inside."
        )
    draw_actions(session, selection)


def draw_table(session: Session, scene: Scene, selection: Selection) -> None:
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
    st.markdown(f"**Image, '{plain(dataset.label(row))}'**")
    st.html(f'<div class="pair">{_picture(dataset, row)}</div>')
    quiet(dataset.path(row))
    embeddings = session.embeddings
    if embeddings is None or not embeddings.has([row])[0]:
        return
    nearest = similar_rows(embeddings, row, _NEAREST)
    if len(nearest):
        quiet("Nearest images:")
        figures = "".join(_picture(dataset, int(one), is_label=True) for one in nearest)
        st.html(f'<div class="four">{figures}</div>')
        st.button(
            f"Select {min(_SIMILAR, len(embeddings) - 1)} like it", key="find_similar",
            icon=":material/image_search:", on_click=_select_similar, args=(session, row),
        )  # fmt: skip


def _select_similar(session: Session, row: int) -> None:
    assert session.embeddings is not None and session.dataset is not None
    rows = np.append(similar_rows(session.embeddings, row, _SIMILAR), row)
    name = _name(session.dataset, row)
    chosen = Selection.of_rows(rows, f"like '{name}'").picked(Pick(row))
    keep_selection(session, chosen)


def _synthetic(scene: Scene, pick: Pick) -> None:
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
    pages = -(-len(indices) // _PER_PAGE)
    page = 1
    if pages > 1:
        page = st.pagination(
            pages, key=f"map_page_{len(indices)}_{indices[0]}", max_visible_pages=5
        )
    begin = ((page or 1) - 1) * _PER_PAGE
    figures = "".join(_figure(scene, int(index)) for index in indices[begin : begin + _PER_PAGE])
    st.html(f'<div class="pictures small">{figures}</div>')
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


def _figure(scene: Scene, index: int) -> str:
    """Return the picture of an image, or of the base of a synthetic point."""
    pick, dataset = scene.pick_of(index), scene.dataset
    if pick.is_real:
        return _picture(dataset, pick.number, is_label=True)
    layer = scene.layer_of(pick.kind)
    number = f"× {pick.number + 1:,}" if pick.kind == MADE else f"×, {layer.title}"
    label = dataset.classes[layer.synthetic.codes[pick.number]]
    if layer.synthetic.parents is None:
        return f'<p class="quiet">{escape(number)}, {escape(label)}. {NO_PARENTS}</p>'
    base = int(layer.synthetic.parents[pick.number, 0])
    return picture_html(
        thumbnail_url(current_workspace().route_token, dataset, base),
        alt=f"base of synthetic point {pick.number + 1}: {_name(dataset, base)}",
        caption=f"{number}, {label}",
    )


def _picture(dataset: ImageDataset, row: int, role: str = "", *, is_label: bool = False) -> str:
    name = _name(dataset, row)
    return picture_html(
        thumbnail_url(current_workspace().route_token, dataset, row),
        alt=f"{role}{dataset.label(row)}, {name}",
        caption=dataset.label(row) if is_label else f"{role}{name}",
    )


def _name(dataset: ImageDataset, row: int) -> str:
    return dataset.path(row).rsplit("/", 1)[-1]
