"""The comparison of strategies, kept in a file of its own beside the session.

It is written when it is made, not whenever a setting changes: of many classes it has megabytes.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from app.session.session import Session
from core import records
from core.augment import AugmentPolicy
from core.errors import OutputError, SettingError
from core.evaluate import EvaluationReport
from core.evaluate.report_file import check_report
from core.storage import cannot_write, write_bytes

REPORT_FILE = "comparison.json"
_VERSION = 4


@dataclass(frozen=True)
class KeptReport:
    """A comparison, and what it was made of."""

    taken: str  # digest of the images as they were taken
    dataset: str  # digest of these with their edits; '' : edited since
    group_column: str | None
    policy: AugmentPolicy | None  # of Augment; None: another one since
    report: EvaluationReport


def keep_report(workspace: Path, session: Session) -> None:
    """Write the comparison of `session` to `workspace`, or remove the one that was there.

    Raises:
        OutputError: the folder cannot be written.
    """
    path = workspace / REPORT_FILE
    dataset, report = session.dataset, session.evaluation
    if session.taken is None or dataset is None or report is None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(cannot_write(path, error)) from error
        return
    newer = session.outdated.get("evaluation", frozenset())
    kept = KeptReport(
        session.taken.digest,
        "" if "dataset" in newer else dataset.digest,
        dataset.choices.group_column,
        None if "policy" in newer else session.policy,
        report,
    )
    # Of many classes it has millions of numbers: each on a line of its own would be many bytes.
    write_bytes(path, records.to_text(kept, _VERSION, is_compact=True).encode())


def with_kept_report(workspace: Path, session: Session) -> Session:
    """Return `session` with the comparison that was kept of the same images and encoder.

    Other images or groups, or vectors of another encoder, would make it another one; of labels and
    splits that a person has edited since, or of another policy of Augment, it is out of date. What
    is damaged is as if there were none.
    """
    taken, dataset = session.taken, session.dataset
    if taken is None or dataset is None or session.embeddings is None:
        return session
    where = "The comparison"
    try:
        content = (workspace / REPORT_FILE).read_bytes()
        kept = records.read_text(KeptReport, content, where, _VERSION)
        check_report(kept.report, where)
    except (OSError, SettingError):
        return session
    is_same = (kept.taken, kept.group_column) == (taken.digest, dataset.choices.group_column)
    is_of_vectors = kept.report.encoder == session.embeddings.encoder
    if not (is_same and is_of_vectors):
        return session
    again = session.put(evaluation=kept.report)
    same = {"dataset": kept.dataset == dataset.digest, "policy": kept.policy == session.policy}
    newer = frozenset(name for name, is_fresh in same.items() if not is_fresh)
    return replace(again, outdated={**again.outdated, "evaluation": newer}) if newer else again
