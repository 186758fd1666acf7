"""A command whose help names what the registries hold, asked for when somebody reads it."""

import argparse
from collections.abc import Callable, Iterable


class Command(argparse.ArgumentParser):
    """A parser that asks the registries for names only when its help is asked for.

    They load the libraries, which takes a second: wrong usage and `evenset --help` go without.
    """

    ending: Callable[[], str] | None = None  # what stands below the options

    def __init__(self, *arguments: object, **settings: object) -> None:
        super().__init__(*arguments, **settings)  # type: ignore[arg-type]
        self._listings: dict[argparse.Action, tuple[str, Callable[[], Iterable[str]]]] = {}

    def add_listed(
        self, flag: str, text: str, names: Callable[[], Iterable[str]], *, metavar: str = "NAME"
    ) -> None:
        """Add an option; '{names}' in `text` becomes what `names` returns."""
        self._listings[self.add_argument(flag, metavar=metavar, help=text)] = text, names

    def format_help(self) -> str:
        """Return the help."""
        for action, (text, names) in self._listings.items():
            action.help = text.format(names=", ".join(names()))
        if self.ending is not None:
            self.epilog = self.ending()
        return super().format_help()


def encoder_names() -> list[str]:
    """Return the names of the encoders that need no download."""
    from core.embed import ENCODERS

    return list(ENCODERS)


def operation_names() -> list[str]:
    """Return the names of the operations that augment."""
    from core.augment import OPERATIONS

    return list(OPERATIONS)


def head_names() -> list[str]:
    """Return the names of what learns in a comparison."""
    from core.evaluate import HEADS

    return list(HEADS)


def checks_text() -> str:
    """Return the checks of an audit, a line each."""
    from core.audit import CHECKS

    lines = [f"  {check.name:22}{check.title}" for check in CHECKS.values()]
    return "\n".join(["what is looked for:", *lines])
