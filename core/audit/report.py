"""The audit: counts, overview and findings, each naming its rows and a remedy."""

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from core.audit.counts import Imbalance, measure_imbalance
from core.audit.decoding_findings import find_decoding
from core.audit.duplicate_findings import find_duplicates, find_near_duplicates
from core.audit.duplicates import Groups, picture_groups
from core.audit.finding import Finding, Severity
from core.audit.group_findings import find_split_groups
from core.dataset import TRAIN, ImageDataset, SkippedFile
from core.progress import Progress, silent
from core.words import count_of, named, times

# Up to this count, SMOTE with its usual five neighbours has fewer neighbours than asked for.
_NEIGHBOURS = 5
# Below this count, a class has one or two images in each of five folds: scores are coin tosses.
_UNRELIABLE = 10
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
        progress: Told of checks, then of pictures.
        most_compared: In a larger set, copies are looked for by their bytes alone.
        pictures: Which rows show the same picture, where another audit of the same pictures,
            such as with other labels, has compared them; then nothing is read.
    """
    checks = (
        *(_balance, _small_classes, _empty_in_training, find_split_groups, find_duplicates),
        *(_skipped, find_decoding, _conversions),
    )
    findings: list[Finding] = []
    for number, check in enumerate(checks):
        progress("auditing", number, len(checks))
        findings.extend(check(dataset))
    progress("auditing", len(checks), len(checks))
    if pictures is None and len(dataset) <= most_compared:
        pictures = picture_groups(dataset, progress)
    if pictures is not None:
        findings.extend(find_near_duplicates(dataset, pictures))
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


def _balance(dataset: ImageDataset) -> list[Finding]:
    counts = {label: count for label, count in dataset.counts(TRAIN).items() if count}
    if len(counts) < 2:
        text = f"There is one class, '{next(iter(counts))}'. Nothing can be balanced or compared."
        remedy = "Add a folder with images of a second class."
        return [Finding("one_class", Severity.HIGH, _no_rows(), text, remedy)]
    ratio = measure_imbalance(counts).ratio
    if ratio < 1.5:
        return []
    least, most = min(counts, key=counts.__getitem__), max(counts, key=counts.__getitem__)
    severity = Severity.HIGH if ratio >= 10 else Severity.MEDIUM if ratio >= 3 else Severity.LOW
    return [
        Finding(
            "imbalance",
            severity,
            dataset.rows_of(least, TRAIN),
            f"'{least}' has {times(ratio)} fewer training images than '{most}' "
            f"({counts[least]:,} against {counts[most]:,}).",
            "Compare remedies on Evaluate before you choose one on Balance.",
        )
    ]


def _small_classes(dataset: ImageDataset) -> list[Finding]:
    counts = dataset.counts(TRAIN)
    findings = []
    for least, most, id_, severity, consequence, remedy in (
        (1, 1, "single_image", Severity.HIGH, "SMOTE needs at least 2 and no score can be measured",
         "Add images. On export these classes get augmented pictures instead of SMOTE."),
        (2, _NEIGHBOURS, "few_neighbours", Severity.MEDIUM,
         f"SMOTE uses fewer than {_NEIGHBOURS} neighbours there",
         "Nothing to do: fewer neighbours are used, and the page says so."),
        (_NEIGHBOURS + 1, _UNRELIABLE - 1, "few_images", Severity.LOW,
         "scores of these classes depend on luck", "Read their recall with care, or add images."),
    ):  # fmt: skip
        labels = [label for label, count in counts.items() if least <= count <= most]
        if labels:
            text = f"{named(labels)} {_have(labels, counts, least, most)}; {consequence}."
            rows = np.concatenate([dataset.rows_of(label, TRAIN) for label in labels])
            findings.append(Finding(id_, severity, np.sort(rows), text, remedy))
    return findings


def _empty_in_training(dataset: ImageDataset) -> list[Finding]:
    counts = dataset.counts()
    labels = [label for label, n in dataset.counts(TRAIN).items() if n == 0 and counts[label]]
    if not labels:
        return []
    rows = np.concatenate([dataset.rows_of(label) for label in labels])
    text = f"{named(labels)} {_is(labels)} in a held-out split but not in the training split."
    remedy = "Check the spelling of the folders, or leave the classes out on Load."
    return [Finding("missing_in_training", Severity.HIGH, np.sort(rows), text, remedy)]


def _skipped(dataset: ImageDataset) -> list[Finding]:
    if not dataset.skipped:
        return []
    count = len(dataset.skipped)
    left_out = "It is" if count == 1 else "They are"
    text = f"{count_of(count, 'file')} could not be used. {left_out} left out."
    remedy = "See the list of skipped files for the reason of each."
    return [Finding("skipped", Severity.LOW, _no_rows(), text, remedy)]


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


def _is(labels: list[str]) -> str:
    return "is" if len(labels) == 1 else "are"


def _have(labels: list[str], counts: dict[str, int], least: int, most: int) -> str:
    if len(labels) == 1:
        return f"has {count_of(counts[labels[0]], 'training image')}"
    return f"have {'1 training image' if most == 1 else f'{least} to {most} training images'} each"


def _no_rows() -> NDArray[np.intp]:
    return np.empty(0, np.intp)
