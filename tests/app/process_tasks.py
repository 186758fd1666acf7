"""What tests ask other processes to do, and a look at which of those live."""

import os
import time
from dataclasses import replace
from pathlib import Path

from app.map.umap import MapTask
from core.progress import Progress
from core.project import Projection, project


def own_id(_: object) -> int:
    return os.getpid()


def count_to(total: int, *, progress: Progress) -> int:
    """Count in steps of a hundredth of a second."""
    for number in range(1, total + 1):
        progress("counting", number, total)
        time.sleep(0.01)
    return total


def slow_map(task: MapTask, *, progress: Progress) -> Projection:
    """Draw a map that calls itself a UMAP, and takes a second."""
    for epoch in range(1, 101):
        progress("drawing the map", epoch, 100)
        time.sleep(0.01)
    return replace(project(task.embeddings, task.embeddings.rows), method="umap")


def own_children(parent: int | None = None) -> list[int]:
    """Return the processes of tasks that `parent`, or this one, has started; also dead ones."""
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
