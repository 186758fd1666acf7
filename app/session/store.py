"""What a visitor has made, kept on disk so that the next start of the server can go on with it.

A dataset is real only when `session.json` of its workspace names its folder; all else there is
left from work that was broken off. Vectors, maps and points are made again: the same seed gives
the same ones, and the vectors are in the workspace's cache.
"""

import re
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.session.kept_report import REPORT_FILE, with_kept_report
from app.session.session import Balanced, Session
from app.session.work import embed_and_map
from core import records
from core.audit import audit
from core.augment import AugmentPolicy
from core.dataset import ImageDataset, Take, select
from core.dataset.edits_file import NamedEdit, find_edits, name_edits
from core.dataset.questions import with_decoding
from core.dataset.store import (
    has_dataset,
    read_dataset,
    write_dataset,
)
from core.embed import available_devices
from core.errors import SettingError, SourceError
from core.pictures.decoding import Decoding
from core.progress import Progress
from core.resample import (
    STRATEGIES,
    Settings,
    Target,
    TrainingSide,
    make_plan,
    resample,
)
from core.storage import write_bytes
from core.words import count_of

SESSION_FILE = "session.json"
EMBEDDINGS_FOLDER = "embeddings"
CACHES = (EMBEDDINGS_FOLDER, "thumbnails")  # their files are named by content
_INDEX = "index"
_VERSION = 3
_FOLDER = re.compile(r"\w{1,100}", re.ASCII)
_LOOKED_FOR = 200  # files of a set whose presence is checked before going on with it


@dataclass(frozen=True)
class SavedPlan:
    """A strategy that was chosen; its points are made again from the seed."""

    strategy: str
    target: Target | None
    settings: Settings
    most_per_image: int | None
    seed: int
    was_made: bool  # on the embeddings


@dataclass(frozen=True)
class SavedSession:
    """What can be gone on with, in a few lines."""

    saved_at: float  # seconds since the epoch
    folder: str  # of the dataset, in the workspace
    name: records.FileName
    images: int
    classes: int
    decoding: Decoding | None  # None: as the index says
    take: Take | None
    edits: tuple[NamedEdit, ...]
    policy: AugmentPolicy
    policy_chosen: bool
    encoder: str | None  # what the images were embedded with, if they were
    device: str
    plan: SavedPlan | None
    was_compared: bool  # the comparison lies beside it


def keep_index(folder: Path, dataset: ImageDataset) -> None:
    """Write the index of a dataset into its folder of the workspace, unless it is there.

    A job that loads many images calls this, so that no page has to wait for it.

    Raises:
        OutputError: the folder cannot be written.
    """
    if not has_dataset(folder / _INDEX):
        write_dataset(folder / _INDEX, dataset)


def save_session(workspace: Path, session: Session) -> None:
    """Write what `session` holds to `workspace`; it has images, in a folder there.

    Raises:
        OutputError: the folder cannot be written.
    """
    source, dataset, folder = session.source, session.dataset, session.folder
    if source is None or dataset is None or folder is None or folder.parent != workspace:
        raise ValueError("A session with images in a folder of the workspace.")
    keep_index(folder, source)
    balanced, embeddings = session.balanced, session.embeddings
    saved = SavedSession(
        saved_at=time.time(),
        folder=folder.name,
        name=dataset.name,
        images=len(dataset.present_rows),
        classes=sum(count > 0 for count in dataset.counts().values()),
        decoding=source.decoding,
        take=None if session.taken is source else dataset.take,
        edits=name_edits(session.edits.done, dataset),
        policy=session.policy,
        policy_chosen=session.policy_chosen,
        encoder=embeddings.encoder if embeddings else None,
        device=embeddings.device if embeddings else "auto",
        plan=_saved_plan(balanced) if balanced else None,
        was_compared=session.evaluation is not None,
    )
    write_bytes(workspace / SESSION_FILE, records.to_text(saved, _VERSION).encode())


def read_saved(workspace: Path) -> SavedSession | None:
    """Return what `save_session` wrote, or None: nothing, something damaged, or without images."""
    try:
        content = (workspace / SESSION_FILE).read_bytes()
        saved = records.read_text(SavedSession, content, "What was kept", _VERSION)
    except (OSError, SettingError):
        return None
    if not _FOLDER.fullmatch(saved.folder):
        return None
    return saved if has_dataset(workspace / saved.folder / _INDEX) else None


def kept_names(saved: SavedSession | None) -> set[str]:
    """Return the entries of a workspace that stay when nobody is at work in it."""
    if saved is None:
        return set()
    return {SESSION_FILE, REPORT_FILE, *CACHES, saved.folder}


def reopen(workspace: Path, saved: SavedSession, vectors: Path, progress: Progress) -> Session:
    """Return the session that was saved, with all that can be made again; `vectors` is the cache.

    Raises:
        SourceError: its images are not there any more, or their list is damaged.
    """
    folder = workspace / saved.folder
    source = read_dataset(folder / _INDEX)
    if saved.decoding is not None:
        source = with_decoding(source, saved.decoding)
    _look_for_files(source, workspace, progress)
    session = Session().with_source(source, audit(source, progress), folder)
    if saved.take is not None:
        dataset = select(source, saved.take)
        session = session.with_taken(dataset, audit(dataset, progress))
    if saved.edits and session.taken is not None:
        edits, _ = find_edits(saved.edits, session.taken)
        session = session.with_edits(edits)
    if saved.policy_chosen:
        session = session.with_policy(saved.policy)
    session = _with_embeddings(session, vectors, saved, progress)
    session = _with_plan(session, saved, progress)
    return with_kept_report(workspace, session) if saved.was_compared else session


def _with_embeddings(
    session: Session, vectors: Path, saved: SavedSession, progress: Progress
) -> Session:
    if saved.encoder is None or session.taken is None:
        return session
    devices = [device.name for device in available_devices()]
    device = saved.device if saved.device in devices else "auto"
    try:
        made = embed_and_map(session.taken, saved.encoder, device, vectors, progress)
    except SettingError:  # an encoder of another version, or a model that is gone
        return session
    return session.with_embeddings(*made)


def _with_plan(session: Session, saved: SavedSession, progress: Progress) -> Session:
    wanted, dataset, embeddings = saved.plan, session.dataset, session.embeddings
    if wanted is None or dataset is None or wanted.strategy not in STRATEGIES:
        return session
    if wanted.was_made and embeddings is None:
        return session
    try:
        plan = make_plan(
            dataset,
            wanted.strategy,
            wanted.target,
            settings=wanted.settings,
            most_per_image=wanted.most_per_image,
        )
    except SettingError:  # a setting that this version does not have
        return session
    if not wanted.was_made:
        return session.with_balanced(Balanced(plan, wanted.seed))
    made = resample(
        TrainingSide(
            dataset,
            plan,
            embeddings,
            policy=session.policy,
            seed=wanted.seed,
            progress=progress,
        )
    )
    return session.with_balanced(Balanced(made.plan, wanted.seed, made))


def _look_for_files(dataset: ImageDataset, workspace: Path, progress: Progress) -> None:
    """Raise where files are gone: some are looked for, since a million would take a minute."""
    rows = np.unique(np.linspace(0, len(dataset) - 1, _LOOKED_FOR).astype(int)).tolist()
    missing = 0
    for done, row in enumerate(rows):
        missing += not (dataset.root / str(dataset.table["file"].iloc[row])).is_file()
        progress("looking for the files", done + 1, len(rows))
    if missing:
        place = "there" if dataset.root.is_relative_to(workspace) else f"in '{dataset.root}'"
        raise SourceError(
            f"{missing:,} of {count_of(len(rows), 'file')} of '{dataset.name}' that were looked "
            f"for are not {place} any more. Put them back, or delete it here and bring the images "
            "again."
        )


def _saved_plan(balanced: Balanced) -> SavedPlan:
    plan = balanced.plan
    return SavedPlan(
        strategy=plan.strategy,
        target=plan.target,
        settings=plan.settings,
        most_per_image=plan.most_per_image,
        seed=balanced.seed,
        was_made=balanced.made is not None,
    )
