"""The map in a real Chromium: first picture, lasso, hover and bytes, beside plotly's scattergl.

    python benchmarks/map_in_browser.py [--counts 5000 20000 100000] [--rounds 3]

Points lie in twenty heaps; their pictures are 64 JPEGs over and over. Each time is the least of
the rounds, in seconds of the clock: from the click on Balance to the points being drawn, from the
end of a lasso to the first picture of its grid, and from the pointer's move to the picture in the
card (median of 30, in milliseconds). Bytes are those of all answers for the map, and of the
messages of the page. The peer is a bare page with the same points by `st.plotly_chart`: until the
chart has drawn, and from the end of a lasso to the number of points that Python has received.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.error import URLError
from urllib.request import urlopen

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from app.jobs.queue import MAP, RISKS, Job
from app.server import serve
from app.session.embedding import as_values, first_map
from app.session.session import Session
from app.session.workspaces import WORKSPACES
from app.settings import ServerSettings
from core.audit import audit
from core.dataset import ImageDataset, build_table
from core.embed import Embeddings
from core.pictures.encode import encode
from core.progress import silent

TOKEN = "b" * 32
CLASSES = 20
PICTURES = 64
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
LASSO = ((0.2, 0.2), (0.8, 0.25), (0.75, 0.8), (0.3, 0.75))

PEER = """
import numpy as np, plotly.graph_objects as go, streamlit as st
points, codes = np.load({points!r}), np.load({codes!r})
@st.fragment
def chart():
    figure = go.Figure()
    for code in range({classes}):
        own = codes == code
        figure.add_scattergl(x=points[own, 0], y=points[own, 1], mode="markers", name=str(code),
                             customdata=np.flatnonzero(own).astype(np.int32))
    figure.update_layout(height=600, dragmode="lasso")
    event = st.plotly_chart(figure, key="chart", on_select="rerun", selection_mode="lasso")
    st.text(f"received {{len(event['selection']['points'])}}")
chart()
"""


def images(folder: Path, count: int) -> tuple[ImageDataset, Embeddings]:
    """Return a dataset and vectors in heaps."""
    rng = np.random.default_rng(0)
    for number in range(PICTURES):
        pixels = rng.integers(0, 255, (8, 8, 3), np.uint8).repeat(16, 0).repeat(16, 1)
        (folder / f"{number}.jpg").write_bytes(encode(pixels, "JPEG"))
    codes = np.sort(rng.integers(0, CLASSES, count))
    files = rng.integers(0, PICTURES, count)
    table = build_table(
        {
            "path": [f"class {code:02d}/{row:06d}.jpg" for row, code in enumerate(codes)],
            "label": [f"class {code:02d}" for code in codes],
            "split": ["train"] * count,
            "width": np.full(count, 128), "height": np.full(count, 128),
            "format": ["JPEG"] * count,
            "bytes": np.full(count, 2_000),
            "digest": [f"{number:032x}" for number in files],
            "file": [f"{number}.jpg" for number in files],
        }
    )  # fmt: skip
    middles = rng.normal(scale=3, size=(CLASSES, 64))
    vectors = (middles[codes] + rng.normal(size=(count, 64))) @ rng.normal(size=(64, 384))
    embeddings = Embeddings(vectors.astype(np.float32), np.arange(count), "heaps", "heaps", "cpu")
    return ImageDataset("heaps", folder, table), embeddings


def serve_prepared(folder: Path, count: int, port: int) -> None:
    """Serve a visitor whose images are embedded, and write how long the first map takes."""
    WORKSPACES.settings = ServerSettings(host="127.0.0.1", port=port, root=folder / "workspaces")
    dataset, embeddings = images(folder, count)
    seconds = []
    for _ in range(2):  # the first time imports what it needs
        began = time.perf_counter()
        projection = first_map(dataset, embeddings, silent)
        seconds.append(time.perf_counter() - began)
    session = (
        Session()
        .put(source=dataset, audit=audit(dataset))
        .put(**as_values((embeddings, projection)))
    )
    workspace = WORKSPACES.of_visitor(TOKEN)
    workspace.session = session
    for slot, key, needs in (
        (MAP, "umap", ("embeddings",)),
        (RISKS, "risks", ("embeddings", "dataset")),
    ):
        workspace.remember(Job(key, "", lambda _: None, needs, slot=slot), session)
    np.save(folder / "points.npy", projection.points)
    np.save(folder / "codes.npy", dataset.codes)
    (folder / "first_map.json").write_text(json.dumps(seconds))
    serve(WORKSPACES.settings, opens_browser=False, say=lambda _: None)


@contextmanager
def running(command: list[str], port: int, log: Path) -> Iterator[str]:
    """Run a server until the block ends; return its address."""
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, env=dict(os.environ))
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(1200):
            assert process.poll() is None, log.read_text()
            try:
                urlopen(f"{address}/_stcore/health", timeout=1).close()
                break
            except (URLError, OSError):
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def lasso(page: Page, frame: dict[str, float]) -> None:
    """Draw a lasso by mouse."""
    path = [(frame["x"] + x * frame["width"], frame["y"] + y * frame["height"]) for x, y in LASSO]
    page.mouse.move(*path[0])
    page.mouse.down()
    for corner in [*path[1:], path[0]]:
        page.mouse.move(*corner, steps=5)


def timed_in_page(page: Page, script: str) -> float:
    """Return the seconds until a condition in the page holds, asked for at each frame."""
    return float(
        page.evaluate(
            "async (begun) => { const holds = () => { " + script + " };"
            "while (!holds()) await new Promise(requestAnimationFrame);"
            "await new Promise(requestAnimationFrame);"
            "return (performance.timeOrigin + performance.now() - begun) / 1000; }",
            time.time() * 1000,
        )
    )


def ours(browser: Browser, address: str, port: int, rounds: int) -> dict[str, float]:
    """Measure the app."""
    found: dict[str, list[float]] = {"first render": [], "lasso to grid": [], "hover": []}
    counted = {"map": 0.0, "messages": 0.0}
    for _ in range(rounds):
        context = browser.new_context(viewport={"width": 1400, "height": 1000})
        context.add_cookies([{"name": f"evenset_{port}", "value": TOKEN, "url": address}])
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        sizes: dict[str, float] = {}
        counted = {"map": 0.0, "messages": 0.0}

        def on_received(event: dict[str, object], counted: dict[str, float] = counted) -> None:
            counted["messages"] += len(str(event["response"]["payloadData"])) * 0.75  # type: ignore[index]

        def on_answer(event: dict[str, object], sizes: dict[str, float] = sizes) -> None:
            if "/evenset/map/" in event["response"]["url"]:  # type: ignore[index]
                sizes[str(event["requestId"])] = 0.0

        def on_data(event: dict[str, object], sizes: dict[str, float] = sizes) -> None:
            if event["requestId"] in sizes:
                sizes[str(event["requestId"])] += float(str(event["dataLength"]))

        page.goto(f"{address}/audit")
        page.get_by_role("heading", level=1).wait_for(timeout=60_000)
        page.wait_for_timeout(1500)
        session.on("Network.webSocketFrameReceived", on_received)
        session.on("Network.responseReceived", on_answer)
        session.on("Network.dataReceived", on_data)
        page.get_by_role("link", name="4. Balance").click(no_wait_after=True)
        ready = (
            "const walk = (root) => { for (const host of root.querySelectorAll('*')) {"
            "if (host.shadowRoot) { const map = host.shadowRoot.querySelector('.map[data-ready]');"
            "if (map && map.pointMap.drawn) return map; } } };"
            "window.found = walk(document); return window.found;"
        )
        found["first render"].append(timed_in_page(page, ready))
        counted["map"] = sum(sizes.values())
        page.wait_for_timeout(1500)
        page.evaluate("window.found.scrollIntoView()")
        page.evaluate("window.found.querySelector('[data-tool=lasso]').click()")
        page.wait_for_timeout(500)
        frame = page.locator(".map canvas.over").bounding_box()
        assert frame is not None
        lasso(page, frame)
        page.mouse.up()
        shown = (
            "const image = document.querySelector('.pictures.small img');"
            "return image && image.complete && image.naturalWidth > 0;"
        )
        found["lasso to grid"].append(timed_in_page(page, shown))
        page.wait_for_timeout(1000)
        found["hover"].append(hover(page))
        context.close()
    least = {name: min(values) for name, values in found.items()}
    return {**least, "bytes of the map": counted["map"], "bytes of messages": counted["messages"]}


def hover(page: Page) -> float:
    """Return the median milliseconds from a pointer's move to the loaded picture."""
    times = page.evaluate(
        """async () => {
          const map = window.found.pointMap, panel = map.panels[0];
          const card = window.found.querySelector(".card");
          const box = panel.over.getBoundingClientRect(), times = [];
          for (let round = 0; round < 30; round++) {
            const i = Math.floor((map.kinds.length * (round + 0.5)) / 30);
            const [x, y] = panel.place(i);
            panel.hover(null);
            const begun = performance.now();
            const at = { clientX: box.left + x, clientY: box.top + y };
            panel.over.dispatchEvent(new PointerEvent("pointermove", at));
            for (;;) {
              const image = card.hidden ? null : card.querySelector("img");
              if (image?.complete && image.naturalWidth) break;
              await new Promise((done) => setTimeout(done, 1));
              if (performance.now() - begun > 2000) break;
            }
            times.push(performance.now() - begun);
          }
          return times;
        }"""
    )
    return float(median(times))


def peer(browser: Browser, address: str, rounds: int) -> dict[str, float]:
    """Measure plotly."""
    first, selected = [], []
    for _ in range(rounds):
        context = browser.new_context(viewport={"width": 1400, "height": 1000})
        page = context.new_page()
        page.goto(address, wait_until="commit")
        drawn = (
            "const plot = document.querySelector('.js-plotly-plot');"
            "return plot && plot._fullData && plot.querySelector('.gl-canvas');"
        )
        first.append(timed_in_page(page, drawn))
        page.wait_for_timeout(2500)
        frame = page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
        assert frame is not None
        lasso(page, frame)
        page.mouse.up()
        selected.append(
            timed_in_page(page, "return /received [1-9]/.test(document.body.innerText);")
        )
        context.close()
    return {"first render": min(first), "lasso to grid": min(selected)}


def main() -> None:
    """Print a table for each count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, nargs="*", default=[5_000, 20_000, 100_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", nargs=3, metavar=("FOLDER", "COUNT", "PORT"))
    options = parser.parse_args()
    if options.serve:
        folder, count, port = options.serve
        serve_prepared(Path(folder), int(count), int(port))
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for count in options.counts:
            with tempfile.TemporaryDirectory() as place:
                folder, port = Path(place), free_port()
                command = [sys.executable, __file__, "--serve", place, str(count), str(port)]
                with running(command, port, folder / "log") as address:
                    own = ours(browser, address, port, options.rounds)
                seconds = json.loads((folder / "first_map.json").read_text())
                script = folder / "peer.py"
                names = {name: str(folder / f"{name}.npy") for name in ("points", "codes")}
                script.write_text(PEER.format(**names, classes=CLASSES))
                port = free_port()
                command = [
                    sys.executable, "-m", "streamlit", "run", str(script), "--server.headless",
                    "true", "--server.port", str(port), "--browser.gatherUsageStats", "false",
                ]  # fmt: skip
                with running(command, port, folder / "peer_log") as address:
                    other = peer(browser, address, options.rounds)
            cold, warm = seconds
            print(f"{count:,} points; the first map took {cold:.2f} s, the second {warm:.2f} s")
            for name, value in own.items():
                beside = f"   plotly {other[name]:.2f} s" if name in other else ""
                unit = "ms" if name == "hover" else "" if name.startswith("bytes") else "s"
                print(f"    {name:20} {value:12,.2f} {unit}{beside}")
        browser.close()


if __name__ == "__main__":
    main()
