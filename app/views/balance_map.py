"""The map on Balance, and what lies behind the point that was clicked."""

import streamlit as st

from app.map_chart import Pick, point_map
from app.page import current_workspace, note, plain, quiet
from app.palette import class_colours
from app.session import Session
from app.thumbnails import picture_html, thumbnail_url
from app.views.balance_embed import offer_better_map
from app.views.balance_quality import PICK
from core.dataset import TRAIN, ImageDataset
from core.project import Placement, Projection
from core.resample import SyntheticPoints
from core.words import count_of

_METHODS = {"umap": "UMAP", "pca": "PCA"}


def draw(session: Session) -> None:
    """Draw the map, its controls, and the selection beside it."""
    dataset = session.dataset
    assert dataset is not None and session.embeddings is not None
    # A pick belongs to the images that it was made among; others have the same row numbers.
    digest = session.embeddings.digest
    if st.session_state.setdefault("map_of", digest) != digest:
        st.session_state["map_of"] = digest
        st.session_state.pop(PICK, None)
    synthetic = session.balanced.synthetic if session.balanced else None
    projection = _choose_map(session)
    placement = projection.place(synthetic) if synthetic is not None else None
    counts = dataset.counts(TRAIN)
    shown = st.multiselect(
        "Classes in colour", dataset.classes, key="map_classes", placeholder="All classes",
        persist_state="session",
    )  # fmt: skip
    map_column, side = st.columns([7, 3], gap="medium")
    pick = _stored_pick(synthetic, projection)
    with map_column:
        figure = point_map(
            dataset, projection, class_colours(counts), shown=shown or dataset.classes,
            synthetic=synthetic, placement=placement, pick=pick,
        )  # fmt: skip
        event = st.plotly_chart(
            figure,
            key=f"map_{projection.method}",
            on_select="rerun",
            selection_mode="points",
            config={"displaylogo": False, "scrollZoom": True},
            alt="Map of real images as dots and synthetic points as crosses",
        )
        _caption(projection, placement, synthetic, dataset)
    points = event["selection"]["points"]
    if points and points != st.session_state.get("map_clicked"):
        st.session_state["map_clicked"] = points
        number = points[0].get("customdata")
        number = number[0] if isinstance(number, list) else number
        if number is not None:
            st.session_state[PICK] = int(number)
            st.rerun()
    with side:
        _selection(dataset, synthetic, pick)
    note(
        "Crosses between dots of their own colour are what SMOTE is good for. Crosses among dots "
        "of another colour will teach a model the wrong answer there. Click a cross and look at "
        "its two parents: would a picture half-way between them belong to the class?"
    )


def _choose_map(session: Session) -> Projection:
    methods = [method for method in _METHODS if method in session.projections]
    if len(methods) == 1:
        offer_better_map(current_workspace(), session)
        return session.projections[methods[0]]
    # No default is stored: the better map replaces the first one when it is ready.
    chosen = st.segmented_control(
        "Map", methods, format_func=_METHODS.__getitem__, default=methods[0], required=True,
        key="map_method", persist_state="session", label_visibility="collapsed",
    )  # fmt: skip
    return session.projections[chosen or methods[0]]


def _caption(
    projection: Projection,
    placement: Placement | None,
    synthetic: SyntheticPoints | None,
    dataset: ImageDataset,
) -> None:
    drawn, whole = len(projection.rows), len(dataset.training_rows)
    text = f"{_METHODS[projection.method]} of {count_of(drawn, 'training image')}"
    text += f", a sample of {whole:,}" if drawn < whole else ""
    text += f"; trustworthiness {projection.trustworthiness:.2f} of 1."
    if placement is not None and synthetic is not None and len(synthetic):
        if placement.is_exact:
            text += " Synthetic points lie exactly where PCA puts them."
        else:
            text += " Synthetic points are at an approximate position: between their parents."
        hidden = len(synthetic) - len(placement.indices)
        if hidden:
            text += f" {count_of(hidden, 'synthetic point')} with a parent off the map: not drawn."
    quiet(text)


def _stored_pick(synthetic: SyntheticPoints | None, projection: Projection) -> Pick | None:
    number = st.session_state.get(PICK)
    if number is None:
        return None
    pick = Pick.from_id(number)
    if pick.synthetic is not None and (synthetic is None or pick.synthetic >= len(synthetic)):
        return None
    if pick.row is not None and pick.row not in projection.rows:
        return None
    return pick


def _selection(dataset: ImageDataset, synthetic: SyntheticPoints | None, pick: Pick | None) -> None:
    if pick is None:
        quiet("Click a point to see its picture. A synthetic point shows its two parents.")
    elif pick.row is not None:
        label, path = dataset.label(pick.row), dataset.path(pick.row)
        st.markdown(f"**Real image, '{plain(label)}'**")
        st.html(f'<div class="pair">{_picture(dataset, pick.row)}</div>')
        quiet(path)
    elif synthetic is not None and pick.synthetic is not None:
        _synthetic_selection(dataset, synthetic, pick.synthetic)
    _by_number(synthetic)


def _synthetic_selection(dataset: ImageDataset, synthetic: SyntheticPoints, number: int) -> None:
    base, neighbour = synthetic.parents[number].tolist()
    fraction = float(synthetic.fractions[number])
    label = dataset.classes[synthetic.labels[number]]
    st.markdown(f"**Synthetic point {number + 1:,}, '{plain(label)}'**")
    st.html(
        f'<div class="pair">{_picture(dataset, base, "base: ")}'
        f"{_picture(dataset, neighbour, 'neighbour: ')}</div>"
        f'<div class="fraction" role="img" aria-label="{fraction:.0%} of the way from the base to '
        f'the neighbour"><span style="left:{100 * fraction:.1f}%">×</span></div>'
    )
    quiet(
        f"It lies {fraction:.0%} of the way from the base to the neighbour. It is a vector: there "
        "is no picture of it. Export writes an augmented picture of the base in its place."
    )


def _by_number(synthetic: SyntheticPoints | None) -> None:
    """Offer synthetic points by number: the way for the keyboard."""
    if synthetic is None or len(synthetic) == 0:
        return
    with st.form("pick_by_number", border=False):
        number = st.number_input("Synthetic point number", 1, len(synthetic), 1)
        if st.form_submit_button("Show it"):
            st.session_state[PICK] = -int(number)
            st.rerun()


def _picture(dataset: ImageDataset, row: int, role: str = "") -> str:
    token = current_workspace().route_token
    name = dataset.path(row).rsplit("/", 1)[-1]
    return picture_html(
        thumbnail_url(token, dataset, row),
        alt=f"{role}{dataset.label(row)}, {name}",
        caption=f"{role}{name}",
    )
