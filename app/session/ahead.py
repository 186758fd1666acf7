"""Look at images and embed them before anybody asks, so that the pages find what they need.

A job gives way to every other one (`AHEAD`). What it has made until then is in the cache, and the
other one goes on from there, or this one, begun again.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import monotonic

from app.jobs.queue import AHEAD, Job
from app.session.audit_jobs import audit_ahead
from app.session.embedding import as_values, embed_and_map
from app.session.session import Pending
from app.session.workspace import Attached, Workspace
from app.settings import ServerSettings
from core.dataset import ImageDataset
from core.embed import embed, seconds_to_embed
from core.embed.estimate import count_missing
from core.embed.hub import PREFIX
from core.errors import CancelledError
from core.ingest import read_survey
from core.limits import Limits
from core.progress import Progress

MOST_SECONDS = 60  # for one set; where others share the server, for all sets of a visitor together
_TITLE = "Embedding images"


class AheadBudget(Attached):
    """The seconds that embedding ahead has taken for a visitor, who may share the server."""

    def __init__(self) -> None:
        self.is_shared = False
        self.spent_seconds = 0.0

    def allows(self, encoder: str, images: int) -> bool:
        """Return whether so many images may be embedded ahead."""
        left = MOST_SECONDS - self.spent_seconds if self.is_shared else MOST_SECONDS
        return seconds_to_embed(encoder, images) <= left

    @contextmanager
    def charged(self, progress: Progress) -> Iterator[Progress]:
        """Count the time that is spent inside, whichever way it ends.

        The estimate may be too low: the progress that is given ends the work of a visitor who
        shares the server where no time is left. What was made until then is in the cache.
        """
        began = monotonic()

        def tell(stage: str, done: int, total: int) -> None:
            if self.is_shared and self.spent_seconds + monotonic() - began > MOST_SECONDS:
                raise CancelledError("No time is left to embed ahead.")
            progress(stage, done, total)

        try:
            yield tell
        finally:
            self.spent_seconds += monotonic() - began


def work_ahead(workspace: Workspace, settings: ServerSettings) -> None:
    """Begin by itself what comes next: a look at the pictures, vectors, and what follows."""
    if settings.embeds_ahead and not audit_ahead(workspace):
        embed_ahead(workspace, settings)


def embed_ahead(workspace: Workspace, settings: ServerSettings) -> None:
    """Begin to embed a visitor's images by itself, unless something speaks against it.

    A model of Hugging Face is left until somebody asks: it may have to be downloaded.
    """
    session = workspace.session
    pending, taken, encoder = session.pending, session.taken, session.encoder
    if not settings.embeds_ahead or encoder.startswith(PREFIX):
        return
    budget = workspace.of(AheadBudget)
    budget.is_shared = not settings.is_local
    if pending is not None:
        if not pending.not_ahead and budget.allows(encoder, len(pending.survey.pictures)):
            _begin_waiting(workspace, pending, settings.limits)
    elif taken is not None and session.embeddings is None and not session.not_ahead:
        _begin_taken(workspace, taken)


def _begin_taken(workspace: Workspace, taken: ImageDataset) -> None:
    """Begin to embed all that was taken: an image that is left out now may come back."""
    session = workspace.session
    run = partial(
        _embed_taken, taken, session.encoder, workspace.vectors_folder, workspace.of(AheadBudget)
    )
    job = Job(
        "ahead", _TITLE, run, needs=("taken", "encoder"),
        puts=("embeddings", "projections", "encoder"), slot=AHEAD,
    )  # fmt: skip
    workspace.begin(job, session)


def _embed_taken(
    taken: ImageDataset, encoder: str, cache: Path, budget: AheadBudget, progress: Progress
) -> Mapping[str, object]:
    """Return vectors and the first map; nothing where that would take long."""
    # The cache is asked only where it matters: of a large set that takes longer than a page may.
    images = len(taken)
    if not budget.allows(encoder, images):
        images = count_missing(taken, encoder, cache)
    if not budget.allows(encoder, images):
        return {}
    with budget.charged(progress) as tell:
        return as_values(embed_and_map(taken, encoder, "auto", cache, tell))


def _begin_waiting(workspace: Workspace, pending: Pending, limits: Limits) -> None:
    """Begin to embed images that wait for a word about their labels, which embedding needs not."""
    session = workspace.session
    run = partial(
        _embed_waiting, pending, session.encoder, workspace.vectors_folder, limits,
        workspace.of(AheadBudget),
    )  # fmt: skip
    job = Job("ahead", _TITLE, run, needs=("pending", "encoder"), slot=AHEAD)
    workspace.begin(job, session)


def _embed_waiting(
    pending: Pending, encoder: str, cache: Path, limits: Limits, budget: AheadBudget,
    progress: Progress,
) -> None:  # fmt: skip
    """Leave vectors in the cache, of the pictures as they are read where nothing is decided."""
    with budget.charged(progress) as tell:
        dataset = read_survey(pending.survey, limits=limits, progress=tell)
        embed(dataset, encoder=encoder, cache=cache, progress=tell)
