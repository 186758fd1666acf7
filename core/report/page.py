"""A report as one HTML file: no script, no request, readable on paper.

Names are data: the form escapes every one, and the page's own policy lets nothing else in.
"""

import platform
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from core import __version__
from core.audit import CHECKS
from core.batches import run_batches
from core.dataset import ImageDataset, read_picture
from core.dataset.finding import Finding
from core.errors import UnreadableImageError
from core.evaluate import METRICS, EvaluationReport, StrategyResult
from core.pictures.encode import thumbnail
from core.progress import Progress, silent
from core.report.contents import ReportContents, shown_findings
from core.report.drawings import (
    MOST_BARS,
    Drawing,
    draw_bars,
    draw_curve,
    draw_differences,
    draw_map,
)
from core.words import count_of, shortened, size_of, times

MOST_PICTURES = 16  # of a finding
SIDE_PX = 112  # of a small picture

_LONGEST_CAPTION = 22
_BATCH = 16
_LIBRARIES = ("numpy", "opencv-python-headless", "pillow", "scikit-learn", "torch")


@dataclass(frozen=True)
class _Picture:
    address: str
    label: str
    path: str

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def caption(self) -> str:
        return shortened(self.label, _LONGEST_CAPTION)


@dataclass(frozen=True)
class _Shown:
    """A finding with its pictures."""

    finding: Finding
    pictures: Sequence[_Picture]
    more: str


@dataclass(frozen=True)
class _Row:
    title: str
    value: str
    difference: str
    outcome: str


@dataclass(frozen=True)
class _Comparison:
    answer: str
    metric: str
    drawing: Drawing
    rows: Sequence[_Row]
    notes: Sequence[str]


def write_html(contents: ReportContents, progress: Progress = silent) -> str:
    """Return the page.

    Args:
        contents: What is known of the set.
        progress: Told of pictures drawn.
    """
    audit, dataset = contents.audit, contents.dataset
    shown, others = shown_findings(audit.findings)
    rows = [row for one in shown for row in one.rows[:MOST_PICTURES].tolist()]
    addresses = _draw_thumbnails(dataset, rows, progress)
    is_long = len(audit.classes) > MOST_BARS
    form = Environment(autoescape=True, undefined=StrictUndefined).from_string(_own("page.html.j2"))
    return form.render(
        name=dataset.name,
        style=_own("page.css"),
        made_on=f"{contents.made_on.day} {contents.made_on:%B %Y}",
        verdict=contents.verdict,
        figures=_figures(contents),
        shown=[_shown(dataset, one, addresses) for one in shown],
        others=others,
        balance=draw_curve(audit.splits) if is_long else draw_bars(audit.splits),
        costs=audit.costs,
        splits=list(audit.splits),
        classes=_classes(contents),
        map=None if contents.projection is None else draw_map(dataset, contents.projection),
        comparison=None if contents.evaluation is None else _comparison(contents.evaluation),
        told=contents.recipe.told(),
        changes=contents.changes,
        checks=[(check, audit.missing.get(check.name)) for check in CHECKS.values()],
        recipe=contents.recipe.to_text(),
        versions=_versions(),
    )


def _own(name: str) -> str:
    return files("core.report").joinpath(name).read_text("utf-8")


def _figures(contents: ReportContents) -> list[tuple[str, str, str]]:
    audit = contents.audit
    return [
        ("Images", f"{audit.images:,}", size_of(audit.overview.total_bytes)),
        ("Classes", f"{len(audit.classes):,}", "with at least one image"),
        ("Imbalance ratio", times(audit.imbalance.ratio), "largest class by smallest"),
        (
            "Effective classes",
            f"{audit.imbalance.effective_classes:.1f}",
            f"evenness {audit.imbalance.normalized_entropy:.2f} of 1",
        ),
    ]


def _shown(dataset: ImageDataset, finding: Finding, addresses: Mapping[int, str]) -> _Shown:
    first = finding.rows[:MOST_PICTURES].tolist()
    pictures = [
        _Picture(addresses[row], dataset.label(row), dataset.path(row))
        for row in first
        if row in addresses
    ]
    left = len(finding.rows) - len(first)
    return _Shown(finding, pictures, f"And {count_of(left, 'more image')}." if left else "")


def _classes(contents: ReportContents) -> list[tuple[str, list[int], str]]:
    audit = contents.audit
    return [
        (label, [counts[label] for counts in audit.splits.values()], f"{share:.1%}")
        for label, share in audit.shares.items()
    ]


def _comparison(report: EvaluationReport) -> _Comparison:
    metric = report.metric
    return _Comparison(
        report.verdict,
        METRICS[metric].title,
        draw_differences(report, metric),
        [_row(row, metric) for row in report.strategies],
        report.notes,
    )


def _row(row: StrategyResult, metric: str) -> _Row:
    difference = "" if row.difference is None else str(row.difference[metric])
    return _Row(
        row.title,
        f"{100 * row.metrics[metric]:.1f} %",
        difference.replace("-", "−"),
        str(row.outcome(metric) or ""),
    )


def _versions() -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return f"Evenset {__version__}, Python {platform.python_version()}, {libraries}."


def _draw_thumbnails(
    dataset: ImageDataset, rows: Iterable[int], progress: Progress
) -> Mapping[int, str]:
    """Return row -> the address of its small picture, which holds the picture itself.

    One that cannot be read any more has none.

    Args:
        dataset: The images.
        rows: Which ones; each is read once.
        progress: Told of pictures.
    """
    wanted = sorted(set(rows))

    def draw(some: Sequence[int]) -> list[str]:
        return [_address(dataset, row) for row in some]

    drawn = run_batches(
        draw, wanted, batch_size=_BATCH, stage="drawing pictures", progress=progress
    )
    addresses = [address for batch in drawn for address in batch]
    return {row: address for row, address in zip(wanted, addresses, strict=True) if address}


def _address(dataset: ImageDataset, row: int) -> str:
    try:
        with read_picture(dataset, row, at_least_px=SIDE_PX) as pixels:
            content = thumbnail(pixels, SIDE_PX)
    except UnreadableImageError:
        return ""
    return f"data:image/jpeg;base64,{b64encode(content).decode()}"
