"""The README names what there is, and what it names is there."""

import re
from pathlib import Path

import pytest

from app.cli.entry import build_parser
from app.shell.steps import STEPS
from core.audit import CHECKS
from core.augment import OPERATIONS, PRESETS
from core.embed import ENCODERS, PRETRAINED
from core.evaluate import HEADS
from core.evaluate.candidate_sets import CANDIDATE_SETS
from core.export import CONTAINERS, LAYOUTS
from core.export.manifest import MANIFEST_COLUMNS
from core.ingest import MISMATCHES, SAMPLES
from core.ingest.tables import TABLE_SUFFIXES
from core.resample import STRATEGIES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
LABELS = README.partition("### Labels")[2].partition("## ")[0]
SUBCOMMANDS = next(action.choices for action in build_parser()._actions if action.dest == "command")

WRITTEN = sorted({file.name for layout in LAYOUTS.values() for file in layout.index})
REGISTRIES = (STRATEGIES, ENCODERS, PRETRAINED, CONTAINERS, LAYOUTS, PRESETS)
NAMES = [
    *(f"**{step.title}**" for step in STEPS),
    *(
        f"`{name}`"
        for registry in (
            STRATEGIES,
            ENCODERS,
            PRETRAINED,
            CONTAINERS,
            LAYOUTS,
            PRESETS,
            CANDIDATE_SETS,
        )
        for name in registry
    ),
    *(f"`{kind}`" for kind in MISMATCHES),
    *(f"`{decision}`" for kind in MISMATCHES.values() for decision in kind.decisions),
    *(f"`{suffix}`" for suffix in sorted(TABLE_SUFFIXES)),
    *sorted(
        {f"`{setting.name}`" for strategy in STRATEGIES.values() for setting in strategy.parameters}
    ),
    *(operation.title for operation in OPERATIONS.values()),
    *(f"`{name}`" for name in HEADS),
    *(f"| `{name}` | {check.title}" for name, check in CHECKS.items()),
    *(f"`sample:{name}`" for name in SAMPLES),
    *(f"evenset {command}" for command in SUBCOMMANDS or ()),
    *(f"`{name}`" for name in WRITTEN),
    *(reader for layout in LAYOUTS.values() for reader in layout.readers),
    ", ".join(MANIFEST_COLUMNS),
]


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_names_it(name: str) -> None:
    assert name in README


@pytest.mark.parametrize("command", sorted(SUBCOMMANDS or ()))
def test_the_readme_names_each_option(command: str) -> None:
    synopsis, *_examples = re.findall(rf"evenset {command} [^\n]*\n(?: {{20,}}[^\n]*\n)*", README)

    for option in (SUBCOMMANDS or {})[command]._option_string_actions:
        if option.startswith("--") and option not in {"--help", "--take"}:
            assert option in synopsis or ("[reading]" in synopsis and option in LABELS), option


@pytest.mark.parametrize("path", re.findall(r"!?\[[^\]]*\]\(([^)]+)\)", README))
def test_what_the_readme_shows_is_there(path: str) -> None:
    assert path.startswith("http") or (ROOT / path).is_file()


@pytest.mark.parametrize("command", ["run", "quick", "test", "release"])
def test_the_readme_has_the_commands_of_the_makefile(command: str) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")

    assert f"make {command}" in README
    assert re.search(rf"^{command}:", makefile, re.MULTILINE)


def test_the_readme_names_the_marks_of_the_tests() -> None:
    marks = (ROOT / "pyproject.toml").read_text("utf-8").partition("markers = [")[2]
    section = README.partition("### Tests")[2].partition("## ")[0]

    for mark in re.findall(r'^    "(\w+): ', marks.partition("]")[0], re.MULTILINE):
        assert f"`{mark}`" in section or f"`@pytest.mark.{mark}`" in section
