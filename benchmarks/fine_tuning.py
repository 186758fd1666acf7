"""Fine-tune the last block of an encoder beside the linear head, on the same folds.

    python benchmarks/fine_tuning.py [SOURCE] [CLASS=COUNT ...] [--encoder NAME_OR_FOLDER]
        [--strategies none,class_weights] [--folds 5] [--only-cost]

Prints what both heads reach under each strategy and the seconds of a fold; what fine-tuning adds,
with a 95% interval over folds, and fold by fold; what a picture takes of one core in an epoch, and
in bytes; and the memory of the process at most.
"""

import argparse
import resource
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import thread_time

import numpy as np

from core.dataset import ImageDataset
from core.embed import DEFAULT_ENCODER, embed, find_encoder
from core.embed.computing import stay_in_this_thread
from core.evaluate import EvaluationReport, Experiment, evaluate, find_head, parse_candidates
from core.evaluate.fine_tuning import TRAINING
from core.evaluate.inference import infer
from core.evaluate.report import Done
from core.ingest import open_source, parse_take

PRIMARY, SECONDARY = "balanced_accuracy", "accuracy"
RUNS = 8


def measure_cost(encoder: str) -> None:
    """Print what a picture takes: of one core to begin and in an epoch, and in bytes."""
    import torch

    stay_in_this_thread()
    chosen = find_encoder(encoder)
    assert chosen.cut is not None
    cut = chosen.cut("cpu")
    count, side_px = TRAINING.batch_size, chosen.input_px
    pictures = np.random.default_rng(0).integers(0, 256, (count, side_px, side_px, 3), np.uint8)
    begun, learned = [], []
    for _ in range(RUNS):
        start = thread_time()
        states = cut.begin(pictures)
        begun.append(thread_time() - start)
        start = thread_time()
        cut.finish(torch.tensor(states).float()).square().sum().backward()
        learned.append(thread_time() - start)
    to_begin, to_learn = (1e3 * float(np.median(some)) / count for some in (begun, learned))
    print(
        f"{chosen.title}: {to_begin:.1f} ms of one core a picture before the last block, ", end=""
    )
    print(f"{to_learn:.2f} ms to learn from it once, {states[0].nbytes:,} bytes to keep it")


def compare(dataset: ImageDataset, encoder: str, strategies: Sequence[str], folds: int) -> None:
    """Print both heads under each strategy, and what fine-tuning adds."""
    embeddings = embed(dataset, encoder=encoder, device="cpu")
    heads, heard = ("linear", "fine_tuning"), list[Done]()
    linear, tuned = (
        evaluate(
            Experiment(dataset, embeddings, find_head(head), n_splits=folds, repeats=1),
            parse_candidates(strategies),
            on_done=heard.append,
        )
        for head in heads
    )
    both = {done.experiment.head.name: done.predictions for done in heard}
    print(f"{dataset.name}: {linear.images:,} images, {len(linear.classes)} classes, ", end="")
    print(f"{folds} folds")
    for name in strategies:
        print(describe(linear, name), describe(tuned, name), sep="\n")
        # The same folds and images: one head is a rival of the other.
        scores = {head: both[head].scores[name] for head in heads}
        paired = replace(both["linear"], scores=scores)
        gain = infer(paired, PRIMARY, rivals=["fine_tuning"], baseline="linear").effect(
            "fine_tuning"
        )
        low, high = gain.single or (np.nan, np.nan)
        print(
            f"  fine-tuning adds {100 * gain.estimate:+.1f} ({100 * low:+.1f} to {100 * high:+.1f})"
        )


def describe(report: EvaluationReport, name: str) -> str:
    """Return a line on a strategy."""
    row = next(row for row in report.strategies if row.name == name)
    first, second = (100 * row.metrics[metric] for metric in (PRIMARY, SECONDARY))
    line = f"{name}, {report.head}: balanced accuracy {first:.1f}, accuracy {second:.1f}, "
    return line + f"{row.seconds:.1f} s a fold"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", nargs="?", default="sample:parts")
    parser.add_argument("take", nargs="*", metavar="CLASS=COUNT")
    parser.add_argument("--encoder", default=DEFAULT_ENCODER)
    parser.add_argument("--strategies", default="none,class_weights")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--only-cost", action="store_true")
    given = parser.parse_args()
    measure_cost(given.encoder)
    if not given.only_cost:
        with tempfile.TemporaryDirectory() as folder:
            images = open_source(given.source, Path(folder), take=parse_take(given.take))
            compare(images, given.encoder, given.strategies.split(","), given.folds)
            most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            print(f"{most / 1e3:,.0f} MB of memory at most")
