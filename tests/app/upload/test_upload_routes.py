"""The routes of an upload, driven as the server drives them."""

import asyncio
import json
import struct
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opened_page import finish_jobs, visitor
from starlette.applications import Starlette
from starlette.types import Message

from app.jobs.queue import Job
from app.session.workspace import Workspace
from app.session.workspaces import WORKSPACES
from app.upload import routes as upload_routes
from app.upload import uploads
from app.upload.chunks import CHUNK
from app.upload.routes import UPLOAD_ROUTES
from app.upload.uploads import Arrival, Uploads
from core.errors import OutputError
from core.limits import Limits

APP = Starlette(routes=UPLOAD_ROUTES)
TWO_FILES = b'{"kind": "folder", "name": "pets"}\n3\t"a/1.jpg"\n2\t"b/2.jpg"\n'
FIRST, SECOND = struct.pack("<II", 0, 3) + b"one", struct.pack("<II", 1, 2) + b"22"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def says(self, name: str) -> object:
        return json.loads(self.body)[name]


@dataclass
class Loading:
    """What was handed over to be loaded."""

    arrivals: list[Arrival] = field(default_factory=list)

    def start(self, workspace: Workspace, arrival: Arrival) -> None:
        self.arrivals.append(arrival)


def ask(
    method: str,
    path: str,
    blocks: Sequence[bytes] = (b"",),
    *,
    length: int | None = None,
    goes_away: bool = False,
) -> Answer:
    """Send a request in `blocks` without a network."""
    sent: list[Message] = []
    coming: list[Message] = [
        {"type": "http.request", "body": block, "more_body": True} for block in blocks
    ]
    if goes_away:
        coming.append({"type": "http.disconnect"})
    else:
        coming[-1]["more_body"] = False

    async def receive() -> Message:
        if not coming:
            await asyncio.Event().wait()
        return coming.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [] if length is None else [(b"content-length", str(length).encode())]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
        "server": ("127.0.0.1", 8501),
        "client": ("127.0.0.1", 1),
    }
    asyncio.run(APP(scope, receive, send))
    start = next(message for message in sent if message["type"] == "http.response.start")
    body = b"".join(m.get("body", b"") for m in sent if m["type"] == "http.response.body")
    return Answer(start["status"], {n.decode(): v.decode() for n, v in start["headers"]}, body)


def base(workspace: Workspace) -> str:
    return f"/evenset/upload/{workspace.route_token}"


def begun(workspace: Workspace, body: bytes = TWO_FILES) -> str:
    """Return the address of an upload that was begun."""
    answer = ask("POST", base(workspace), [body])
    assert answer.status == 200
    return f"{base(workspace)}/{answer.says('id')}"


@pytest.fixture
def loading(monkeypatch: pytest.MonkeyPatch) -> Loading:
    loading = Loading()
    monkeypatch.setattr(upload_routes, "start_arrived", loading.start)
    return loading


@pytest.fixture
def workspace(loading: Loading) -> Iterator[Workspace]:
    """Return the workspace of a new visitor; what arrives is noted, not loaded."""
    workspace = visitor()
    yield workspace
    workspace.of(Uploads).drop_idle(0)


def test_what_has_arrived_waits_for_the_work_under_way(
    workspace: Workspace, loading: Loading
) -> None:
    opened = threading.Event()
    workspace.start(Job("map", "Embedding images", lambda _: opened.wait(60)), workspace.session)
    upload = begun(workspace)
    ask("POST", upload, [FIRST])

    early = ask("POST", f"{upload}/finish", [b'{"unreadable": [1]}'])
    assert (early.says("missing"), early.says("waits_for")) == ([], "Embedding images")
    assert loading.arrivals == []
    opened.set()
    finish_jobs(workspace)
    late = ask("POST", f"{upload}/finish", [b'{"unreadable": [1]}'])

    assert late.says("missing") == []
    assert [arrival.unreadable for arrival in loading.arrivals] == [[1]]


def test_two_files_arrive(workspace: Workspace, loading: Loading) -> None:
    answer = ask("POST", base(workspace), [TWO_FILES[:10], TWO_FILES[10:]])
    assert answer.says("missing") == [[0, 1]]
    assert (answer.says("chunk"), answer.says("files"), answer.says("bytes")) == (CHUNK, 2, 5)
    upload = f"{base(workspace)}/{answer.says('id')}"

    first = ask("POST", upload, [FIRST])
    early = ask("POST", f"{upload}/finish", [b"{}"])
    ask("POST", upload, [SECOND[:3], SECOND[3:]])
    end = ask("POST", f"{upload}/finish", [b'{"unreadable": []}'])

    assert (first.says("received_files"), first.says("received_bytes")) == (1, 3)
    assert (early.says("missing"), end.says("missing")) == ([[1, 1]], [])
    [arrival] = loading.arrivals
    assert arrival.paths == ["a/1.jpg", "b/2.jpg"]
    contents = [(arrival.folder / file).read_bytes() for file in arrival.files]
    assert contents == [b"one", b"22"]


def test_what_is_missing_can_be_asked_for(workspace: Workspace) -> None:
    upload = begun(workspace)
    ask("POST", upload, [SECOND])

    answer = ask("GET", upload)

    assert (answer.says("missing"), answer.says("received_bytes")) == ([[0, 0]], 2)


def test_no_answer_is_kept_by_the_browser(workspace: Workspace) -> None:
    upload = begun(workspace)

    for answer in (ask("GET", upload), ask("POST", upload, [b"x"]), ask("GET", base(workspace))):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("method", METHODS)
def test_a_wrong_token_opens_nothing(workspace: Workspace, method: str) -> None:
    id_ = begun(workspace).rsplit("/", 1)[1]

    for token in ("x" * 22, workspace.token, visitor().route_token, "*", "ä"):
        path = f"/evenset/upload/{token}"
        for place in (f"{path}/{id_}", f"{path}/{id_}/finish"):
            answer = ask(method, place, [FIRST])
            assert (answer.status, answer.body) == (404, b"")
    answer = ask(method, f"/evenset/upload/{workspace.token}", [TWO_FILES])
    assert (answer.status, answer.body) == (404, b"")
    assert workspace.of(Uploads).active() != []


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("id_", ["0" * 32, "..", "x", "%2e%2e"])
def test_an_unknown_upload_is_not_found(workspace: Workspace, method: str, id_: str) -> None:
    for place in (f"{base(workspace)}/{id_}", f"{base(workspace)}/{id_}/finish"):
        answer = ask(method, place, [FIRST])
        assert (answer.status, answer.body) == (404, b"")


def test_a_method_without_a_meaning_is_refused(workspace: Workspace) -> None:
    upload = begun(workspace)

    assert ask("GET", base(workspace)).status == 405
    assert ask("PUT", upload).status == 405
    assert ask("DELETE", f"{upload}/finish").status == 405


def test_cancel_ends_the_upload(workspace: Workspace, loading: Loading) -> None:
    upload = begun(workspace)

    assert ask("DELETE", upload).status == 204

    assert ask("POST", upload, [FIRST]).status == 404
    assert ask("GET", upload).status == 404
    assert ask("POST", f"{upload}/finish", [b"{}"]).status == 404
    assert loading.arrivals == []


def test_a_piece_that_is_cancelled_on_its_way_is_not_found(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = begun(workspace)
    write = uploads.Upload.write

    def cancel_first(self: uploads.Upload, piece: bytes) -> None:
        workspace.of(Uploads).cancel(self.id)
        write(self, piece)

    monkeypatch.setattr(uploads.Upload, "write", cancel_first)

    assert ask("POST", upload, [FIRST]).status == 404


def test_finishing_again_is_no_second_load(workspace: Workspace, loading: Loading) -> None:
    upload = begun(workspace)
    ask("POST", upload, [FIRST + SECOND])

    answers = [ask("POST", f"{upload}/finish", [b"{}"]) for _ in range(3)]

    assert [answer.says("missing") for answer in answers] == [[], [], []]
    assert len(loading.arrivals) == 1


def test_finishing_twice_at_once_is_one_load(workspace: Workspace, loading: Loading) -> None:
    upload = begun(workspace)
    ask("POST", upload, [FIRST + SECOND])
    barrier, answers = threading.Barrier(4), []

    def finish() -> None:
        barrier.wait(20)
        answers.append(ask("POST", f"{upload}/finish", [b"{}"]))

    threads = [threading.Thread(target=finish) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert [answer.says("missing") for answer in answers] == [[], [], [], []]
    assert len(loading.arrivals) == 1


def test_files_that_the_browser_could_not_read_are_named(
    workspace: Workspace, loading: Loading
) -> None:
    upload = begun(workspace)
    ask("POST", upload, [FIRST])

    answer = ask("POST", f"{upload}/finish", [b'{"unreadable": [1]}'])

    assert answer.says("missing") == []
    assert loading.arrivals[0].unreadable == [1]


def test_a_piece_that_says_to_be_too_long_is_refused_unread(workspace: Workspace) -> None:
    answer = ask("POST", begun(workspace), [FIRST], length=CHUNK + 70_000, goes_away=True)

    assert (answer.status, list(json.loads(answer.body))) == (413, ["error"])


def test_a_piece_that_is_too_long_without_saying_so_is_refused(workspace: Workspace) -> None:
    assert ask("POST", begun(workspace), [bytes(1 << 20)] * 5).status == 413


def test_a_browser_that_goes_away_leaves_the_upload_as_it_was(workspace: Workspace) -> None:
    upload = begun(workspace)

    ask("POST", upload, [FIRST[:9]], goes_away=True)
    ask("POST", f"{upload}/finish", [b"{"], goes_away=True)
    ask("POST", base(workspace), [TWO_FILES[:20]], goes_away=True)

    assert ask("GET", upload).says("missing") == [[0, 1]]
    assert len(workspace.of(Uploads).active()) == 1


def test_too_many_files_are_refused_with_the_limit(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = replace(WORKSPACES.settings, limits=Limits(files=1))
    monkeypatch.setattr(WORKSPACES, "settings", few)

    answer = ask("POST", base(workspace), [TWO_FILES, b'1\t"c/3.jpg"'])

    assert answer.status == 413
    assert "'pets' holds more than 1 files" in str(answer.says("error"))
    assert workspace.of(Uploads).active() == []


def test_a_full_disk_is_said_and_ends_the_upload(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = begun(workspace)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(uploads.os, "open", full)
    answer = ask("POST", upload, [FIRST])

    assert (answer.status, workspace.of(Uploads).active()) == (507, [])
    assert "the disk is full" in str(answer.says("error"))


def test_a_place_that_cannot_be_made_is_said(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: str) -> Path:
        raise OutputError("Cannot write there.")

    monkeypatch.setattr(workspace.of(Uploads), "_new_folder", refuse)

    assert ask("POST", base(workspace), [TWO_FILES]).status == 507


@pytest.fixture(scope="module")
def sender() -> Iterator[Workspace]:
    """Return the workspace of somebody who sends anything."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(upload_routes, "start_arrived", Loading().start)
        yield visitor()


@given(blocks=st.lists(st.binary(max_size=200), min_size=1, max_size=4))
def test_no_body_is_a_fault(sender: Workspace, blocks: list[bytes]) -> None:
    upload = begun(sender)

    for place in (base(sender), upload, f"{upload}/finish"):
        assert ask("POST", place, blocks).status in {200, 400, 404, 413}
    sender.of(Uploads).drop_idle(0)


@given(
    line=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["kind", "name", "unreadable", "folder"]), inner, max_size=4
            )
        ),
        max_leaves=8,
    ),
    rest=st.binary(max_size=40),
)
def test_no_json_is_a_fault(sender: Workspace, line: object, rest: bytes) -> None:
    upload = begun(sender)
    text = json.dumps(line).encode()

    assert ask("POST", base(sender), [text + b"\n" + rest]).status in {200, 400, 413}
    assert ask("POST", f"{upload}/finish", [text]).status in {200, 400}
    sender.of(Uploads).drop_idle(0)
