"""On Balance: which encoder and device, and the work that draws the map."""

from collections.abc import Mapping

import streamlit as st

from app.jobs.queue import MAP, Job, JobState
from app.map import umap
from app.session.embedding import as_values, embed_and_map
from app.session.session import Session
from app.session.workspace import Workspace
from app.session.workspaces import WORKSPACES
from app.shell.page import current_workspace, plain, quiet
from core.embed import available_devices, embedding_text, offered_encoders
from core.progress import Progress
from core.project import DEFAULT_SETTINGS, MapSettings, Projection
from core.words import count_of

_OTHER = "another"


def draw(session: Session, *, is_needed: bool) -> None:
    """Draw the choice of an encoder and the button that embeds."""
    st.subheader("Draw the map", anchor=False)
    quiet("Every training image becomes a dot; similar pictures are close together.")
    assert session.taken is not None
    images = len(session.taken)
    with st.container(border=True):
        left, right = st.columns(2)
        with left:
            encoder = _choose_encoder()
        with right:
            device = _choose_device()
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(
                f"Embed {count_of(images, 'image')}",
                type="primary" if is_needed else "secondary",
                disabled=not encoder,
            ):
                start_embedding(current_workspace(), session, encoder, device)
                st.rerun()
            quiet(embedding_text(encoder, images, device=device))


def start_embedding(workspace: Workspace, session: Session, encoder: str, device: str) -> None:
    """Start the job that embeds and draws the first map.

    It works on all that was taken: an image that is left out now may come back.
    """
    taken, cache = session.taken, workspace.vectors_folder
    assert taken is not None

    def embed(progress: Progress) -> Mapping[str, object]:
        return as_values(embed_and_map(taken, encoder, device, cache, progress))

    job = Job(
        "embed", "Embedding images", embed,
        needs=("taken",), puts=("embeddings", "projections"),
    )  # fmt: skip
    workspace.start(job, session, of=(encoder, device))


def start_better_map(workspace: Workspace, session: Session) -> None:
    """Start the UMAP by itself, once, behind the PCA map that is there already."""
    if session.embeddings is None or set(session.projections) != {"pca"}:
        return
    if workspace.begun_in(MAP) is not None:
        return
    if workspace.begin(map_job(session, DEFAULT_SETTINGS), session, of=(DEFAULT_SETTINGS,)):
        st.rerun()


def map_job(session: Session, settings: MapSettings) -> Job:
    """Return the job that draws a UMAP with these settings."""
    embeddings, first = session.embeddings, session.projections["pca"]
    assert embeddings is not None

    def draw(progress: Progress) -> Mapping[str, Projection]:
        projection = umap.better_map(embeddings, first, settings, progress)
        return {projection.method: projection}

    return Job(
        "umap", "Drawing the UMAP", draw,
        needs=("embeddings",), puts=("projections",), slot=MAP,
    )  # fmt: skip


def offer_better_map(workspace: Workspace, session: Session) -> None:
    """Draw the button that asks for the UMAP again, where it was cancelled or has failed."""
    if "umap" in session.projections or workspace.job_in(MAP) is not None:
        return
    begun = workspace.begun_in(MAP)
    if begun is not None and begun.state is JobState.DONE:
        return  # and brought none: the vectors are few, or the same
    if st.button(
        "Draw the UMAP", key="draw_umap", icon=":material/scatter_plot:",
        help="UMAP keeps similar pictures closer together than PCA. It takes seconds.",
    ):  # fmt: skip
        workspace.start(map_job(session, DEFAULT_SETTINGS), session, of=(DEFAULT_SETTINGS,))
        st.rerun()


def _choose_encoder() -> str:
    """Draw the encoders; return a name, or '' while none is named.

    Models of Hugging Face are downloaded by the server, and folders are its own: both are for
    the person at this computer alone.
    """
    offered = offered_encoders(downloads=WORKSPACES.settings.is_local)
    chosen = st.selectbox(
        "Encoder", [*offered, *([_OTHER] if WORKSPACES.settings.is_local else [])],
        format_func=lambda name: offered[name].title if name in offered else "Another model ...",
        key="encoder", persist_state="session",
    )  # fmt: skip
    if chosen == _OTHER:
        return st.text_input(
            "Name on Hugging Face, or a local folder",
            placeholder="hf:facebook/dinov2-small",
            help="A vision model with safetensors weights. Models from Hugging Face are downloaded "
            "once; your pictures stay on this computer.",
        ).strip()
    st.caption(plain(offered[chosen].help))
    return chosen


def _choose_device() -> str:
    devices = available_devices()
    device = st.selectbox(
        "Device", [device.name for device in devices[::-1]],
        format_func={device.name: device.title for device in devices}.__getitem__,
    )  # fmt: skip
    st.caption(
        "A GPU is used if there is one."
        if len(devices) > 1
        else "No GPU was found, so the CPU is used."
    )
    return device
