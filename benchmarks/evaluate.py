"""Compare strategies and time each: python benchmarks/evaluate.py [SOURCE] [CLASS=COUNT ...].

Without a source, 10 classes with a long tail are drawn: curved sheets in 128 numbers. The floor
is one logistic regression on one training side, which no comparison can do without.
"""

import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from core.dataset import ImageDataset, build_table
from core.embed import Embeddings, embed
from core.evaluate import METRICS, Experiment, evaluate, make_folds
from core.evaluate.features import preprocess_fold
from core.evaluate.linear_model import DEFAULT_PENALTY, fit_penalised
from core.evaluate.training_set import TrainingSet
from core.ingest import open_source, parse_take

TAIL = np.geomspace(2000, 20, 10).astype(int)


def drawn(counts: NDArray[np.intp] = TAIL, dimension: int = 128) -> tuple[ImageDataset, Embeddings]:
    """Return a curved sheet for each class, with so many images."""
    rng = np.random.default_rng(0)
    bend = rng.standard_normal((20, dimension))
    parts = [
        np.maximum(0, (rng.standard_normal((count, 20)) + 0.7 * rng.standard_normal(20)) @ bend)
        for count in counts
    ]
    labels = [f"class{code}" for code, count in enumerate(counts) for _ in range(count)]
    records = [
        {
            "path": f"{row:07d}",
            "label": label,
            "split": "train",
            "width": 1,
            "height": 1,
            "format": "PNG",
            "bytes": 1,
            "digest": str(row),
            "file": "",
        }
        for row, label in enumerate(labels)
    ]
    vectors = np.concatenate(parts).astype(np.float32)
    rows = np.arange(len(labels))
    dataset = ImageDataset("drawn", Path(), build_table(pd.DataFrame(records).to_dict("list")))
    return dataset, Embeddings(vectors, rows, "drawn", "", "cpu")


def compare(dataset: ImageDataset, embeddings: Embeddings) -> None:
    """Print the comparison, the seconds of each row, and the floor."""
    fold = make_folds(dataset, embeddings.rows)[0]
    with threadpool_limits(1, user_api="blas"):
        space = preprocess_fold(embeddings, fold)
        classes, count = len(dataset.classes), len(fold.train)
        side = TrainingSet(
            space.train,
            dataset.codes[fold.train],
            np.ones(count, int),
            fold.train,
            np.ones(classes),
            np.zeros(classes),
            count,
            0,
        )
        start = perf_counter()
        fit_penalised(side, DEFAULT_PENALTY)
        floor_s = perf_counter() - start
    start = perf_counter()
    report = evaluate(Experiment(dataset, embeddings))
    total_s = perf_counter() - start
    fold_count = report.folds * report.repeats
    print(f"{dataset.name}: {report.images:,} images, {len(report.classes)} classes, ", end="")
    print(f"{embeddings.vectors.shape[1]} numbers each, {fold_count} folds, {report.encoder}")
    print(report.verdict)
    print(f"{'':26}", *(f"{metric.title:>18}" for metric in METRICS.values()), " s per fold")
    for row in report.strategies:
        means = (f"{100 * row.metrics[name]:>18.1f}" for name in METRICS)
        print(f"{row.title:26}", *means, f"{row.seconds:>11.2f}")
    print(*report.notes, sep="\n")
    print(f"total {total_s:.1f} s; floor {floor_s:.2f} s a fit, ", end="")
    print(f"{total_s / (floor_s * fold_count):.0f} floors per fold")


if __name__ == "__main__":
    if len(sys.argv) == 1:
        compare(*drawn())
    else:
        with tempfile.TemporaryDirectory() as folder:
            images = open_source(sys.argv[1], Path(folder), take=parse_take(sys.argv[2:]))
            compare(images, embed(images))
