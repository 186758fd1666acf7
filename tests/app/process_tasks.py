"""What tests ask other processes to do, and a look at which of those live."""

import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from app.map.umap import MapTask, draw_umap
from core.embed import Embeddings
from core.progress import Progress
from core.project import MapSettings, Projection, project

QUICK, LONG = "process_tasks:do_nothing", "process_tasks:wait"  # warm-ups


def do_nothing() -> None:
    pass


def wait() -> None:
    time.sleep(600)


def own_id(_: object) -> int:
    return os.getpid()


def priority(_: object) -> int:
    return os.getpriority(os.PRIO_PROCESS, 0)


def count_to(total: int, *, progress: Progress) -> int:
    """Count in steps of a hundredth of a second."""
    for number in range(1, total + 1):
        progress("counting", number, total)
        time.sleep(0.01)
    return total


def slow_map(task: MapTask, *, progress: Progress) -> Projection:
    """Draw a map that calls itself a UMAP, and takes as long without a compiler."""
    for epoch in range(1, 101):
        progress("drawing the map", epoch, 100)
        time.sleep(0.01)
    return replace(project(task.embeddings, task.embeddings.rows), method="umap")


def own_children(parent: int | None = None) -> list[int]:
    """Return the workers that this process, or `parent`, has started; dead ones are counted too."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, fields = status.read_text().rsplit(")", 1)
            command = (status.parent / "cmdline").read_bytes()
        except OSError:
            continue
        # A dead process that nobody has asked about has no command line any more.
        is_ours = b"app.jobs.worker_process" in command or (not command and "(python" in name)
        if int(fields.split()[1]) == (parent or os.getpid()) and is_ours:
            found.append(int(status.parent.name))
    return found


def compiled_by_maps(counts: list[int]) -> list[int]:
    """Return, for a UMAP of each of `counts` points in turn, how many functions it compiles."""
    from numba.core import event

    found = []
    for count in counts:
        points = np.random.default_rng(1).normal(size=(count, 384)).astype(np.float32)
        with event.install_recorder("numba:compile") as recorder:
            rows = np.arange(count)
            noise = Embeddings(points, rows, "noise", "noise", "cpu")
            # Few neighbours: the same functions, and sooner done.
            draw_umap(MapTask(noise, rows, points[:, :2], MapSettings(n_neighbors=5)))
        found.append(len(recorder.buffer))
    return found
