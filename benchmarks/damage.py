"""What becomes of damaged pictures: how many are refused, found, harmless, or pass unseen.

    python benchmarks/damage.py [--count 4000] [--seed 0]

Small pictures of each format are damaged in six ways (tests/mutations.py), loaded as a set, and
decoded. Beside it, OpenCV decodes each alone, in a process of its own: what its codecs write on the
terminal is what they warn of. PNGs are damaged once as they are, and once with checksums put right.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests"))

OUTCOMES = ("refused", "found", "harmless", "unseen")
LOAD = """
import hashlib, json, sys
from pathlib import Path
from core.dataset import read_picture
from core.errors import UnreadableImageError
from core.ingest import open_source
dataset = open_source(sys.argv[1], Path(sys.argv[1]).parent / "unused")
found = {skip.path: ["skipped", skip.reason] for skip in dataset.skipped}
for row in range(len(dataset)):
    with read_picture(dataset, row) as pixels:
        digest = hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).hexdigest()
    found[dataset.path(row)] = [dataset.table["damage"].iloc[row], digest]
print(json.dumps(found))
"""
ALONE = """
import json, os, sys
from pathlib import Path
import cv2, numpy as np
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_WARNING)
told, kept = {}, os.open(sys.argv[2], os.O_RDWR | os.O_CREAT | os.O_TRUNC)
os.dup2(kept, 2)
for path in sorted(Path(sys.argv[1]).rglob("*.*")):
    os.ftruncate(kept, 0)
    os.lseek(kept, 0, os.SEEK_SET)
    try:
        read = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        read = None
    lines = os.pread(kept, 1 << 16, 0).decode("utf-8", "replace").splitlines()
    told[path.relative_to(sys.argv[1]).as_posix()] = [read is not None, lines]
print(json.dumps(told))
"""


def run(program: str, *words: str) -> tuple[dict[str, list[object]], list[str]]:
    """Return what a program of its own says, and the lines that it wrote on the terminal."""
    done = subprocess.run(
        [sys.executable, "-W", "default", "-c", program, *words],
        cwd=ROOT, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": "."},
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1]), done.stderr.splitlines()


def write(folder: Path, count: int, seed: int) -> tuple[dict[str, str], dict[str, str]]:
    """Write mutants and their originals; return path -> path of its original, and path -> way."""
    from mutations import mutants, with_sums_mended

    from core.pictures.header import SUFFIXES

    originals: dict[bytes, str] = {}
    parents: dict[str, str] = {}
    ways: dict[str, str] = {}
    for number, mutant in enumerate(mutants(count, seed)):
        suffix = SUFFIXES[mutant.kind.split()[0]]
        contents = {mutant.kind: mutant.content}
        if suffix == ".png" and number % 2:
            contents = {f"{mutant.kind}, sums right": with_sums_mended(mutant.content)}
        for kind, content in contents.items():
            name = f"{kind}/{number:05d}{suffix}"
            if mutant.original not in originals:
                originals[mutant.original] = f"sound/{len(originals)}{suffix}"
            parents[name], ways[name] = originals[mutant.original], mutant.way
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
    for content, name in originals.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    return parents, ways


def outcome(mutant: list[object], sound: list[object]) -> str:
    """Return what became of one damaged picture."""
    reason, digest = mutant
    if reason == "skipped":
        return "refused"
    if reason:
        return "found"
    return "harmless" if digest == sound[1] else "unseen"


def main() -> None:
    """Print a table of kinds, one of ways, and what other libraries wrote."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "set"
        parents, ways = write(folder, options.count, options.seed)
        found, lines = run(LOAD, str(folder))
        told, _ = run(ALONE, str(folder), str(Path(place) / "lines"))
    by_kind: dict[str, Counter[str]] = {}
    by_way: dict[str, Counter[str]] = {}
    warned = missed = 0
    for name, sound in parents.items():
        result = outcome(found[name], found[sound])
        by_kind.setdefault(name.split("/")[0], Counter())[result] += 1
        by_way.setdefault(ways[name], Counter())[result] += 1
        is_warned = bool(told[name][1])
        warned += is_warned
        if is_warned and result in {"harmless", "unseen"}:
            missed += 1
            print("missed:", name, told[name][1][:2])
    for title, counts in (("kind", by_kind), ("way", by_way)):
        print(f"| {title} | files | {' | '.join(OUTCOMES)} |")
        print("|---|---|---|---|---|---|")
        for name, count in counts.items():
            shares = (f"{100 * count[each] / count.total():.0f} %" for each in OUTCOMES)
            print(f"| {name} | {count.total():,} | {' | '.join(shares)} |")
    wrong = sum(bool(found[sound][0]) for sound in set(parents.values()))
    total = sum(by_kind.values(), Counter())
    print(
        f"{total.total():,} files: "
        + ", ".join(f"{total[each]:,} {each}" for each in OUTCOMES)
        + f"; OpenCV's codecs warn of {warned:,}, {missed:,} of which pass without a finding; "
        f"{len(lines):,} lines of other libraries on the terminal; "
        f"{wrong:,} sound ones refused or found"
    )
    print(*lines[:20], sep="\n")


if __name__ == "__main__":
    main()
