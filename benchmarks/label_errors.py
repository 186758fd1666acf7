"""Are planted wrong labels at the top? python benchmarks/label_errors.py FOLDER [RUNS].

FOLDER has sets of vectors, as `learning_curves.py` writes them. One label in twenty is changed: to
any other class, or to one that the image resembles. Printed is the share of planted ones among the
first ten of the ranking and among as many as were planted.
"""

import sys
from pathlib import Path

import numpy as np
from learning_curves import COUNTS, LARGEST_WHOLE, Codes, Vectors, discriminant, draw_folds, project
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from core.evaluate.label_errors import rank_label_errors
from core.evaluate.predictions import Predictions

FEWEST = 8
SHARE = 0.05


def open_set(path: Path, rng: np.random.Generator) -> tuple[Vectors, Codes]:
    """Return vectors and codes of classes with FEWEST images; of a large set an unbalanced draw."""
    with np.load(path) as file:
        vectors, codes = file["vectors"], file["codes"].astype(np.intp)
    if len(codes) > LARGEST_WHOLE:
        order = rng.permutation(len(np.unique(codes)))
        pairs = zip(order, COUNTS, strict=True)
        rows = [rng.permutation(np.flatnonzero(codes == code))[:count] for code, count in pairs]
        vectors, codes = vectors[np.concatenate(rows)], codes[np.concatenate(rows)]
    is_kept = np.bincount(codes)[codes] >= FEWEST
    return vectors[is_kept], np.unique(codes[is_kept], return_inverse=True)[1]


def predict(vectors: Vectors, codes: Codes) -> Predictions:
    """Return what a discriminant and a balanced one predict, ten times in five folds."""
    points, count = project(vectors)[0], int(codes.max()) + 1
    repeats = draw_folds(codes, np.random.default_rng(1))
    runs = np.zeros((len(repeats), len(codes)), np.int16)
    scores: dict[str, NDArray[np.float16]] = {}
    for name in ("none", "balanced"):
        fit_predict = discriminant(points, codes, is_balanced=name == "balanced")
        scores[name] = np.zeros((len(repeats), len(codes), count), np.float16)
        for repeat, folds in enumerate(repeats):
            for number, fold in enumerate(folds):
                runs[repeat, fold.test] = number
                scores[name][repeat, fold.test] = fit_predict(fold.train, fold.test)
    rows = np.arange(len(codes))
    return Predictions(rows, codes, rows, tuple(map(str, range(count))), runs, scores)


def plant(predictions: Predictions, rng: np.random.Generator, *, is_alike: bool) -> Codes:
    """Return codes with SHARE of them changed, to classes that are alike or to any."""
    codes, count = predictions.actual.copy(), len(predictions.classes)
    chances = np.ones((len(codes), count))
    if is_alike:
        chances = np.sqrt(predictions.scores["none"].astype(np.float64).mean(axis=0) + 1e-6)
    chances[np.arange(len(codes)), codes] = 0
    for row in rng.permutation(len(codes))[: round(SHARE * len(codes))]:
        codes[row] = rng.choice(count, p=chances[row] / chances[row].sum())
    return codes


def main(folder: Path, runs: int) -> None:
    """Print the precision of each set."""
    for path in sorted(folder.glob("*.npz")):
        for is_alike in (False, True):
            found = []
            for run in range(runs):
                rng = np.random.default_rng([run, is_alike])
                vectors, codes = open_set(path, rng)
                planted = plant(predict(vectors, codes), rng, is_alike=is_alike)
                count = int((planted != codes).sum())
                ranking = rank_label_errors(predict(vectors, planted))
                top = ranking.rows[:count]
                is_found = planted[top] != codes[top]
                is_named = ranking.suggested[:count][is_found] == codes[top][is_found]
                found.append([is_found[:10].mean(), is_found.mean(), is_named.mean()])
            kind = "alike" if is_alike else "any class"
            first, all_, named = np.mean(found, axis=0)
            print(f"{path.stem}, {kind}: {first:.0%} of 10, {all_:.0%}, named {named:.0%}")


if __name__ == "__main__":
    with threadpool_limits(1):
        main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 6)
