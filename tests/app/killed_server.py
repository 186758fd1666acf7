"""A server that is killed at its work, as often as asked: one interpreter forks one after another.

Reads a line of JSON per server from standard input: {work, root, source, token, other, delay}.
`delay` is the seconds from the beginning of the work to SIGKILL, or null for letting it end.
Answers with a line: whether it was killed, and the seconds that it lived.
"""

import json
import os
import signal
import struct
import sys
import time
from pathlib import Path

from app.session.workspace import Workspace
from app.session.workspaces import WORKSPACES
from app.settings import ServerSettings
from app.upload import loading
from app.upload.announcement import AnnouncementReader
from app.upload.uploads import Uploads
from core.limits import DEFAULT_LIMITS

_PIECE = 20  # files that are sent as one


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        ready, begun = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(ready)
            _serve(order, begun)
            os._exit(0)
        os.close(begun)
        os.read(ready, 1)
        began = time.monotonic()
        if order["delay"] is not None:
            time.sleep(order["delay"])
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        os.close(ready)
        answer = {"killed": os.WIFSIGNALED(status), "seconds": time.monotonic() - began}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _serve(order: dict[str, str], begun: int) -> None:
    WORKSPACES.settings = ServerSettings(host="127.0.0.1", root=Path(order["root"]))
    WORKSPACES.open()
    WORKSPACES.of_visitor(order["other"])
    workspace = WORKSPACES.of_visitor(order["token"])
    os.write(begun, b".")
    if order["work"] == "zip":
        loading.start_source(workspace, order["source"], title="pets")
    else:
        _upload(workspace, Path(order["source"]))
    while workspace.jobs():
        time.sleep(0.002)
    workspace.collect()
    assert workspace.session.dataset is not None, workspace.message


def _upload(workspace: Workspace, folder: Path) -> None:
    """Receive the files of `folder` as the browser sends them."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    reader = AnnouncementReader(DEFAULT_LIMITS)
    reader.feed(json.dumps({"kind": "folder", "name": "pets"}).encode() + b"\n")
    for path in files:
        name = json.dumps(path.relative_to(folder).as_posix())
        reader.feed(f"{path.stat().st_size}\t{name}\n".encode())
    upload = workspace.of(Uploads).begin(reader.end())
    for first in range(0, len(files), _PIECE):
        piece = b""
        for number, path in enumerate(files[first : first + _PIECE], start=first):
            content = path.read_bytes()
            piece += struct.pack("<II", number, len(content)) + content
        upload.write(piece)
    arrival = workspace.of(Uploads).finish(upload, [])
    assert arrival is not None
    loading.start_arrived(workspace, arrival)


if __name__ == "__main__":
    main()
