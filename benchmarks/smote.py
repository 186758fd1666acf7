"""SMOTE against imbalanced-learn's, in CPU time and peak memory, and against what products take.

    python benchmarks/smote.py [--sizes 10000x512 50000x512 200000x128] [--runs 1] [--threads 1]
    python benchmarks/smote.py --large

Ten classes, the largest 100 times the smallest, 20-dimensional manifolds seen through a ReLU, in
float32; every class grows to the largest. Each measurement is a process of its own: CPU seconds
are its user and system time, memory is its peak above what it held with the input loaded (for
`fit_resample_to` the input stays on disk). The floor is the time of the products alone,
2 D sum(n_c^2) over the classes that grow, at the rate of large float32 products measured in the
same run; searching each pair once can go below it. Of several runs the least CPU time counts. On a
busy machine threads wait for each other and count that as CPU time: one thread unless told.
`--large` makes 1,000,000 x 256 float16 in 100 classes on disk and resamples it from file to file.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from numpy.typing import NDArray

OURS, OURS_TO, THEIRS, THEIRS_WITH_OURS, THEIRS_WITH_FAISS = METHODS = (
    "Evenset fit_resample",
    "Evenset fit_resample_to",
    "imbalanced-learn",
    "imbalanced-learn, our neighbours",
    "imbalanced-learn, faiss-flat",
)
RATE = "sgemm"
IMBALANCE = 100
MANIFOLD = 20


class FaissNeighbors:
    """As much of a neighbours object as imbalanced-learn's SMOTE asks for, over a flat index."""

    def __init__(self, n_neighbors: int = 6) -> None:
        self.n_neighbors = n_neighbors

    def get_params(self, deep: bool = True) -> dict[str, int]:
        """Return what `clone` copies."""
        del deep
        return {"n_neighbors": self.n_neighbors}

    def set_params(self, n_neighbors: int) -> "FaissNeighbors":
        """Set what `clone` copies."""
        self.n_neighbors = n_neighbors
        return self

    def fit(self, points: NDArray[np.float32]) -> "FaissNeighbors":
        """Index the points."""
        import faiss

        self.index = faiss.IndexFlatL2(points.shape[1])
        self.index.add(np.ascontiguousarray(points))
        return self

    def kneighbors(
        self, points: NDArray[np.float32], return_distance: bool = False
    ) -> NDArray[np.int64]:
        """Return positions alone."""
        assert not return_distance
        return self.index.search(np.ascontiguousarray(points), self.n_neighbors)[1]

    def kneighbors_graph(self) -> None:
        """Exist: imbalanced-learn looks for the name."""


def class_counts(count: int, classes: int) -> NDArray[np.intp]:
    """Return `classes` counts that fall by one factor from the largest to a hundredth of it."""
    shares = IMBALANCE ** (-np.arange(classes) / (classes - 1))
    counts = np.maximum(2, (count * shares / shares.sum()).astype(np.intp))
    counts[0] += count - counts.sum()
    return counts


def draw(
    folder: Path, count: int, dimension: int, *, classes: int = 10, dtype: str = "float32"
) -> None:
    """Write x.npy and y.npy, in mixed order, block by block."""
    rng = np.random.default_rng(0)
    labels = rng.permutation(np.repeat(np.arange(classes), class_counts(count, classes)))
    maps = rng.standard_normal((classes, MANIFOLD, dimension)).astype(np.float32) / 4
    means = rng.standard_normal((classes, dimension)).astype(np.float32)
    vectors = np.lib.format.open_memmap(
        folder / "x.npy", mode="w+", dtype=dtype, shape=(count, dimension)
    )
    for start in range(0, count, 10_000):
        some = labels[start : start + 10_000]
        inner = rng.standard_normal((len(some), MANIFOLD)).astype(np.float32)
        for label in np.unique(some):
            own = some == label
            vectors[start : start + 10_000][own] = np.maximum(
                inner[own] @ maps[label] + means[label], 0
            )
    vectors.flush()
    np.save(folder / "y.npy", labels)


def measure(method: str, folder: Path) -> dict[str, float]:
    """Run `method` in this process and return what it took."""
    warm = np.random.default_rng(0).random((200, 8)).astype(np.float32)
    sampler = sampler_of(method)
    sampler.fit_resample(warm, np.arange(200) % 3 // 2)
    labels = np.load(folder / "y.npy")
    is_to_file = method == OURS_TO
    vectors = None if is_to_file else np.load(folder / "x.npy")
    before = held_bytes(reset=True)
    cpu, wall = process_time(), perf_counter()
    if is_to_file:
        sampler.fit_resample_to(folder / "x.npy", labels, folder / "out.npy")
        size = (folder / "out.npy").stat().st_size
    else:
        size = sampler.fit_resample(vectors, labels)[0].nbytes
    return {
        "cpu_s": process_time() - cpu,
        "wall_s": perf_counter() - wall,
        "memory_mb": (held_bytes() - before) / 1e6,
        "output_mb": size / 1e6,
        "peak_mb": held_bytes() / 1e6,
    }


def sampler_of(method: str):  # noqa: ANN201 (a sampler of either library)
    """Return the sampler that a method stands for."""
    if method in (OURS, OURS_TO):
        from core.smote.sampler import SMOTE as OURS_SMOTE

        return OURS_SMOTE(random_state=0)
    from imblearn.over_sampling import SMOTE

    if method == THEIRS_WITH_FAISS:
        return SMOTE(random_state=0, k_neighbors=FaissNeighbors(6))
    if method == THEIRS_WITH_OURS:
        from core.neighbours.exact import ExactNeighbors

        return SMOTE(random_state=0, k_neighbors=ExactNeighbors(n_neighbors=6))
    return SMOTE(random_state=0)


def measure_rate(dimension: int) -> dict[str, float]:
    """Return float32 operations per CPU second in large products of vectors."""
    import torch

    left = torch.rand(4096, dimension)
    right = torch.rand(dimension, 4096)
    out = left @ right
    times = []
    for _ in range(7):
        began = process_time()
        for _ in range(4):
            torch.mm(left, right, out=out)
        times.append(process_time() - began)
    return {"operations_per_s": 4 * 2 * dimension * 4096**2 / min(times)}


def held_bytes(*, reset: bool = False) -> int:
    """Return the most memory that this process has held; after `reset`, from now on."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5")  # Linux: the peak begins again
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("This computer does not tell how much memory a process has held.")


def in_a_process(
    method: str, folder: Path, dimension: int, *, runs: int = 1, threads: int
) -> dict[str, float]:
    """Return the run of least CPU time of `method`, each in a process of its own."""
    found = []
    limits = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(threads))
    for _ in range(runs):
        command = [sys.executable, __file__, "--one", method, str(folder), str(dimension)]
        done = subprocess.run(command, capture_output=True, text=True, env=os.environ | limits)
        if done.returncode:
            sys.exit(done.stderr)
        found.append(json.loads(done.stdout))
    return min(found, key=lambda took: took.get("cpu_s", 0))


def compare(count: int, dimension: int, *, runs: int, threads: int) -> None:
    """Print every method at one size."""
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        draw(folder, count, dimension)
        rate = in_a_process(RATE, folder, dimension, threads=threads)["operations_per_s"]
        grown = class_counts(count, 10)[1:].astype(float)
        floor_s = 2 * dimension * float((grown**2).sum()) / rate
        print(f"{count:,} x {dimension}: floor {floor_s:.2f} CPU s at {rate / 1e9:.0f} G/s")
        methods = [m for m in METHODS if m != THEIRS_WITH_FAISS or has_faiss()]
        took = {
            method: in_a_process(method, folder, dimension, runs=runs, threads=threads)
            for method in methods
        }
        theirs = took[THEIRS]
        for method, one in took.items():
            print(
                f"  {method:33s} {one['cpu_s']:6.2f} CPU s, {one['wall_s']:6.2f} s; "
                f"{theirs['cpu_s'] / one['cpu_s']:.2f}x less CPU than imbalanced-learn, "
                f"{one['cpu_s'] / floor_s:.2f} of the floor; "
                f"{one['memory_mb']:5.0f} MB above the input, output {one['output_mb']:.0f} MB"
            )
        if not has_faiss():
            print(f"  {THEIRS_WITH_FAISS:33s} not measured: faiss is not installed")


def has_faiss() -> bool:
    """Return whether faiss can be imported."""
    from importlib.util import find_spec

    return find_spec("faiss") is not None


def large(folder: Path, *, threads: int) -> None:
    """Print what a million vectors of 100 classes take from file to file, and check the result."""
    draw(folder, 1_000_000, 256, classes=100, dtype="float16")
    took = in_a_process("large", folder, 256, threads=threads)
    print(
        f"1,000,000 x 256 float16: {took['cpu_s']:.0f} CPU s, {took['wall_s']:.0f} s, peak "
        f"{took['peak_mb']:.0f} MB in all; {took['rows']:,.0f} rows, {took['output_mb']:.0f} MB; "
        f"parents complete: {bool(took['is_complete'])}"
    )


def measure_large(folder: Path) -> dict[str, float]:
    """Resample from file to file, and look whether every synthetic row has its parents."""
    from core.resample.synthetic import interpolate

    labels = np.load(folder / "y.npy")
    sampler = sampler_of(OURS_TO)
    cpu, wall = process_time(), perf_counter()
    resampled = sampler.fit_resample_to(folder / "x.npy", labels, folder / "out.npy")
    took = {
        "cpu_s": process_time() - cpu,
        "wall_s": perf_counter() - wall,
        "peak_mb": held_bytes() / 1e6,
        "output_mb": (folder / "out.npy").stat().st_size / 1e6,
        "rows": len(resampled),
    }
    parents = sampler.provenance_
    made = resampled[len(labels) :]
    is_complete = len(parents) == len(made)
    for side in ("base", "neighbor"):
        is_complete &= bool((labels[parents[side]] == made).all())
    vectors = np.load(folder / "x.npy", mmap_mode="r")
    written = np.load(folder / "out.npy", mmap_mode="r")
    some = np.random.default_rng(0).choice(len(made), 2_000, replace=False)
    expected = interpolate(
        vectors, parents["base"][some], parents["neighbor"][some], parents["fraction"][some]
    )
    is_complete &= np.array_equal(written[len(labels) + some], expected.astype(np.float16))
    return took | {"is_complete": float(is_complete)}


def main() -> None:
    """Measure each size, or one method in this process."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", nargs="+", default=["10000x512", "50000x512", "200000x128"])
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        method, folder, dimension = options.one
        if method == RATE:
            took = measure_rate(int(dimension))
        else:
            took = (
                measure_large(Path(folder)) if method == "large" else measure(method, Path(folder))
            )
        print(json.dumps(took))
    elif options.large:
        with tempfile.TemporaryDirectory() as kept:
            large(Path(kept), threads=options.threads)
    else:
        for size in options.sizes:
            count, dimension = (int(number) for number in size.split("x"))
            compare(count, dimension, runs=options.runs, threads=options.threads)


if __name__ == "__main__":
    main()
