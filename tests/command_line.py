"""The commands of the command line and what each takes, for tests that compare a text with them."""

import click

from app.cli.entry import COMMANDS, evenset


def command_options() -> dict[str, list[str]]:
    """Return command -> its long options, without `--help`."""
    options = {}
    for name in COMMANDS:
        command = evenset.get_command(click.Context(evenset), name)
        assert command is not None
        options[name] = [
            flag
            for one in command.params
            for flag in (*one.opts, *one.secondary_opts)
            if flag.startswith("--")
        ]
    return options


def without_reading(said: str) -> str:
    """Return what a command said beside the line on how labels are read, which each says."""
    lines = said.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("evenset: Labels: "))
