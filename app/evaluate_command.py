"""`evenset evaluate`: compare strategies, print the verdict, write tables."""

import argparse

from app.named_source import embed_all, opened, read_policy
from app.terminal import print_table, write_json
from core.evaluate import (
    LINEAR,
    METRICS,
    PRIMARY,
    EvaluationReport,
    augmentations,
    evaluate,
    find_head,
    parse_contender,
)
from core.evaluate.tables import to_csv
from core.resample import STRATEGIES
from core.storage import write_bytes
from core.words import signed


def run_evaluate(options: argparse.Namespace) -> None:
    """Print the comparison of strategies."""
    policy = read_policy(options.policy or "standard", options.seed or 0)
    strategies = None
    if options.strategies:
        strategies = []
        for name in (name.strip() for name in options.strategies.split(",")):
            named = {"all": list(STRATEGIES), "augmentations": augmentations(policy)}
            strategies += named.get(name, [name])
    for name in strategies or []:
        parse_contender(name, policy=policy)
    head = find_head(options.head or LINEAR)
    with opened(options) as (dataset, progress):
        embeddings = embed_all(dataset, options.encoder, options, progress)
        report = evaluate(
            dataset,
            embeddings,
            strategies=strategies,
            head=head,
            metric=options.metric or PRIMARY,
            policy=policy,
            on_test_split=options.on_test_split,
            shows_leak=options.show_leak,
            seed=options.seed or 0,
            device=options.device,
            progress=progress,
        )
    if options.csv is not None:
        write_bytes(options.csv, to_csv(report).encode())
    if options.json == "-":
        write_json(report.to_json(), options.json)
        return
    _print(report)
    write_json(report.to_json(), options.json)


def _print(report: EvaluationReport) -> None:
    print(report.verdict)
    leaky = [row for row in report.strategies if row.leaky is not None]
    print_table(
        [
            "strategy",
            *(record.title.lower() for record in METRICS.values()),
            f"{METRICS[report.metric].title.lower()}, points over none (95%)",
            "outcome",
            "s a fold",
            "files",
        ],
        [
            [
                row.title,
                *(f"{100 * row.metrics[metric].mean:.1f} %" for metric in METRICS),
                "" if row.difference is None else str(row.difference[report.metric]),
                "" if row.difference is None else row.outcome(report.metric).value,
                f"{row.seconds:.2f}",
                f"{row.files:+,}" if row.files else "",
            ]
            for row in report.strategies
        ],
    )
    for row in leaky:
        assert row.leaky is not None
        told, honest = row.leaky[report.metric], row.metrics[report.metric].mean
        points = 100 * row.flattery(report.metric)
        print(
            f"Resampled before splitting, '{row.title}' would report {100 * told:.1f} % instead of "
            f"{100 * honest:.1f} %: {signed(points)} points that are not there."
        )
    for note in report.notes:
        print(note)
