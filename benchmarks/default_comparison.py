"""Time the comparison: python benchmarks/default_comparison.py [IMAGES] [HEAD].

Eight candidates, ten repeats of five folds, on vectors of 256 numbers in ten classes with imbalance
10 and 100; how strongly the head is held back is chosen in each fold. Beside it stands how long the
thread pool was at work on a processor, which other programs on the machine change little, and when
the first figures were heard of. The floor is one fit of one training side without anything around
it.
"""

import sys
from time import perf_counter, process_time

import numpy as np
from evaluate import drawn
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from core.dataset import ImageDataset
from core.embed import Embeddings
from core.evaluate import Experiment, evaluate, find_head, parse_candidates

CANDIDATES = (
    *("class_weights", "logit_adjustment", "random_oversampling", "smote"),
    *("lda", "thresholds", "tau_norm"),
)


def long_tail(count: int, imbalance: float) -> tuple[ImageDataset, Embeddings]:
    """Return vectors of 256 numbers in ten classes."""
    shares = np.geomspace(1, 1 / imbalance, 10)
    return drawn((count * shares / shares.sum()).round().astype(int), dimension=256)


def compare(count: int, imbalance: float, head: str) -> None:
    """Print how long the comparison takes, and when something was heard of it."""
    dataset, embeddings = long_tail(count, imbalance)
    start, used = perf_counter(), process_time()
    heard = []
    report = evaluate(
        Experiment(dataset, embeddings, find_head(head)),
        parse_candidates(CANDIDATES),
        on_done=lambda _: heard.append(perf_counter() - start),
    )
    total_s, used_s = perf_counter() - start, process_time() - used
    print(
        f"imbalance {imbalance:g}, {head}: {len(dataset):,} images, {total_s:.1f} s in all, ",
        end="",
    )
    print(f"{used_s:.1f} s of a processor, first figures after {heard[0]:.1f} s")
    for row in report.strategies:
        change = "" if row.difference is None else str(row.difference[report.metric])
        print(f"  {row.title:26} {row.seconds:.3f} s a fold, {row.files:+,} files, {change}")
    with threadpool_limits(1, user_api="blas"):
        train = embeddings.vectors[: 4 * len(dataset) // 5, :128] / 16
        codes = dataset.codes[: len(train)]
        start = perf_counter()
        LogisticRegression(C=10.0, tol=1e-4, max_iter=5000).fit(train, codes)
        print(f"  one bare fit of {len(train):,} points: {perf_counter() - start:.2f} s")


if __name__ == "__main__":
    images = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    for number in (10, 100):
        compare(images, number, sys.argv[2] if len(sys.argv) > 2 else "linear")
