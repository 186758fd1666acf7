"""The audit of pictures against CleanVision, each in a process of its own, on the same folders.

    python benchmarks/audit.py FOLDER ... [--peer PYTHON] [--jobs 1] [--sheets FOLDER]

Each looks for the same kinds, of pictures that it has not seen: dark, bright, blurred, of little
information, grey, of odd size and shape, exact and near-duplicates; Evenset also for its other
kinds. Time is from the start of the process; memory is the largest sum over its processes, shared
pages counted once. --peer is a Python that has cleanvision 0.3.7. --sheets draws what only one of
both has found.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter, sleep

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

OURS = """
import json, resource, sys
from pathlib import Path
from core.audit import audit
from core.ingest import open_source
dataset = open_source(sys.argv[1], Path(sys.argv[2]))
found = {}
for finding in audit(dataset).findings:
    paths = {dataset.path(row) for row in finding.rows.tolist()}
    found[finding.check] = sorted(paths | set(found.get(finding.check, [])))
use = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"images": len(dataset), "cpu_s": use.ru_utime + use.ru_stime, "found": found}))
"""
PEER = """
import json, os, resource, sys
from cleanvision import Imagelab
lab = Imagelab(data_path=sys.argv[1])
with open(os.devnull, "w") as sys.stdout:
    lab.find_issues(n_jobs=int(sys.argv[2]), verbose=False)
sys.stdout = sys.__stdout__
flags = [name for name in lab.issues.columns if name.startswith("is_")]
root = os.path.abspath(sys.argv[1])
found = {
    name[3:-6]: sorted(os.path.relpath(path, root) for path in lab.issues.index[lab.issues[name]])
    for name in flags
}
uses = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
cpu_s = sum(use.ru_utime + use.ru_stime for use in uses)
print(json.dumps({"images": len(lab.issues), "cpu_s": cpu_s, "found": found}))
"""
# Kind of CleanVision -> checks of Evenset that together say the same.
KINDS: Mapping[str, tuple[str, ...]] = {
    "dark": ("dark",),
    "light": ("bright",),
    "blurry": ("blurred",),
    "low_information": ("low_information", "blank"),
    "grayscale": ("grey",),
    "odd_size": ("odd_size",),
    "odd_aspect_ratio": ("odd_aspect",),
    "exact_duplicates": ("duplicates",),
    "near_duplicates": ("near_duplicates",),
}
ONLY_OURS = ("low_contrast", "noisy", "colour", "damaged")
SHEET, TILE_PX = 40, 128  # pictures of a sheet, and how large each is


def memory_of(pid: int) -> float:
    """Return the memory of a process and its children in MB, shared pages counted once."""
    total = 0.0
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) / 1024
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            total += memory_of(int(child))
    except OSError:  # It has just ended.
        pass
    return total


def run(python: str, program: str, *words: str) -> dict[str, object]:
    """Return what a program says, with its seconds and its largest memory."""
    start, memory = perf_counter(), 0.0
    with subprocess.Popen(
        [python, "-W", "ignore", "-c", program, *words],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT,
    ) as process:  # fmt: skip
        while process.poll() is None:
            memory = max(memory, memory_of(process.pid))
            sleep(0.05)
        seconds = perf_counter() - start
        assert process.stdout is not None
        said = json.loads(process.stdout.read().splitlines()[-1])
    return {**said, "seconds": seconds, "memory_mb": memory}


def tell(name: str, said: Mapping[str, object]) -> None:
    """Print how long one took and how much memory."""
    print(
        f"  {name}: {said['seconds']:.1f} s, {said['cpu_s']:.1f} s of processor, "
        f"{said['memory_mb']:.0f} MB"
    )


def draw_sheet(folder: str, paths: list[str], out: Path) -> None:
    """Write the first pictures side by side."""
    tiles = []
    for path in paths[:SHEET]:
        pixels = cv2.imread(str(Path(folder) / path))
        scale = TILE_PX / max(pixels.shape[:2])
        height, width = (max(1, round(side * scale)) for side in pixels.shape[:2])
        tile = np.full((TILE_PX, TILE_PX, 3), 128, np.uint8)
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
        tile[:height, :width] = cv2.resize(pixels, (width, height), interpolation=method)
        tiles.append(tile)
    while len(tiles) % 8:
        tiles.append(np.full((TILE_PX, TILE_PX, 3), 128, np.uint8))
    rows = [np.hstack(tiles[start : start + 8]) for start in range(0, len(tiles), 8)]
    out.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(out), np.vstack(rows))


def compare(folder: str, ours: Mapping[str, list[str]], peer: Mapping[str, list[str]],
            sheets: Path | None) -> None:  # fmt: skip
    """Print for each kind how many pictures both find, and how many only one."""
    print("  | kind | Evenset | CleanVision | both |")
    for kind, checks in KINDS.items():
        mine = {path for check in checks for path in ours.get(check, [])}
        theirs = set(peer.get(kind, []))
        print(f"  | {kind} | {len(mine)} | {len(theirs)} | {len(mine & theirs)} |")
        for name, only in (("evenset", mine - theirs), ("cleanvision", theirs - mine)):
            if sheets and only:
                out = sheets / f"{Path(folder).name}_{kind}_only_{name}.png"
                draw_sheet(folder, sorted(only), out)
    for check in ONLY_OURS:
        print(f"  | {check} | {len(ours.get(check, []))} | | |")


def main() -> None:
    """Measure both on each folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--peer")
    parser.add_argument("--jobs", default="1", help="processes of CleanVision")
    parser.add_argument("--sheets", type=Path)
    arguments = parser.parse_args()
    for folder in arguments.folders:
        ours = run(sys.executable, OURS, folder, str(Path(folder).parent / "unused"))
        print(f"{Path(folder).name}: {ours['images']:,} images")
        tell("Evenset", ours)
        if arguments.peer:
            peer = run(arguments.peer, PEER, folder, arguments.jobs)
            tell("CleanVision", peer)
            ratio = peer["seconds"] / ours["seconds"], peer["cpu_s"] / ours["cpu_s"]  # type: ignore[operator]
            print(f"  {ratio[0]:.1f} times as fast, {ratio[1]:.1f} by processor time")
            compare(folder, ours["found"], peer["found"], arguments.sheets)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
