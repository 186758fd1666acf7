"""Pictures of many threads at once stay within the budget, as the system measures it."""

import subprocess
import sys
from pathlib import Path

import pytest
from image_sets import read_folder, saved, write_files
from PIL import Image

import core
from core.pictures.header import ImageHeader
from core.pictures.measure import Measures, measure_file

ROOT = Path(core.__file__).parent.parent
SIDE_PX = 3600  # above 32 MB, which glibc gives back to the system at once
MEGABYTE = 1_000_000
# A budget for two or three of such pictures, and not for sixteen.
PROGRAM = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from core.limits import Limits
from core.pictures import budget

budget.BUDGET.total_bytes = int(sys.argv[2])

from core.dataset import read_picture
from core.ingest import open_source

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024

dataset = open_source(sys.argv[1], Path(sys.argv[1]).parent / "unused")

def look(row):
    with read_picture(dataset, row) as pixels:
        return pixels[::500, ::500].copy()

Path("/proc/self/clear_refs").write_text("5")
before = peak()
with ThreadPoolExecutor(16) as pool:
    looked = list(pool.map(look, list(range(len(dataset))) * 4))
print(len(looked), peak() - before)
"""


def plain(format_: str, mode: str, number: int) -> bytes:
    """Return a large picture of one colour in few bytes."""
    image = Image.new(mode, (SIDE_PX, SIDE_PX), (number, 90, 60, 120)[: len(mode)])
    return saved(image, format_, lossless=True) if format_ == "WEBP" else saved(image, format_)


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="needs Linux to measure")
@pytest.mark.parametrize(
    ("format_", "mode"), [("WEBP", "RGB"), ("WEBP", "RGBA"), ("PNG", "RGBA"), ("GIF", "RGB")]
)
def test_sixteen_threads_stay_within_the_budget(tmp_path: Path, format_: str, mode: str) -> None:
    suffix = f".{format_.lower()}"
    files = {f"a/{number}{suffix}": plain(format_, mode, number) for number in range(4)}
    write_files(tmp_path / "set", files)
    budget = 300 * MEGABYTE

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, tmp_path / "set", str(budget)],
        capture_output=True, text=True, cwd=ROOT, check=True,
    )  # fmt: skip

    looked, grown = map(int, done.stdout.split())
    assert looked == 16
    # Without it, sixteen threads hold 1.2 GB and more. What is smaller is kept by their arenas.
    assert grown < budget + 100 * MEGABYTE


MEASURE = """
import sys
from pathlib import Path
from core.pictures.header import read_header
from core.pictures.measure import measure_file

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024

content = Path(sys.argv[1]).read_bytes()
header = read_header(content)
Path("/proc/self/clear_refs").write_text("5")
before = peak()
found = measure_file(content, header).damage
print(peak() - before, found)
"""


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="needs Linux to measure")
@pytest.mark.parametrize(("kind", "is_cut"), [("PNG", False), ("JPEG", False), ("JPEG", True)])
def test_what_is_only_looked_through_is_not_held_whole(
    tmp_path: Path, kind: str, is_cut: bool
) -> None:
    content = plain(kind, "RGB", 9)
    file = tmp_path / "large"
    file.write_bytes(content[: len(content) // 2] + content[-2:] if is_cut else content)

    done = subprocess.run(
        [sys.executable, "-c", MEASURE, file], capture_output=True, text=True, cwd=ROOT, check=True
    )

    grown, _, damage = done.stdout.strip().partition(" ")
    assert int(grown) < 20 * MEGABYTE  # as an array it has 39 MB
    assert bool(damage) == is_cut


def test_a_picture_that_takes_more_memory_than_is_free_is_one_skipped_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measure(content: bytes, header: ImageHeader) -> Measures:
        if header.width == 64:
            raise MemoryError
        return measure_file(content, header)

    files = {f"a/{side}.png": saved(Image.new("RGB", (side, 9)), "PNG") for side in (32, 64, 96)}
    monkeypatch.setattr("core.ingest.picture_files.measure_file", measure)

    dataset = read_folder(write_files(tmp_path / "set", files))

    assert dataset.table["path"].tolist() == ["a/32.png", "a/96.png"]
    [skip] = dataset.skipped
    assert (skip.path, skip.reason) == ("a/64.png", "takes more memory than is free")


FREED = """
import ctypes
import threading
import numpy as np
if ARE_OURS:
    import core.pictures.header

def resident():
    for line in open("/proc/self/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024

np.ones(20_000_000, np.uint8)  # freed: from here on glibc takes no new pages for smaller blocks
kept = []
def work():
    large = []
    for _ in range(12):
        large.append(np.ones(16_000_000, np.uint8))
        kept.append(np.ones(50_000, np.uint8))
    del large
before = resident()
thread = threading.Thread(target=work)
thread.start()
thread.join()
print(resident() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="it is glibc that keeps what is freed")
def test_large_blocks_go_back_to_the_system_when_they_are_freed() -> None:
    kept = {
        are_ours: int(
            subprocess.run(
                [sys.executable, "-c", FREED.replace("ARE_OURS", str(are_ours))],
                cwd=ROOT, capture_output=True, text=True, check=True,
            ).stdout
        )
        for are_ours in (False, True)
    }  # fmt: skip

    assert kept[True] < 20 * MEGABYTE
    assert kept[False] > kept[True]
