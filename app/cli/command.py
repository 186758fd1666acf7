"""A command whose help names what the registries hold, asked for when somebody reads it."""

import argparse
from collections.abc import Callable
from importlib import import_module


class Command(argparse.ArgumentParser):
    """A parser that asks the registries for names only when its help is asked for.

    They load the libraries, which takes a second: wrong usage and `evenset --help` go without.
    """

    ending: Callable[[], str] | None = None  # what stands below the options

    def __init__(self, *arguments: object, **settings: object) -> None:
        super().__init__(*arguments, **settings)  # type: ignore[arg-type]
        self._listings: dict[argparse.Action, tuple[str, str, str]] = {}

    def add_listed(
        self, flag: str, text: str, package: str, registry: str, *, metavar: str = "NAME"
    ) -> None:
        """Add an option; '{names}' in `text` becomes the names in a registry of a package."""
        action = self.add_argument(flag, metavar=metavar, help=text)
        self._listings[action] = text, package, registry

    def format_help(self) -> str:
        """Return the help."""
        for action, (text, package, registry) in self._listings.items():
            names = getattr(import_module(package), registry)
            action.help = text.format(names=", ".join(names))
        if self.ending is not None:
            self.epilog = self.ending()
        return super().format_help()


def checks_text() -> str:
    """Return the checks of an audit, a line each."""
    from core.audit import CHECKS

    lines = [f"  {check.name:22}{check.title}" for check in CHECKS.values()]
    return "\n".join(["what is looked for:", *lines])
