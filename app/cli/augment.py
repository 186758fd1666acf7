"""`evenset augment`: try each operation on each class, or choose the best ones for a set."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO

import click
import pandas as pd

from app.cli.listings import OPERATION_LIST
from app.cli.options import PATH, command, gathered, option
from app.cli.shared_options import (
    EncoderOptions,
    SourceOptions,
    encoder_options,
    json_option,
    policy_option,
    seed_option,
    source_options,
)
from app.cli.source import embed_all, opened_with_original, read_policy
from app.cli.terminal import print_table, write_json
from core.augment import AugmentPolicy, make_step
from core.augment.evidence import IMAGES_PER_CLASS, Evidence, measure_evidence
from core.augment.evidence_text import evidence_text
from core.augment.harm import harm_text, rank_by_harm
from core.augment.safe_policy import safe_policy
from core.augment.trials import Trial, list_trials, trying_text
from core.augment.verdict import Verdict
from core.dataset import TRAIN, refusal_text
from core.embed import find_encoder, judge_of
from core.errors import SettingError
from core.evaluate import DEFAULT_HEAD, Experiment, find_head
from core.evaluate.augmentation_answer import BestAugmentation, choosing_text
from core.evaluate.chosen_augmentation import choose_augmentation
from core.evaluate.estimate import Planned
from core.storage import replacing, write_bytes
from core.words import count_of


@dataclass(frozen=True)
class AugmentOptions:
    """What is tried or chosen among, how often, and where the answers are written."""

    evidence: Path | None
    safe: Path | None
    choose: bool
    suggest: Path | None
    json_file: str | None
    policy: str | None
    operations: str | None
    images_per_class: int
    seed: int | None

    @property
    def trials(self) -> list[Trial]:
        """Return what is tried."""
        return list_trials(self._names or None)

    @property
    def among(self) -> AugmentPolicy:
        """Return what is chosen among: a policy's operations, or those named, as it has them."""
        policy = read_policy(self.policy or "standard", self.seed or 0)
        if not self._names:
            return policy
        steps = {step.operation: step for step in policy.steps}
        named = [steps.get(name) or make_step(name) for name in self._names]
        return replace(policy, steps=tuple(named))

    @property
    def _names(self) -> list[str]:
        return [name.strip() for name in (self.operations or "").split(",") if name.strip()]

    def check(self) -> None:
        """Refuse what asks for nothing, or for a file of something that is not asked for."""
        if self.images_per_class < 1:
            raise SettingError(f"{self.images_per_class} images of a class: take 1 or more.")
        if self.evidence is None and not self.choose:
            raise click.UsageError(
                "Ask for --evidence FILE, --choose, or both.", click.get_current_context()
            )
        for flag, is_given, needed, is_there in (
            ("--safe", self.safe, "--evidence FILE", self.evidence),
            ("--suggest", self.suggest, "--choose", self.choose),
            ("--json", self.json_file, "--choose", self.choose),
        ):
            if is_given and not is_there:
                raise SettingError(f"{flag} writes what {needed} finds. Add {needed}.")


@command()
@source_options
@option(
    "--evidence", type=PATH, metavar="FILE",
    help="try what is safe for each class; the table, a row per class, operation and strength: "
    ".csv, .json or .parquet",
)  # fmt: skip
@option(
    "--safe", type=PATH, metavar="FILE",
    help="with --evidence: a policy of all safe operations, as JSON for 'evenset balance'",
)  # fmt: skip
@option(
    "--choose", is_flag=True,
    help="choose the best operations for this set by what a model learns from their pictures",
)  # fmt: skip
@option(
    "--suggest", type=PATH, metavar="FILE",
    help="with --choose: the policy that was chosen, as JSON for 'evenset balance'",
)  # fmt: skip
@policy_option
@option(
    "--operations", metavar="A,B,...", lists=[OPERATION_LIST],
    help="which to try (default all), or to choose among (default those of the policy)",
)  # fmt: skip
@option(
    "--images-per-class", type=int, default=IMAGES_PER_CLASS, metavar="N",
    help=f"try at most so many images of each class (default {IMAGES_PER_CLASS})",
)  # fmt: skip
@encoder_options
@seed_option
@json_option("write what --choose finds as JSON; - is the screen")
@gathered("asked", AugmentOptions)
def run_augment(source: SourceOptions, encoding: EncoderOptions, asked: AugmentOptions) -> None:
    """Try what each operation does to each class, or choose the best ones for a set."""
    asked.check()
    find_encoder(encoding.name)
    judge = judge_of(encoding.name)
    write = None if asked.evidence is None else find_writer(asked.evidence)
    trials, among = asked.trials, asked.among
    evidence = best = None
    # The file is opened first: a place that cannot be written is told before any work.
    with ExitStack() as place, ExitStack() as opened:
        file = place.enter_context(replacing(asked.evidence)) if asked.evidence else None
        dataset, original, progress = opened.enter_context(opened_with_original(source))
        to_embed = len(original.present_rows)
        if file is not None:
            text = trying_text(
                dataset, trials, images_per_class=asked.images_per_class, encoder=judge,
                to_embed=to_embed,
            )  # fmt: skip
            progress.say(f"evenset: {text}")
        if asked.choose:
            planned = Planned(dataset.counts(TRAIN), find_head(DEFAULT_HEAD), judge, to_embed)
            progress.say(f"evenset: {choosing_text(planned, among)}")
        if judge != encoding.name:
            progress.say(
                f"evenset: '{judge}' judges, because '{encoding.name}' has learned the labels."
            )
        embeddings = embed_all(original, encoding, progress, encoder=judge)
        if file is not None and write is not None:
            evidence = measure_evidence(
                dataset, embeddings, trials, images_per_class=asked.images_per_class,
                seed=asked.seed or 0, progress=progress,
            )  # fmt: skip
            write(evidence.table(), file)
            place.close()  # it stays, whatever becomes of the choice
        if asked.choose:
            experiment = Experiment(
                dataset, embeddings, seed=asked.seed or 0,
                original=None if original.digest == dataset.digest else original,
            )  # fmt: skip
            best = choose_augmentation(experiment, among, progress=progress)
    # The table is written: what it says is told even where no policy follows.
    if evidence is not None and asked.evidence is not None:
        _print(evidence, asked.evidence, is_told=asked.json_file != "-")
        if asked.safe is not None:
            policy = safe_policy(evidence, seed=asked.seed or 0)
            write_bytes(asked.safe, policy.to_text().encode())
    if best is not None:
        _write_choice(best, asked)


def _write_choice(best: BestAugmentation, asked: AugmentOptions) -> None:
    if asked.json_file != "-":
        print("\n".join(best.sentences))
    write_json(best.to_json(), asked.json_file)
    if asked.suggest is None:
        return
    if best.policy is None:
        print(f"evenset: there is no policy to write to '{asked.suggest}'.", file=sys.stderr)
    else:
        write_bytes(asked.suggest, best.policy.to_text().encode())


def find_writer(path: Path) -> Callable[[pd.DataFrame, IO[bytes]], object]:
    """Return the function that writes a table as the suffix of `path` says.

    Raises:
        SettingError: it says nothing that is known.
    """
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise SettingError(f"'{path}' must end in {', '.join(_WRITERS)}: choose one of these.")
    return writer


def _write_json(table: pd.DataFrame, file: IO[bytes]) -> None:
    rows = json.loads(table.to_json(orient="records"))
    file.write((json.dumps(rows, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "replace"))


_WRITERS: Mapping[str, Callable[[pd.DataFrame, IO[bytes]], object]] = {
    ".csv": partial(pd.DataFrame.to_csv, index=False),
    ".json": _write_json,
    ".parquet": partial(pd.DataFrame.to_parquet, index=False),
}


def _print(evidence: Evidence, path: Path, *, is_told: bool) -> None:
    if evidence.absent:
        print(f"evenset: {refusal_text(evidence.absent)}", file=sys.stderr)
    if not is_told:
        return
    verdicts: dict[str, Counter[Verdict]] = {label: Counter() for label in evidence.labels}
    for cell in evidence.cells:
        verdicts[cell.label][cell.verdict] += 1
    judged = {cell.label: cell.figures.judged for cell in evidence.cells}
    print_table(
        ["class", "judged", *(verdict.value for verdict in Verdict)],
        [
            [label, f"{judged[label]}", *(f"{counts[verdict]:,}" for verdict in Verdict)]
            for label, counts in verdicts.items()
        ],
    )
    print(f"{count_of(len(evidence.trials), 'trial')} of each class, in {path}.")
    print(harm_text(rank_by_harm(evidence)))
    print(evidence_text(evidence))
