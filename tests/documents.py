"""README and the pages of `docs`, and which names of the registries each has to hold."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from app.pages import PAGES
from core.audit import CHECKS
from core.augment import OPERATIONS, PRESETS
from core.embed import ENCODERS, PRETRAINED
from core.evaluate import HEADS, METRICS, RULES
from core.evaluate.candidates import CANDIDATE_SETS
from core.export import CONTAINERS, DEFAULT_LAYOUT, LAYOUTS, SNIPPETS
from core.export.manifest import MANIFEST_COLUMNS
from core.ingest import MISMATCHES, SAMPLES
from core.ingest.tables import TABLE_SUFFIXES
from core.project import IMPLEMENTATIONS
from core.resample import STRATEGIES

ROOT = Path(__file__).parent.parent
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def text_of(page: str) -> str:
    """Return the text of 'README' or of a page of `docs`."""
    return (ROOT / ("" if page == "README" else "docs") / f"{page}.md").read_text("utf-8")


def section(page: str, title: str) -> str:
    """Return what stands under a heading of a page, up to the next one of its rank or above."""
    found = re.search(rf"^(#+) {re.escape(title)}$", text_of(page), re.MULTILINE)
    assert found is not None, f"{page} has no section '{title}'"
    rest = text_of(page)[found.end() :]
    return re.split(rf"^#{{1,{len(found[1])}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def code_blocks(text: str, language: str) -> list[str]:
    """Return the code between fences of a language, in order."""
    return [code for found, code in _FENCE.findall(text) if found == language]


def prose(text: str) -> str:
    """Return the text without what stands between fences."""
    return _FENCE.sub("", text)


def table_rows(text: str) -> Iterator[list[str]]:
    """Yield the cells of each row of the tables in `text`, less their heads."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and cells[0].startswith("`"):
            yield cells


def names_of_pages() -> dict[str, list[str]]:
    """Return page -> what must stand in it, with the registries as they are now."""
    common = {file.name for file in DEFAULT_LAYOUT.index}
    written = {file.name for layout in LAYOUTS.values() for file in layout.index}
    settings = {setting.name for one in STRATEGIES.values() for setting in one.parameters}
    decisions = {decision for kind in MISMATCHES.values() for decision in kind.decisions}
    return {
        "README": [
            *(f"**{page.title}**" for page in PAGES.values()),
            f"{len(OPERATIONS)} operations",
        ],
        "sources": [
            *_coded(sorted(TABLE_SUFFIXES)),
            *(f"`sample:{name}`" for name in SAMPLES),
            *(f"| `{kind}`: " for kind in MISMATCHES),
            *_coded(sorted(decisions)),
        ],
        "audit": [f"| `{name}` | {check.title}" for name, check in CHECKS.items()],
        "augmentation": [
            *(operation.title for operation in OPERATIONS.values()),
            f"There are {len(OPERATIONS)},",
            *_coded(PRESETS),
        ],
        "strategies": [*_coded(STRATEGIES), *_coded(sorted(settings))],
        "encoders": [*_coded(ENCODERS), *_coded(PRETRAINED)],
        "evaluation": [*_coded(HEADS), *_coded(METRICS), *_coded(CANDIDATE_SETS), *_coded(RULES)],
        "map": _coded(IMPLEMENTATIONS),
        "layouts": [
            *_coded(LAYOUTS),
            *_coded(sorted(written - common)),
            *(reader for layout in LAYOUTS.values() for reader in layout.readers),
        ],
        "export": [
            *_coded(CONTAINERS),
            *_coded(SNIPPETS),
            *_coded(sorted(common)),
            ", ".join(MANIFEST_COLUMNS),
        ],
    }


def what_documents_lack() -> list[str]:
    """Return what must stand in some page and does not, with the registries as they are now."""
    return [
        name
        for page, names in names_of_pages().items()
        for name in names
        if name not in text_of(page)
    ]


def _coded(names: Mapping[str, object] | list[str]) -> list[str]:
    return [f"`{name}`" for name in names]
