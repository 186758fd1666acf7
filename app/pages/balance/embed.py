"""On Balance: which encoder and device, and the work that draws the map."""

import base64
from collections.abc import Mapping
from functools import cache, partial

import streamlit as st

from app.jobs.queue import MAP, Job, JobState
from app.map import umap
from app.map.routes import MAP_CODE
from app.session.embedding import adapt_and_map, as_values, embed_and_map
from app.session.session import Session
from app.session.workspace import Workspace
from app.session.workspaces import WORKSPACES
from app.shell.job_line import job_where_it_was_asked_for
from app.shell.page import current_workspace, plain, quiet
from core.embed import (
    DEFAULT_ENCODER,
    Embeddings,
    available_devices,
    embedding_text,
    find_encoder,
    offered_encoders,
)
from core.embed.devices import AUTO
from core.evaluate.adapting import adapting_text
from core.progress import Progress
from core.project import DEFAULT_SETTINGS, MapSettings, Projection
from core.words import count_of

_OTHER = "another"
_ADAPTED = "adapted"
_TITLES = {_OTHER: "Another model ...", _ADAPTED: "Adapted to your images"}
_ADAPTED_HELP = (
    "The default encoder, whose last block first learns the labels of your training images: "
    "classes lie further apart. Evaluate lets it learn again in each fold. The risks of SMOTE and "
    "the evidence on Augment stay with the default encoder, which has not seen the labels."
)
_KEY = "encoder"
EMBED, ADAPT = "embed", "adapt"  # the keys of the jobs that bring vectors alone


def draw_waiting(session: Session) -> None:
    """Draw what stands where the map will be: what it shows, and what brings it."""
    workspace = current_workspace()
    with st.container(key="map_waiting"):
        st.html(f'<img src="{_drawing()}" alt="">')
        with st.container(key="map_coming"):
            quiet("Every image becomes a dot; similar pictures are close together.")
            job = next((job for job in workspace.jobs() if "embeddings" in job.puts), None)
            if job is not None:
                job_where_it_was_asked_for(job, "_map")
            elif st.button("Draw the map", key="draw_map", icon=":material/scatter_plot:"):
                start_embedding(workspace, session, session.encoder, AUTO)
                st.rerun()


@cache
def _drawing() -> str:
    """Return the quiet drawing of a map as an address that needs no request."""
    content = (MAP_CODE.folder / "waiting.svg").read_bytes()
    return f"data:image/svg+xml;base64,{base64.b64encode(content).decode()}"


def choose_embedding(session: Session) -> None:
    """Draw how the images are embedded, and the button that does only that."""
    assert session.taken is not None
    images, embeddings = len(session.taken), session.embeddings
    if embeddings is not None:
        quiet(f"Embedded with: {_title_of(embeddings)}")
    encoder = _choose_encoder(session)
    device = _choose_device()
    is_there = embeddings is not None and (encoder, device) == (
        embeddings.encoder, embeddings.device,
    )  # fmt: skip
    how = "again" if embeddings is not None else "only"
    text = f"Embed {count_of(images, 'image')} {how}"
    if st.button(text, disabled=not encoder or is_there, width="stretch"):
        if encoder == _ADAPTED:
            start_adapting(current_workspace(), session, device)
        else:
            start_embedding(current_workspace(), session, encoder, device)
        st.rerun()
    quiet(_time_text(session, encoder, device))
    lost = session.would_drop("embeddings") if embeddings is not None else None
    if lost:
        quiet(f"Embedding again discards: {', '.join(lost.values())}.")


def _title_of(embeddings: Embeddings) -> str:
    """Return the name of the encoder that the vectors are by."""
    if embeddings.base:
        return _TITLES[_ADAPTED]
    offered = offered_encoders()
    return (
        offered[embeddings.encoder].title if embeddings.encoder in offered else embeddings.encoder
    )


def _time_text(session: Session, encoder: str, device: str) -> str:
    """Return how long it takes to embed with what was chosen."""
    assert session.taken is not None and session.dataset is not None
    if encoder != _ADAPTED:
        return embedding_text(encoder, len(session.taken), device=device)
    learning = adapting_text(DEFAULT_ENCODER, len(session.dataset.training_rows))
    return f"{learning} {embedding_text(DEFAULT_ENCODER, len(session.taken), device=device)}"


def start_adapting(workspace: Workspace, session: Session, device: str) -> None:
    """Start the job that adapts the default encoder, embeds with it, and draws the first map.

    What a person embeds with next stays another encoder: this one is of these images and labels.
    """
    dataset, taken = session.dataset, session.taken
    assert dataset is not None and taken is not None
    run = partial(
        adapt_and_map, dataset, taken, workspace.encoders_folder, device, workspace.vectors_folder
    )

    def embed(progress: Progress) -> Mapping[str, object]:
        return as_values(run(progress))

    job = Job(
        ADAPT, "Adapting the encoder", embed,
        needs=("dataset",), puts=("embeddings", "projections"),
    )  # fmt: skip
    workspace.start(job, session, of=(device,))


def start_embedding(workspace: Workspace, session: Session, encoder: str, device: str) -> None:
    """Start the job that embeds and draws the first map.

    It works on all that was taken: an image that is left out now may come back.
    """
    chosen = session.put(encoder=encoder)
    workspace.put(session, chosen)
    session = chosen
    taken, cache = session.taken, workspace.vectors_folder
    assert taken is not None

    def embed(progress: Progress) -> Mapping[str, object]:
        return as_values(embed_and_map(taken, encoder, device, cache, progress))

    job = Job(
        EMBED, "Embedding images", embed,
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


def _choose_encoder(session: Session) -> str:
    """Draw the encoders; return a name, or '' while none is named.

    Models of Hugging Face are downloaded by the server, and folders are its own, those of adapted
    encoders too: all are for the person at this computer alone.
    """
    is_local = WORKSPACES.settings.is_local
    offered = offered_encoders(downloads=is_local)
    adapted = [_ADAPTED] if find_encoder(DEFAULT_ENCODER).cut is not None else []
    names = [*offered, *([*adapted, _OTHER] if is_local else [])]
    chosen = st.selectbox(
        "Encoder", names, index=names.index(session.encoder) if session.encoder in names else 0,
        format_func=lambda name: offered[name].title if name in offered else _TITLES[name],
        key=_KEY, persist_state="session", on_change=_take_encoder,
    )  # fmt: skip
    if chosen == _OTHER:
        return st.text_input(
            "Name on Hugging Face, or a local folder",
            placeholder="hf:facebook/dinov2-small",
            help="A vision model with safetensors weights. Models from Hugging Face are downloaded "
            "once; your pictures stay on this computer.",
        ).strip()
    st.caption(plain(offered[chosen].help if chosen in offered else _ADAPTED_HELP))
    return chosen


def _take_encoder() -> None:
    """Keep what was chosen: it is what every page embeds with, and what is embedded ahead."""
    chosen, workspace = st.session_state[_KEY], current_workspace()
    if chosen not in _TITLES:
        before = workspace.session
        workspace.put(before, before.put(encoder=chosen))


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
