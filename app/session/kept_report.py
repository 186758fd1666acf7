"""The comparison of strategies, kept in a file of its own beside the session.

It is written when it is made, not whenever a setting changes: of many classes it has megabytes.
"""

import json
from contextlib import suppress
from pathlib import Path

from app.session.session import Session
from core.dataset import ImageDataset
from core.errors import OutputError
from core.evaluate import EvaluationReport
from core.evaluate.report_file import read_report
from core.storage import cannot_write, write_bytes

REPORT_FILE = "comparison.json"
_VERSION = 1


def keep_report(workspace: Path, session: Session) -> None:
    """Write the comparison of `session` to `workspace`, or remove the one that was there.

    Raises:
        OutputError: the folder cannot be written.
    """
    path = workspace / REPORT_FILE
    dataset, report = session.dataset, session.evaluation
    if dataset is None or report is None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(cannot_write(path, error)) from error
        return
    facts = {"version": _VERSION, **_made_of(dataset), "report": report.to_json()}
    write_bytes(path, json.dumps(facts, separators=(",", ":")).encode())


def with_kept_report(workspace: Path, session: Session) -> Session:
    """Return `session` with the comparison that was kept of the same images and encoder.

    Other labels, splits, groups or images, or vectors of another encoder, would make it another
    one; what is damaged is as if there were none.
    """
    if session.dataset is None or session.embeddings is None:
        return session
    with suppress(OSError, ValueError, TypeError, KeyError, RecursionError):
        facts = json.loads((workspace / REPORT_FILE).read_bytes())
        made_of = _made_of(session.dataset)
        if facts["version"] == _VERSION and {name: facts[name] for name in made_of} == made_of:
            report: EvaluationReport = read_report(facts["report"])
            if report.encoder == session.embeddings.encoder:
                return session.put(evaluation=report)
    return session


def _made_of(dataset: ImageDataset) -> dict[str, object]:
    return {"dataset": dataset.digest, "group_column": dataset.choices.group_column}
