"""What `evenset augment` does: try each operation on each class, and write what came of it."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import IO

import pandas as pd

from app.cli.source import embed_all, opened
from app.cli.terminal import print_table
from core.augment.evidence import Evidence, measure_evidence
from core.augment.suggestion import suggest_policy
from core.augment.trials import list_trials, trying_text
from core.augment.verdict import Verdict
from core.dataset import refusal_text
from core.embed import DEFAULT_ENCODER, find_encoder
from core.errors import SettingError
from core.storage import replacing, write_bytes
from core.words import count_of


def run_augment(options: argparse.Namespace) -> None:
    """Write the evidence of every operation on every class, and the policy that follows."""
    find_encoder(options.encoder or DEFAULT_ENCODER)
    write = find_writer(options.evidence)
    names = [name.strip() for name in (options.operations or "").split(",") if name.strip()]
    trials = list_trials(names or None)
    if options.images_per_class < 1:
        raise SettingError(f"{options.images_per_class} images of a class: take 1 or more.")
    # The file is opened first: a place that cannot be written is told before any work.
    with replacing(options.evidence) as file, opened(options) as (dataset, progress):
        encoder = options.encoder or DEFAULT_ENCODER
        text = trying_text(
            dataset, trials, images_per_class=options.images_per_class, encoder=encoder,
            to_embed=len(dataset.present_rows),
        )  # fmt: skip
        progress.say(f"evenset: {text}")
        embeddings = embed_all(dataset, options.encoder, options, progress)
        evidence = measure_evidence(
            dataset, embeddings, trials, images_per_class=options.images_per_class,
            seed=options.seed or 0, progress=progress,
        )  # fmt: skip
        write(evidence.table(), file)
    # The table is written: what it says is told even where no policy follows.
    _print(evidence, options.evidence)
    if options.suggest is not None:
        policy = suggest_policy(evidence, seed=options.seed or 0)
        write_bytes(options.suggest, policy.to_text().encode())


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
    print_table(
        ["class", *(verdict.value for verdict in Verdict)],
        [
            [label, *(f"{counts[verdict]:,}" for verdict in Verdict)]
            for label, counts in verdicts.items()
        ],
    )
    if evidence.absent:
        print(f"evenset: {refusal_text(evidence.absent)}", file=sys.stderr)
    tried = count_of(len(evidence.trials), "trial")
    print(f"{tried} of each class, judged by '{evidence.encoder}', in {path}.")
