"""The pages, in the order of the way. To add one is to add one entry to `PAGES`.

`load`, `audit`, `augment`, `balance`, `evaluate`, `export`: each is a folder with a `page.py` that
has its question and its view: a function that takes the session, draws, and returns the session
with what the person made. Pages import the other rooms of the app and never each other.
"""

from collections.abc import Callable

from app.pages.audit import page as audit_page
from app.pages.augment import page as augment_page
from app.pages.balance import page as balance_page
from app.pages.evaluate import page as evaluate_page
from app.pages.export import page as export_page
from app.pages.load import page as load_page
from app.session.audit_jobs import missing_piece
from app.session.session import Session
from app.shell.page import Page, PageState
from core.dataset.finding import Severity


def _once(is_done: Callable[[Session], bool]) -> Callable[[Session], PageState]:
    """Return the state of a page that needs images: it is done once something was made."""

    def state(session: Session) -> PageState:
        if session.dataset is None:
            return PageState.WAITING
        return PageState.DONE if is_done(session) else PageState.READY

    return state


def _load_state(session: Session) -> PageState:
    return PageState.READY if session.dataset is None else PageState.DONE


def _audit_state(session: Session) -> PageState:
    if "insights" in session.outdated:
        return PageState.STALE
    return _once(_is_audited)(session)


def _is_audited(session: Session) -> bool:
    """Return whether all was looked at, and a person has decided about what matters of it."""
    report = session.audit
    if report is None or missing_piece(session) is not None:
        return False
    matters = any(finding.severity is not Severity.LOW for finding in report.findings)
    return bool(session.edits.done) or not matters


def _evaluate_state(session: Session) -> PageState:
    if session.evaluation_stale:
        return PageState.STALE
    return _once(lambda session: session.evaluation is not None)(session)


def _export_state(session: Session) -> PageState:
    if session.export_stale:
        return PageState.STALE
    return _once(lambda session: session.exported is not None)(session)


# To add one: a folder of its own, and an entry here with its state and view, in order.
PAGES: dict[str, Page] = {
    page.name: page
    for page in (
        Page("load", "Load", load_page.QUESTION, _load_state, load_page.load_view),
        Page(
            "audit", "Audit", audit_page.QUESTION, _audit_state, audit_page.audit_view,
        ),
        Page(
            "augment", "Augment", augment_page.QUESTION,
            _once(lambda session: session.policy_chosen), augment_page.augment_view,
        ),
        Page(
            "balance", "Balance", balance_page.QUESTION,
            _once(lambda session: session.balanced is not None), balance_page.balance_view,
        ),
        Page(
            "evaluate", "Evaluate", evaluate_page.QUESTION, _evaluate_state,
            evaluate_page.evaluate_view,
        ),
        Page("export", "Export", export_page.QUESTION, _export_state, export_page.export_view),
    )
}  # fmt: skip
