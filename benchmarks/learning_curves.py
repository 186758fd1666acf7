"""Does half of a class foretell the whole? python benchmarks/learning_curves.py FOLDER [TRIALS].

FOLDER has sets as .npz with `vectors` (N, D) and `codes` (N,); `--embed SOURCE` adds one. In each
trial half of one class is held back, its recall with twice as many images is foretold from the
rest, and compared with the recall that all of its images show. Sets of more than 3,000 images are
drawn from anew for each trial, 400 to 20 images of a class; what was not drawn tells the truth.
Figures of each trial are kept beside the vectors, so that a run that was ended is gone on with.
"""

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from core.dataset import TRAIN
from core.embed import embed
from core.evaluate.curve_cells import CurveCells, FitPredict, PartsDesign, measure_cells
from core.evaluate.curves import find_needed, fit_curve
from core.evaluate.folds import Fold
from core.ingest import open_source

REPEATS, FOLDS = 10, 5
COUNTS = np.round(np.geomspace(400, 20, 10)).astype(int)
LARGEST_WHOLE = 3000  # images of a set that is taken as it is
FEWEST = 16  # images of a class that is held back from
DIRECTIONS, SHRINKAGE = 96, 0.3

Vectors = NDArray[np.float32]
Codes = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Trial:
    """A class, half of which is held back."""

    name: str
    vectors: Vectors
    codes: Codes
    code: int
    seed: int
    others: Vectors | None  # of the class, that were not drawn


def discriminant(points: Vectors, codes: Codes, *, is_balanced: bool) -> FitPredict:
    """Return a shrunken discriminant, its classes as likely as they are frequent, or all alike."""
    count = int(codes.max()) + 1

    def fit_predict(train: Codes, test: Codes) -> NDArray[np.float64]:
        learned, places = points[train], codes[train]
        sizes = np.bincount(places, minlength=count)
        member = np.zeros((len(train), count), np.float32)
        member[np.arange(len(train)), places] = 1
        means = (learned.T @ member) / np.maximum(sizes, 1)
        apart = learned - means.T[places]
        spread = apart.T @ apart / len(train)
        width = len(spread)
        round_ = np.trace(spread) / width * np.eye(width)
        slopes = np.linalg.solve((1 - SHRINKAGE) * spread + SHRINKAGE * round_, means)
        shares = np.where(sizes > 0, 1.0 if is_balanced else sizes / len(train), 1e-30)
        logs = points[test] @ slopes - (means * slopes).sum(axis=0) / 2 + np.log(shares)
        powers = np.exp(logs - logs.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float64)

    return fit_predict


def draw_folds(codes: Codes, rng: np.random.Generator) -> list[list[Fold]]:
    """Return folds of each repeat, with about the same classes in each."""
    repeats = []
    for _ in range(REPEATS):
        shuffled = rng.permutation(len(codes))
        order = shuffled[np.argsort(codes[shuffled], kind="stable")]
        fold_of = np.empty(len(codes), np.intp)
        fold_of[order] = (np.arange(len(codes)) + rng.integers(FOLDS)) % FOLDS
        numbers = range(FOLDS)
        repeats.append(
            [Fold(np.flatnonzero(fold_of != n), np.flatnonzero(fold_of == n)) for n in numbers]
        )
    return repeats


def project(vectors: Vectors, others: Vectors | None = None) -> tuple[Vectors, Vectors]:
    """Return vectors, and others as these say, in the directions of their largest spread."""
    middle, scale = vectors.mean(axis=0), vectors.std(axis=0) + 1e-6
    apart = (vectors - middle) / scale
    turn = np.linalg.eigh(apart.T @ apart)[1][:, -DIRECTIONS:]
    beside = vectors[:0] if others is None else others
    return apart @ turn, (beside - middle) / scale @ turn


def open_trial(path: Path, number: int) -> Trial:
    """Return a trial on a set: classes in turn, or drawn anew with its classes in another order."""
    rng = np.random.default_rng([number, 7])
    with np.load(path) as file:
        vectors, codes = file["vectors"], file["codes"].astype(np.intp)
    counts = np.bincount(codes)
    if len(codes) <= LARGEST_WHOLE:
        large = np.flatnonzero(counts >= FEWEST)
        return Trial(path.stem, vectors, codes, int(large[number % len(large)]), number, None)
    order = rng.permutation(len(counts))[: len(COUNTS)]
    mixed = [rng.permutation(np.flatnonzero(codes == code)) for code in order]
    drawn = np.concatenate([rows[:count] for rows, count in zip(mixed, COUNTS, strict=True)])
    place = number % len(COUNTS)
    others = vectors[mixed[place][COUNTS[place] :]]
    return Trial(path.stem, vectors[drawn], codes[drawn], int(order[place]), number, others)


def run_trial(trial: Trial) -> pd.DataFrame:
    """Return what was foretold and what came, a row for each way to take classes' sizes."""
    rng = np.random.default_rng([trial.seed, trial.code])
    own = rng.permutation(np.flatnonzero(trial.codes == trial.code))
    every = np.arange(len(trial.codes))
    seen = np.setdiff1d(every, own[len(own) // 2 :])
    cells = _cells(trial, seen)
    return pd.DataFrame(
        [
            {
                "set": trial.name,
                "class": trial.code,
                "images": len(own) - len(own) // 2,
                "balanced": is_balanced,
                **_whole(trial, is_balanced=is_balanced),
                "right": cells[is_balanced].right,
                "counts": cells[is_balanced].counts,
                "runs": cells[is_balanced].runs,
            }
            for is_balanced in (False, True)
        ]
    )


def _cells(trial: Trial, rows: Codes) -> list[CurveCells]:
    codes, points = trial.codes[rows], project(trial.vectors[rows])[0]
    folds = draw_folds(codes, np.random.default_rng([trial.seed, 1]))
    return [
        measure_cells(
            PartsDesign(codes, codes, np.arange(len(codes)), folds, trial.seed),
            discriminant(points, codes, is_balanced=is_balanced),
            code=trial.code,
        )
        for is_balanced in (False, True)
    ]


def _whole(trial: Trial, *, is_balanced: bool) -> dict[str, float]:
    """Return the recall that all images show, and that on images which nobody has drawn."""
    points, others = project(trial.vectors, trial.others)
    stacked = np.concatenate([points, others])
    codes = np.concatenate([trial.codes, np.full(len(others), trial.code)])
    fit_predict = discriminant(stacked, codes, is_balanced=is_balanced)
    beyond = np.arange(len(points), len(stacked))
    right, outside = [], []
    for folds in draw_folds(trial.codes, np.random.default_rng([trial.seed, 2])):
        for fold in folds:
            test = np.concatenate([fold.test[codes[fold.test] == trial.code], beyond])
            is_right = fit_predict(fold.train, test).argmax(axis=1) == trial.code
            right += is_right[: len(test) - len(beyond)].tolist()
            outside += is_right[len(test) - len(beyond) :].tolist()
    truth = float(np.mean(outside)) if outside else np.nan
    return {"came": float(np.mean(right)), "truth": truth}


def conclude(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with what the curve says of each trial."""
    found = []
    for row in table.to_dict("records"):
        count = row["right"].shape[2]
        zeros = np.zeros(count, np.intp)
        curve = fit_curve(
            CurveCells(row["counts"], row["right"], zeros, np.arange(count), row["runs"])
        )
        if curve is None:
            continue
        twice, needed = curve.at(2), find_needed(curve, min(0.99, curve.estimates[0] + 0.05))
        found.append(
            {
                **{name: row[name] for name in ("set", "class", "images", "balanced")},
                "now": curve.seen[-1],
                "came": row["came"],
                "truth": row["truth"],
                "foretold": twice.estimate,
                "low": twice.low,
                "high": twice.high,
                "flat": curve.is_flat(0.01),
                "bounded": needed.is_bounded,
                "told": needed.estimate is not None,
            }
        )
    return pd.DataFrame(found)


def summarise(found: pd.DataFrame) -> pd.Series:
    """Return how often intervals hold what came, how wide they are, and how far off the middle."""
    holds = found["came"].between(found["low"], found["high"])
    known = found.dropna(subset="truth")
    return pd.Series(
        {
            "trials": len(found),
            "holds": 100 * holds.mean(),
            "below": 100 * (found["came"] < found["low"]).mean(),
            "holds truth": 100 * known["truth"].between(known["low"], known["high"]).mean(),
            "width": 100 * (found["high"] - found["low"]).median(),
            "rise": 100 * (found["came"] - found["now"]).mean(),
            "error": 100 * (found["foretold"] - found["came"]).mean(),
            "off": 100 * (found["foretold"] - found["came"]).abs().mean(),
            "off as now": 100 * (found["now"] - found["came"]).abs().mean(),
            "flat": 100 * found["flat"].mean(),
            "told": 100 * found["told"].mean(),
            "bounded": 100 * found["bounded"].mean(),
        }
    ).round(1)


def main(folder: Path, trials: int) -> None:
    """Run what trials are missing, and print figures of all."""
    kept = folder / f"{REPEATS}_repeats"
    kept.mkdir(exist_ok=True)
    paths = sorted(folder.glob("*.npz"))
    for number in range(trials):
        for path in paths:
            file = kept / f"{path.stem}-{number}.pkl"
            if not file.exists():
                run_trial(open_trial(path, number)).to_pickle(file)
    found = conclude(pd.concat([pd.read_pickle(file) for file in sorted(kept.glob("*.pkl"))]))
    sizes = pd.cut(found["images"], [0, 19, 49, 1000], labels=["8-19", "20-49", "50 on"])
    large = found[found["images"] >= 20]
    print(found.groupby(["set", sizes], observed=True).apply(summarise).T.to_string())
    print(found.groupby("balanced").apply(summarise).to_string())
    print("20 images or more:", summarise(large).to_dict(), "\nall:", summarise(found).to_dict())


def add_set(folder: Path, source: str) -> None:
    """Embed a set and keep its vectors; of a large one 1,000 training images of each class."""
    with tempfile.TemporaryDirectory() as place:
        dataset = open_source(source, Path(place))
        rows = np.arange(len(dataset))
        if len(rows) > LARGEST_WHOLE:
            rows = np.concatenate([dataset.rows_of(one, TRAIN)[:1000] for one in dataset.classes])
        vectors = embed(dataset, rows=np.sort(rows))
        np.savez(
            folder / f"{Path(source).stem}.npz",
            vectors=vectors.vectors,
            codes=dataset.codes[vectors.rows],
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("trials", type=int, nargs="?", default=80)
    parser.add_argument("--embed", metavar="SOURCE")
    asked = parser.parse_args()
    if asked.embed:
        add_set(asked.folder, asked.embed)
    else:
        with threadpool_limits(1):
            main(asked.folder, asked.trials)
