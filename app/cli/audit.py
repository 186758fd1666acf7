"""`evenset audit`: count classes, and print what is found."""

from app.cli.listings import CHECK_LIST
from app.cli.options import command
from app.cli.shared_options import SourceOptions, json_option, source_options
from app.cli.source import opened
from app.cli.terminal import print_table, write_json
from core.audit import audit
from core.dataset.skipped import reasons_of
from core.words import count_of, size_of, times


@command(lists=[CHECK_LIST])
@source_options
@json_option()
def run_audit(source: SourceOptions, json_file: str | None) -> None:
    """Count the classes of a set, and print what is wrong with it."""
    with opened(source) as (dataset, progress):
        report = audit(dataset, progress)
        result = report.to_json(dataset)
    if json_file == "-":
        write_json(result, json_file)
        return
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
    for finding in report.findings:
        print(f"[{finding.severity.value}] {finding.text} {finding.remedy}")
    for reason in reasons_of(report.skipped)[:10]:
        such = reason.example if reason.count == 1 else f"{reason.count:,} such as {reason.example}"
        print(f"  skipped {such}: {reason.text}")
    if report.skipped:
        print("  --json lists all")
    write_json(result, json_file)
