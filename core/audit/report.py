"""The audit: counts, overview and findings, each naming its rows and a remedy."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from core.audit.check import Check, in_rows
from core.audit.class_findings import (
    find_imbalance,
    find_missing_in_training,
    find_small_classes,
)
from core.audit.counts import Imbalance, measure_imbalance
from core.audit.duplicate_findings import find_duplicates, find_near_duplicates
from core.audit.duplicates import Groups, duplicate_groups, picture_groups
from core.audit.finding import Finding, Severity
from core.audit.group_findings import find_split_groups
from core.dataset import TRAIN, ImageDataset, SkippedFile
from core.progress import Progress, silent
from core.words import count_of

# Above, reading every picture once more would hold up the answer; a comparison still does it.
MOST_COMPARED = 20_000


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


def _skipped(dataset: ImageDataset) -> list[Finding]:
    if not dataset.skipped:
        return []
    count = len(dataset.skipped)
    left_out = "It is" if count == 1 else "They are"
    text = f"{count_of(count, 'file')} could not be used. {left_out} left out."
    remedy = "See the list of skipped files for the reason of each."
    return [Finding("skipped", Severity.LOW, np.empty(0, np.intp), text, remedy)]


def _conversions(dataset: ImageDataset) -> list[Finding]:
    """Tell of pictures whose pixels are not quite those of the file."""
    column = dataset.table["conversion"].iloc[dataset.present_rows]
    counts = {str(name): int(count) for name, count in column.value_counts().items() if count}
    counts.pop("", None)
    if not counts:
        return []
    rows = dataset.present_rows[(column != "").to_numpy()]
    listed = "; ".join(f"{count:,} {name}" for name, count in counts.items())
    text = f"{count_of(len(rows), 'picture')} changed on reading: {listed}."
    remedy = "Nothing to do. Where only one class has them, a model may learn that instead."
    return [Finding("converted", Severity.LOW, rows, text, remedy)]


CHECKS: Mapping[str, Check] = {
    check.name: check
    for check in (
        Check(
            "imbalance",
            "Balance of the classes",
            "How many times more training images the largest class has than the smallest, from "
            "1.5 times on; or that there is one class alone.",
            in_rows(find_imbalance),
        ),
        Check(
            "small_classes",
            "Small classes",
            "Classes with fewer than 10 training images, and what that spoils: SMOTE's neighbours, "
            "or the scores.",
            in_rows(find_small_classes),
        ),
        Check(
            "missing_in_training",
            "Classes without training images",
            "Classes that are in a held-out split alone.",
            in_rows(find_missing_in_training),
        ),
        Check(
            "groups_in_splits",
            "Groups in several splits",
            "Patients, cameras or senders with images in two or more splits, where the labels file "
            "names them.",
            in_rows(find_split_groups),
        ),
        Check(
            "duplicates",
            "Pictures that are there twice",
            "The same bytes under two labels, in two splits, or more than once in a class.",
            in_rows(find_duplicates),
        ),
        Check(
            "skipped",
            "Files that could not be used",
            "Files that were left out on loading; each with the reason in a list.",
            in_rows(_skipped),
        ),
        Check(
            "conversions",
            "Pictures that reading changes",
            "Pictures whose pixels are not quite those of the file: turned upright, 16 bits, CMYK, "
            "transparent, the first of several frames.",
            in_rows(_conversions),
        ),
        Check(
            "near_duplicates",
            "Nearly the same pictures",
            "The same picture in another size, encoding or brightness: under two labels, in two "
            f"splits, or in one class. In sets of more than {MOST_COMPARED:,} images only "
            "Evaluate looks for them.",
            find_near_duplicates,
            compares_pictures=True,
        ),
    )
}
