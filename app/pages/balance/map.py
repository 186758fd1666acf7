"""The map on Balance: what it shows, what colours it, and what is under way for it."""

import streamlit as st

from app.jobs.queue import BESIDE, CLUSTERS, MAP, PLACING
from app.map.colours import COLOURINGS, Colours
from app.map.point_map import MapPanel, point_map
from app.map.scene import JOINT_REAL, MADE, OTHER_MADE, REAL, PointLayer, Scene, Scenes
from app.pages.balance import beside as balance_beside
from app.pages.balance.choice import current_selection, keep_and_show
from app.pages.balance.details import draw_details
from app.pages.balance.embed import map_job, offer_better_map
from app.pages.balance.placing import start_clusters, start_placing
from app.session.session import Session
from app.shell.job_line import job_where_it_was_asked_for
from app.shell.page import current_workspace, note, quiet
from core.dataset import ImageDataset
from core.project import (
    DEFAULT_SETTINGS,
    IMPLEMENTATIONS,
    METRICS,
    MapSettings,
    Placement,
    Projection,
    drawn_by,
)
from core.resample import STRATEGIES, BalancePlan
from core.words import count_of, lowered

_SETTINGS_OPEN = "map_settings_open"
_METHODS = {"umap": "UMAP", "pca": "PCA"}
_SLOTS = (BESIDE, CLUSTERS, MAP, PLACING)  # of jobs for the map; the one asked for is first


def draw(session: Session, plan: BalancePlan) -> None:
    """Draw the map, its controls, and the tabs under it."""
    assert session.dataset is not None and session.embeddings is not None
    start_placing(current_workspace(), session)
    _map_part(session, plan)


def camera_name(session: Session, projection: Projection) -> str:
    """Return what the camera is remembered for: a UMAP of other settings lies elsewhere."""
    images = session.embeddings.digest if session.embeddings is not None else ""
    settings = projection.settings
    how = f"{settings.n_neighbors} {settings.min_dist} {settings.metric} {settings.seed}"
    return f"{images} {projection.method} {how} {settings.implementation}"


@st.fragment
def _map_part(session: Session, plan: BalancePlan) -> None:
    """Draw what a click or a lasso draws again: this alone, and not the page."""
    dataset, workspace = session.dataset, current_workspace()
    assert dataset is not None
    if workspace.session.edits is not session.edits:
        st.rerun()  # a key in the grid has changed labels, which the whole page hangs on
    with st.container(key="map_place"):
        with st.container(key="map_controls", horizontal=True, vertical_alignment="center"):
            colour_place = st.container(width="stretch")
            settings_place = st.container(width="content")
            projection = _choose_map(session)
            with settings_place:
                beside = _draw_settings(session, projection)
        layers = _layers(session, projection, beside)
        scene = workspace.of(Scenes).like(dataset, projection, layers, beside.joint)
        with colour_place:
            colours = _choose_colours(session, scene)
        selection = current_selection(session).within(scene)
        point_map(
            scene,
            _panels(scene, beside),
            colours,
            selection,
            view=camera_name(session, projection),
            changed=lambda chosen: keep_and_show(session, chosen),
        )
        _draw_jobs()
    note(
        "SMOTE works well where crosses lie between dots of their own colour. Crosses among dots "
        "of another colour teach a model wrong labels. Click a cross and look at its two parents: "
        "would a picture halfway between them belong to the class?"
    )
    draw_details(session, plan, scene, selection)
    _caption(scene, dataset)


def _draw_jobs() -> None:
    """Draw over the map what is under way for it; nothing moves when that begins or ends."""
    workspace = current_workspace()
    job = next((job for slot in _SLOTS if (job := workspace.job_in(slot)) is not None), None)
    if job is not None:
        with st.container(key="map_jobs"):
            job_where_it_was_asked_for(job, "_map")


def _choose_map(session: Session) -> Projection:
    methods = [method for method in _METHODS if method in session.projections]
    if methods == ["pca"]:
        offer_better_map(current_workspace(), session)
    if len(methods) == 1:
        return session.projections[methods[0]]
    # No default is stored: the better map replaces the first one when it is ready.
    chosen = st.segmented_control(
        "Map", methods, format_func=_METHODS.__getitem__, default=methods[0], required=True,
        key="map_method", persist_state="session", label_visibility="collapsed",
    )  # fmt: skip
    return session.projections[chosen or methods[0]]


def _draw_settings(session: Session, projection: Projection) -> balance_beside.Beside:
    """Draw what else can be set, behind a button; return what the second map shows."""
    with st.popover("Map settings", icon=":material/tune:", key=_SETTINGS_OPEN, on_change="rerun"):
        beside = balance_beside.choose_second_map(session, projection)
        with st.form("map_settings", border=False):
            _umap_form(session)
    return beside


def _umap_form(session: Session) -> None:
    """Draw how the UMAP is drawn; changed settings draw it again."""
    shown = session.projections.get("umap")
    now = shown.settings if shown is not None else DEFAULT_SETTINGS
    neighbours = st.number_input(
        "Neighbours", 2, 200, now.n_neighbors,
        help="Number of neighbours that each image is kept close to. Few show small groups, "
            "many the overall shape.",
    )  # fmt: skip
    distance = st.slider(
        "Minimum distance", 0.0, 1.0, now.min_dist, 0.05,
        help="How close points may be on the map.",
    )  # fmt: skip
    metric = st.selectbox(
        "Distance metric", METRICS, METRICS.index(now.metric),
        help="Euclidean, or cosine, which ignores the lengths of vectors.",
    )  # fmt: skip
    seed = st.number_input("Seed", 0, 2**31 - 1, now.seed, help="Same seed, same map.")
    implementation = st.selectbox(
        "Drawn by", list(IMPLEMENTATIONS), list(IMPLEMENTATIONS).index(now.implementation),
        format_func=lambda name: IMPLEMENTATIONS[name].title,
        help="  \n".join(f"{one.title}: {one.help}" for one in IMPLEMENTATIONS.values()),
    )  # fmt: skip
    quiet("These settings are for UMAP. PCA has none.")
    if st.form_submit_button("Draw the UMAP with these settings", on_click=_close_settings):
        wanted = MapSettings(
            int(neighbours), float(distance), str(metric), int(seed),
            implementation=str(implementation),
        )  # fmt: skip
        workspace = current_workspace()
        if workspace.job_in(MAP) is not None or wanted != now:
            workspace.start(map_job(session, wanted), session, of=(wanted,))
            st.rerun()


def _close_settings() -> None:
    """Close them, so that the map they are for is seen."""
    st.session_state[_SETTINGS_OPEN] = False


def _choose_colours(session: Session, scene: Scene) -> Colours:
    names = [name for name, one in COLOURINGS.items() if one.is_there(session, scene)]
    chosen = st.selectbox(
        "Colour by", names, format_func=lambda name: COLOURINGS[name].title, key="map_colours",
        persist_state="session",
    )  # fmt: skip
    if chosen == "cluster" and session.clusters is None:
        start_clusters(current_workspace(), session)
        chosen = "class"  # until they are found
    return COLOURINGS[chosen if chosen in names else "class"].paint(session, scene)


def _layers(
    session: Session, projection: Projection, beside: balance_beside.Beside
) -> list[PointLayer]:
    layers = []
    balanced = session.balanced
    if balanced is not None and balanced.synthetic is not None and len(balanced.synthetic):
        points = balanced.synthetic
        title = STRATEGIES[balanced.plan.strategy].title
        layers.append(PointLayer(MADE, title, points, session.placement(points, projection)))
    other = beside.layer(session, projection)
    return [*layers, other] if other is not None else layers


def _panels(scene: Scene, beside: balance_beside.Beside) -> list[MapPanel]:
    alt = "Map of real images as dots and synthetic points as crosses"
    if not beside.name:
        return [MapPanel((REAL, MADE), alt)]
    now = next((layer.title for layer in scene.layers if layer.kind == MADE), "Real images")
    first = MapPanel((REAL, MADE), f"{alt}: {now}", now)
    kinds = (JOINT_REAL, OTHER_MADE) if scene.joint is not None else (REAL, OTHER_MADE)
    other = MapPanel(kinds, f"{alt}: {beside.title}", beside.title)
    # What was before stands to the left of what is now.
    return [other, first] if beside.is_before else [first, other]


def _caption(scene: Scene, dataset: ImageDataset) -> None:
    quiet(_said_of_images(scene.projection, dataset))
    for layer in scene.layers:
        quiet(_said_of_points(layer, is_joint=scene.joint is not None))


def _said_of_images(projection: Projection, dataset: ImageDataset) -> str:
    drawn, fitted = len(projection.rows), len(projection.fit_rows)
    text = f"{_METHODS[projection.method]} of {count_of(drawn, 'image')}"
    if fitted < drawn:
        training = len(dataset.training_rows)
        some = f"a sample of {fitted:,} " if fitted < training else f"the {fitted:,} "
        others = f"the other {drawn - fitted:,} are placed among them at approximate positions"
        if projection.method == "pca":
            others = f"the other {drawn - fitted:,} are projected on its axes"
        text += f", fitted on {some}training images; {others}"
    return (
        f"{text}. Trustworthiness {projection.trustworthiness:.2f} and continuity "
        f"{projection.continuity:.2f} of 1{drawn_by(projection)}."
    )


def _said_of_points(layer: PointLayer, *, is_joint: bool) -> str:
    placement: Placement = layer.placement
    which = f"Synthetic points of {lowered(layer.title)} (crosses)"
    if placement.is_exact:
        text = f"{which} are at their exact PCA positions."
    elif is_joint and layer.kind == OTHER_MADE:
        text = f"{which} were fitted together with the images, which also moves the images."
    else:
        text = f"{which} are at approximate positions: {placement.way}."
    hidden = len(layer.synthetic) - len(placement.indices)
    if hidden and layer.synthetic.parents is None:
        return f"{which} have no parents and are being placed among their nearest images."
    if hidden:
        text += f" {count_of(hidden, 'synthetic point')} with a parent off the map: not drawn."
    return text
