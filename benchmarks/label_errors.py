"""Are planted wrong labels at the top? python benchmarks/label_errors.py DATA [RUNS].

DATA is the folder of real pictures. Of clothing, the 20 largest classes of Caltech and 4,000 of
CIFAR-10, 2, 5 and 10% of the labels are changed to any other class, and 5% to one that the image
resembles. Printed is, for each encoder and way to rank, how many of n planted ones are among the
first n and the first 2n; then, for each threshold of the finding, how many images it names, how
many of the planted ones, and how many of the named ones are planted; without planted ones too.
Last, images of another set are put into classes: how many are named as far from their class.
"""

import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from core.audit.neighbours import FAR_FROM_CLASS
from core.dataset import ImageDataset
from core.duplicates import picture_groups
from core.embed import embed
from core.evaluate.features import Points, fit_preprocessing
from core.evaluate.label_errors import Scores, predict_out_of_fold, vote_of_neighbors
from core.ingest import open_source
from core.resample.class_difficulty import distance_to_class

ENCODERS = ("efficientnet", "classical")
SHARES = (0.02, 0.05, 0.1)
THRESHOLDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05)
CALTECH_CLASSES, CIFAR_IMAGES = 20, 400
CHOSEN = "discriminant x neighbours"
STRANGE = 0.02  # share of images of another set

Codes = NDArray[np.intp]


def open_sets(data: Path, work: Path) -> Iterator[tuple[str, ImageDataset, Codes]]:
    """Return each set and the rows that are used of it."""
    clothing = open_source(str(data / "clothing_splits.zip"), work / "clothing")
    yield "clothing", clothing, clothing.present_rows
    caltech = open_source(str(data / "caltech97.zip"), work / "caltech")
    counts = caltech.counts()
    largest = sorted(counts, key=lambda label: -counts[label])[:CALTECH_CLASSES]
    yield "Caltech", caltech, np.sort(np.concatenate([caltech.rows_of(one) for one in largest]))
    cifar = open_source(str(data / "cifar10.zip"), work / "cifar")
    rng = np.random.default_rng(0)
    drawn = [
        rng.permutation(cifar.rows_of(label, "train"))[:CIFAR_IMAGES] for label in cifar.classes
    ]
    yield "CIFAR-10", cifar, np.sort(np.concatenate(drawn))


def opinions(points: Points, codes: Codes, groups: Codes) -> Mapping[str, Scores]:
    """Return how likely each class is, by each kind of opinion."""
    learned = predict_out_of_fold(points, codes, groups)
    voiced = vote_of_neighbors(points, codes, groups)
    both = np.sqrt(learned * voiced)
    return {
        CHOSEN: both / both.sum(axis=1, keepdims=True),
        "mean of both": (learned + voiced) / 2,
        "discriminant": learned,
        "neighbours": voiced,
    }


def rankings(points: Points, codes: Codes, groups: Codes) -> Mapping[str, NDArray[np.float64]]:
    """Return scores of each image by each way to rank, low where its label is doubted."""
    kinds = opinions(points, codes, groups)
    found = {name: share_of_label(scores, codes) for name, scores in kinds.items()}
    ranks = [found[name].argsort().argsort() for name in ("discriminant", "neighbours")]
    found["mean rank of both"] = (ranks[0] + ranks[1]) / (2 * len(codes))
    learned = kinds["discriminant"]
    own = learned[np.arange(len(codes)), codes]
    others = learned.copy()
    others[np.arange(len(codes)), codes] = -1
    entropy = -(learned * np.log(np.maximum(learned, 1e-12))).sum(axis=1)
    found["discriminant, self-confidence"] = own
    found["discriminant, margin to the mean of the class"] = (
        own - (np.bincount(codes, own) / np.bincount(codes))[codes]
    )
    found["discriminant, normalised margin"] = own - others.max(axis=1)
    found["discriminant, confidence by entropy"] = own / np.maximum(entropy, 1e-6)
    return found


def share_of_label(scores: Scores, codes: Codes) -> NDArray[np.float64]:
    """Return how likely the given label is beside the likeliest other, as the product ranks."""
    images = np.arange(len(codes))
    own, others = scores[images, codes], scores.copy()
    others[images, codes] = -1
    return np.asarray(own / (own + others.max(axis=1)), np.float64)


def plant(true: Codes, share: float, alike: Scores | None, rng: np.random.Generator) -> Codes:
    """Return codes with `share` of them changed, to any class or as `alike` has them likely."""
    codes, count = true.copy(), int(true.max()) + 1
    for row in rng.permutation(len(true))[: round(share * len(true))]:
        chances = np.ones(count) if alike is None else np.sqrt(alike[row] + 1e-6)
        chances[true[row]] = 0
        codes[row] = rng.choice(count, p=chances / chances.sum())
    return codes


def main(data: Path, runs: int) -> None:
    """Print a table of each set and encoder, then what each threshold finds."""
    named: dict[str, list[str]] = defaultdict(list)
    seen: dict[str, dict[str, tuple[Points, Codes]]] = defaultdict(dict)
    with tempfile.TemporaryDirectory() as work:
        for name, dataset, rows in open_sets(data, Path(work)):
            pictures = picture_groups(dataset) if name != "CIFAR-10" else np.arange(len(dataset))
            for encoder in ENCODERS:
                embeddings = embed(dataset, encoder=encoder, rows=rows)
                true = np.unique(dataset.codes[embeddings.rows], return_inverse=True)[1]
                groups = np.unique(pictures[embeddings.rows], return_inverse=True)[1]
                seen[encoder][name] = embeddings.vectors, true
                points = fit_preprocessing(embeddings.vectors)(embeddings.vectors)
                named[f"{name}, {encoder}"] = measure(
                    f"{name}, {encoder}", points, true, groups, runs
                )
    print(f"\n| set | planted | {' | '.join(f'{one:g}' for one in THRESHOLDS)} |")
    for lines in named.values():
        print("\n".join(lines))
    for encoder, sets in seen.items():
        for name, host in sets.items():
            for other, guest in sets.items():
                if name != other:
                    found, alarms = np.mean(
                        [put_strangers(host, guest, run) for run in range(runs)], axis=0
                    )
                    print(f"| {name} with {other}, {encoder} | {found:.2f} | {alarms:.1f} |")


def measure(title: str, points: Points, true: Codes, groups: Codes, runs: int) -> list[str]:
    """Print how well each ranking finds what was planted; return rows of thresholds."""
    before = opinions(points, true, groups)["discriminant"]
    right = float((before.argmax(axis=1) == true).mean())
    start = perf_counter()
    lines = []
    print(f"\n{title}: {len(true):,} images, {right:.0%} recognised out of fold", flush=True)
    for share, is_alike in [(0.0, False), *((one, False) for one in SHARES), (0.05, True)]:
        found: dict[str, list[tuple[float, float]]] = defaultdict(list)
        at: list[list[tuple[float, float, float]]] = []
        for run in range(runs if share else 1):
            rng = np.random.default_rng([run, is_alike])
            codes = plant(true, share, before if is_alike else None, rng)
            is_wrong = codes != true
            count = int(is_wrong.sum())
            ranked = rankings(points, codes, groups)
            for name, scores in ranked.items():
                order = np.argsort(scores, kind="stable")
                if count:
                    first = is_wrong[order[:count]].mean()
                    found[name].append((first, is_wrong[order[: 2 * count]].sum() / count))
            shares = ranked[CHOSEN]
            doubted = np.bincount(codes, shares < 0.5) / np.bincount(codes)
            # As the finding does: nothing is named of a class that is mostly not recognised.
            is_named = [(shares < one) & (doubted[codes] <= 0.75) for one in THRESHOLDS]
            at.append(
                [
                    (
                        float(one.mean()),
                        float(is_wrong[one].sum() / max(1, count)),
                        float(is_wrong[one].mean()) if one.any() else 0.0,
                    )
                    for one in is_named
                ]
            )
        kind = f"{share:.0%} {'alike' if is_alike else 'any'}"
        for name, pairs in found.items():
            first, second = np.mean(pairs, axis=0)
            print(f"| {kind} | {name} | {first:.2f} | {second:.2f} |")
        cells = [
            f"{named:.1%}" + (f", {caught:.2f}, {sure:.2f}" if share else "")
            for named, caught, sure in np.mean(at, axis=0)
        ]
        lines.append(f"| {title} | {kind} | {' | '.join(cells)} |")
    print(f"{perf_counter() - start:.0f} s", flush=True)
    return lines


def put_strangers(
    host: tuple[Points, Codes], guest: tuple[Points, Codes], run: int
) -> tuple[float, float]:
    """Return the share of images of another set that is named, and how many of 1,000 others."""
    rng = np.random.default_rng(run)
    count = max(10, round(STRANGE * len(host[1])))
    vectors = np.concatenate([host[0], guest[0][rng.permutation(len(guest[0]))[:count]]])
    codes = np.concatenate([host[1], rng.integers(0, host[1].max() + 1, count)])
    apart = np.full(len(codes), np.nan)
    for code in np.unique(codes):
        rows = np.flatnonzero(codes == code)
        apart[rows] = distance_to_class(vectors, rows)
    threshold = FAR_FROM_CLASS.threshold
    assert threshold is not None
    is_named = apart > threshold.default
    return float(is_named[-count:].mean()), 1_000 * float(is_named[:-count].mean())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 4)
