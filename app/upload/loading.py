"""Start to load: what arrived, what was named, and what the person has decided about it."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from app.jobs.queue import MAIN, Job
from app.session.made_work import has_work, made_work
from app.session.root_folder import fill_folder, remove_later
from app.session.session import Pending, Session
from app.session.store import has_listing, keep_index, keep_listing, kept_listing
from app.session.workspace import Workspace
from app.session.workspaces import WORKSPACES
from app.upload import reading
from app.upload.uploads import Arrival
from core import ingest
from core.audit import measure_pictures
from core.dataset import Choices, ImageDataset
from core.dataset.questions import Question, with_decoding
from core.progress import Progress

ASK_AGAIN = "ask_again"  # the key of its job
Load = Callable[[Progress], reading.Opened]


def start_source(workspace: Workspace, source: str, *, title: str) -> None:
    """Load what `source` names: a path of this computer, or a sample."""
    folder = workspace.new_folder("dataset")
    load = partial(
        reading.open_named, source, folder, WORKSPACES.settings.limits,
        before=workspace.session.taken, asks=_asks(workspace),
    )  # fmt: skip
    _start_new(workspace, title, folder, load, of=source)


def start_arrived(workspace: Workspace, arrival: Arrival) -> None:
    """Load what the browser sent."""
    load = partial(
        reading.open_arrived, arrival, WORKSPACES.settings.limits,
        before=workspace.session.taken, asks=_asks(workspace),
    )  # fmt: skip
    _start_new(workspace, arrival.name, arrival.folder, load, of=arrival)


def start_survey(workspace: Workspace, pending: Pending, choices: Choices) -> None:
    """Look again at what waits, with another labels file or other columns."""
    again = partial(reading.survey_again, pending, choices)
    job = Job(
        _key(pending.name), _title(pending.name), again, needs=("pending",), puts=("pending",)
    )
    workspace.start(job, workspace.session.put(pending=pending), of=(choices,))


def start_reading(workspace: Workspace, pending: Pending, decided: dict[str, str]) -> None:
    """Read the pictures that waited, as decided."""
    load = partial(reading.read_decided, pending, decided, WORKSPACES.settings.limits)
    run = partial(_load_and_keep, pending.folder, load)
    job = Job(
        _key(pending.name), _title(pending.name), run,
        needs=("pending",), puts=("source", "measures", "audit", "folder", "survey"),
    )  # fmt: skip
    workspace.start(job, workspace.session.put(pending=pending), of=(decided,))


def can_ask_again(session: Session) -> bool:
    """Return whether labels can be read in another way: what was brought is known."""
    folder = session.folder
    return session.survey is not None or (folder is not None and has_listing(folder))


def ask_again(workspace: Workspace) -> None:
    """Let the images wait for another word about their labels.

    After a restart of the server, what was brought is looked at again first, as a job.
    """
    session = workspace.session
    folder, source = session.folder, session.source
    if folder is None or source is None:
        return
    if session.survey is not None:
        workspace.put(session, session.put(pending=_asked_again(source, folder, session.survey)))
        return

    def survey_again(progress: Progress) -> Pending:
        listing = kept_listing(folder, source)
        found = ingest.survey(listing, source.choices, progress=progress)
        return _asked_again(source, folder, found)

    job = Job(
        ASK_AGAIN, "Looking at the labels", survey_again,
        needs=("source", "folder", "survey"), puts=("pending",),
    )  # fmt: skip
    workspace.start(job, session)


def _asked_again(source: ImageDataset, folder: Path, found: ingest.Survey) -> Pending:
    said = tuple(one.option for one in (found.chosen, *found.others_said))
    return Pending(source.name, folder, found, said)


def start_decoding(workspace: Workspace, question: Question) -> None:
    """Decode the pictures in the other way that `question` names, and audit them again."""
    session = workspace.session
    if session.taken is None:
        return
    taken, decoding = session.taken, question.decoding

    def decode(progress: Progress) -> Mapping[str, object]:
        return {
            "decoding": decoding,
            "measures": measure_pictures(with_decoding(taken, decoding), progress),
        }

    job = Job(
        "decode", f"Using {question.other}", decode,
        needs=("taken",), puts=("decoding", "measures"),
    )  # fmt: skip
    workspace.start(job, session, of=(decoding,))


def forget_pending(workspace: Workspace) -> None:
    """Do not load what waits; what was there before stays."""
    before = workspace.session
    if workspace.job_in(MAIN) is None:  # else another tab was quicker: it reads them right now
        workspace.put(before, before.put(pending=None))


def _start_new(
    workspace: Workspace, name: str, folder: Path, load: Load, *, of: str | Arrival
) -> None:
    """Start to load into a folder of its own, which goes again where that comes to no end."""
    run = partial(fill_folder, folder, partial(_load_and_keep, folder, load))
    job = Job(
        _key(name), _title(name), run,
        puts=("pending", "source", "measures", "audit", "folder", "survey"),
        instead=partial(remove_later, folder),
    )  # fmt: skip
    if not workspace.start(job, workspace.session, of=(of,)):
        remove_later(folder)


def _load_and_keep(folder: Path, load: Load, progress: Progress) -> Mapping[str, object]:
    """Return what `load` reads, and do what the pages would have to wait for."""
    opened = load(progress)
    if isinstance(opened, Pending):
        return {"pending": opened}
    dataset, report, survey = opened
    keep_index(folder, dataset)
    keep_listing(folder, survey.listing)
    assert dataset.digest  # of a million rows it takes most of a second
    return {
        "source": dataset, "measures": report.given.measures, "audit": report, "folder": folder,
        "survey": survey,
    }  # fmt: skip


def _asks(workspace: Workspace) -> bool:
    """Return whether other images would replace work: they wait for a word then."""
    leaving = workspace.leaving()
    return bool(made_work(workspace.session, "source")) or (
        leaving is not None and has_work(leaving)
    )


def loading_job(workspace: Workspace, name: str) -> Job | None:
    """Return the job that loads images of this name, while it runs."""
    job = workspace.job_in(MAIN)
    return job if job is not None and job.key == _key(name) else None


def _key(name: str) -> str:
    return f"load_{name}"


def _title(name: str) -> str:
    return f"Loading '{name}'"
