"""The options that commands share, each declared once: a decorator, and the record that it gives.

`@source_options` adds the options of a source, and hands the command one `source: SourceOptions`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path

import click

from app.cli.listings import (
    ENCODER_LIST,
    MISMATCH_LIST,
    POLICY_LIST,
    SETTING_LIST,
    STRATEGY_LIST,
    TARGET_LIST,
)
from app.cli.options import PATH, Decorator, Run, gathered, option, together
from app.cli.usage import nearest_text
from app.settings import LIMIT_OPTIONS, ServeOption, read_limits
from core.embed import DEFAULT_ENCODER
from core.errors import SettingError
from core.limits import Limits
from core.resample import Settings, Target, find_strategy, parse_target

SOURCE_TEXT = "a folder, a zip, a tar, sample:parts or sample:digits"


def number_option(number: ServeOption, section: str = "Options") -> Decorator:
    """Return a decorator that adds an option of the server, or a limit."""
    return option(
        number.flag, number.name, section=section, type=float, metavar="N",
        help=f"{number.unit} {number.help} (default {number.default:,.10g})",
    )  # fmt: skip


@dataclass(frozen=True)
class SourceOptions:
    """Which images, how their labels and pixels are read, and what a set may be."""

    source: str
    take: tuple[str, ...]
    edits: Path | None
    labels: str | None
    image_column: str | None
    label_column: str | None
    split_column: str | None
    group_column: str | None
    label_level: int | None
    label_pattern: str | None
    strict: bool
    decide: tuple[str, ...]
    background: str | None
    white_level: int | None
    limits: Limits


def _with_limits(run: Run) -> Run:
    @wraps(run)
    def limited(**values: object) -> None:
        numbers = {one.name: values.pop(one.name) for one in LIMIT_OPTIONS}
        run(**values, limits=read_limits(numbers))

    return limited


_LABELS, _PICTURES = "Labels, found by themselves unless named", "Pictures, one way for the set"

source_options = together(
    click.argument("source", metavar="SOURCE", help=SOURCE_TEXT),
    option(
        "--take", multiple=True, metavar="CLASS=COUNT",
        help="keep this class, and at most so many training images of it, in order of name; "
        "repeatable; '*=100' stands for all other classes",
    ),
    option(
        "--edits", type=PATH, metavar="FILE",
        help="an edits.json of the app: images left out, relabelled or moved to another split",
    ),
    option(
        "--labels", section=_LABELS, metavar="FILE",
        help="a labels file of the source, or beside it; '' for folders",
    ),
    option("--image-column", section=_LABELS, metavar="NAME", help="of the labels file"),
    option("--label-column", section=_LABELS, metavar="NAME", help="of the labels file"),
    option(
        "--split-column", section=_LABELS, metavar="NAME",
        help="of the labels file; '' when there is none",
    ),
    option(
        "--group-column", section=_LABELS, metavar="NAME",
        help="such as patient or camera; '' when there is none",
    ),
    option(
        "--label-level", section=_LABELS, type=int, metavar="N",
        help="labels are the names of folders at this level, 1 being the outermost without splits",
    ),
    option(
        "--label-pattern", section=_LABELS, metavar="REGEX",
        help="labels are what this expression finds in each path: its group 'label', or its first",
    ),
    option(
        "--strict", section=_LABELS, is_flag=True,
        help="refuse where labels can be read in two ways that are nearly as good",
    ),
    option(
        "--decide", section=_LABELS, multiple=True, metavar="MISMATCH=DECISION",
        lists=[MISMATCH_LIST],
        help="what to do about files and labels that do not match, such as "
        "alike_labels=keep_apart; repeatable",
    ),
    option(
        "--background", section=_PICTURES, metavar="NAME",
        help="behind transparent parts: white or grey; proposed by the pictures unless named",
    ),
    option(
        "--white-level", section=_PICTURES, type=int, metavar="N",
        help="the value of 16-bit files that becomes white, such as 4095 for 12 bits in 16; "
        "proposed by the pictures unless named",
    ),
    *(number_option(one, "Limits") for one in LIMIT_OPTIONS),
    _with_limits,
    gathered("source", SourceOptions),
)  # fmt: skip


@dataclass(frozen=True)
class EncoderOptions:
    """What turns an image into a vector, and where."""

    encoder: str | None
    device: str
    no_cache: bool

    @property
    def name(self) -> str:
        """Return the encoder that is named, and else the default."""
        return self.encoder or DEFAULT_ENCODER


encoder_options = together(
    option(
        "--encoder", metavar="NAME", lists=[ENCODER_LIST],
        help=f"what turns an image into a vector (default {DEFAULT_ENCODER})",
    ),
    option(
        "--device", default="auto", metavar="NAME", help="auto, cpu, cuda or mps (default auto)"
    ),
    option(
        "--no-cache", is_flag=True, help="neither look for vectors made before nor keep them"
    ),
    gathered("encoding", EncoderOptions),
)  # fmt: skip


@dataclass(frozen=True)
class PlanOptions:
    """How to balance."""

    strategy: str | None
    target: tuple[str, ...]
    most_per_image: int | None
    settings: tuple[str, ...]  # each NAME=VALUE

    def parsed_target(self) -> Target | None:
        """Return the target that is named, if one is."""
        return parse_target(self.target) if self.target else None

    def parsed_settings(self, strategy: str) -> Settings:
        """Return the settings of a strategy that `--set` names."""
        texts = {}
        for text in self.settings:
            name, equals, value = text.partition("=")
            if not equals:
                raise SettingError(
                    f"--set {text} has no value. Write NAME=VALUE, as k_neighbors=7."
                )
            texts[name.strip()] = value.strip()
        return parse_settings(strategy, texts)


plan_options = together(
    option("--strategy", metavar="NAME", lists=[STRATEGY_LIST], help="how to balance"),
    option(
        "--target", multiple=True, metavar="TARGET", lists=[TARGET_LIST],
        help="how many images each class is to have",
    ),
    option(
        "--most-per-image", type=int, metavar="N",
        help="add at most so many to a class for each image it has",
    ),
    option(
        "--set", "settings", multiple=True, metavar="SETTING=VALUE", lists=[SETTING_LIST],
        help="a setting of the strategy, such as k_neighbors=7; repeatable",
    ),
    gathered("planning", PlanOptions),
)  # fmt: skip


def parse_settings(strategy: str, texts: Mapping[str, str]) -> Settings:
    """Return the settings that texts such as {'k_neighbors': '7'} name.

    Raises:
        SettingError: there is no such strategy, its setting is nearly named, or is no number.
    """
    record = find_strategy(strategy)
    known = [parameter.name for parameter in record.parameters]
    for name in texts:
        near = "" if name in known else nearest_text(name, known)
        if near:
            raise SettingError(
                f"{record.title} has no setting '{name}'.{near} "
                f"Its settings are: {', '.join(known)}."
            )
    return record.parse(texts)


def out_option(text: str) -> Decorator:
    """Return a decorator that adds the place that a command writes to."""
    return option("--out", type=PATH, required=True, metavar="PATH", help=text)


def json_option(text: str = "write the result as JSON; - is the screen") -> Decorator:
    """Return a decorator that adds the file for the result as JSON."""
    return option("--json", "json_file", metavar="FILE", help=text)


policy_option = option(
    "--policy", metavar="NAME_OR_FILE", lists=[POLICY_LIST],
    help="how to augment: a policy by name, or a JSON file (default standard)",
)  # fmt: skip

embeddings_argument = click.argument(
    "embeddings", type=PATH, metavar="EMBEDDINGS_DIR",
    help="a folder of 'evenset embed'",
)  # fmt: skip


def _check_seed(_: click.Context, __: click.Parameter, seed: int | None) -> int | None:
    if seed is not None and seed < 0:
        raise SettingError(f"The seed is {seed}; it must be 0 or more.")
    return seed


seed_option = option(
    "--seed", type=int, metavar="N", callback=_check_seed,
    help="the same seed gives the same result (default 0)",
)  # fmt: skip
