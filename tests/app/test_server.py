"""Routes and the visitor's cookie, driven as the server drives them."""

import asyncio
import socket
from dataclasses import dataclass, replace
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from drawn_sets import draw_dataset, loaded
from opened_page import visitor
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.server import ROUTE, VisitorCookie, download, thumbnail
from app.session.session import Session
from app.session.workspace import Workspace
from app.session.workspaces import WORKSPACES
from app.settings import ServerSettings
from core.dataset import ImageDataset
from core.export import ExportReport
from core.pictures.decode import read_header


@dataclass(frozen=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return dict(self.headers).get(name)


def get(app: ASGIApp, path: str, cookie: str | None = None) -> Answer:
    """Ask `app` for `path` without a network."""
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.Event().wait()  # the browser stays and says nothing more
        raise AssertionError("unreachable")

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"cookie", cookie.encode("latin-1"))] if cookie is not None else [],
        "server": ("127.0.0.1", 8501),
        "client": ("127.0.0.1", 1),
    }
    asyncio.run(app(scope, receive, send))
    start = next(message for message in sent if message["type"] == "http.response.start")
    body = b"".join(m.get("body", b"") for m in sent if m["type"] == "http.response.body")
    headers = [(name.decode(), value.decode("latin-1")) for name, value in start["headers"]]
    return Answer(start["status"], headers, body)


async def page(request: Request) -> Response:
    return HTMLResponse("<html></html>")


async def script(request: Request) -> Response:
    return PlainTextResponse("1", media_type="text/javascript")


async def cookies(request: Request) -> Response:
    return PlainTextResponse(repr(request.cookies))


APP = Starlette(
    routes=[
        Route("/", page),
        Route("/script.js", script),
        Route("/cookies", cookies),
        Route(f"{ROUTE}/thumb/{{token}}/{{name}}", thumbnail),
        Route(f"{ROUTE}/export/{{token}}/{{name}}", download),
    ],
    middleware=[Middleware(VisitorCookie)],
)


@pytest.fixture
def workspace(dataset: ImageDataset, tmp_path: Path) -> Workspace:
    """Return the workspace of a visitor with 19 images and an export."""
    target = tmp_path / "pets.zip"
    target.write_bytes(b"the zip")
    report = ExportReport(target, (), {}, {}, (), 0)
    return visitor(loaded(dataset).put(exported=report))


def test_who_has_the_token_gets_the_small_picture(workspace: Workspace) -> None:
    answer = get(APP, f"/evenset/thumb/{workspace.route_token}/18.jpg")

    assert answer.status == 200
    assert answer.header("content-type") == "image/jpeg"
    assert answer.header("x-content-type-options") == "nosniff"
    assert str(answer.header("cache-control")).startswith("private")
    assert read_header(answer.body).format == "JPEG"


@pytest.mark.parametrize(
    "name",
    ["19.jpg", "-1.jpg", "1.png", "1", "x.jpg", "1.jpg.jpg", "%2e%2e", "..", "9999999999.jpg", ""],
)
def test_a_picture_that_is_not_there_is_not_found(workspace: Workspace, name: str) -> None:
    assert get(APP, f"/evenset/thumb/{workspace.route_token}/{name}").status == 404


def test_a_wrong_token_opens_nothing(workspace: Workspace) -> None:
    for token in ("x" * 22, workspace.token, "", "*", "ä"):
        assert get(APP, f"/evenset/thumb/{token}/0.jpg").status == 404
        assert get(APP, f"/evenset/export/{token}/pets.zip").status == 404


def test_another_visitors_token_does_not_open_mine(workspace: Workspace) -> None:
    other = visitor()

    assert get(APP, f"/evenset/thumb/{other.route_token}/0.jpg").status == 404
    assert get(APP, f"/evenset/export/{other.route_token}/pets.zip").status == 404


def test_a_picture_that_was_removed_is_not_found(tmp_path: Path) -> None:
    dataset = draw_dataset(tmp_path / "set", {"cat": 2})
    workspace = visitor(loaded(dataset))
    (dataset.root / str(dataset.table["file"].iloc[0])).unlink()

    assert get(APP, f"/evenset/thumb/{workspace.route_token}/0.jpg").status == 404


def test_who_has_the_token_gets_the_export(workspace: Workspace) -> None:
    answer = get(APP, f"/evenset/export/{workspace.route_token}/pets.zip")

    assert (answer.status, answer.body) == (200, b"the zip")
    assert answer.header("content-disposition") == 'attachment; filename="pets.zip"'
    assert answer.header("cache-control") == "no-store"
    assert answer.header("x-content-type-options") == "nosniff"


@pytest.mark.parametrize(
    "name", ["other.zip", "../pets.zip", "..%2fpets.zip", "pets.zip/", "pets.zip/.", "/etc/passwd"]
)
def test_the_export_has_one_name_only(workspace: Workspace, name: str) -> None:
    answer = get(APP, f"/evenset/export/{workspace.route_token}/{name}")

    assert answer.status in {307, 404}
    assert answer.body == b"" or b"the zip" not in answer.body


def test_an_export_into_a_folder_is_not_served(workspace: Workspace, tmp_path: Path) -> None:
    assert workspace.session.exported is not None
    (tmp_path / "folder").mkdir()
    report = replace(workspace.session.exported, target=tmp_path / "folder")
    workspace.session = workspace.session.put(exported=report)

    assert get(APP, f"/evenset/export/{workspace.route_token}/folder").status == 404


def test_a_visitor_without_images_has_neither() -> None:
    empty = visitor(Session())

    assert get(APP, f"/evenset/thumb/{empty.route_token}/0.jpg").status == 404
    assert get(APP, f"/evenset/export/{empty.route_token}/pets.zip").status == 404


def test_the_first_page_brings_a_secret_cookie() -> None:
    first, second = (str(get(APP, "/").header("set-cookie")) for _ in range(2))

    morsel = SimpleCookie(first)[WORKSPACES.settings.cookie_name]
    assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "Strict", "/")
    assert len(morsel.value) == 22
    assert first != second


def test_the_cookie_opens_a_workspace_that_a_reload_finds_again() -> None:
    given = SimpleCookie(str(get(APP, "/").header("set-cookie")))
    token = given[WORKSPACES.settings.cookie_name].value

    assert WORKSPACES.of_visitor(token).token == token


def test_who_has_a_cookie_gets_no_other() -> None:
    name = WORKSPACES.settings.cookie_name

    assert get(APP, "/", cookie=f"{name}=known").header("set-cookie") is None


def test_only_pages_bring_the_cookie() -> None:
    assert get(APP, "/script.js").header("set-cookie") is None
    assert get(APP, "/nowhere").header("set-cookie") is None


@pytest.mark.parametrize("foreign", ["a/b=1", "a b=1", "[x]=1", "=", ";;", "{", 'a="x', "ä=ö"])
def test_cookies_of_other_programs_on_this_computer_do_no_harm(foreign: str) -> None:
    name = WORKSPACES.settings.cookie_name

    answer = get(APP, "/", cookie=f"{foreign}; {name}=known")

    assert answer.status == 200
    assert answer.header("set-cookie") is None


@pytest.fixture
def _only_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WORKSPACES, "settings", ServerSettings(host="127.0.0.1", keep_days=3))


@pytest.mark.usefixtures("_only_this_computer")
def test_on_this_computer_the_cookie_lives_as_long_as_the_work() -> None:
    given = SimpleCookie(str(get(APP, "/").header("set-cookie")))

    morsel = given[WORKSPACES.settings.cookie_name]
    assert morsel["max-age"] == str(3 * 24 * 3600)
    assert (morsel["httponly"], morsel["samesite"]) == (True, "Strict")


@pytest.mark.usefixtures("_only_this_computer")
def test_on_this_computer_each_page_renews_the_cookie() -> None:
    name, token = WORKSPACES.settings.cookie_name, "t" * 22

    again = SimpleCookie(str(get(APP, "/", cookie=f"{name}={token}").header("set-cookie")))

    assert again[name].value == token
    assert again[name]["max-age"] == str(3 * 24 * 3600)
    assert get(APP, "/script.js", cookie=f"{name}={token}").header("set-cookie") is None


@pytest.mark.usefixtures("_only_this_computer")
@pytest.mark.parametrize("value", ["known", "x" * 65, "a%0d%0aX-Evil:1" + "a" * 22])
def test_a_cookie_that_is_not_ours_is_never_sent_back(value: str) -> None:
    name = WORKSPACES.settings.cookie_name

    assert get(APP, "/", cookie=f"{name}={value}").header("set-cookie") is None


def test_elsewhere_the_cookie_goes_with_the_browser() -> None:
    given = SimpleCookie(str(get(APP, "/").header("set-cookie")))

    assert given[WORKSPACES.settings.cookie_name]["max-age"] == ""


class _Cycle:
    """A request as uvicorn holds it, on a socket that nobody reads."""

    def __init__(self, connection: socket.socket) -> None:
        self.transport = self
        self._connection = connection

    def get_extra_info(self, name: str) -> socket.socket | None:
        return self._connection if name == "socket" else None

    async def receive(self) -> Message:
        return {"type": "http.request"}


def test_small_answers_go_at_once() -> None:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: Message) -> None:
        assert message["status"] == 200

    with socket.socket() as connection:
        assert not connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        request = VisitorCookie(answer)(
            {"type": "http", "headers": []}, _Cycle(connection).receive, send
        )
        asyncio.run(request)

        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
