"""Does another seed give another answer? python benchmarks/ten_seeds.py run DATA FOLDER [SET...].

DATA holds the archives of clothing, Caltech's objects and CIFAR-10. The default comparison of each
set is made with seeds 0 to 9, which draw other folds of the same images. FOLDER keeps vectors,
predictions and figures: what is there is not made again. `python benchmarks/ten_seeds.py table
FOLDER` prints what the figures come to, by the predictions that are there.
"""

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from long_tail import CLASSES

from core.dataset import TRAIN, ImageDataset
from core.embed import embed
from core.evaluate import BASELINE, PRIMARY, Experiment, evaluate
from core.evaluate.outcomes import MARGIN
from core.evaluate.report import Done
from core.ingest import open_source, parse_take

SEEDS = range(10)
TAIL = np.round(293 * np.geomspace(1, 1 / 20, 10)).astype(int)  # 1,000 images
WANTED = 8  # of ten seeds


@dataclass(frozen=True)
class Run:
    """What the comparison of one seed comes to."""

    first: str  # outcome of the first question
    gain: float  # of the rebalancers on average
    recommended: str
    basis: str
    estimates: dict[str, float]  # candidate -> gain over the baseline
    verdict: str
    seconds: float
    processor_seconds: float


def largest_of_caltech(source: str, folder: Path) -> ImageDataset:
    """Return the 20 classes of the most images."""
    counts = open_source(source, folder / "whole").counts(TRAIN)
    largest = sorted(counts, key=lambda label: (-counts[label], label))[:20]
    take = parse_take([f"{label}={counts[label]}" for label in largest])
    return open_source(source, folder / "largest", take=take)


def tail_of_cifar(source: str, folder: Path) -> ImageDataset:
    """Return 293 to 15 images of ten classes, the first of each in order of name."""
    wanted = [f"{label}={count}" for label, count in zip(CLASSES, TAIL, strict=True)]
    return open_source(source, folder, take=parse_take(wanted))


# Name -> archive, and what opens it.
SETS: Mapping[str, tuple[str, Callable[[str, Path], ImageDataset]]] = {
    "parts": ("", lambda _, folder: open_source("sample:parts", folder)),
    "clothing": ("clothing_splits.zip", open_source),
    "cifar10": ("cifar10.zip", tail_of_cifar),
    "caltech": ("caltech97.zip", largest_of_caltech),
}


def study(name: str, data: Path, folder: Path) -> None:
    """Run the seeds of one set, and keep each as it ends."""
    archive, opened = SETS[name]
    with tempfile.TemporaryDirectory() as place:
        dataset = opened(str(data / archive), Path(place))
        vectors = embed(dataset, rows=dataset.training_rows, cache=folder / "vectors")
        for seed in SEEDS:
            path = folder / f"{name}-{seed}.json"
            # Kept predictions answer at once, so that a run is also what today's code says of them.
            run = compare(Experiment(dataset, vectors, seed=seed), folder / f"{name}-{seed}")
            before = Run(**json.loads(path.read_text())) if path.exists() else run
            took = {one: getattr(before, one) for one in ("seconds", "processor_seconds")}
            path.write_text(json.dumps({**asdict(run), **took}, indent=1))
            print(name, seed, run.first, run.recommended, f"{run.seconds:.0f} s", flush=True)


def compare(experiment: Experiment, kept: Path) -> Run:
    """Return what the default comparison comes to."""
    start, used = perf_counter(), process_time()
    heard: list[Done] = []
    report = evaluate(experiment, kept=kept, on_done=lambda done: heard.append(done))
    found = heard[-1].conclusion(PRIMARY)
    assert found.first is not None
    return Run(
        found.first.outcome.value,
        found.first.gain.estimate,
        found.recommended,
        found.basis.value,
        {one.name: one.gain.estimate for one in found.standings} | {BASELINE: 0.0},
        report.verdict,
        perf_counter() - start,
        process_time() - used,
    )


def agreement(runs: Sequence[Run]) -> str:
    """Return how often seeds agree, and how often what they recommend is as good as any."""
    outcome, alike = Counter(run.first for run in runs).most_common(1)[0]
    names = runs[0].estimates
    means = {name: float(np.mean([run.estimates[name] for run in runs])) for name in names}
    best = max(means, key=means.__getitem__)
    gaps = [means[best] - means[run.recommended] for run in runs]
    near = sum(gap <= MARGIN for gap in gaps)
    chosen = Counter(run.recommended for run in runs).most_common()
    gains = [100 * run.gain for run in runs]
    figures = (
        f"{outcome} in {alike} of {len(runs)}",
        f"{np.mean(gains):+.1f} ({min(gains):+.1f} to {max(gains):+.1f})",
        ", ".join(f"{name} {count}" for name, count in chosen),
        f"{best} {100 * means[best]:+.1f}",
        f"{near} of {len(runs)}, at most {100 * max(gaps):.1f} below",
        "yes" if min(alike, near) >= WANTED * len(runs) / 10 else "no",
    )
    return " | ".join(figures)


def table(folder: Path) -> None:
    """Print a line for each set, and the verdict of its first seed."""
    titles = ("set", "first question", "points", "recommended", "best of all ten", "within a point")
    print(f"| {' | '.join(titles)} | holds |\n{'|---' * (len(titles) + 1)}|")
    found = {}
    for name in SETS:
        paths = sorted(folder.glob(f"{name}-?.json"))
        found[name] = [Run(**json.loads(path.read_text())) for path in paths]
        if found[name]:
            print(f"| {name} | {agreement(found[name])} |")
    for name, runs in found.items():
        if runs:
            took = f"{np.median([run.processor_seconds for run in runs]):.0f} s of a processor"
            print(f"\n{name}, seed 0 ({took}): {runs[0].verdict}")


if __name__ == "__main__":
    if sys.argv[1] == "table":
        table(Path(sys.argv[2]))
    else:
        root = Path(sys.argv[3])
        root.mkdir(parents=True, exist_ok=True)
        for one in sys.argv[4:] or SETS:
            study(one, Path(sys.argv[2]), root)
