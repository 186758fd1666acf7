"""The audit in pieces: at once what is quick, and then what takes long, while the person looks."""

from collections.abc import Callable, Mapping
from functools import partial

from app.jobs.queue import AHEAD, Job
from app.session.session import Session
from app.session.workspace import Workspace
from core.audit import look_deeper, measure_pictures

LOOK, DEEPER = "look", "deeper"
MISSING_TEXT: Mapping[str, str] = {
    LOOK: "The pictures were not looked at yet: dark, blurred and repeated ones are not found.",
    DEEPER: "Labels and neighbors were not looked at yet: wrong labels and outliers are not found.",
}
OUTDATED_TEXT = "Labels have changed since labels and neighbors were looked at."


def missing_piece(session: Session) -> str | None:
    """Return which piece of the audit can be made now and was not: LOOK, DEEPER, or None."""
    if session.dataset is None:
        return None
    if session.measures is None:
        return LOOK
    # Without vectors only where none are coming.
    can_go_on = session.embeddings is not None or bool(session.not_ahead)
    is_wanted = session.insights is None or "insights" in session.outdated
    return DEEPER if is_wanted and can_go_on else None


def look_job(session: Session) -> Job:
    """Return the look at every picture."""
    assert session.taken is not None
    return Job(
        LOOK, "Looking at the pictures", partial(measure_pictures, session.taken),
        needs=("taken",), puts=("measures",),
    )  # fmt: skip


def deeper_job(session: Session) -> Job:
    """Return the second look, at labels and neighbors."""
    assert session.dataset is not None
    return Job(
        DEEPER, "Auditing labels and neighbors",
        partial(look_deeper, session.dataset, session.measures, session.embeddings),
        needs=("taken", "measures", "embeddings"), puts=("insights",),
    )  # fmt: skip


PIECES: Mapping[str, Callable[[Session], Job]] = {LOOK: look_job, DEEPER: deeper_job}


def audit_ahead(workspace: Workspace) -> bool:
    """Begin the piece that comes next by itself, once; return whether it has begun."""
    session = workspace.session
    piece = missing_piece(session)
    # What is out of date is made again on demand: each decision of a review changes labels.
    if piece is None or "insights" in session.outdated:
        return False
    job = PIECES[piece](session)
    job.slot = AHEAD
    return workspace.begin(job, session)
