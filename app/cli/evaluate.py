"""`evenset evaluate`: compare strategies, print the verdict, write tables."""

import argparse
from collections.abc import Sequence

from app.cli.source import embed_all, opened, read_policy
from app.cli.terminal import Bars, print_table, write_json
from core.augment import AugmentPolicy
from core.dataset import TRAIN
from core.embed import DEFAULT_ENCODER
from core.errors import EvensetError, SettingError
from core.evaluate import (
    BASELINE,
    DEFAULT_HEAD,
    METRICS,
    PRIMARY,
    Candidate,
    EvaluationReport,
    evaluate,
    find_head,
    parse_candidate,
)
from core.evaluate.candidate_sets import CANDIDATE_SETS
from core.evaluate.candidates import check_targets
from core.evaluate.estimate import estimate
from core.evaluate.heads import check_head
from core.evaluate.repeats import DEFAULT_FOLDS, check_repeats
from core.evaluate.report_csv import to_csv
from core.resample import Settings, find_strategy
from core.storage import write_bytes
from core.words import signed


def run_evaluate(options: argparse.Namespace) -> None:
    """Print the comparison of strategies; of those that are done, where it is broken off."""
    policy = read_policy(options.policy or "standard", options.seed or 0)
    settings = _settings(options.set)
    names = _names(options.strategies or "default", policy)
    candidates = [parse_candidate(name, settings, policy) for name in names]
    _check_settings(settings, candidates)
    head = find_head(options.head or DEFAULT_HEAD)
    folds = DEFAULT_FOLDS if options.folds is None else options.folds
    check_repeats(folds, options.repeats)
    check_head(head, options.encoder or DEFAULT_ENCODER)
    heard: list[EvaluationReport] = []
    try:
        with opened(options) as (dataset, progress):
            check_targets(candidates, dataset.counts(TRAIN))
            if options.json != "-":
                cost = estimate(
                    dataset.counts(TRAIN), candidates, head,
                    encoder=options.encoder or DEFAULT_ENCODER,
                    to_embed=len(dataset.present_rows), folds=folds, repeats=options.repeats,
                    on_test_split=options.on_test_split,
                )  # fmt: skip
                progress.say(f"evenset: {cost.text}")
            embeddings = embed_all(dataset, options.encoder, options, progress)

            def hear(report: EvaluationReport, progress: Bars = progress) -> None:
                heard.append(report)
                if options.json != "-":
                    progress.say(_row_line(report))

            report = evaluate(
                dataset,
                embeddings,
                strategies=names,
                head=head,
                metric=options.metric or PRIMARY,
                n_splits=folds,
                repeats=options.repeats,
                settings=settings,
                policy=policy,
                on_test_split=options.on_test_split,
                shows_leak=options.show_leak,
                seed=options.seed or 0,
                device=options.device,
                on_report=hear,
                progress=progress,
            )
    except (KeyboardInterrupt, EvensetError):
        if heard and heard[-1].done > 1:
            _write(heard[-1], options)
        raise
    _write(report, options)


def _names(text: str, policy: AugmentPolicy) -> list[str]:
    """Return the names that `text` lists, those of a set in its place."""
    names = []
    for name in (name.strip() for name in text.split(",")):
        names += CANDIDATE_SETS[name].rows(policy) if name in CANDIDATE_SETS else [name]
    return list(dict.fromkeys([BASELINE, *names]))


def _settings(texts: Sequence[str]) -> dict[str, Settings]:
    """Return strategy -> settings, of texts such as 'smote.k_neighbors=7'."""
    values: dict[str, dict[str, str]] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        strategy, dot, setting = name.strip().partition(".")
        if not equals or not dot:
            raise SettingError(
                f"--set {text} names no setting of a strategy. Write STRATEGY.SETTING=VALUE, as "
                "smote.k_neighbors=7."
            )
        values.setdefault(strategy, {})[setting] = value.strip()
    return {strategy: find_strategy(strategy).parse(found) for strategy, found in values.items()}


def _check_settings(settings: dict[str, Settings], candidates: Sequence[Candidate]) -> None:
    compared = {part.strategy for one in candidates for part in one.parts}
    for strategy in settings:
        if strategy not in compared:
            raise SettingError(
                f"--set {strategy}. is of no use: '{strategy}' is not among the strategies that "
                "are compared. Name it in --strategies."
            )


def _row_line(report: EvaluationReport) -> str:
    """Return what is known of the strategy that was done last."""
    row = report.strategies[report.done - 1]
    record = METRICS[report.metric]
    text = (
        f"evenset: {report.done} of {report.asked}, '{row.title}': {record.words} "
        f"{100 * row.metrics[report.metric].mean:.1f} %"
    )
    if row.difference is not None:
        text += f", {row.difference[report.metric]} points over none"
    return f"{text}."


def _write(report: EvaluationReport, options: argparse.Namespace) -> None:
    if options.csv is not None:
        write_bytes(options.csv, to_csv(report).encode())
    if options.json != "-":
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
