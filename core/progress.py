"""How long work tells how far it is, and how it is cancelled."""

from typing import Protocol


class Progress(Protocol):
    """Called once per unit of long work; raising from it cancels the work."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Hear that `done` of `total` units of `stage` are ready. `total` 0 means unknown."""


def silent(stage: str, done: int, total: int) -> None:
    """Hear progress and do nothing."""
