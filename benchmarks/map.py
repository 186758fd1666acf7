"""Time, memory and faithfulness of the map: the PCA, our UMAP and umap-learn's, side by side.

    python benchmarks/map.py [SOURCE ...] [--count 5000] [--dimension 384]

Each map is drawn in a fresh process with one thread, which reads the vectors from a file; its
processor time is that from its start to its end, its memory the most that it held (Linux). The
last line of each set tells our UMAP by umap-learn's. Then what the app does: the same by
`better_map`, the bytes of a map drawn with one thread and with two, and the memory that is left
standing.

The first set lies on a curved surface of 8 dimensions, with some noise. A SOURCE (a folder, a zip
or 'sample:NAME') is embedded by the default encoder; of its test side, or else of all its images,
at most `--count` are drawn. "Kept" is the share of the 15 nearest neighbors of an image that are
among its 15 nearest on the map.
"""

import argparse
import hashlib
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.manifold import trustworthiness

from app.map.umap import better_map
from core.embed import Embeddings, embed
from core.ingest import open_source
from core.neighbours import nearest_others
from core.progress import silent
from core.project import DEFAULT_SETTINGS, project

NEIGHBORS = 15
SAMPLE = 2_000  # trustworthiness needs the distances of all pairs
OURS, REFERENCE = "evenset", "umap-learn"
DRAW = """
import sys
import numpy as np
from core.embed import Embeddings
from core.project import MapSettings, project
name, vectors = sys.argv[3], np.load(sys.argv[1])
embeddings = Embeddings(vectors, np.arange(len(vectors)), "vectors", "vectors", "cpu")
method = "pca" if name == "pca" else "umap"
settings = MapSettings() if name == "pca" else MapSettings(implementation=name)
np.save(sys.argv[2], project(embeddings, embeddings.rows, method=method, settings=settings).points)
print(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])
"""

Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Drawn:
    """A map, and what its process took."""

    points: Array  # (N, 2)
    cpu_s: float
    clock_s: float
    memory_mb: float  # at most


def surface(count: int, dimension: int) -> Array:
    """Return points on a curved surface of 8 dimensions."""
    rng = np.random.default_rng(0)
    place = rng.normal(size=(count, 8)) @ rng.normal(size=(8, 64))
    vectors = np.tanh(place / 2) @ rng.normal(size=(64, dimension))
    return (vectors + rng.normal(scale=0.1, size=vectors.shape)).astype(np.float32)


def embedded(source: str, count: int) -> Array:
    """Return the vectors of at most `count` images of a source."""
    with tempfile.TemporaryDirectory() as folder:
        dataset = open_source(source, Path(folder))
        rows = np.flatnonzero(dataset.table["split"] == "test")
        rows = rows if len(rows) >= count else np.arange(len(dataset))
        if len(rows) > count:
            rows = np.sort(np.random.default_rng(0).choice(rows, count, replace=False))
        return embed(dataset, rows=rows).vectors


def draw(vectors: Array, name: str, *, threads: int = 1) -> Drawn:
    """Return the map of that name, drawn in a fresh process."""
    variables = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder) / "vectors.npy", Path(folder) / "points.npy"
        np.save(given, vectors)
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-c", DRAW, str(given), str(made), name],
            stdout=subprocess.PIPE,
            env={**os.environ, **dict.fromkeys(variables, str(threads))},
        )
        assert process.stdout is not None
        # Not what `wait4` tells: to that, the memory of this process counts too.
        memory_mb = int(process.stdout.read()) / 1e3
        _, status, used = os.wait4(process.pid, 0)
        assert status == 0
        cpu = used.ru_utime + used.ru_stime
        return Drawn(np.load(made), cpu, time.perf_counter() - began, memory_mb)


def faithful(vectors: Array, points: Array) -> tuple[float, float]:
    """Return the share of neighbors that a map keeps, and its trustworthiness."""
    k = min(NEIGHBORS, len(points) - 1)
    real, drawn = (nearest_others(some, k).positions for some in (vectors, points))
    kept = [len(np.intersect1d(*both)) for both in zip(real, drawn, strict=True)]
    some = np.random.default_rng(0).permutation(len(points))[:SAMPLE]
    return float(np.mean(kept)) / k, float(
        trustworthiness(vectors[some], points[some], n_neighbors=k)
    )


def compare(vectors: Array) -> None:
    """Print a line for each map, and ours by the reference."""
    taken, shares = {}, {}
    for name in ("pca", OURS, REFERENCE):
        made = draw(vectors, name)
        kept, trust = faithful(vectors, made.points)
        taken[name], shares[name] = made, (kept, trust)
        print(
            f"  {name:12} {made.cpu_s:6.1f} CPU s {made.clock_s:6.1f} s {made.memory_mb:6.0f} MB"
            f"   kept {kept:.3f}   trustworthiness {trust:.3f}",
            flush=True,
        )
    times = taken[OURS].cpu_s / taken[REFERENCE].cpu_s
    kept, trust = np.subtract(shares[OURS], shares[REFERENCE])
    print(
        f"  ours by umap-learn: time x {times:.2f}, kept {kept:+.3f}, trustworthiness {trust:+.3f}"
    )


def standing() -> Iterator[float]:
    """Yield the memory in MB of each process that this one has started and not ended (Linux)."""
    for folder in Path("/proc").glob("[0-9]*"):
        status = (folder / "status").read_text()
        if f"PPid:\t{os.getpid()}\n" in status:
            yield int(status.split("VmRSS:")[1].split()[0]) / 1e3


def as_the_app_does(vectors: Array) -> None:
    """Print what the app takes for the UMAP, and what it keeps."""
    embeddings = Embeddings(vectors, np.arange(len(vectors)), "vectors", "vectors", "cpu")
    first = project(embeddings, embeddings.rows)
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    better_map(embeddings, first, DEFAULT_SETTINGS, silent)
    after, clock = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - began
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"  from the asking to the UMAP: {cpu:.1f} CPU s, {clock:.1f} s")
    one, two = (draw(vectors, OURS, threads=threads).points.tobytes() for threads in (1, 2))
    digests = [hashlib.sha256(points).hexdigest()[:12] for points in (one, two)]
    print(f"  with one thread and with two: {digests[0]}, {digests[1]}")
    print(f"  standing processes: {sum(standing()):.0f} MB")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", nargs="*", metavar="SOURCE")
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--dimension", type=int, default=384)
    options = parser.parse_args()
    sets = {"surface": surface(options.count, options.dimension)}
    sets |= {Path(source).name: embedded(source, options.count) for source in options.sources}
    for name, vectors in sets.items():
        print(f"{name}, {len(vectors):,} x {vectors.shape[1]}", flush=True)
        compare(vectors)
    print("the app, on the first set")
    as_the_app_does(sets["surface"])


if __name__ == "__main__":
    main()
