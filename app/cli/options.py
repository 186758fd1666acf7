"""What an option and a command of ours is to click, and how options are handed over as a record."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import wraps
from pathlib import Path
from typing import Any

import click

from app.cli.listings import Listing
from app.cli.usage import nearest_text
from core.errors import SettingError
from core.words import count_of

Run = Callable[..., None]
Decorator = Callable[[Run], Run]

PATH = click.Path(path_type=Path)


class Option(click.Option):
    """An option that knows its section of the help, and what the help lists for it."""

    def __init__(
        self,
        flags: Sequence[str],
        section: str = "Options",
        lists: Sequence[Listing] = (),
        **settings: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(flags, **settings)
        self.section = section
        self.lists = tuple(lists)

    def process_value(self, ctx: click.Context, value: Any) -> Any:  # noqa: ANN401
        """Return the value; refuse an option in its place, and a name that is nearly one."""
        flags = {flag for one in ctx.command.get_params(ctx) for flag in one.opts}
        for text in value if isinstance(value, list | tuple) else [value]:
            if isinstance(text, str) and text in flags:
                raise click.UsageError(f"{self.opts[-1]} needs a value; found {text}.", ctx)
            if isinstance(text, str):
                self._refuse_nearly(text)
        return super().process_value(ctx, value)

    def _refuse_nearly(self, text: str) -> None:
        """Refuse a name that is near one of those listed; `core` refuses what is none at all."""
        for noun in {one.noun for one in self.lists if one.noun}:
            names = [name for one in self.lists if one.noun == noun for name in one.names()]
            for word in [text] if text in names else text.split(","):
                # 'smote@50%+class_weights' and 'augment:crop' begin with a name.
                name = word.strip().partition("+")[0].partition("@")[0].partition(":")[0]
                near = "" if name in names else nearest_text(name, names)
                if near and not Path(text).exists():
                    plural = count_of(0, noun).removeprefix("0 ")
                    raise SettingError(
                        f"There is no {noun} '{name}'.{near} The {plural} are: {', '.join(names)}."
                    )


class Command(click.Command):
    """A command whose help has its options in sections, and below them what registries hold."""

    def __init__(self, *, lists: Sequence[Listing] = (), **settings: Any) -> None:  # noqa: ANN401
        super().__init__(**settings)
        self._lists = tuple(lists)  # those that are no option's

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read what stands behind the command."""
        try:
            return super().parse_args(ctx, args)
        except click.BadOptionUsage as error:  # it does not know of which command
            raise click.UsageError(error.message, ctx) from error

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections."""
        sections: dict[str, list[tuple[str, str]]] = {"Options": []}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and not isinstance(parameter, click.Argument):
                sections.setdefault(getattr(parameter, "section", "Options"), []).append(record)
        for heading, rows in sections.items():
            with formatter.section(heading):
                formatter.write_dl(rows)
        of_options = [one for parameter in self.get_params(ctx) for one in _lists_of(parameter)]
        for listing in dict.fromkeys([*self._lists, *of_options]):
            with formatter.section(listing.heading):
                formatter.write_dl(list(listing.rows()))


def _lists_of(parameter: click.Parameter) -> tuple[Listing, ...]:
    return parameter.lists if isinstance(parameter, Option) else ()


def command(**settings: Any) -> Callable[[Run], click.Command]:  # noqa: ANN401
    """Return a decorator that makes a command of a function; its docstring is the help."""
    return click.command(cls=Command, **settings)


def option(*flags: str, **settings: Any) -> Decorator:  # noqa: ANN401
    """Return a decorator that adds an option."""
    return click.option(*flags, cls=Option, **settings)


def gathered(name: str, record: type[object]) -> Decorator:
    """Return a decorator that hands a record over, `name`, in place of the values of its fields."""

    def decorate(run: Run) -> Run:
        @wraps(run)
        def with_record(**values: object) -> None:
            found = {field.name: values.pop(field.name) for field in fields(record)}  # type: ignore[arg-type]
            run(**values, **{name: record(**found)})

        return with_record

    return decorate


def together(*decorators: Decorator) -> Decorator:
    """Return one decorator in place of some, which stand in the order of the help."""

    def decorate(run: Run) -> Run:
        for one in reversed(decorators):
            run = one(run)
        return run

    return decorate
