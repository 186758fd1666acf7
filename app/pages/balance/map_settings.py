"""On Balance: how the UMAP is drawn, for who wants to change it."""

import streamlit as st

from app.jobs.queue import MAP
from app.pages.balance.embed import map_job
from app.session.session import Session
from app.shell.page import current_workspace, quiet
from core.project import DEFAULT_SETTINGS, METRICS, MapSettings


def draw_settings(session: Session) -> None:
    """Draw the settings behind a button; changed ones draw the map anew."""
    shown = session.projections.get("umap")
    now = shown.settings if shown is not None else DEFAULT_SETTINGS
    with (
        st.popover("Map settings", icon=":material/tune:"),
        st.form("map_settings", border=False),
    ):
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
        quiet("These settings are for UMAP. PCA has none.")
        if st.form_submit_button("Draw the UMAP with these settings"):
            wanted = MapSettings(int(neighbours), float(distance), str(metric), int(seed))
            workspace = current_workspace()
            if workspace.job_in(MAP) is not None or wanted != now:
                workspace.start(map_job(session, wanted), session, of=(wanted,))
                st.rerun()
