"""See whether an encoder gains by adapting.

    python benchmarks/adapted.py SOURCE [--encoder NAME] [--half] [--most N] [--seeds 3]

The training split is learned from, the test split is judged; where there is none, every fifth image
of a class is kept apart (`--half`: every second). Before and after, on the test split: balanced
accuracy of 5 nearest neighbors (cosine) and of a linear model with SMOTE, and the silhouette.
"""

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, silhouette_score
from sklearn.neighbors import KNeighborsClassifier

from core.dataset import LEFT_OUT, SPLITS, TEST, TRAIN, ImageDataset
from core.embed import DEFAULT_ENCODER, Embeddings, embed
from core.evaluate.adapting import adapt
from core.evaluate.features import fit_preprocessing
from core.ingest import open_source
from core.resample import TrainingSide, make_plan, resample
from core.resample.synthetic import SyntheticPoints

NEIGHBORS = 5


def with_splits(dataset: ImageDataset, every: int, most: int | None, seed: int) -> ImageDataset:
    """Return the dataset with a test split, and at most so many images in all."""
    rng = np.random.default_rng(seed)
    splits = np.array(dataset.table["split"].tolist(), object)
    if not (splits == TEST).any():
        for code in range(len(dataset.classes)):
            rows = rng.permutation(np.flatnonzero(dataset.codes == code))
            splits[rows] = TRAIN
            splits[rows[::every]] = TEST
    if most is not None and len(splits) > most:
        splits[rng.permutation(len(splits))[most:]] = LEFT_OUT
    return replace(dataset, table=dataset.table.assign(split=pd.Categorical(splits)))


def figures(dataset: ImageDataset, embeddings: Embeddings) -> list[float]:
    """Return what neighbors and SMOTE reach on the test split, and its silhouette, in percent."""
    held_out = np.flatnonzero(dataset.split_codes == SPLITS.index(TEST))
    train, test = (
        embeddings.vectors[embeddings.positions_of(rows)]
        for rows in (dataset.training_rows, held_out)
    )
    known, asked = dataset.codes[dataset.training_rows], dataset.codes[held_out]
    nearest = KNeighborsClassifier(NEIGHBORS, metric="cosine", algorithm="brute").fit(train, known)
    made = resample(TrainingSide(dataset, make_plan(dataset, "smote"), embeddings))
    silhouette = silhouette_score(test, asked, metric="cosine")
    found = nearest.predict(test)
    linear = with_smote(embeddings, made.points, train, known, test)
    return [
        100 * balanced_accuracy_score(asked, found),
        100 * balanced_accuracy_score(asked, linear),
        100 * float(silhouette),
    ]


def with_smote(
    embeddings: Embeddings,
    points: SyntheticPoints,
    train: NDArray[np.float32],
    known: NDArray[np.intp],
    test: NDArray[np.float32],
) -> NDArray[np.intp]:
    """Return what a linear model says of the test split."""
    transform = fit_preprocessing(train, seed=0)
    features, codes = transform(train), known
    if len(points):
        features = np.concatenate([features, transform(points.materialize(embeddings))])
        codes = np.concatenate([codes, points.codes])
    model = LogisticRegression(C=10.0, max_iter=2_000).fit(features, codes)
    return np.asarray(model.predict(transform(test)))


def compare(source: str, encoder: str, every: int, most: int | None, seeds: int) -> None:
    """Print what is reached before and after, for each seed."""
    names = ("neighbors", "SMOTE + linear", "silhouette")
    print(f"{Path(source).name:24}{'':8}", *(f"{name:>16}" for name in names))
    with tempfile.TemporaryDirectory() as folder:
        opened = open_source(source, Path(folder, "set"))
        gains = []
        for seed in range(seeds):
            dataset = with_splits(opened, every, most, seed)
            before = embed(dataset, encoder=encoder, device="cpu", rows=dataset.present_rows)
            place, start = Path(folder, f"adapted {seed}"), perf_counter()
            adapt(dataset, place, encoder=encoder, device="cpu", seed=seed)
            seconds = perf_counter() - start
            after = embed(dataset, encoder=str(place), device="cpu", rows=dataset.present_rows)
            lines = {"before": figures(dataset, before), "after": figures(dataset, after)}
            gains.append(np.subtract(lines["after"], lines["before"]))
            for name, line in lines.items():
                print(f"{f'seed {seed}':24}{name:8}", *(f"{value:>16.1f}" for value in line))
            count = len(dataset.training_rows)
            print(f"  {count:,} images learned from, {seconds:.0f} s", flush=True)
        print(f"{'mean gain':32}", *(f"{value:>+16.1f}" for value in np.mean(gains, axis=0)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source")
    parser.add_argument("--encoder", default=DEFAULT_ENCODER)
    parser.add_argument("--half", action="store_true", help="keep half of the images apart")
    parser.add_argument("--most", type=int, help="images in all, drawn at random")
    parser.add_argument("--seeds", type=int, default=3, help="to draw images and to learn from")
    given = parser.parse_args()
    compare(given.source, given.encoder, 2 if given.half else 5, given.most, given.seeds)
