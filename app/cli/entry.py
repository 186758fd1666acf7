"""The entry point: the registry of commands, and how a command ends."""

import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click

from app.cli.usage import usage_text
from core import __version__
from core.errors import EvensetError


@dataclass(frozen=True)
class CommandEntry:
    """One command: what it is for, and the place that is imported when it is asked for."""

    text: str
    place: str  # 'module:command'
    ends_itself: bool = False  # it knows what to do when the system asks it to end

    def load(self) -> click.Command:
        """Import the command. Libraries take a second: `evenset --help` goes without."""
        module, _, name = self.place.partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


# To add one: a module of its own, and an entry here; it is imported only when it is asked for.
COMMANDS: dict[str, CommandEntry] = {
    "serve": CommandEntry(
        "Open the app in the browser.", "app.cli.serve:run_serve", ends_itself=True
    ),
    "audit": CommandEntry("Count classes and find what is wrong.", "app.cli.audit:run_audit"),
    "report": CommandEntry("Write one page on a set, to send.", "app.cli.report:run_report"),
    "augment": CommandEntry(
        "Try what each operation does to each class.", "app.cli.augment:run_augment"
    ),
    "embed": CommandEntry("Turn every image into a vector.", "app.cli.embed:run_embed"),
    "resample": CommandEntry(
        "Make synthetic points from embeddings.", "app.cli.resample:run_resample"
    ),
    "map": CommandEntry("Lay images and synthetic points out in the plane.", "app.cli.map:run_map"),
    "evaluate": CommandEntry(
        "Compare strategies by cross-validation.", "app.cli.evaluate:run_evaluate"
    ),
    "balance": CommandEntry("Write a balanced dataset.", "app.cli.balance:run_balance"),
    "snippets": CommandEntry(
        "Write code that trains on an export.", "app.cli.snippets:run_snippets"
    ),
}


class LazyGroup(click.Group):
    """The commands of a registry, each imported when it is asked for."""

    def __init__(self, entries: Mapping[str, CommandEntry], **settings: Any) -> None:  # noqa: ANN401
        super().__init__(**settings)
        self._entries = entries

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names."""
        return list(self._entries)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002
        cmd_name: str,
    ) -> click.Command | None:
        """Return a command, or None where there is none of that name."""
        entry = self._entries.get(cmd_name)
        return None if entry is None else entry.load()

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is named, which can be told to end from here on."""
        name, command, rest = super().resolve_command(ctx, args)
        if name is not None and not self._entries[name].ends_itself:
            ctx.with_resource(told_to_end())
        return name, command, rest

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002
        formatter: click.HelpFormatter,
    ) -> None:
        """Write what each command is for."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.text) for name, entry in self._entries.items()])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read what stands before the command."""
        if not args:
            raise click.UsageError(f"Name a command: {', '.join(self._entries)}.", ctx)
        return super().parse_args(ctx, args)


evenset = LazyGroup(
    COMMANDS,
    name="evenset",
    help="See how unbalanced a set of labelled images is, what each remedy does to it, and take "
    "home a balanced set.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
click.version_option(__version__, prog_name="evenset", message="%(prog)s %(version)s")(evenset)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Returns:
        0; 1 when the input is at fault; 2 when the command line is; 130 or 143 when it was stopped.
    """
    try:
        # `click.Group.main` would end the process, and say in its own words how.
        words = list(sys.argv[1:] if arguments is None else arguments)
        with evenset.make_context("evenset", words) as context:
            evenset.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.UsageError as error:
        print(f"evenset: {usage_text(error)}", file=sys.stderr)
        return 2
    except EvensetError as error:
        print(f"evenset: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except OSError as error:
        # Files have refusals of their own; what is left is the screen, or where it leads to.
        print(f"evenset: Cannot go on: {error.strerror or error}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("evenset: stopped.", file=sys.stderr)
        return 130
    except Terminated:
        print("evenset: stopped.", file=sys.stderr)
        return 143
    return 0


class Terminated(BaseException):
    """The system asks the command to end; raised where it is."""


@contextmanager
def told_to_end() -> Iterator[None]:
    """Let SIGTERM raise during the block, where this is the thread that signals reach.

    Raises:
        Terminated: the signal came.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(*_: object) -> None:
        raise Terminated

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
