"""Do intervals hold the truth, and is what is concluded right? Sets drawn from a known population.

python benchmarks/inference.py run POPULATION FOLDER [CELL...] simulates cells in rounds, and keeps
one file of figures each in FOLDER; what is there is not run again, and a cell that was stopped goes
on where it was. python benchmarks/inference.py table FOLDER prints what is there.
POPULATION is a file that `benchmarks/populations.py` wrote.

Candidates, by weights of images or by what is added to scores, are learned by small heads of this
file's own, batched over all folds: a shrunken LDA, and a logistic regression of 30 steps. 'real'
cells compare ways to balance; in 'null' cells each fit sees half of the numbers, drawn at random:
candidates differ, and none is better. The truth is the mean difference over fresh sets' folds,
each scored on fresh points.
"""

import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from populations import Population, read_population

from core.evaluate.inference import REBALANCING, infer
from core.evaluate.metrics import FIGURES_OF_COUNTS, PRIMARY
from core.evaluate.outcomes import MARGIN, Basis, Outcome, conclude
from core.evaluate.predictions import Predictions

REAL = ("logit", "class_weights", "half_logit", "root_weights", "shrunk", "copies", "undersampled")
NULL = tuple(f"null_{place}" for place in range(1, 8))
REBALANCERS = {"real": tuple(name for name in REAL if name != "shrunk"), "null": NULL[:5]}
METRICS = (PRIMARY, "macro_f1")
OUTCOMES = ("BETTER", "SAME", "WORSE", "UNCLEAR", "IDENTICAL")
TRUTH_SETS, TRUTH_TEST = 200, 4_000
ROUNDS = (100, 200, 400, 1000)  # sets of each cell, before the next round begins
STEPS = 30  # of the logistic regression


@dataclass(frozen=True)
class Cell:
    """Sets of one size, and how they are compared."""

    name: str
    images: int
    smallest: int
    effect: str = "real"
    head: str = "lda"
    folds: int = 5
    repeats: int = 10
    sets: int = 1000
    dimension: int = 24
    classes: int = 6
    is_held_out: bool = False
    group_size: int = 1  # images of a group, which are nearly alike

    def counts(self) -> NDArray[np.intp]:
        """Return (C,) images of each class: a geometric series down to the smallest."""
        low, high = 1.0, 1e4
        for _ in range(100):
            ratio = (low + high) / 2
            sizes = self.smallest * np.geomspace(ratio, 1, self.classes)
            low, high = (ratio, high) if sizes.sum() < self.images else (low, ratio)
        counts = np.round(sizes).astype(int)
        counts[0] += self.images - counts.sum()
        return counts


CELLS = (
    Cell("real 200", 200, 8),
    Cell("null 200", 200, 8, effect="null"),
    Cell("real 200 10x1", 200, 8, folds=10, repeats=1),
    Cell("null 200 10x1", 200, 8, effect="null", folds=10, repeats=1),
    Cell("real 1,000 test split", 1000, 25, is_held_out=True, repeats=1, sets=400),
    Cell("real 200 logistic", 200, 8, head="logistic"),
    Cell("real 1,000", 1000, 25),
    Cell("null 1,000", 1000, 25, effect="null"),
    Cell("real 1,000 groups", 1000, 40, group_size=4, sets=400),
    Cell("real 1,000 10x1", 1000, 25, folds=10, repeats=1),
    Cell("real 5,000", 5000, 40, sets=400),
    Cell("null 1,000 logistic", 1000, 25, effect="null", head="logistic", sets=100),
    Cell("real 1,000 logistic", 1000, 25, head="logistic", sets=400),
)


@dataclass(frozen=True, eq=False)
class Sides:
    """A set with its folds: J runs, each of which learns from some of the N images."""

    vectors: NDArray[np.float64]  # (N, D)
    codes: NDArray[np.intp]  # (N,)
    is_learned: NDArray[np.bool_]  # (J, N)
    classes: int

    @property
    def class_sizes(self) -> NDArray[np.float64]:
        """Return (J, C) images learned from."""
        return self.is_learned.astype(float) @ np.eye(self.classes)[self.codes]


@dataclass(frozen=True, eq=False)
class Model:
    """J linear models: scores are vectors times slopes plus constants."""

    slopes: NDArray[np.float64]  # (J, D, C)
    constants: NDArray[np.float64]  # (J, C)

    def scores(self, vectors: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (J, N, C) logarithms of probabilities, up to a number for each image."""
        return vectors @ self.slopes + self.constants[:, None]


def fit_lda(
    sides: Sides, weights: NDArray[np.float64], shrinkage: float, kept: NDArray[np.bool_] | None
) -> Model:
    """Return the LDA of weighted points, by the numbers that are kept (J, D), its priors theirs."""
    vectors, ones = sides.vectors, np.eye(sides.classes)[sides.codes]
    totals = weights @ ones  # (J, C)
    means = np.einsum("jn,nc,nd->jcd", weights, ones, vectors, optimize=True) / totals[..., None]
    second = np.matmul((weights[..., None] * vectors).transpose(0, 2, 1), vectors)
    within = second - np.einsum("jc,jcd,jce->jde", totals, means, means, optimize=True)
    within /= totals.sum(axis=1)[:, None, None]
    dimension = vectors.shape[1]
    spread = np.trace(within, axis1=1, axis2=2)[:, None, None] / dimension
    within = (1 - shrinkage) * within + shrinkage * spread * np.eye(dimension)
    if kept is not None:
        pairs = kept[:, :, None] & kept[:, None]
        within = np.where(pairs, within, np.eye(dimension))
        means = means * kept[:, None]
    slopes = np.linalg.solve(within, means.transpose(0, 2, 1))
    constants = np.log(totals / totals.sum(axis=1, keepdims=True))
    constants = constants - np.einsum("jcd,jdc->jc", means, slopes) / 2
    return Model(slopes, constants)


def fit_logistic(
    sides: Sides, weights: NDArray[np.float64], shrinkage: float, kept: NDArray[np.bool_] | None
) -> Model:
    """Return a logistic regression after some steps, each by the largest curvature there can be."""
    vectors = np.hstack([3 * sides.vectors, np.ones((len(sides.vectors), 1))])
    count, dimension, classes = len(weights), vectors.shape[1], sides.classes
    masks = np.ones((count, dimension)) if kept is None else np.hstack([kept, np.ones((count, 1))])
    shares = weights / weights.sum(axis=1, keepdims=True)
    curvature = np.matmul((shares[..., None] * vectors).transpose(0, 2, 1), vectors) / 2
    curvature = curvature * masks[:, :, None] * masks[:, None]
    penalty = shrinkage * 0.05
    inverse = np.linalg.inv(curvature + penalty * np.eye(dimension))
    wanted = np.eye(classes)[sides.codes]
    slopes = before = np.zeros((count, dimension, classes))
    for step in range(STEPS):
        ahead = slopes + step / (step + 3) * (slopes - before)
        scores = vectors @ ahead
        scores = np.exp(scores - scores.max(axis=2, keepdims=True))
        scores /= scores.sum(axis=2, keepdims=True)
        fall = np.matmul(vectors.T, shares[..., None] * (scores - wanted)) + penalty * ahead
        slopes, before = ahead - inverse @ (fall * masks[..., None]), slopes
    slopes = slopes * masks[..., None]
    return Model(3 * slopes[:, :-1], slopes[:, -1])


FITS = {"lda": fit_lda, "logistic": fit_logistic}


def fit(cell: Cell, name: str, sides: Sides, rng: np.random.Generator) -> Model:
    """Return the models of a candidate in all runs."""
    weights, sizes = sides.is_learned.astype(float), sides.class_sizes
    if name.startswith("null") or cell.effect == "null":
        order = rng.random((len(weights), cell.dimension)).argsort(axis=1)
        return FITS[cell.head](sides, weights, 0.1, order < cell.dimension // 2)
    shift = np.zeros_like(sizes)
    if name in {"class_weights", "root_weights"}:
        weights = weights * (sizes ** (-1.0 if name == "class_weights" else -0.5))[:, sides.codes]
    elif name in {"logit", "half_logit"}:
        shift = -np.log(sizes) * (1.0 if name == "logit" else 0.5)
    elif name == "copies":
        weights = weights + _drawn(sides, sizes.max(axis=1, keepdims=True) - sizes, rng, again=True)
    elif name == "undersampled":
        weights = _drawn(sides, np.broadcast_to(2 * sizes.min(axis=1)[:, None], sizes.shape), rng)
    model = FITS[cell.head](sides, weights, 0.5 if name == "shrunk" else 0.1, None)
    return replace(model, constants=model.constants + shift)


def _drawn(
    sides: Sides, counts: NDArray[np.float64], rng: np.random.Generator, *, again: bool = False
) -> NDArray[np.float64]:
    """Return (J, N) how often each image is drawn, `counts` (J, C) of each class."""
    drawn = np.zeros(sides.is_learned.shape)
    for run, is_learned in enumerate(sides.is_learned):
        for code in range(sides.classes):
            rows = np.flatnonzero(is_learned & (sides.codes == code))
            count = int(counts[run, code]) if again else min(int(counts[run, code]), len(rows))
            np.add.at(drawn[run], rng.choice(rows, count, replace=again), 1)
    return drawn


def draw(
    cell: Cell, population: Population, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.intp]]:
    """Return vectors, classes and groups of one set."""
    if cell.group_size == 1:
        vectors, codes = population.draw(rng, cell.counts())
        return vectors, codes, np.arange(len(codes))
    # Groups of 1 to so many, and one more of each class so that no class is short.
    sizes, first = [], []
    for code, count in enumerate(cell.counts()):
        left = count
        while left:
            size = min(left, int(rng.integers(1, cell.group_size + 1)))
            sizes.append(size)
            first.append(code)
            left -= size
    centres, codes = population.draw(rng, np.bincount(first, minlength=cell.classes))
    groups = np.repeat(np.arange(len(sizes)), sizes)
    return _of_groups(population, centres[groups], rng), codes[groups], groups


def _of_groups(
    population: Population, centres: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return an image of the group at each centre."""
    spread = 0.3 * np.concatenate(population.vectors).std(axis=0)
    return np.asarray(centres + spread * rng.standard_normal(centres.shape), np.float64)


def split(
    codes: NDArray[np.intp], groups: NDArray[np.intp], folds: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Return (N,) the fold of each image: groups whole, each class spread over all folds."""
    of_group = codes[np.unique(groups, return_index=True)[1]]
    places = np.empty(len(of_group), np.intp)
    for code in np.unique(of_group):
        own = rng.permutation(np.flatnonzero(of_group == code))
        places[own] = (np.arange(len(own)) + rng.integers(folds)) % folds
    return places[groups]


def predict(
    cell: Cell, population: Population, rng: np.random.Generator
) -> tuple[Predictions, dict[str, Model]]:
    """Return kept predictions of all candidates for one drawn set, and the models."""
    vectors, codes, groups = draw(cell, population, rng)
    if cell.is_held_out:
        tested, actual, groups = draw(cell, population, rng)
        runs = np.zeros((1, len(actual)), np.int16)
        sides = Sides(vectors, codes, np.ones((1, len(codes)), np.bool_), cell.classes)
    else:
        tested, actual = vectors, codes
        runs = np.array([split(codes, groups, cell.folds, rng) for _ in range(cell.repeats)])
        folds = np.arange(cell.folds)[:, None]
        learned = np.concatenate([folds != row for row in runs])
        sides = Sides(vectors, codes, learned, cell.classes)
    models, scores = {}, {}
    for name in ("none", *(REAL if cell.effect == "real" else NULL)):
        models[name] = fit(cell, name, sides, rng)
        whole = models[name].scores(tested).reshape(len(runs), -1, len(actual), cell.classes)
        own = np.take_along_axis(whole, runs[:, None, :, None].astype(np.intp), 1)[:, 0]
        own = np.exp(own - own.max(axis=2, keepdims=True))
        scores[name] = (own / own.sum(axis=2, keepdims=True)).astype(np.float16)
    names = tuple(str(code) for code in range(cell.classes))
    rows = np.arange(len(actual))
    kept = Predictions(rows, actual, groups, names, runs.astype(np.int16), scores, cell.is_held_out)
    return kept, models


def true_differences(
    cell: Cell,
    population: Population,
    models: Mapping[str, Model],
    rng: np.random.Generator,
    test: int,
) -> dict[str, dict[str, float]]:
    """Return metric -> candidate -> difference to none, of these models on fresh points."""
    vectors, codes = population.draw(rng, np.full(cell.classes, test // cell.classes))
    if cell.group_size > 1:
        vectors = _of_groups(population, vectors, rng)
    shares = cell.counts() / cell.images
    found: dict[str, dict[str, float]] = {metric: {} for metric in METRICS}
    for name, model in models.items():
        given = model.scores(vectors).argmax(axis=2)
        values = []
        for row in given:
            table = np.bincount(codes * cell.classes + row, minlength=cell.classes**2)
            table = table.reshape(cell.classes, -1) / (test // cell.classes) * shares[:, None]
            counts = (np.diag(table), table.sum(axis=1), table.sum(axis=0))
            values.append([float(FIGURES_OF_COUNTS[metric](*counts)) for metric in METRICS])
        for metric, value in zip(METRICS, np.mean(values, axis=0), strict=True):
            found[metric][name] = float(value)
    for values_of in found.values():
        none = values_of.pop("none", 0.0)
        for name in values_of:
            values_of[name] -= none
    return found


def seed_of(cell: Cell, *names: int) -> np.random.Generator:
    """Return the numbers of one set of a cell."""
    return np.random.default_rng([sum(map(ord, cell.name)), cell.images, cell.folds, *names])


def find_truth(cell: Cell, population: Population) -> dict[str, dict[str, float]]:
    """Return the mean differences over fresh sets; none where candidates are exchangeable."""
    if cell.effect == "null":
        return {metric: dict.fromkeys(NULL, 0.0) for metric in METRICS}
    once = replace(cell, repeats=1)
    sums: dict[str, dict[str, list[float]]] = {metric: {} for metric in METRICS}
    for number in range(TRUTH_SETS if cell.images < 5000 else TRUTH_SETS // 2):
        rng = seed_of(cell, 1, number)
        _, models = predict(once, population, rng)
        found = true_differences(cell, population, models, rng, TRUTH_TEST)
        for metric, values in found.items():
            for name, value in values.items():
                sums[metric].setdefault(name, []).append(value)
    return {
        metric: {name: float(np.mean(some)) for name, some in values.items()}
        for metric, values in sums.items()
    }


def analyse(predictions: Predictions, metric: str, effect: str) -> dict[str, Any]:
    """Return what is inferred from one set."""
    rivals = tuple(name for name in predictions.scores if name != "none")
    inference = infer(predictions, metric, rivals=rivals, rebalancers=REBALANCERS[effect])
    order = ["none", *rivals]
    files = ("copies", "undersampled")
    found = conclude(inference, predictions.classes, cheapest_first=order, adds_files=files)
    standings = {one.name: one for one in found.standings}
    if found.first is not None:
        standings[REBALANCING] = found.first

    def ends(pair: tuple[float, float] | None) -> list[float] | None:
        return None if pair is None else [round(end, 5) for end in pair]

    return {
        "single": {name: ends(one.gain.single) for name, one in standings.items()},
        "joint": {name: ends(one.gain.joint) for name, one in standings.items()},
        "outcomes": {name: one.outcome.name for name, one in standings.items()},
        "basis": found.basis.name,
        "recommended": found.recommended,
        "best": found.best,
        "beside": {name: ends(one.joint) for name, one in found.beside.items()},
    }


def holds(ends: list[float] | None, truth: float) -> bool:
    """Return whether an interval holds the truth; none at all excludes nothing."""
    return ends is None or ends[0] <= truth <= ends[1]


def judge(found: Mapping[str, Any], truth: Mapping[str, float], effect: str) -> dict[str, Any]:
    """Return what was inferred against the truth."""
    truths = {**truth, "none": 0.0}
    truths[REBALANCING] = float(np.mean([truth[name] for name in REBALANCERS[effect]]))
    best, chosen = max(0.0, *truth.values()), truths[found["recommended"]]
    same = [name for name, outcome in found["outcomes"].items() if outcome == Outcome.SAME.name]
    return {
        **found,
        "held": {
            name: None if ends is None else holds(ends, truths[name])
            for name, ends in found["single"].items()
        },
        "all held": all(holds(ends, truths[name]) for name, ends in found["joint"].items()),
        "choice held": all(
            holds(ends, chosen - truths[name]) for name, ends in found["beside"].items()
        ),
        "wrong same": any(abs(truths[name]) >= MARGIN for name in same),
        "wrong leave": found["basis"] == Basis.LEAVE.name and best >= MARGIN,
        "regret": best - chosen,
    }


def simulate(cell: Cell, population: Population, path: Path, most: int) -> None:
    """Run the sets of a cell up to so many, and keep what was found after every 20 of them."""
    kept: dict[str, Any] = {"truth": None, "sets": [], "seconds": 0.0}
    if path.exists():
        kept = json.loads(path.read_text())
    if kept["truth"] is None and not cell.is_held_out:
        kept["truth"] = find_truth(cell, population)
    count = min(cell.sets, most)
    while len(kept["sets"]) < count:
        start = time.perf_counter()
        for number in range(len(kept["sets"]), min(count, len(kept["sets"]) + 20)):
            kept["sets"].append(one_set(cell, population, number))
        kept["seconds"] += time.perf_counter() - start
        draft = path.with_suffix(".part")
        draft.write_text(json.dumps(kept))
        draft.replace(path)


def one_set(cell: Cell, population: Population, number: int) -> dict[str, Any]:
    """Return protocol and metric -> what is inferred; and the truth where it is of these models."""
    rng = seed_of(cell, 0, number)
    predictions, models = predict(cell, population, rng)
    cases = {f"{cell.folds}x{cell.repeats} {metric}": (predictions, metric) for metric in METRICS}
    if cell.repeats == 10:
        runs = predictions.runs.copy()
        runs[2:] = -1
        cases[f"{cell.folds}x2 {PRIMARY}"] = (replace(predictions, runs=runs), PRIMARY)
    found: dict[str, Any] = {
        case: analyse(some, metric, cell.effect) for case, (some, metric) in cases.items()
    }
    if cell.is_held_out:
        found["truth"] = true_differences(cell, population, models, rng, 30_000)
    return found


def rows(name: str, kept: Mapping[str, Any]) -> list[str]:
    """Return lines of the table for one cell."""
    effect = "null" if name.startswith("null") else "real"
    return [
        row(f"{name}, {case.replace('_', ' ')}", case.split()[1], effect, kept)
        for case in kept["sets"][0]
        if case != "truth"
    ]


def row(title: str, metric: str, effect: str, kept: Mapping[str, Any]) -> str:
    """Return a line of the table."""
    case = title.partition(", ")[2].replace(" ", "_").replace("_", " ", 1)
    truths = [(one.get("truth") or kept["truth"])[metric] for one in kept["sets"]]
    pairs = zip(kept["sets"], truths, strict=True)
    sets = [judge(one[case], truth, effect) for one, truth in pairs]
    names = list(truths[0])
    gain = "class_weights" if effect == "real" else names[0]
    held = [[one["held"][rival] for one in sets] for rival in names]
    single = [100 * np.mean([one for one in some if one is not None]) for some in held]
    told = [one["outcomes"][rival] for one in sets for rival in names]
    first = [one["outcomes"][REBALANCING] for one in sets]
    widths = [one["joint"][gain] for one in sets if one["joint"][gain] is not None]

    def percents(values: list[str], names: tuple[str, ...]) -> str:
        return " / ".join(f"{100 * np.mean([one == name for one in values]):.0f}" for name in names)

    def percent(name: str) -> str:
        return f"{100 * np.mean([one[name] for one in sets]):.1f}"

    power = 100 * np.mean([one["outcomes"][gain] == Outcome.BETTER.name for one in sets])
    figures = (
        *(title, f"{len(sets)}", f"{100 * np.mean([one[gain] for one in truths]):+.2f}"),
        f"{np.mean(single):.1f} ({min(single):.1f}-{max(single):.1f})",
        *(percent("all held"), percent("choice held"), f"{power:.0f}"),
        f"{100 * np.median([high - low for low, high in widths]):.1f}",
        *(percents(told, OUTCOMES), percents(first, OUTCOMES)),
        percents([one["basis"] for one in sets], ("FINDING", "LEAVE", "DEFAULT")),
        *(percent("wrong same"), percent("wrong leave")),
        f"{100 * np.mean([one['regret'] for one in sets]):.2f}",
    )
    return "| " + " | ".join(figures) + " |"


def main(arguments: list[str]) -> None:
    """Run cells, or print what was found."""
    if arguments[0] == "table":
        titles = [
            *("cell", "sets", "true gain", "single (range)", "joint", "choice", "power", "width"),
            "each: better / same / worse / unclear / identical",
            *("first question, likewise", "finding / leave / default"),
            *("wrong same", "wrong leave", "regret"),
        ]
        print("| " + " | ".join(titles) + " |\n" + "|---" * len(titles) + "|")
        for path in sorted(Path(arguments[1]).glob("*.json")):
            print(*rows(path.stem, json.loads(path.read_text())), sep="\n")
        return
    source, folder = Path(arguments[1]), Path(arguments[2])
    folder.mkdir(parents=True, exist_ok=True)
    for most in ROUNDS:
        for cell in CELLS:
            if len(arguments) < 4 or cell.name in arguments[3:]:
                population = _population(source, cell.dimension, cell.classes)
                simulate(cell, population, folder / f"{cell.name}.json", most)


@cache
def _population(source: Path, dimension: int, classes: int) -> Population:
    return read_population(source, dimension, classes)


if __name__ == "__main__":
    main(sys.argv[1:])
