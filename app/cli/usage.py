"""Say what is wrong with a command line: what was found, what there is, and the nearest name."""

from collections.abc import Iterable
from difflib import get_close_matches

import click


def nearest_text(name: str, names: Iterable[str]) -> str:
    """Return " Did you mean 'smote'?", or '' where no name is near."""
    near = get_close_matches(name, list(names), n=1)
    return f" Did you mean '{near[0]}'?" if near else ""


def usage_text(error: click.UsageError) -> str:
    """Return one line that says what to write instead."""
    if error.ctx is None:
        return error.format_message()
    path, command = error.ctx.command_path, error.ctx.command
    match error:
        case click.NoSuchOption():
            flags = [flag for one in command.get_params(error.ctx) for flag in one.opts]
            text = _none_of("option", error.option_name, [one for one in flags if one[:2] == "--"])
        case click.exceptions.NoSuchCommand() if isinstance(command, click.Group):
            text = _none_of("command", error.command_name, command.list_commands(error.ctx))
        case click.MissingParameter() if error.param is not None:
            name, help_text = error.param.get_help_record(error.ctx) or (error.param.name, "")
            text = f"'{path}' needs {name}: {help_text}."
        case click.BadParameter() if error.param is not None:
            text = f"{error.param.opts[-1]}: {error.message}"
        case _:
            text = error.format_message()
    return f"{text} '{path} --help' says more."


def _none_of(noun: str, name: str, names: Iterable[str]) -> str:
    return f"There is no {noun} '{name}'.{nearest_text(name, names)} There is: {', '.join(names)}."


class OneOf(click.Choice[str]):
    """One of a few names; another one is refused with the nearest of them."""

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the name."""
        if value not in self.choices:
            names = ", ".join(self.choices)
            hint = nearest_text(str(value), self.choices)
            self.fail(f"There is no '{value}'.{hint} There is: {names}.", param, ctx)
        return str(value)
