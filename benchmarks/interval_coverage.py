"""Do 95% intervals hold the truth? python benchmarks/interval_coverage.py [RUNS].

Two overlapping clouds; class weights against none, 5 x 2 folds, in RUNS drawn sets. The truth is
the mean difference of both, learned from fresh sets of a training side's size and scored on 20,000
fresh images. Beside ours, the plain interval over the ten folds.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from core.evaluate.preprocessing import preprocess_fold
from scipy.stats import t
from threadpoolctl import threadpool_limits

from core.dataset import ImageDataset, build_table
from core.embed import Embeddings
from core.evaluate import evaluate, parse_candidate
from core.evaluate.features import VectorFeatures
from core.evaluate.folds import Fold
from core.evaluate.head import Fit
from core.evaluate.metrics import PRIMARY, measure
from core.evaluate.training_set import balance
from core.evaluate.vector_heads import predict_linear

COUNTS = {"a": 120, "b": 30}
APART = 1.0
METRIC = PRIMARY


def clouds(rng: np.random.Generator, counts: dict[str, int]) -> tuple[ImageDataset, Embeddings]:
    """Return two round clouds of 6 numbers."""
    labels = [label for label, count in counts.items() for _ in range(count)]
    places = np.repeat(np.arange(len(counts)), list(counts.values()))
    vectors = rng.standard_normal((len(labels), 6)) + APART * np.eye(6)[places]
    count = len(labels)
    columns = {
        "path": [f"{row:06d}" for row in range(count)],
        "label": labels,
        "split": ["train"] * count,
        "width": [1] * count,
        "height": [1] * count,
        "format": ["PNG"] * count,
        "bytes": [1] * count,
        "digest": [str(row) for row in range(count)],
        "file": [""] * count,
    }
    table = build_table({name: pd.Series(values) for name, values in columns.items()})
    dataset = ImageDataset("clouds", Path(), table)
    return dataset, Embeddings(vectors.astype(np.float32), np.arange(count), "drawn", "", "cpu")


def true_difference(rng: np.random.Generator, draws: int = 300) -> float:
    """Return the mean difference over fresh training sets, on fresh images."""
    learned = {label: round(0.8 * count) for label, count in COUNTS.items()}
    found = []
    for _ in range(draws):
        tested = dict.fromkeys(COUNTS, 10000)
        dataset, embeddings = clouds(
            rng, {label: learned[label] + tested[label] for label in COUNTS}
        )
        first = np.concatenate([dataset.rows_of(label)[: learned[label]] for label in COUNTS])
        rest = np.setdiff1d(np.arange(len(dataset)), first)
        fold = Fold(np.sort(first), rest)
        source = VectorFeatures(embeddings, fold, preprocess_fold(embeddings, fold), {})
        values = []
        for name in ("class_weights", "none"):
            side = balance(dataset, embeddings, fold, source, parse_candidate(name), seed=0)
            scores = predict_linear(side, source.tested(), Fit(2, 0)).scores
            values.append(measure(dataset.codes[rest], scores)[METRIC])
        found.append(values[0] - values[1])
    return float(np.mean(found))


def main(runs: int) -> None:
    """Print how often each interval holds the truth, and how wide it is."""
    with threadpool_limits(1):
        truth = true_difference(np.random.default_rng(1))
    ours, plain, widths, plain_widths = 0, 0, [], []
    for seed in range(runs):
        data = clouds(np.random.default_rng([2, seed]), COUNTS)
        report = evaluate(*data, strategies=["class_weights"], seed=seed)
        none, weights = report.strategies[:2]
        change = (weights.difference or {})[METRIC]
        pairs = np.subtract(weights.metrics[METRIC].values, none.metrics[METRIC].values)
        reach = t.ppf(0.975, len(pairs) - 1) * pairs.std(ddof=1) / np.sqrt(len(pairs))
        ours += change.low <= truth <= change.high
        plain += abs(pairs.mean() - truth) <= reach
        widths.append(change.high - change.low)
        plain_widths.append(2 * reach)
    print(f"true difference {100 * truth:+.2f} points; {runs} runs, 5 x 2 folds")
    print(f"  ours  holds it in {ours}, {100 * np.mean(widths):.1f} points wide")
    print(f"  plain holds it in {plain}, {100 * np.mean(plain_widths):.1f} points wide")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
