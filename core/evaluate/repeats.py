"""How often each strategy learns and is scored: enough for an interval, less for slow heads."""

from math import ceil

from core.errors import SettingError
from core.evaluate.head import Head

DEFAULT_FOLDS = 5


def check_repeats(folds: int, repeats: int | None) -> None:
    """Refuse what gives no interval.

    Raises:
        SettingError: fewer than 2 folds, or no repeat.
    """
    if folds < 2 or (repeats is not None and repeats < 1):
        raise SettingError("A comparison needs at least 2 folds and 1 repeat.")


def default_repeats(
    head: Head,
    *,
    folds: int = DEFAULT_FOLDS,
    is_held_out: bool = False,
    adapts: bool = False,
) -> int:
    """Return how often folds are drawn again; on a test split, from how many seeds is learned.

    `adapts`: an encoder learns in each fold first.
    """
    repeats = 1 if adapts else head.repeats
    # Small classes allow few folds: without more repeats their intervals would say nothing.
    return ceil(DEFAULT_FOLDS * repeats / (1 if is_held_out else folds))
