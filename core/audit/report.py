"""The audit: counts, overview and findings, each naming its rows and a remedy."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

import numpy as np

from core.audit.balance import Imbalance, measure_imbalance
from core.audit.balance_figures import BalanceFigures, measure_balance
from core.audit.check import AuditInput, Need
from core.audit.checks import CHECKS
from core.audit.deeper import look_deeper
from core.audit.measures import measure_pictures, seconds_to_measure
from core.dataset import TRAIN, ImageDataset, SkippedFile
from core.dataset.finding import Finding, Severity
from core.embed import Embeddings
from core.progress import Progress, silent
from core.words import count_of, largest_first, times


@dataclass(frozen=True)
class Overview:
    """Sizes and formats of all images."""

    formats: dict[str, int]  # format -> images
    total_bytes: int
    median_width: int
    median_height: int
    smallest: tuple[int, int]  # width, height of the image with the fewest pixels
    largest: tuple[int, int]


@dataclass(frozen=True, eq=False)
class AuditReport:
    """What a dataset holds and what is wrong with it; images that are left out do not count."""

    images: int
    classes: dict[str, int]  # label -> images of all splits, in name order, where there are any
    splits: dict[str, dict[str, int]]  # split -> label -> images
    imbalance: Imbalance  # of the training split
    balance: BalanceFigures
    overview: Overview
    skipped: tuple[SkippedFile, ...]
    findings: tuple[Finding, ...]
    missing: Mapping[str, Need]  # check that was not made -> what it would look at
    given: AuditInput = field(repr=False)  # what was known

    @property
    def answer(self) -> str:
        """Return in a sentence how unbalanced the training images are, and what is missing."""
        counts = {label: count for label, count in self.splits[TRAIN].items() if count}
        order = largest_first(counts)
        most, least = order[0], order[-1]
        if len(counts) == 1:
            text = f"There is only one class, '{least}', so there is nothing to balance."
        elif counts[least] == counts[most]:
            text = f"All classes have {count_of(counts[most], 'training image')}: it is balanced."
        else:
            ratio = times(self.imbalance.ratio)
            text = f"'{least}' has {ratio} fewer training images than '{most}'."
        if self.skipped:
            text += f" {count_of(len(self.skipped), 'file')} could not be used."
        return text

    @property
    def shares(self) -> dict[str, float]:
        """Return label -> its share of all images, 0 to 1, the largest class first."""
        return {label: self.classes[label] / self.images for label in largest_first(self.classes)}

    @property
    def costs(self) -> list[str]:
        """Return what the counts come to: what they cost, who holds the images, what copies do."""
        told = (self.balance.cost, self.balance.tail, self.balance.copies)
        return [text for text in told if text]

    def to_json(self, dataset: ImageDataset) -> dict[str, object]:
        """Return the report as plain values; rows of findings become paths."""
        return {
            "dataset": dataset.name,
            "images": self.images,
            "classes": self.classes,
            "splits": self.splits,
            "skipped": [asdict(skip) for skip in self.skipped],
            "labels": {**asdict(dataset.choices), "decisions": dict(dataset.choices.decisions)},
            "decoding": {**asdict(dataset.decoding), "proposed": asdict(dataset.proposal.decoding)},
            "decided": [asdict(decided) for decided in dataset.decided],
            "imbalance": {**asdict(self.imbalance), "measured_on": TRAIN},
            "balance": self.balance.to_json(),
            "overview": asdict(self.overview),
            "shortcuts": None
            if self.given.insights.shortcuts is None
            else self.given.insights.shortcuts.to_json(),
            "findings": [
                {
                    "id": finding.id,
                    "severity": finding.severity.value,
                    "text": finding.text,
                    "remedy": finding.remedy,
                    "rows": finding.rows.tolist(),
                    "paths": [dataset.path(row) for row in finding.rows],
                    "check": finding.check,
                    "labels": list(finding.labels),
                    "scores": None if finding.scores is None else finding.scores.tolist(),
                    "suggested": None
                    if finding.suggested is None
                    else [dataset.classes[code] for code in finding.suggested.tolist()],
                }
                for finding in self.findings
            ],
        }


def audit(
    dataset: ImageDataset,
    progress: Progress = silent,
    *,
    embeddings: Embeddings | None = None,
    within_s: float | None = None,
) -> AuditReport:
    """Look at every picture and return the report.

    Args:
        dataset: The images.
        progress: Told of pictures looked at and compared, then of the second look.
        embeddings: Their vectors, for a second look at labels and neighbours.
        within_s: Where looking would take longer than so many seconds, the pictures are left for
            later, and the report says so.
    """
    if within_s is not None and seconds_to_measure(dataset) > within_s:
        return write_report(AuditInput(dataset))
    measures = measure_pictures(dataset, progress)
    insights = look_deeper(dataset, measures, embeddings, progress)
    return write_report(AuditInput(dataset, measures, insights))


def write_report(given: AuditInput) -> AuditReport:
    """Return counts, overview and findings, the gravest first, of what is known by now."""
    dataset = given.dataset
    findings = [
        finding.found_by(check.name)
        for check in CHECKS.values()
        if given.has(check.need)
        for finding in check.find(given)
    ]
    order = list(Severity)
    classes = {label: count for label, count in dataset.counts().items() if count}
    counts = {split: dataset.counts(split) for split in dataset.splits}
    return AuditReport(
        images=len(dataset.present_rows),
        classes=classes,
        splits={split: {label: counts[split][label] for label in classes} for split in counts},
        imbalance=measure_imbalance(dataset.counts(TRAIN)),
        balance=measure_balance(dataset, given.measures.groups if given.measures else None),
        overview=_overview(dataset),
        skipped=dataset.skipped,
        findings=tuple(sorted(findings, key=lambda finding: order.index(finding.severity))),
        missing={check.name: check.need for check in CHECKS.values() if not given.has(check.need)},
        given=given,
    )


def _overview(dataset: ImageDataset) -> Overview:
    table = dataset.table.iloc[dataset.present_rows]
    widths, heights = table["width"].to_numpy(), table["height"].to_numpy()
    pixels = widths.astype(np.int64) * heights
    formats = table["format"].value_counts()
    smallest, largest = int(pixels.argmin()), int(pixels.argmax())
    return Overview(
        formats={str(name): int(count) for name, count in formats.items() if count},
        total_bytes=int(table["bytes"].sum()),
        median_width=int(np.median(widths)),
        median_height=int(np.median(heights)),
        smallest=(int(widths[smallest]), int(heights[smallest])),
        largest=(int(widths[largest]), int(heights[largest])),
    )
