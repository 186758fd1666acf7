"""The long work behind the buttons: values in, results out, run as jobs."""

import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import IO

from app.process import run_in_process
from core import ingest
from core.audit import AuditReport, audit
from core.dataset import ImageDataset, Rows, Take, select
from core.embed import Embeddings, embed
from core.evaluate import EvaluationReport, evaluate
from core.limits import Limits
from core.progress import Progress
from core.project import Projection, map_rows, project
from core.storage import replacing

Loaded = tuple[ImageDataset, AuditReport]


@dataclass(frozen=True)
class Upload:
    """A file that the browser sent, on disk, and its name there."""

    name: str
    path: Path


def keep_upload(name: str, content: IO[bytes], folder: Path) -> Upload:
    """Copy what Streamlit holds in memory to the disk, so that the memory can be freed."""
    path = folder / "upload.zip"
    with replacing(path) as file:
        shutil.copyfileobj(content, file)
    return Upload(PurePosixPath(name.replace("\\", "/")).name, path)


def keep_folder_upload(files: Sequence[tuple[str, IO[bytes]]], folder: Path) -> Path:
    """Copy a folder that the browser sent to the disk, below `folder`; return its root."""
    root = folder / "files"
    for name, content in files:
        parts = [
            part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in {"/", ".."}
        ]
        if not parts:
            continue
        with replacing(root.joinpath(*parts)) as file:
            shutil.copyfileobj(content, file)
    # The chosen folder itself, so that names are those that it has when it is read in place.
    tops = list(root.iterdir()) if root.is_dir() else []
    return tops[0] if len(tops) == 1 and tops[0].is_dir() else root


def load_into(folder: Path, load: Callable[[Progress], Loaded], progress: Progress) -> Loaded:
    """Return what `load` reads; where it does not come to an end, `folder` is removed."""
    with ExitStack() as undo:
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        loaded = load(progress)
        undo.pop_all()
    return loaded


def load_upload(upload: Upload, folder: Path, limits: Limits, progress: Progress) -> Loaded:
    """Read an uploaded zip; it is removed afterwards."""
    try:
        dataset = ingest.read_zip(
            upload.path, folder, name=upload.name, limits=limits, progress=progress
        )
    finally:
        upload.path.unlink(missing_ok=True)
    return dataset, audit(dataset, progress)


def load_source(source: str, folder: Path, limits: Limits, progress: Progress) -> Loaded:
    """Read a folder, a zip or a sample by its name."""
    dataset = ingest.open_source(source, folder, limits=limits, progress=progress)
    return dataset, audit(dataset, progress)


def load_folder_upload(
    name: str, root: Path, folder: Path, limits: Limits, progress: Progress
) -> Loaded:
    """Read a folder that the browser sent, under the name that it has there."""
    dataset, report = load_source(str(root), folder, limits, progress)
    return replace(dataset, name=name), report


def take(source: ImageDataset, wanted: Take) -> Loaded:
    """Return the smaller dataset and its audit."""
    dataset = select(source, wanted)
    return dataset, audit(dataset)


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
    return run_in_process(_umap, drawn, stage="half a minute at first use", progress=progress)


def embed_and_evaluate(
    dataset: ImageDataset,
    embeddings: Embeddings | None,
    strategies: Sequence[str],
    encoder: str,
    device: str,
    cache: Path,
    seed: int,
    progress: Progress,
) -> tuple[Embeddings, Projection | None, EvaluationReport]:
    """Compare strategies, embedding first where that was not done."""
    projection = None
    if embeddings is None:
        embeddings, projection = embed_and_map(dataset, encoder, device, cache, progress)
    report = evaluate(dataset, embeddings, strategies=strategies, seed=seed, progress=progress)
    return embeddings, projection, report


def _umap(embeddings: Embeddings) -> Projection:
    return project(embeddings, embeddings.rows, method="umap")
