"""The web server: Streamlit's pages, and our own routes for thumbnails and downloads."""

import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.jobs.queue import JOBS
from app.map.routes import MAP_ROUTES
from app.review.routes import REVIEW_ROUTES
from app.session.workspaces import TOKEN, WORKSPACES, new_token
from app.settings import ASSETS, STREAMLIT_OPTIONS, ServerSettings
from app.shell.thumbnails import COVER_PATH, large_picture, thumbnail_file
from app.upload.routes import UPLOAD_ROUTES
from app.upload.waiting import WAITING_ROUTES
from core.dataset.questions import with_decoding
from core.errors import EvensetError, SettingError, SourceError
from core.ingest import SAMPLES
from core.pictures.decoding import Decoding

ROUTE = "/evenset"
_LAST_PORT = 65_535
_ROW = re.compile(r"(\d{1,9})(?:\.([a-z]{1,9})\.(\d{3,5}))?\.jpg")  # and another way to decode it


class VisitorCookie:
    """Give each browser a secret cookie with its first page, so that a reload finds its work.

    On loopback it lives as long as the work is kept, counted again from each page; elsewhere it
    goes with the browser's window.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; add the cookie to an HTML answer where that changes anything."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        _send_at_once(receive)
        settings = WORKSPACES.settings
        token = HTTPConnection(scope).cookies.get(settings.cookie_name)
        if token is not None and not (settings.is_local and TOKEN.fullmatch(token)):
            await self.app(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = dict(message.get("headers", []))
                if headers.get(b"content-type", b"").startswith(b"text/html"):
                    lasting = f"; Max-Age={settings.keep_seconds:.0f}" if settings.is_local else ""
                    cookie = (
                        f"{settings.cookie_name}={token or new_token()}; Path=/; HttpOnly; "
                        f"SameSite=Strict{lasting}"
                    )
                    message["headers"] = [
                        *message.get("headers", []),
                        (b"set-cookie", cookie.encode()),
                    ]
            await send(message)

        await self.app(scope, receive, send_with_cookie)


async def thumbnail(request: Request) -> Response:
    """Answer with the small picture of a row, for whoever has the token."""
    workspace = WORKSPACES.of_route(request.path_params["token"])
    match = _ROW.fullmatch(request.path_params["name"])
    dataset = workspace.session.dataset if workspace else None
    if workspace is None or match is None or dataset is None or int(match[1]) >= len(dataset):
        return Response(status_code=404)
    try:
        if match[2] is not None:
            dataset = with_decoding(dataset, Decoding(match[2], int(match[3])))
        path = await run_in_threadpool(thumbnail_file, workspace.folder, dataset, int(match[1]))
    except EvensetError as error:
        return Response(str(error), 404, media_type="text/plain")
    except OSError:
        return Response(status_code=404)
    return FileResponse(path, media_type="image/jpeg", headers=_private("private, max-age=3600"))


async def picture(request: Request) -> Response:
    """Answer with the large picture of a row, for whoever has the token."""
    workspace = WORKSPACES.of_route(request.path_params["token"])
    row = request.path_params["row"]
    dataset = workspace.session.dataset if workspace else None
    if dataset is None or row >= len(dataset):
        return Response(status_code=404)
    try:
        content = await run_in_threadpool(large_picture, dataset, row)
    except EvensetError as error:
        return Response(str(error), 404, media_type="text/plain")
    return Response(content, media_type="image/jpeg", headers=_private("private, max-age=3600"))


async def cover(request: Request) -> Response:
    """Answer with the picture on a sample's card."""
    sample = SAMPLES.get(request.path_params["name"].removesuffix(".jpg"))
    if sample is None:
        return Response(status_code=404)
    return FileResponse(sample.cover_path(), headers=_private("private, max-age=3600"))


async def download(request: Request) -> Response:
    """Answer with the last export, streamed from the disk, for whoever has the token."""
    workspace = WORKSPACES.of_route(request.path_params["token"])
    path = workspace.session.export_path() if workspace else None
    if path is None or not path.is_file() or path.name != request.path_params["name"]:
        return Response(status_code=404)
    return FileResponse(
        path, media_type="application/zip", filename=path.name, headers=_private("no-store")
    )


@asynccontextmanager
async def _lifespan(_: st.App) -> AsyncIterator[None]:
    yield
    WORKSPACES.close()


def _show_fault(_: Exception) -> bool:
    """Say that Evenset is at fault; Streamlit writes the traceback to the terminal."""
    st.error(
        "This page stopped because of an error in Evenset. Your work is not lost. Reload the "
        "page. The details are in the terminal that runs Evenset."
    )
    return True


app = st.App(
    ASSETS.parent / "main.py",
    routes=[
        Route(f"{ROUTE}/thumb/{{token}}/{{name}}", thumbnail),
        Route(f"{ROUTE}/picture/{{token}}/{{row:int}}.jpg", picture),
        Route(f"{COVER_PATH}/{{name}}", cover),
        Route(f"{ROUTE}/export/{{token}}/{{name}}", download),
        *MAP_ROUTES,
        *REVIEW_ROUTES,
        *UPLOAD_ROUTES,
        *WAITING_ROUTES,
    ],
    middleware=[Middleware(VisitorCookie)],
    lifespan=_lifespan,
    on_script_error=_show_fault,
)


def serve(settings: ServerSettings, *, opens_browser: bool, say: Callable[[str], None]) -> None:
    """Run the server until it is stopped; `say` is told its address before it starts.

    Raises:
        SourceError: the initial source is not there.
        SettingError: the server cannot listen on its host and port.
        OutputError: the folder named for workspaces cannot be used.
    """
    _check_address(settings.host, settings.port)
    source = settings.initial_source
    if source is not None and not source.startswith("sample:"):
        if not Path(source).exists():
            raise SourceError(f"There is no folder or file '{source}'. Check the path.")
        settings = replace(settings, initial_source=str(Path(source).resolve()))
    WORKSPACES.settings = settings
    WORKSPACES.open()
    JOBS.use_workers(settings.jobs)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    say(f"http://{host}:{settings.port}")
    app.run(
        config={
            **STREAMLIT_OPTIONS,
            "server.address": settings.host,
            "server.allowedHosts": (
                STREAMLIT_OPTIONS["server.allowedHosts"] if settings.is_local else []
            ),
            "server.port": settings.port,
            "server.headless": not opens_browser,
        }
    )


def _check_address(host: str, port: int) -> None:
    """Refuse what Streamlit would answer with a traceback."""
    if not 1 <= port <= _LAST_PORT:
        raise SettingError(f"Port {port} does not exist. Choose one from 1024 to {_LAST_PORT:,}.")
    try:
        family, kind, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no address"
        raise SettingError(
            f"Cannot listen on '{host}' port {port}: {reason}. Choose another --host or --port."
        ) from error


def _send_at_once(receive: Receive) -> None:
    """Let small answers go at once: asked for one after the other, each took 45 ms and takes 5.

    Streamlit binds its socket without a protocol, so asyncio leaves Nagle's algorithm on, and the
    body waits until the browser has acknowledged the head. The transport is uvicorn's; with another
    server nothing is changed.
    """
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    connection = transport.get_extra_info("socket") if transport is not None else None
    if connection is not None:
        with suppress(OSError):  # a Unix socket, or a connection that is gone
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _private(caching: str) -> dict[str, str]:
    return {"Cache-Control": caching, "X-Content-Type-Options": "nosniff"}
