"""The long work behind the buttons: values in, results out, run as jobs."""

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import IO

from app.announcement import ARCHIVE
from app.process import run_in_process
from app.session import Pending
from app.uploads import Arrival
from app.worker_map import WARM_UMAP, draw_umap
from core import ingest
from core.audit import MOST_COMPARED, AuditReport, audit
from core.dataset import Choices, ImageDataset, Rows, SkippedFile, Take, select
from core.embed import Embeddings, embed
from core.limits import Limits
from core.progress import Progress
from core.project import Projection, map_rows, project
from core.storage import replacing

Loaded = tuple[ImageDataset, AuditReport]
Opened = Loaded | Pending  # read, or waiting for a word about labels


def keep_upload(name: str, content: IO[bytes], folder: Path) -> Arrival:
    """Copy what Streamlit holds in memory to the disk, so that the memory can be freed."""
    with replacing(folder / "upload") as file:
        shutil.copyfileobj(content, file)
    name = PurePosixPath(name.replace("\\", "/")).name
    return Arrival(name, ARCHIVE, folder, [name], ["upload"], [])


def load_into(folder: Path, load: Callable[[Progress], Opened], progress: Progress) -> Opened:
    """Return what `load` reads; where it does not come to an end, `folder` is removed."""
    with ExitStack() as undo:
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        opened = load(progress)
        undo.pop_all()
    return opened


def open_named(source: str, folder: Path, limits: Limits, progress: Progress) -> Opened:
    """Read a folder, an archive or a sample by its name; what is unclear waits for an answer."""
    listing = ingest.list_source(source, folder, limits=limits, progress=progress)
    if source.startswith(ingest.SAMPLE_PREFIX):
        # The faults of a sample are there to be found on Audit, not to be asked about.
        dataset = ingest.read_survey(ingest.survey(listing), limits=limits, progress=progress)
        return dataset, audit(dataset, progress)
    return _open(listing, folder, limits, progress)


def open_arrived(arrival: Arrival, limits: Limits, progress: Progress) -> Opened:
    """Read what the browser sent; an archive is removed once it is unpacked."""
    if arrival.kind == ARCHIVE:
        archive = arrival.folder / arrival.files[0]
        try:
            listing = ingest.list_archive(
                archive, arrival.folder / "unpacked", name=arrival.name, limits=limits,
                progress=progress,
            )  # fmt: skip
        finally:
            archive.unlink(missing_ok=True)
        return _open(listing, arrival.folder, limits, progress)
    paths, unreadable = arrival.paths, set(arrival.unreadable)
    there = [place for place in range(len(arrival.paths)) if place not in unreadable]
    listing = ingest.Listing(
        arrival.name,
        arrival.folder,
        [paths[place] for place in there],
        [arrival.files[place] for place in there],
        tuple(
            SkippedFile(paths[place], "not readable by the browser") for place in arrival.unreadable
        ),
    )
    return _open(listing, arrival.folder, limits, progress)


def survey_again(pending: Pending, choices: Choices, progress: Progress) -> Pending:
    """Look at waiting images with another labels file or other columns."""
    found = ingest.survey(pending.survey.listing, choices, progress=progress)
    return replace(pending, survey=found)


def read_decided(
    pending: Pending, decisions: dict[str, str], limits: Limits, progress: Progress
) -> Loaded:
    """Read waiting images as the person has decided."""
    dataset = ingest.read_survey(pending.survey, decisions, limits=limits, progress=progress)
    return dataset, audit(dataset, progress)


def _open(listing: ingest.Listing, folder: Path, limits: Limits, progress: Progress) -> Opened:
    found = ingest.survey(listing, progress=progress)
    if found.needs_answer:
        return Pending(listing.name, folder, found)
    dataset = ingest.read_survey(found, limits=limits, progress=progress)
    return dataset, audit(dataset, progress)


def take(source: ImageDataset, wanted: Take) -> Loaded:
    """Return the smaller dataset and its audit."""
    dataset = select(source, wanted)
    # The page waits for this: pictures are compared only where they were looked at with the source.
    most = MOST_COMPARED if len(source) <= MOST_COMPARED else 0
    return dataset, audit(dataset, most_compared=most)


def embed_and_map(
    dataset: ImageDataset, encoder: str, device: str, cache: Path, progress: Progress
) -> tuple[Embeddings, Projection]:
    """Embed all images and draw the first map."""
    embeddings = embed(dataset, encoder=encoder, device=device, cache=cache, progress=progress)
    return embeddings, project(embeddings, map_rows(dataset, embeddings), progress=progress)


def better_map(embeddings: Embeddings, rows: Rows, progress: Progress) -> Projection:
    """Draw the UMAP in a process of its own: it compiles for long and cannot be interrupted."""
    drawn = Embeddings(
        embeddings.vectors[embeddings.positions_of(rows)],
        rows,
        embeddings.encoder,
        embeddings.digest,
        embeddings.device,
    )
    return run_in_process(
        draw_umap,
        drawn,
        stage="drawing the map",
        progress=progress,
        warm_up=WARM_UMAP,
        remedy="The PCA map stays. Try again, or take fewer images on Load.",
    )
