"""What each command of the command line does: read, call `core`, print."""

import argparse

from app.cli.source import embed_all, make_folder, opened
from app.cli.terminal import print_table, write_json
from app.settings import read_settings
from core.audit import audit
from core.embed import (
    DEFAULT_ENCODER,
    embedding_text,
    find_encoder,
    resolve_device,
    write_embeddings,
)
from core.words import count_of, size_of, times


def run_serve(options: argparse.Namespace) -> None:
    """Open the app."""
    settings = read_settings(vars(options))
    from app.server import serve

    def say(address: str) -> None:
        print(f"Evenset opens at {address}; Ctrl+C ends it.", flush=True)

    serve(settings, opens_browser=not options.no_browser, say=say)


def run_audit(options: argparse.Namespace) -> None:
    """Print counts and findings."""
    with opened(options) as (dataset, progress):
        report = audit(dataset, progress)
        result = report.to_json(dataset)
    if options.json == "-":
        write_json(result, options.json)
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
    for skip in report.skipped[:10]:
        print(f"  skipped {skip.path}: {skip.reason}")
    if len(report.skipped) > 10:
        print(f"  and {len(report.skipped) - 10:,} more; --json lists all")
    write_json(result, options.json)


def run_embed(options: argparse.Namespace) -> None:
    """Write the embeddings of a source."""
    find_encoder(options.encoder or DEFAULT_ENCODER)
    make_folder(options.out)
    with opened(options) as (dataset, progress):
        if options.json != "-":
            count, device = len(dataset.present_rows), resolve_device(options.device)
            text = embedding_text(options.encoder or DEFAULT_ENCODER, count, device=device)
            progress.say(f"evenset: {text}")
        embeddings = embed_all(dataset, options.encoder, options, progress)
    write_embeddings(options.out, dataset, embeddings)
    result = {
        "images": len(embeddings.rows),
        "missing": len(dataset.present_rows) - len(embeddings.rows),
        "dimension": int(embeddings.vectors.shape[1]),
        "encoder": embeddings.encoder,
        "device": embeddings.device,
        "digest": embeddings.digest,
        "out": str(options.out),
    }
    if options.json != "-":
        print(
            f"{count_of(len(embeddings.rows), 'image')} embedded by '{embeddings.encoder}' on "
            f"{embeddings.device}: {result['dimension']} numbers each, in {options.out}."
        )
    write_json(result, options.json)
