"""What a person sees of a page, in numbers: words, weak text, what is cut, what axe-core finds."""

from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AA = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
LEAST_CONTRAST = 4.5
FOLD = {"width": 1400, "height": 900}
WIDTHS_PX = (1400, 800, 390)
_SETTLED_MS = 500  # charts follow the width a moment later


@dataclass(frozen=True)
class Violation:
    """What axe-core finds at one element."""

    rule: str
    widget: str  # Streamlit's name of what it stands in
    element: str
    is_ours: bool


@dataclass(frozen=True)
class Seen:
    """A page in one theme."""

    words: list[str] = field(default_factory=list)
    weak: list[str] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    misplaced: dict[int, list[str]] = field(default_factory=dict)  # by width


def see(page: Page, class_names: list[str], widths: tuple[int, ...] = WIDTHS_PX) -> Seen:
    """Measure the page that is open, which is drawn to its end."""
    _widen(page, FOLD["width"])
    words, weak = words_above_the_fold(page, class_names), weak_chart_texts(page)
    violations = axe_violations(page)
    misplaced = {}
    for width in widths:
        _widen(page, width)
        misplaced[width] = misplaced_parts(page)
    _widen(page, FOLD["width"])
    return Seen(words, weak, violations, misplaced)


def words_above_the_fold(page: Page, class_names: list[str]) -> list[str]:
    """Return the words of the main column on the screen, without names, numbers and cells."""
    _load(page)
    return list(page.evaluate("names => seen.wordsAboveTheFold(names)", class_names))


def weak_chart_texts(page: Page) -> list[str]:
    """Return the texts of charts that have too little contrast with the page."""
    _load(page)
    return list(page.evaluate("least => seen.weakChartTexts(least)", LEAST_CONTRAST))


def misplaced_parts(page: Page) -> list[str]:
    """Return what stands out of the page, is cut, or lies on something else."""
    _load(page)
    return list(page.evaluate("() => seen.misplaced()"))


def axe_violations(page: Page) -> list[Violation]:
    """Return what axe-core finds against WCAG 2.2 AA."""
    _load(page)
    options = {"runOnly": {"type": "tag", "values": list(AA)}, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return [
        Violation(rule["id"], by["widget"], node["html"][:160], by["isOurs"])
        for rule in found
        for node in rule["nodes"]
        for by in [page.evaluate("path => seen.drawnBy(path)", node["target"][-1])]
    ]


def _load(page: Page) -> None:
    page.evaluate(Path(__file__).with_name("seen.js").read_text())


def _widen(page: Page, width: int) -> None:
    size = {"width": width, "height": FOLD["height"]}
    if page.viewport_size != size:
        page.set_viewport_size(size)
        page.wait_for_timeout(_SETTLED_MS)
