"""The six steps, and how far a session is with each."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from app.session.session import Session


class StepState(StrEnum):
    """How far a step is; the values are shown."""

    WAITING = "not started"
    READY = "ready"
    DONE = "done"
    STALE = "out of date"


@dataclass(frozen=True)
class Step:
    """One page of the way."""

    name: str
    title: str
    state: Callable[[Session], StepState]


def _after_dataset(is_done: Callable[[Session], bool]) -> Callable[[Session], StepState]:
    def state(session: Session) -> StepState:
        if session.dataset is None:
            return StepState.WAITING
        return StepState.DONE if is_done(session) else StepState.READY

    return state


def _export_state(session: Session) -> StepState:
    if session.exported is not None and session.export_stale:
        return StepState.STALE
    return _after_dataset(lambda session: session.exported is not None)(session)


STEPS = (
    Step(
        "load",
        "Load",
        lambda session: StepState.READY if session.dataset is None else StepState.DONE,
    ),
    Step("audit", "Audit", _after_dataset(lambda session: session.audit is not None)),
    Step("augment", "Augment", _after_dataset(lambda session: session.policy_chosen)),
    Step("balance", "Balance", _after_dataset(lambda session: session.balanced is not None)),
    Step("evaluate", "Evaluate", _after_dataset(lambda session: session.evaluation is not None)),
    Step("export", "Export", _export_state),
)
