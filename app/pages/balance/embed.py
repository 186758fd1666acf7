"""On Balance: which encoder and device, and the work that draws the map."""

from functools import partial

import streamlit as st

from app.jobs.queue import Job
from app.map import work as map_work
from app.session import work
from app.session.session import Session
from app.session.workspaces import MAP, WORKSPACES, Workspace
from app.shell.page import current_workspace, plain, quiet
from core.dataset import ImageDataset
from core.embed import Embeddings, available_devices, embedding_text, offered_encoders
from core.project import DEFAULT_SETTINGS, MapSettings, Projection
from core.words import count_of

_OTHER = "another"
_NO_UMAP = "no umap"  # in `begun`: the vectors of which there is none, as they are few or the same


def draw(taken: ImageDataset, *, is_needed: bool) -> None:
    """Draw the choice of an encoder and the button that embeds."""
    st.subheader("Draw the map", anchor=False)
    quiet("Every training image becomes a dot; similar pictures are close together.")
    with st.container(border=True):
        left, right = st.columns(2)
        with left:
            encoder = _choose_encoder()
        with right:
            device = _choose_device()
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(
                f"Embed {count_of(len(taken), 'image')}",
                type="primary" if is_needed else "secondary",
                disabled=not encoder,
            ):
                start_embedding(current_workspace(), taken, encoder, device)
                st.rerun()
            quiet(embedding_text(encoder, len(taken), device=device))


def start_embedding(workspace: Workspace, taken: ImageDataset, encoder: str, device: str) -> None:
    """Start the job that embeds and draws the first map.

    It works on all that was taken: an image that is left out now may come back.
    """

    def apply(session: Session, result: tuple[Embeddings, Projection]) -> Session:
        return session.with_embeddings(*result) if session.taken is taken else session

    cache = workspace.vectors_folder
    embed = partial(work.embed_and_map, taken, encoder, device, cache)
    workspace.start(Job("embed", "Embedding images", embed), apply)


def start_better_map(workspace: Workspace, session: Session) -> None:
    """Start the UMAP by itself, once, behind the PCA map that is there already."""
    embeddings = session.embeddings
    if embeddings is None or "pca" not in session.projections or "umap" in session.projections:
        return
    if workspace.job_in(MAP) is not None or workspace.begun.get(MAP) is embeddings:
        return
    start_map(workspace, session, DEFAULT_SETTINGS)
    st.rerun()


def start_map(workspace: Workspace, session: Session, settings: MapSettings) -> None:
    """Start the job that draws a UMAP with these settings."""
    embeddings, first = session.embeddings, session.projections["pca"]
    assert embeddings is not None
    workspace.begun[MAP] = embeddings

    def apply(session: Session, projection: Projection) -> Session:
        if session.embeddings is not embeddings:
            return session
        if projection.method != "umap":
            workspace.begun[_NO_UMAP] = embeddings
        return session.with_projection(projection)

    job = Job("umap", "Drawing the UMAP", partial(map_work.better_map, embeddings, first, settings))
    workspace.start(job, apply, slot=MAP)


def offer_better_map(workspace: Workspace, session: Session) -> None:
    """Draw the button that asks for the UMAP again, where it was cancelled or has failed."""
    embeddings = session.embeddings
    if "umap" in session.projections or workspace.job_in(MAP) is not None:
        return
    if workspace.begun.get(_NO_UMAP) is embeddings:
        return
    if st.button(
        "Draw the UMAP", key="draw_umap", icon=":material/scatter_plot:",
        help="UMAP keeps similar pictures closer together than PCA. It takes seconds, or up to "
            "half a minute the first time after a start.",
    ):  # fmt: skip
        workspace.begun.pop(MAP, None)
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
