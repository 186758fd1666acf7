"""Start to load: what arrived, what was named, and what the person has decided about it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from app.jobs.queue import Job
from app.session.session import Pending, Session
from app.session.store import keep_index
from app.session.workspaces import MAIN, WORKSPACES, Workspace, remove_later
from app.upload import reading
from app.upload.uploads import Arrival
from core.audit import AuditReport
from core.dataset import Choices
from core.dataset.questions import Question
from core.progress import Progress

Load = Callable[[Progress], reading.Opened]


def start_source(workspace: Workspace, source: str, *, title: str) -> None:
    """Load what `source` names: a path of this computer, or a sample."""
    folder = workspace.new_folder("dataset")
    before = workspace.session.source
    load = partial(reading.open_named, source, folder, WORKSPACES.settings.limits, before=before)
    _start_new(workspace, title, folder, load)


def start_arrived(workspace: Workspace, arrival: Arrival) -> None:
    """Load what the browser sent."""
    before = workspace.session.source
    load = partial(reading.open_arrived, arrival, WORKSPACES.settings.limits, before=before)
    _start_new(workspace, arrival.name, arrival.folder, load)


def start_survey(workspace: Workspace, pending: Pending, choices: Choices) -> None:
    """Look again at what waits, with another labels file or other columns."""
    _start(workspace, pending.name, pending.folder, partial(reading.survey_again, pending, choices))


def start_reading(workspace: Workspace, pending: Pending, decisions: dict[str, str]) -> None:
    """Read the pictures that waited, as decided."""
    folder = pending.folder
    load = partial(reading.read_decided, pending, decisions, WORKSPACES.settings.limits)
    _start(workspace, pending.name, folder, partial(_load_and_keep, folder, load))


def start_decoding(workspace: Workspace, question: Question) -> None:
    """Decode the pictures in the other way that `question` names, and audit them again."""
    started = workspace.session
    if started.dataset is None:
        return

    def apply(session: Session, report: AuditReport) -> Session:
        if session.dataset is not started.dataset:
            return session
        workspace.drop_work()
        return session.with_decoding(question.decoding, report)

    again = partial(reading.decode_otherwise, started.dataset, question.decoding)
    workspace.start(Job("decode", f"Using {question.other}", again), apply)


def forget_pending(workspace: Workspace) -> None:
    """Do not load what waits; what was there before stays."""
    before = workspace.session
    if before.pending is None or workspace.job_in(MAIN) is not None:
        return  # another tab was quicker: it reads them right now, or has refused them
    after = before.with_pending(None)
    workspace.put(before, after)
    if workspace.session is after:
        remove_later(before.pending.folder)


def _start_new(workspace: Workspace, name: str, folder: Path, load: Load) -> None:
    """Start to load into a folder of its own, which goes again where that comes to no end."""
    load = partial(reading.load_into, folder, partial(_load_and_keep, folder, load))
    if not _start(workspace, name, folder, load, instead=partial(remove_later, folder)):
        remove_later(folder)


def _load_and_keep(folder: Path, load: Load, progress: Progress) -> reading.Opened:
    """Return what `load` reads, and do what the pages would have to wait for."""
    opened = load(progress)
    if not isinstance(opened, Pending):
        dataset, _ = opened
        keep_index(folder, dataset)
        assert dataset.digest  # of a million rows it takes most of a second
    return opened


def _start(
    workspace: Workspace,
    name: str,
    folder: Path,
    load: Load,
    *,
    instead: Callable[[], None] | None = None,
) -> bool:
    def apply(session: Session, opened: reading.Opened) -> Session:
        if session.pending is not None and session.pending.folder != folder:
            remove_later(session.pending.folder)
        if isinstance(opened, Pending):
            return session.with_pending(opened)
        dataset, report = opened
        workspace.drop_work()
        return session.with_source(dataset, report, folder)

    job = Job(f"load_{name}", f"Loading '{name}'", load, instead=instead)
    return workspace.start(job, apply)
