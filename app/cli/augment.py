"""`evenset augment`: try each operation on each class, and write what came of it."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

import click
import pandas as pd

from app.cli.listings import OPERATION_LIST
from app.cli.options import command, gathered, option
from app.cli.shared_options import (
    EncoderOptions,
    SourceOptions,
    encoder_options,
    seed_option,
    source_options,
)
from app.cli.source import embed_all, opened
from app.cli.terminal import print_table
from core.augment.evidence import IMAGES_PER_CLASS, Evidence, measure_evidence
from core.augment.suggestion import suggest_policy
from core.augment.trials import list_trials, trying_text
from core.augment.verdict import Verdict
from core.dataset import refusal_text
from core.embed import find_encoder, judge_of
from core.errors import SettingError
from core.storage import replacing, write_bytes
from core.words import count_of


@dataclass(frozen=True)
class EvidenceOptions:
    """What is tried, how often, and where the answer is written."""

    evidence: Path
    suggest: Path | None
    operations: str | None
    images_per_class: int
    seed: int | None


@command()
@source_options
@option(
    "--evidence",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="the table, a row per class, operation and strength: .csv, .json or .parquet",
)  # fmt: skip
@option(
    "--suggest",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="a policy of all safe operations, as JSON for 'evenset balance'",
)
@option(
    "--operations",
    metavar="A,B,...",
    lists=[OPERATION_LIST],
    help="which to try (default all)",
)  # fmt: skip
@option(
    "--images-per-class",
    type=int,
    default=IMAGES_PER_CLASS,
    metavar="N",
    help=f"try at most so many images of each class (default {IMAGES_PER_CLASS})",
)
@encoder_options
@seed_option
@gathered("asked", EvidenceOptions)
def run_augment(source: SourceOptions, encoding: EncoderOptions, asked: EvidenceOptions) -> None:
    """Try what each operation does to each class, and write what came of it."""
    find_encoder(encoding.name)
    judge = judge_of(encoding.name)
    write = find_writer(asked.evidence)
    names = [name.strip() for name in (asked.operations or "").split(",") if name.strip()]
    trials = list_trials(names or None)
    if asked.images_per_class < 1:
        raise SettingError(f"{asked.images_per_class} images of a class: take 1 or more.")
    seed = asked.seed or 0
    # The file is opened first: a place that cannot be written is told before any work.
    with replacing(asked.evidence) as file, opened(source) as (dataset, progress):
        text = trying_text(
            dataset, trials, images_per_class=asked.images_per_class, encoder=judge,
            to_embed=len(dataset.present_rows),
        )  # fmt: skip
        progress.say(f"evenset: {text}")
        if judge != encoding.name:
            progress.say(
                f"evenset: '{judge}' judges, because '{encoding.name}' has learned the labels."
            )
        embeddings = embed_all(dataset, encoding, progress, encoder=judge)
        evidence = measure_evidence(
            dataset, embeddings, trials, images_per_class=asked.images_per_class,
            seed=seed, progress=progress,
        )  # fmt: skip
        write(evidence.table(), file)
    # The table is written: what it says is told even where no policy follows.
    _print(evidence, asked.evidence)
    if asked.suggest is not None:
        policy = suggest_policy(evidence, seed=seed)
        write_bytes(asked.suggest, policy.to_text().encode())


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


def _print(evidence: Evidence, path: Path) -> None:
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
    if evidence.absent:
        print(f"evenset: {refusal_text(evidence.absent)}", file=sys.stderr)
    tried = count_of(len(evidence.trials), "trial")
    print(f"{tried} of each class, judged by '{evidence.encoder}', in {path}.")
    print("Safe: the encoder still finds the label. 'evenset evaluate' tells whether it helps.")
