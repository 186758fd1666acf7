"""What the registries of `core` hold, as the help of a command lists it.

A listing is read when a help text or a refusal is written, so one entry in a registry is enough.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from core.audit import CHECKS
from core.augment import OPERATIONS, PRESET_HELP, PRESETS
from core.embed import ENCODERS
from core.export import CONTAINERS, LAYOUTS, SNIPPETS
from core.ingest import MISMATCHES
from core.parameters import Choice, Parameter
from core.resample import STRATEGIES
from core.resample.plan import NAMED_TARGETS

Row = tuple[str, str]  # a name, and what it stands for


@dataclass(frozen=True)
class Listing:
    """A section of a help text: names, and what each stands for."""

    heading: str
    rows: Callable[[], Iterable[Row]]
    noun: str = ""  # of one name, where the value of an option is one; '' where it is another thing

    def names(self) -> list[str]:
        """Return the names."""
        return [name for name, _ in self.rows()]


def _targets() -> list[Row]:
    rows = []
    for target in NAMED_TARGETS:
        takers = [one for one in STRATEGIES.values() if target in one.targets]
        default = [one.name for one in takers if one.default_target == target]
        others = [one.name for one in takers if one.default_target != target]
        texts = [("default of ", default), ("also of ", others)]
        rows.append((target, "; ".join(text + ", ".join(names) for text, names in texts if names)))
    return [
        *rows,
        ("SHARE%", "a share of the largest class, such as 50%"),
        ("COUNT", "a number of images"),
        ("CLASS=COUNT", "of one class, repeatable; classes that are not named stay as they are"),
    ]


def _settings() -> list[Row]:
    # The same setting belongs to many strategies; another one may have its name.
    takers: dict[tuple[str, str], list[str]] = {}
    for strategy in STRATEGIES.values():
        for parameter in strategy.parameters:
            takers.setdefault((parameter.name, _range_text(parameter)), []).append(strategy.name)
    return [(name, f"{text}; of {', '.join(of)}") for (name, text), of in takers.items()]


def _range_text(parameter: Parameter | Choice) -> str:
    """Return 'Neighbours: 1 to 50, default 5'."""
    if isinstance(parameter, Choice):
        return f"{parameter.title}: {', '.join(parameter.options)}, default {parameter.default}"
    span = f"{parameter.low:.10g} to {parameter.high:.10g}"
    unit = f" {parameter.unit}" if parameter.unit else ""
    return f"{parameter.title}: {span}{unit}, default {parameter.default:.10g}"


def _mismatches() -> list[Row]:
    return [
        (kind.name, f"{kind.noun} {kind.text}: {', '.join(kind.decisions)}")
        for kind in MISMATCHES.values()
    ]


STRATEGY_LIST = Listing(
    "Strategies", lambda: [(one.name, one.help) for one in STRATEGIES.values()], "strategy"
)
TARGET_LIST = Listing("Targets", _targets)
SETTING_LIST = Listing("Settings of strategies", _settings)
MISMATCH_LIST = Listing("Mismatches and their decisions, the default first", _mismatches)
POLICY_LIST = Listing(
    "Policies", lambda: [(name, PRESET_HELP.get(name, "")) for name in PRESETS], "policy"
)
OPERATION_LIST = Listing(
    "Operations", lambda: [(one.name, one.help) for one in OPERATIONS.values()], "operation"
)
ENCODER_LIST = Listing(
    "Encoders",
    lambda: [
        *((one.name, one.help) for one in ENCODERS.values()),
        ("hf:OWNER/MODEL", "a model of Hugging Face; or a folder that holds such a model"),
    ],
    "encoder",
)
LAYOUT_LIST = Listing(
    "Layouts", lambda: [(one.name, one.help) for one in LAYOUTS.values()], "layout"
)
CONTAINER_LIST = Listing(
    "Containers", lambda: [(one.name, one.help) for one in CONTAINERS.values()], "container"
)
SNIPPET_LIST = Listing(
    "Snippets",
    lambda: [(one.name, f"{one.library}: {one.title}") for one in SNIPPETS.values()],
    "snippet",
)
CHECK_LIST = Listing("Checks", lambda: [(one.name, one.title) for one in CHECKS.values()])
