"""`evenset audit`: count classes, print what is found, and fail where that is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from app.cli.listings import CHECK_LIST
from app.cli.options import PATH, command, gathered, option
from app.cli.shared_options import (
    EncoderOptions,
    SourceOptions,
    encoder_options,
    json_option,
    source_options,
)
from app.cli.source import embed_all, opened_with_original
from app.cli.terminal import print_table, write_json
from app.cli.usage import OneOf
from core.audit import AuditReport, audit
from core.audit.baseline import NewFinding, is_graver, new_findings, read_baseline
from core.dataset import ImageDataset
from core.dataset.finding import Severity
from core.dataset.skipped import reasons_of
from core.report import findings_csv
from core.storage import write_bytes
from core.words import count_of, size_of, times

FOUND = 3  # the exit status where something was found that the audit is to fail on


@dataclass(frozen=True)
class AuditOptions:
    """What is written, and on what the command fails."""

    deeper: bool
    csv: Path | None
    fail_on: str | None
    baseline: Path | None
    json_file: str | None


@command(lists=[CHECK_LIST])
@source_options
@option(
    "--deeper",
    is_flag=True,
    help="embed the images, too, and look at labels and neighbors: what the app does by itself",
)
@encoder_options
@option("--csv", type=PATH, metavar="FILE", help="write a line for each finding and image")
@option(
    "--fail-on", type=OneOf(tuple(one.value for one in Severity)), metavar="SEVERITY",
    help=f"end with status {FOUND} where a finding is at least as grave: high, medium or low",
)  # fmt: skip
@option(
    "--baseline", type=PATH, metavar="FILE",
    help="an earlier --json of the same source: tell, and fail on, only what is new since",
)  # fmt: skip
@json_option()
@gathered("asked", AuditOptions)
def run_audit(source: SourceOptions, encoding: EncoderOptions, asked: AuditOptions) -> None:
    """Count the classes of a set, and print what is wrong with it."""
    baseline = None if asked.baseline is None else read_baseline(asked.baseline)
    with opened_with_original(source) as (dataset, original, progress):
        embeddings = embed_all(original, encoding, progress) if asked.deeper else None
        report = audit(dataset, progress, embeddings=embeddings)
    found = None if baseline is None else new_findings(report, dataset, baseline)
    result = report.to_json(dataset)
    if found is not None:
        result["new"] = [
            {"id": one.finding.id, "paths": [dataset.path(row) for row in one.rows.tolist()]}
            for one in found
        ]
    if asked.json_file != "-":
        _print(dataset, report, found)
    if asked.csv is not None:
        write_bytes(asked.csv, findings_csv(dataset, report).encode("utf-8", "surrogatepass"))
    write_json(result, asked.json_file)
    severities = [
        one.severity for one in (report.findings if found is None else [n.finding for n in found])
    ]
    if asked.fail_on is not None and any(
        not is_graver(Severity(asked.fail_on), severity) for severity in severities
    ):
        raise click.exceptions.Exit(FOUND)


def _print(dataset: ImageDataset, report: AuditReport, found: Sequence[NewFinding] | None) -> None:
    ratio = times(report.imbalance.ratio)
    print(
        f"{dataset.name}: {count_of(report.images, 'image')} in "
        f"{count_of(len(report.classes), 'class')}, {size_of(report.overview.total_bytes)}; "
        f"the largest class has {ratio} the smallest."
    )
    splits = list(report.splits)
    rows = [
        [label, *(f"{report.splits[split][label]:,}" for split in splits)]
        for label in sorted(report.classes, key=lambda label: -report.splits[splits[0]][label])
    ]
    print_table(["class", *splits], rows)
    if found is None:
        for finding in report.findings:
            print(f"[{finding.severity.value}] {finding.text} {finding.remedy}")
    else:
        for one in found:
            severity = one.finding.severity.value
            print(f"[{severity}] ({one.text}) {one.finding.text} {one.finding.remedy}")
        if not found:
            print("Nothing is new since the baseline.")
    for reason in reasons_of(report.skipped)[:10]:
        such = reason.example if reason.count == 1 else f"{reason.count:,} such as {reason.example}"
        print(f"  skipped {such}: {reason.text}")
    if report.skipped:
        print("  --json lists all")
