"""The audit: counts, overview and findings, each naming its rows and a remedy."""

from dataclasses import asdict, dataclass

import numpy as np

from core.audit.balance import Imbalance, measure_imbalance
from core.audit.checks import CHECKS, MOST_COMPARED
from core.dataset import TRAIN, ImageDataset, SkippedFile
from core.duplicates import Groups, duplicate_groups, picture_groups
from core.finding import Finding, Severity
from core.progress import Progress, silent


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
    overview: Overview
    skipped: tuple[SkippedFile, ...]
    findings: tuple[Finding, ...]
    pictures: Groups | None = None  # rows of one group show the same picture; None: not compared

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
            "overview": asdict(self.overview),
            "findings": [
                {
                    "id": finding.id,
                    "severity": finding.severity.value,
                    "text": finding.text,
                    "remedy": finding.remedy,
                    "rows": finding.rows.tolist(),
                    "paths": [dataset.path(row) for row in finding.rows],
                }
                for finding in self.findings
            ],
        }


def audit(
    dataset: ImageDataset,
    progress: Progress = silent,
    *,
    most_compared: int = MOST_COMPARED,
    pictures: Groups | None = None,
) -> AuditReport:
    """Return counts, overview and findings, the gravest first.

    Args:
        dataset: The images.
        progress: Told of checks, then of pictures compared.
        most_compared: In a larger set, copies are looked for by their bytes alone.
        pictures: Which rows show the same picture, where another audit of the same pictures,
            such as with other labels, has compared them; then nothing is read.
    """
    quick = [check for check in CHECKS.values() if not check.compares_pictures]
    same = duplicate_groups(dataset)
    findings: list[Finding] = []
    for number, check in enumerate(quick):
        progress("auditing", number, len(quick))
        findings += check.find(dataset, same)
    progress("auditing", len(quick), len(quick))
    if pictures is None and len(dataset) <= most_compared:
        pictures = picture_groups(dataset, progress)
    if pictures is not None:
        for check in CHECKS.values():
            if check.compares_pictures:
                findings += check.find(dataset, pictures)
    order = list(Severity)
    classes = {label: count for label, count in dataset.counts().items() if count}
    counts = {split: dataset.counts(split) for split in dataset.splits}
    return AuditReport(
        images=len(dataset.present_rows),
        classes=classes,
        splits={split: {label: counts[split][label] for label in classes} for split in counts},
        imbalance=measure_imbalance(dataset.counts(TRAIN)),
        overview=_overview(dataset),
        skipped=dataset.skipped,
        findings=tuple(sorted(findings, key=lambda finding: order.index(finding.severity))),
        pictures=pictures,
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
