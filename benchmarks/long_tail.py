"""Strategies on long-tailed CIFAR-10: python benchmarks/long_tail.py CIFAR10_ZIP [PROTOCOL [HEAD]].

'tail' takes 5,000 to 50 images of the ten classes (imbalance 100), 'deepsmote' the counts of
DeepSMOTE's paper at a tenth, 450 to 8, with the rows that its tables leave out. All are scored on
the whole balanced test split, with 5 seeds; the intervals stand for other seeds and test images.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

from core.embed import embed
from core.evaluate import METRICS, Experiment, evaluate, find_head, parse_candidates
from core.ingest import open_source, parse_take

CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
COUNTS = {
    "tail": np.round(np.geomspace(5000, 50, 10)).astype(int).tolist(),
    "deepsmote": [450, 200, 100, 80, 60, 50, 40, 25, 15, 8],
}
STRATEGIES = [
    "class_weights",
    "effective_weights",
    "logit_adjustment",
    "random_oversampling",
    "smote",
    "random_undersampling",
]


def compare(source: str, protocol: str, head: str) -> None:
    """Print each strategy's figures, best first."""
    wanted = [f"{label}={count}" for label, count in zip(CLASSES, COUNTS[protocol], strict=True)]
    with tempfile.TemporaryDirectory() as folder:
        dataset = open_source(source, Path(folder), take=parse_take(wanted))
        experiment = Experiment(
            dataset, embed(dataset), find_head(head), on_test_split=True, repeats=5
        )
        report = evaluate(experiment, parse_candidates(STRATEGIES))
    print(f"{protocol}, {head}: {report.verdict}")
    for row in sorted(report.strategies, key=lambda row: -row.metrics["balanced_accuracy"]):
        figures = ", ".join(
            f"{name} {100 * row.metrics[name]:.1f}" for name in METRICS if name != "accuracy"
        )
        change = "" if row.difference is None else str(row.difference["balanced_accuracy"])
        print(f"  {row.title:26} {change:28} {figures}, {row.seconds:.1f} s a run")
        print(f"      recall {[round(100 * share) for share in row.recall.values()]}")
    print(*(f"  {note}" for note in report.notes), sep="\n", flush=True)


if __name__ == "__main__":
    compare(
        sys.argv[1],
        sys.argv[2] if len(sys.argv) > 2 else "tail",
        sys.argv[3] if len(sys.argv) > 3 else "linear",
    )
