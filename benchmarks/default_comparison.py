"""Time the usual comparison: python benchmarks/default_comparison.py.

A linear head, 5 x 2 folds, the eight usual strategies, on 5,000 vectors of 256 numbers in ten
classes with imbalance 10 and 100. The floor is one
fit of one training side without anything around it.
"""

from time import perf_counter

import numpy as np
from evaluate import drawn
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from core.dataset import ImageDataset
from core.embed import Embeddings
from core.evaluate import evaluate


def long_tail(imbalance: float) -> tuple[ImageDataset, Embeddings]:
    """Return 5,000 vectors of 256 numbers in ten classes."""
    shares = np.geomspace(1, 1 / imbalance, 10)
    return drawn((5000 * shares / shares.sum()).round().astype(int), dimension=256)


def compare(imbalance: float) -> None:
    """Print how long the comparison takes, and when each strategy was heard of."""
    dataset, embeddings = long_tail(imbalance)
    start = perf_counter()
    heard = []
    report = evaluate(dataset, embeddings, on_report=lambda _: heard.append(perf_counter() - start))
    total_s = perf_counter() - start
    print(f"imbalance {imbalance:g}: {len(dataset):,} images, {total_s:.1f} s in all")
    print("  heard after", [f"{seconds:.1f}" for seconds in heard])
    for row in report.strategies:
        print(f"  {row.title:26} {row.seconds:.2f} s a fold, {row.files:+,} files")
    with threadpool_limits(1, user_api="blas"):
        train = embeddings.vectors[: 4 * len(dataset) // 5, :128] / 16
        codes = dataset.codes[: len(train)]
        start = perf_counter()
        LogisticRegression(C=10.0, tol=1e-4, max_iter=5000).fit(train, codes)
        print(f"  one bare fit of {len(train):,} points: {perf_counter() - start:.2f} s")


if __name__ == "__main__":
    for number in (10, 100):
        compare(number)
