"""How fast a folder is indexed, and what a million rows cost.

    python benchmarks/ingest.py FOLDER [--peer PYTHON]   files a second, memory
    python benchmarks/ingest.py --million                a made-up index, and its Audit page

The floor lists the folder and reads the header of every file, nothing else. The peer is
`datasets.load_dataset("imagefolder")` of Hugging Face, run by the interpreter named with --peer,
which has to have it. Each runs in a process of its own, in turn; the median of three counts.
"""

import argparse
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

RUNS = 3
FLOOR = """
import os, sys
from PIL import Image
began = time.perf_counter()
count = 0
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        path = os.path.join(folder, name)
        with Image.open(path) as image:
            image.size, image.format, os.stat(path).st_size
        count += 1
"""
OURS = """
import sys
from pathlib import Path
from core.ingest import open_source
began = time.perf_counter()
count = len(open_source(sys.argv[1], Path("unused")))
"""
PEER = """
import sys, tempfile
import datasets
datasets.disable_progress_bars()
began = time.perf_counter()
with tempfile.TemporaryDirectory() as cache:
    count = sum(split.num_rows for split in datasets.load_dataset(
        "imagefolder", data_dir=sys.argv[1], cache_dir=cache).values())
"""
FRAME = """
import json, resource, time
{body}
print(json.dumps([count, time.perf_counter() - began,
                  resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def run(python: str, body: str, folder: str) -> tuple[int, float, float]:
    """Return files, seconds and MB of one run; libraries are loaded before, as in a server."""
    command = [python, "-c", FRAME.format(body=body), folder]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    count, seconds, megabytes = json.loads(answer.stdout.splitlines()[-1])
    return count, seconds, megabytes


def compare(folder: str, peer: str | None) -> None:
    """Print each way with its ratio to the floor."""
    ways = [("floor", sys.executable, FLOOR), ("Evenset", sys.executable, OURS)]
    if peer is not None:
        ways.append(("datasets", peer, PEER))
    rounds = [[run(python, body, folder) for _, python, body in ways] for _ in range(RUNS)]
    floor_s = median(figures[0][1] for figures in rounds)
    for (name, _, _), figures in zip(ways, zip(*rounds, strict=True), strict=True):
        seconds = median(figure[1] for figure in figures)
        print(
            f"{name:9} {figures[0][0]:,} files  {seconds:.2f} s  "
            f"{figures[0][0] / seconds:,.0f} files/s  {seconds / floor_s:.2f} of the floor  "
            f"{median(figure[2] for figure in figures):.0f} MB"
        )


def make_million(workspaces: Path, token: str, count: int) -> None:
    """Write a workspace whose index has `count` rows, made up from a listing."""
    import numpy as np

    from app.session.root_folder import folder_name
    from app.session.session import Session
    from app.session.store import save_session
    from core.audit import audit
    from core.dataset import ImageDataset, build_table
    from core.ingest import Listing, survey
    from core.pictures.decode import SUFFIXES

    began = time.perf_counter()
    workspace = workspaces / folder_name(token)
    folder = workspace / "dataset_million"
    folder.mkdir(parents=True)
    (folder / "one.jpg").write_bytes(b"one file stands for all")
    rng = np.random.default_rng(0)
    classes = rng.zipf(1.3, count) % 1000
    paths = sorted(f"class {code:03d}/image_{row:07d}.jpg" for row, code in enumerate(classes))
    found = survey(Listing("million", folder, paths, paths))
    print(f"listing and survey: {time.perf_counter() - began:.1f} s")
    began = time.perf_counter()
    labels = [found.labels.names[code] for code in found.labels.codes]
    table = build_table(
        {
            "path": paths,
            "label": labels,
            "split": ["train"] * count,
            "width": rng.integers(200, 2000, count),
            "height": rng.integers(200, 2000, count),
            "format": rng.choice(list(SUFFIXES), count).tolist(),
            "bytes": rng.integers(10_000, 10_000_000, count),
            "digest": [f"{row % (count - 5_000):064x}" for row in range(count)],
            "file": ["one.jpg"] * count,
        }
    )
    del paths, labels, found
    dataset = ImageDataset("million", folder, table)
    print(f"table: {time.perf_counter() - began:.1f} s, {_used(table):.0f} MB")
    began = time.perf_counter()
    report = audit(dataset)
    print(f"audit: {time.perf_counter() - began:.1f} s")
    began = time.perf_counter()
    save_session(workspace, Session().put(source=dataset, audit=report, folder=folder))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"written: {time.perf_counter() - began:.1f} s; peak of this process {peak:.0f} MB")


def _used(table: object) -> float:
    return float(table.memory_usage(deep=True).sum()) / 1e6  # type: ignore[attr-defined]


def million(count: int = 1_000_000) -> None:
    """Print what an index of a million rows costs, and how soon its Audit page stands."""
    from playwright.sync_api import expect, sync_playwright

    sys.path.append(str(Path(__file__).resolve().parent.parent / "tests" / "browser"))
    from find_chromium import find_chromium

    token = "a" * 22
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        command = [sys.executable, __file__, "--make", folder, token, str(count)]
        subprocess.run(command, check=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        serve = [str(Path(sys.executable).with_name("evenset")), "serve", "--no-browser"]
        server = subprocess.Popen([*serve, "--port", str(port), "--workspaces", folder])
        url = f"http://127.0.0.1:{port}"
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(viewport={"width": 1400, "height": 1000})
        context.add_cookies([{"name": f"evenset_{port}", "value": token, "url": url}])
        page = context.new_page()
        try:
            while True:
                try:
                    page.goto(url)
                    break
                except Exception:  # noqa: BLE001, nobody listens yet
                    time.sleep(0.2)
            page.get_by_role("button", name="Go on").click(timeout=60_000)
            began = time.perf_counter()
            expect(page.get_by_text("can be used").first).to_be_visible(timeout=120_000)
            print(f"opened again: {time.perf_counter() - began:.1f} s")
            for _ in range(RUNS):
                began = time.perf_counter()
                page.get_by_role("link", name="2. Audit").click()
                page.locator(".js-plotly-plot .bars").first.wait_for(timeout=60_000)
                page.locator(".pictures img").first.wait_for(state="attached", timeout=60_000)
                print(f"Audit page: {time.perf_counter() - began:.2f} s")
                page.get_by_role("link", name="1. Load").click()
                expect(page.get_by_text("can be used").first).to_be_visible()
            status = Path(f"/proc/{server.pid}/status").read_text()
            lines = [line for line in status.splitlines() if line.startswith(("VmHWM", "VmRSS"))]
            print("server:", "; ".join(" ".join(line.split()) for line in lines))
        finally:
            server.terminate()
            server.wait(30)
            browser.close()


def main() -> None:
    """Measure what the options ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--peer", metavar="PYTHON")
    parser.add_argument("--million", action="store_true")
    parser.add_argument("--make", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.make:
        make_million(Path(options.make[0]), options.make[1], int(options.make[2]))
    elif options.million:
        million()
    elif options.folder:
        os.environ["HF_HUB_OFFLINE"] = "1"
        compare(options.folder, options.peer)
    else:
        parser.error("name a folder, or --million")


if __name__ == "__main__":
    main()
