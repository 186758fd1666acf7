"""What a visitor has made, kept on disk so that the next start of the server can resume it.

A dataset is real only when `session.json` of its workspace names its folder; all else there is
left from work that was broken off. It names one more: what the images of now have replaced, which
can be gone back to, and whose own `session.json` lies in its folder. Vectors, maps and points are
made again: the same seed gives the same ones, and the vectors are in the workspace's cache.
"""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from app.session.embedding import as_values, embed_and_map
from app.session.kept_report import REPORT_FILE, with_kept_report
from app.session.session import AT_ONCE_SECONDS, Balanced, Session
from core import records
from core.audit import CHECKS, BlindSample, audit
from core.dataset import ImageDataset, select
from core.dataset.edits import Edit
from core.dataset.edits_file import find_edits, name_edits
from core.dataset.questions import decoding_of, with_decoding
from core.dataset.store import (
    has_dataset,
    read_dataset,
    write_dataset,
)
from core.embed import DEFAULT_ENCODER, available_devices
from core.errors import SettingError, SourceError
from core.export import Recipe, make_recipe
from core.ingest import Listing
from core.ingest.listing import read_listing, write_listing
from core.progress import Progress
from core.resample import (
    STRATEGIES,
    TrainingSide,
    make_plan,
    resample,
)
from core.storage import write_bytes
from core.words import count_of

SESSION_FILE = "session.json"
EMBEDDINGS_FOLDER = "embeddings"
ENCODERS_FOLDER = "encoders"  # adapted to its images
PREDICTIONS_FOLDER = "predictions"  # of comparisons
# Their files are named by content.
CACHES = (EMBEDDINGS_FOLDER, PREDICTIONS_FOLDER, "thumbnails")
_INDEX = "index"
_LISTING = "listing.json"  # of all files that were brought, to read their labels in another way
_VERSION = 3
_FOLDER = re.compile(r"\w{1,100}", re.ASCII)
_LOOKED_FOR = 200  # files of a set whose presence is checked before going on with it


@dataclass(frozen=True)
class SavedSession:
    """What can be resumed: how it was made, where it lies, and how far it had come."""

    saved_at: float  # seconds since the epoch
    folder: str  # of the dataset, in the workspace
    images: int
    classes: int
    recipe: Recipe  # its edits are all, those of the review list included
    policy_chosen: bool
    device: str
    was_embedded: bool
    was_made: bool  # the plan was carried out on the embeddings
    was_compared: bool  # the comparison lies beside it
    not_ahead: str = ""  # as the session says
    thresholds: Mapping[str, float] = field(default_factory=dict)  # of checks, where moved
    blind_sample: BlindSample | None = None
    encoder: str = DEFAULT_ENCODER  # that the person wants to embed with, whatever has embedded
    previous: str = ""  # the folder of what these images have replaced

    @property
    def name(self) -> str:
        """Return what the images are called."""
        return self.recipe.source


@dataclass(frozen=True)
class OtherVersion:
    """Work that another version of Evenset has kept; it stays until the person removes it."""

    told: str
    names: frozenset[str]  # of all that lies in the workspace


def recipe_of(
    session: Session, dataset: ImageDataset, balanced: Balanced | None, edits: Sequence[Edit]
) -> Recipe:
    """Return how `dataset` is made, with `edits`, into what `balanced` says; None: not yet."""
    return make_recipe(
        dataset,
        balanced.plan if balanced else None,
        session.policy,
        seed=balanced.seed if balanced else 0,
        encoder=session.embeddings.encoder if session.embeddings else DEFAULT_ENCODER,
        edits=name_edits(edits, dataset),
    ).of_vectors(session.embeddings)


def keep_index(folder: Path, dataset: ImageDataset) -> None:
    """Write the index of a dataset into its folder of the workspace.

    A job that loads many images calls this, so that no page has to wait for it.

    Raises:
        OutputError: the folder cannot be written.
    """
    write_dataset(folder / _INDEX, dataset)


def keep_listing(folder: Path, listing: Listing) -> None:
    """Write what was brought into its folder of the workspace.

    Raises:
        OutputError: the folder cannot be written.
    """
    write_listing(folder / _LISTING, listing)


def has_listing(folder: Path) -> bool:
    """Return whether what was brought is written down there."""
    return (folder / _LISTING).is_file()


def kept_listing(folder: Path, source: ImageDataset) -> Listing:
    """Return what was brought as `source`.

    Raises:
        SourceError: it is damaged.
    """
    return read_listing(folder / _LISTING, source.root)


def save_session(workspace: Path, session: Session, *, previous: str = "") -> None:
    """Write what `session` holds to `workspace`; it has images, in a folder there.

    Args:
        workspace: The folder of the visitor.
        session: What they have made.
        previous: The folder of what was set aside for it.

    Raises:
        OutputError: the folder cannot be written.
    """
    saved = replace(saved_of(session), previous=previous)
    if session.folder is None or session.source is None or session.folder.parent != workspace:
        raise ValueError("A session with images in a folder of the workspace.")
    if not has_dataset(session.folder / _INDEX):
        keep_index(session.folder, session.source)
    write_saved(workspace, saved)


def write_saved(place: Path, saved: SavedSession) -> None:
    """Write `saved` to `place`: a workspace, or the folder of its images.

    Raises:
        OutputError: the folder cannot be written.
    """
    write_bytes(place / SESSION_FILE, records.to_text(saved, _VERSION).encode())


def saved_of(session: Session) -> SavedSession:
    """Return what is kept of `session`, which has images in a folder of a workspace."""
    dataset, folder = session.dataset, session.folder
    if dataset is None or folder is None:
        raise ValueError("A session with images in a folder of the workspace.")
    balanced, embeddings = session.balanced, session.embeddings
    return SavedSession(
        saved_at=time.time(),
        folder=folder.name,
        images=len(dataset.present_rows),
        classes=sum(count > 0 for count in dataset.counts().values()),
        recipe=recipe_of(session, dataset, balanced, session.edits.done),
        policy_chosen=session.policy_chosen,
        device=embeddings.device if embeddings else "auto",
        was_embedded=embeddings is not None,
        was_made=balanced is not None and balanced.made is not None,
        was_compared=session.evaluation is not None,
        not_ahead=session.not_ahead,
        thresholds=session.thresholds,
        blind_sample=session.blind_sample,
        encoder=session.encoder,
    )


def read_saved(workspace: Path) -> SavedSession | OtherVersion | None:
    """Return what `save_session` wrote, or None: nothing, something damaged, or without images."""
    try:
        saved = _read_saved(workspace)
    except records.OtherVersionError as error:
        return OtherVersion(str(error), frozenset(entry.name for entry in workspace.iterdir()))
    return saved if saved is not None and _has_images(workspace, saved) else None


def read_previous(workspace: Path, saved: SavedSession) -> SavedSession | None:
    """Return what was set aside for `saved`, or None: nothing, or what this version cannot open."""
    if not _FOLDER.fullmatch(saved.previous):
        return None
    try:
        previous = _read_saved(workspace / saved.previous)
    except records.OtherVersionError:
        return None
    if previous is None or previous.folder != saved.previous:
        return None
    return previous if _has_images(workspace, previous) else None


def _read_saved(place: Path) -> SavedSession | None:
    try:
        content = (place / SESSION_FILE).read_bytes()
        return records.read_text(SavedSession, content, "What was kept here", _VERSION)
    except records.OtherVersionError:
        raise
    except (OSError, SettingError):
        return None


def _has_images(workspace: Path, saved: SavedSession) -> bool:
    is_name = _FOLDER.fullmatch(saved.folder) is not None
    return is_name and has_dataset(workspace / saved.folder / _INDEX)


def kept_names(saved: SavedSession | OtherVersion | None) -> set[str]:
    """Return the entries of a workspace that stay when nobody is at work in it."""
    if saved is None:
        return set()
    if isinstance(saved, OtherVersion):
        return set(saved.names)
    previous = {saved.previous} if saved.previous else set()
    return {SESSION_FILE, REPORT_FILE, ENCODERS_FOLDER, *CACHES, saved.folder, *previous}


def reopen(workspace: Path, saved: SavedSession, vectors: Path, progress: Progress) -> Session:
    """Return the session that was saved, with all that can be made again; `vectors` is the cache.

    What was set aside has what is kept of it in the folder of its images.

    Raises:
        SourceError: its images are not there any more, or their list is damaged.
    """
    folder = workspace / saved.folder
    source = read_dataset(folder / _INDEX)
    source = with_decoding(source, decoding_of(saved.recipe.choices, source.proposal.decoding))
    _look_for_files(source, workspace, progress)
    report = audit(source, progress, within_s=AT_ONCE_SECONDS)
    session = Session().put(
        source=source, measures=report.given.measures, audit=report, folder=folder,
        not_ahead=saved.not_ahead, encoder=saved.encoder, thresholds=_known(saved.thresholds),
    )  # fmt: skip
    recipe = saved.recipe
    if recipe.take is not None:
        report = audit(select(source, recipe.take), progress, within_s=AT_ONCE_SECONDS)
        session = session.put(take=recipe.take, measures=report.given.measures, audit=report)
    if recipe.edits and session.taken is not None:
        edits, _ = find_edits(recipe.edits, session.taken)
        session = session.put(edits=edits, blind_sample=saved.blind_sample)
    if saved.policy_chosen:
        session = session.put(policy=recipe.policy, policy_chosen=True)
    session = _with_embeddings(session, vectors, saved, progress)
    session = _with_plan(session, saved, progress)
    if not saved.was_compared:
        return session
    is_aside = (folder / SESSION_FILE).is_file()
    return with_kept_report(folder if is_aside else workspace, session)


def _known(thresholds: Mapping[str, float]) -> dict[str, float]:
    """Return the thresholds of checks that this version has, within their range."""
    known = {}
    for name, number in thresholds.items():
        parameter = CHECKS[name].threshold if name in CHECKS else None
        if parameter is not None and parameter.low <= number <= parameter.high:
            known[name] = number
    return known


def _with_embeddings(
    session: Session, vectors: Path, saved: SavedSession, progress: Progress
) -> Session:
    if not saved.was_embedded or session.taken is None:
        return session
    devices = [device.name for device in available_devices()]
    device = saved.device if saved.device in devices else "auto"
    try:
        made = embed_and_map(session.taken, saved.recipe.encoder, device, vectors, progress)
    except SettingError:  # an encoder of another version, or a model that is gone
        return session
    return session.put(**as_values(made))


def _with_plan(session: Session, saved: SavedSession, progress: Progress) -> Session:
    wanted, dataset, embeddings = saved.recipe, session.dataset, session.embeddings
    if wanted.strategy is None or dataset is None or wanted.strategy not in STRATEGIES:
        return session
    if saved.was_made and embeddings is None:
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
    if not saved.was_made:
        return session.put(balanced=Balanced(plan, wanted.seed))
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
    return session.put(balanced=Balanced(made.plan, wanted.seed, made))


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
            f"{missing:,} of {count_of(len(rows), 'file')} of '{dataset.name}' that were checked "
            f"are not {place} any more. Put them back, or delete the session here and load the "
            "images again."
        )
