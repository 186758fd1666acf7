"""From the asking to the UMAP: by the warm worker, by a fresh process, and by umap-learn alone.

    python benchmarks/map.py [--count 5000] [--dimension 384]

The points lie on a curved surface of 8 dimensions, with some noise. umap-learn alone is a fresh
process that reads the same points, takes 50 principal components and fits: the floor for a fresh
process of ours. Seconds of the clock, and of the processor in the process that draws.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from app.jobs.process import STANDBY
from app.map.umap import WARM_UMAP, better_map
from core.embed import Embeddings
from core.progress import silent
from core.project import DEFAULT_SETTINGS, project

ALONE = """
import sys, warnings
import numpy as np, umap
from sklearn.decomposition import PCA
warnings.simplefilter("ignore")
parts = PCA(50, random_state=0).fit_transform(np.load(sys.argv[1]))
start = parts[:, :2] * (10 / np.ptp(parts[:, :2], axis=0).max())
umap.UMAP(init=start, random_state=0, n_jobs=1).fit_transform(parts)
"""


def surface(count: int, dimension: int) -> Embeddings:
    """Return points on a curved surface of 8 dimensions."""
    rng = np.random.default_rng(0)
    place = rng.normal(size=(count, 8)) @ rng.normal(size=(8, 64))
    vectors = np.tanh(place / 2) @ rng.normal(size=(64, dimension))
    vectors += rng.normal(scale=0.1, size=vectors.shape)
    return Embeddings(vectors.astype(np.float32), np.arange(count), "surface", "surface", "cpu")


def tell(name: str, work: Callable[[], object], processor: Callable[[], float]) -> None:
    """Do `work` and print what it took."""
    began, spent = time.perf_counter(), processor()
    work()
    print(f"{name:42} {time.perf_counter() - began:7.1f} s {processor() - spent:7.1f} s of CPU")


def of_ended() -> float:
    """Return the processor time of all processes of ours that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def of_worker() -> float:
    """Return the processor time of the worker so far (Linux)."""
    assert STANDBY.worker is not None
    fields = Path(f"/proc/{STANDBY.worker.process_id}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def warm_up() -> None:
    """Wait until the worker is warm."""
    assert STANDBY.worker is not None
    while STANDBY.worker.cold:
        time.sleep(0.1)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--dimension", type=int, default=384)
    options = parser.parse_args()
    points = surface(options.count, options.dimension)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "points.npy"
        np.save(file, points.vectors)
        one_thread = {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
        alone = [sys.executable, "-c", ALONE, str(file)]
        tell(
            "umap-learn alone, fresh",
            lambda: subprocess.run(alone, check=True, env={**os.environ, **one_thread}),
            of_ended,
        )
    first = project(points, points.rows)

    def draw() -> object:
        return better_map(points, first, DEFAULT_SETTINGS, silent)

    tell("a fresh process", draw, of_ended)
    STANDBY.open(WARM_UMAP)
    tell("the worker warms up", warm_up, of_worker)
    for name in ("the warm worker", "the warm worker, again"):
        tell(name, draw, of_worker)
    status = Path(f"/proc/{STANDBY.worker.process_id}/status") if STANDBY.worker else Path()
    print(next(line for line in status.read_text().splitlines() if line.startswith("VmRSS")))
    STANDBY.close()


if __name__ == "__main__":
    main()
