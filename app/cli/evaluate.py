"""`evenset evaluate`: compare strategies, print the verdict, write tables."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.cli.further import (
    FurtherOptions,
    FurtherResults,
    ask_further,
    further_options,
    read_questions,
)
from app.cli.listings import SETTING_LIST, STRATEGY_LIST, Listing
from app.cli.options import PATH, command, gathered, option
from app.cli.shared_options import (
    EncoderOptions,
    SourceOptions,
    encoder_options,
    json_option,
    parse_settings,
    policy_option,
    seed_option,
    source_options,
)
from app.cli.source import embed_all, opened_with_original, read_policy
from app.cli.terminal import Bars, print_table, write_json
from core.augment import AugmentPolicy
from core.dataset import TRAIN, ImageDataset
from core.embed import Embeddings, judge_of
from core.errors import EvensetError, SettingError
from core.evaluate import (
    BASELINE,
    CANDIDATE_SETS,
    DEFAULT_HEAD,
    HEADS,
    METRICS,
    PRIMARY,
    RULES,
    Candidate,
    EvaluationReport,
    Experiment,
    Head,
    StrategyResult,
    evaluate,
    find_head,
    parse_candidates,
)
from core.evaluate.candidates import check_suits, names_for, picture_rows
from core.evaluate.estimate import Joining, Planned, estimate, offer_pictures
from core.evaluate.experiment import DEFAULT_FOLDS, check_margin, check_repeats, share_of
from core.evaluate.heads import check_head
from core.evaluate.outcomes import MARGIN
from core.evaluate.report import Done
from core.evaluate.report_csv import to_csv
from core.evaluate.wrong_images import wrong_as_csv
from core.resample import Settings
from core.storage import write_bytes
from core.words import count_of, signed

DEFAULT_SET = next(iter(CANDIDATE_SETS))

SET_LIST = Listing(
    "Sets of strategies", lambda: [(one.name, one.title) for one in CANDIDATE_SETS.values()],
    "strategy",
)  # fmt: skip
RULE_LIST = Listing(
    "Rules of linear models", lambda: [(one.name, one.help) for one in RULES.values()], "rule"
)
HEAD_LIST = Listing("Heads", lambda: [(one.name, one.help) for one in HEADS.values()], "head")
METRIC_LIST = Listing(
    "Metrics", lambda: [(one.name, one.help) for one in METRICS.values()], "metric"
)


@dataclass(frozen=True)
class EvaluateOptions:
    """What is compared, how often and by what, and where the figures are written."""

    strategies: str
    pictures: bool | None  # None: where they take no time to speak of
    settings: tuple[str, ...]  # each STRATEGY.SETTING=VALUE
    head: str
    metric: str
    margin: float
    folds: int
    repeats: int | None
    keep: Path | None
    on_test_split: bool
    show_leak: bool
    policy: str | None
    csv: Path | None
    wrong: Path | None
    seed: int | None
    json_file: str | None

    @property
    def is_told(self) -> bool:
        """Return whether the screen is for people: JSON there has it for itself."""
        return self.json_file != "-"


@dataclass(frozen=True)
class Comparison:
    """What the options name, as `core` knows it."""

    candidates: list[Candidate]
    head: Head


@command()
@source_options
@option(
    "--strategies", default=DEFAULT_SET, metavar="A,B,...",
    lists=[SET_LIST, STRATEGY_LIST, RULE_LIST],
    help=f"which, or a set (default {DEFAULT_SET}); also smote@50%, smote:pictures (what an export "
    "trains on), augment:crop or smote@50%+class_weights",
)  # fmt: skip
@option(
    "--pictures/--no-pictures", "pictures", default=None,
    help="beside the default strategies, compare the policy's augmented pictures and those that an "
    "export of SMOTE trains on (default: where they take less than a minute)",
)  # fmt: skip
@option(
    "--set", "settings", multiple=True, metavar="STRATEGY.SETTING=VALUE", lists=[SETTING_LIST],
    help="a setting of a strategy, such as smote.k_neighbors=7; repeatable",
)  # fmt: skip
@option(
    "--head", default=DEFAULT_HEAD, metavar="NAME", lists=[HEAD_LIST],
    help=f"the model that learns (default {DEFAULT_HEAD})",
)  # fmt: skip
@option(
    "--metric", default=PRIMARY, metavar="NAME", lists=[METRIC_LIST],
    help=f"the one that matters (default {PRIMARY})",
)  # fmt: skip
@option(
    "--margin", type=float, default=100 * MARGIN, metavar="POINTS",
    help="a difference below this does not matter (default 1 point)",
)  # fmt: skip
@option(
    "--folds", type=int, default=DEFAULT_FOLDS, metavar="N",
    help=f"number of cross-validation folds (default {DEFAULT_FOLDS})",
)  # fmt: skip
@option(
    "--repeats", type=int, metavar="N",
    help="how often folds are drawn again; with --on-test-split, seeds to learn from "
    "(default 10; 1 for slow heads)",
)  # fmt: skip
@option(
    "--keep", type=PATH, metavar="FOLDER",
    help="keep predictions there; a comparison that was broken off goes on from them",
)  # fmt: skip
@option("--on-test-split", is_flag=True, help="score on the original test split, not on folds")
@option("--show-leak", is_flag=True, help="also tell what resampling before splitting would report")
@policy_option
@option("--csv", type=PATH, metavar="FILE", help="write the figures as a table")
@option(
    "--wrong", type=PATH, metavar="FILE.csv",
    help="write which images each strategy gets wrong, what it takes them for, and how often",
)  # fmt: skip
@encoder_options
@seed_option
@json_option()
@gathered("asked", EvaluateOptions)
@further_options
def run_evaluate(
    source: SourceOptions,
    encoding: EncoderOptions,
    asked: EvaluateOptions,
    further: FurtherOptions,
) -> None:
    """Compare strategies by cross-validation.

    Where it is broken off, the strategies that are done are printed.
    """
    comparison = _comparison(asked)
    check_repeats(asked.folds, asked.repeats)
    check_margin(share_of(asked.margin))
    check_head(comparison.head, judge_of(encoding.name))
    check_suits(comparison.candidates, comparison.head)
    heard: list[Done] = []
    try:
        with opened_with_original(source) as (dataset, original, progress):
            questions = read_questions(further, dataset)
            planned = _planned(dataset, comparison.head, encoding, asked)
            comparison = _with_pictures(comparison, planned, asked, progress)
            embeddings = embed_all(original, encoding, progress)

            def hear(done: Done, progress: Bars = progress) -> None:
                heard.append(done)
                if asked.is_told:
                    progress.say(_row_line(done.summary()))

            experiment = _experiment(dataset, embeddings, comparison, asked, encoding.device)
            if original.digest != dataset.digest:
                experiment = replace(experiment, original=original)
            report = evaluate(
                experiment,
                comparison.candidates,
                kept=asked.keep,
                on_done=hear,
                progress=progress,
            )
            answers = ask_further(
                questions, report, heard[-1].predictions, experiment, progress,
                is_told=asked.is_told,
            )  # fmt: skip
    except (KeyboardInterrupt, EvensetError):
        if heard and len(heard[-1].predictions.scores) > 1:
            _write(heard[-1].report(), asked, heard[-1].experiment.dataset)
        raise
    _write(report, asked, experiment.dataset, answers)


def _with_pictures(
    comparison: Comparison, planned: Planned, asked: EvaluateOptions, progress: Bars
) -> Comparison:
    """Return what is compared with the pictures that join, and say what takes part and waits."""
    pictures = _pictures(planned, comparison, asked)
    if asked.pictures is not False:
        more = pictures.waiting if asked.pictures else ()
        candidates = [*comparison.candidates, *pictures.joined, *more]
        comparison = replace(comparison, candidates=candidates)
    if asked.is_told:
        progress.say(f"evenset: {estimate(planned, comparison.candidates).text}")
    if asked.is_told and asked.pictures is None and pictures.waiting:
        progress.say(f"evenset: {pictures.waiting_text} --pictures compares them too.")
    return comparison


def _experiment(
    dataset: ImageDataset,
    embeddings: Embeddings,
    comparison: Comparison,
    asked: EvaluateOptions,
    device: str,
) -> Experiment:
    return Experiment(
        dataset,
        embeddings,
        comparison.head,
        metric=asked.metric,
        margin=share_of(asked.margin),
        n_splits=asked.folds,
        repeats=asked.repeats,
        on_test_split=asked.on_test_split,
        shows_leak=asked.show_leak,
        seed=asked.seed or 0,
        device=device,
    )


def _comparison(asked: EvaluateOptions) -> Comparison:
    policy = read_policy(asked.policy or "standard", asked.seed or 0)
    settings = _settings(asked.settings)
    head = find_head(asked.head)
    candidates = parse_candidates(_names(asked.strategies, policy, head), settings, policy)
    _check_settings(settings, candidates)
    return Comparison(candidates, head)


def _planned(
    dataset: ImageDataset, head: Head, encoding: EncoderOptions, asked: EvaluateOptions
) -> Planned:
    return Planned(
        dataset.counts(TRAIN), head, encoding.name, len(dataset.present_rows),
        asked.folds, asked.repeats, asked.on_test_split,
    )  # fmt: skip


def _pictures(planned: Planned, comparison: Comparison, asked: EvaluateOptions) -> Joining:
    """Return which rows of augmented pictures belong beside those that are asked for."""
    names = picture_rows([one.name for one in comparison.candidates], comparison.head)
    policy = read_policy(asked.policy or "standard", asked.seed or 0)
    rows = parse_candidates(names, _settings(asked.settings), policy)
    return offer_pictures(planned, [row for row in rows if row.name in names])


def _names(text: str, policy: AugmentPolicy, head: Head) -> list[str]:
    """Return the names that `text` lists, those of a set that suit the head in its place."""
    names = []
    for name in (name.strip() for name in text.split(",")):
        is_set = name in CANDIDATE_SETS
        names += names_for(head, CANDIDATE_SETS[name].rows(policy)) if is_set else [name]
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
    return {strategy: parse_settings(strategy, found) for strategy, found in values.items()}


def _check_settings(settings: dict[str, Settings], candidates: Sequence[Candidate]) -> None:
    compared = {part.strategy for one in candidates for part in one.parts}
    for strategy in settings:
        if strategy not in compared:
            raise SettingError(
                f"--set {strategy}. is of no use: '{strategy}' is not among the strategies that "
                "are compared. Name it in --strategies."
            )


def _row_line(report: EvaluationReport) -> str:
    """Return what is known of the strategy that was done last, or how many repeats are done."""
    text = f"evenset: {report.repeats} of {count_of(report.asked_repeats, 'repeat')}"
    if report.repeats > 1:
        is_part = report.done < report.asked
        return f"{text}, {report.done} of {report.asked} strategies." if is_part else f"{text}."
    row = report.strategies[report.done - 1]
    words = METRICS[report.metric].words
    text += f", '{row.title}': {words} {100 * row.metrics[report.metric]:.1f} %"
    if row.difference is not None:
        text += f", {row.difference[report.metric]} points over none"
    return f"{text}."


def _write(
    report: EvaluationReport,
    asked: EvaluateOptions,
    dataset: ImageDataset,
    answers: FurtherResults | None = None,
) -> None:
    answers = answers or FurtherResults()
    if asked.csv is not None:
        write_bytes(asked.csv, to_csv(report).encode())
    if asked.wrong is not None:
        table = wrong_as_csv(report.wrong, report.classes, report.repeats, dataset)
        write_bytes(asked.wrong, table.encode("utf-8", "backslashreplace"))
    if asked.is_told:
        _print(report)
        answers.print()
    write_json(report.to_json() | answers.to_json(), asked.json_file)


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
                *(_figure(row, metric) for metric in METRICS),
                "" if row.difference is None else str(row.difference[report.metric]),
                str(row.outcome(report.metric) or ""),
                f"{row.seconds:.2f}",
                f"{row.files:+,}" if row.files else "",
            ]
            for row in report.strategies
        ],
    )
    for row in leaky:
        assert row.leaky is not None
        told, honest = row.leaky[report.metric], row.metrics[report.metric]
        points = 100 * row.flattery(report.metric)
        print(
            f"Resampled before splitting, '{row.title}' would report {100 * told:.1f} % instead of "
            f"{100 * honest:.1f} %: {signed(points)} points of inflation."
        )
    for note in report.notes:
        print(note)


def _figure(row: StrategyResult, metric: str) -> str:
    """Return '12.3 %'; a calibration error beside what chance alone would show."""
    text = f"{100 * row.metrics[metric]:.1f} %"
    if metric == "calibration_error" and row.calibration_by_chance is not None:
        text += f" ({100 * row.calibration_by_chance:.1f} by chance)"
    return text
