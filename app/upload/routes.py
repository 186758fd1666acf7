"""The routes of an upload: its code, and what a browser sends, for whoever has the token."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.jobs.queue import MAIN
from app.session.workspace import Workspace
from app.session.workspaces import WORKSPACES
from app.shell.browser_code import BrowserCode
from app.upload.announcement import AnnouncementReader
from app.upload.chunks import CHUNK
from app.upload.loading import start_arrived
from app.upload.uploads import Upload, Uploads
from core.errors import EvensetError, LimitError, OutputError, SettingError, SourceError
from core.records import parse

UPLOAD_PATH = "/evenset/upload"
UPLOAD_CODE = BrowserCode("upload", Path(__file__).parent)
_MOST_BYTES = CHUNK + (64 << 10)  # of a piece: a whole chunk and its frame, or many small ones
_LIST_BLOCK = 1 << 20  # of an announcement, read at a time
_MOST_DRAINED = 256 << 20
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


async def begin(request: Request) -> Response:
    """Take the list of files, and answer with what is wanted of them."""
    workspace = _workspace(request)
    if workspace is None:
        return _not_found()
    if request.method != "POST":
        return _not_allowed("POST")
    stream = request.stream()
    try:
        upload = await _announced(workspace, stream)
    except EvensetError as error:
        await _drain(stream)
        return _refusal(error)
    except ClientDisconnect:
        return _gone()
    return _answer({"id": upload.id, "chunk": CHUNK, **await run_in_threadpool(_state, upload)})


async def go_on(request: Request) -> Response:
    """Take a piece of an upload, say what is missing of it, or cancel it."""
    workspace = _workspace(request)
    upload = workspace.of(Uploads).find(request.path_params["id"]) if workspace else None
    if workspace is None or upload is None:
        return _not_found()
    if request.method in {"GET", "HEAD"}:
        return _answer(await run_in_threadpool(_state, upload))
    if request.method == "DELETE":
        workspace.of(Uploads).cancel(upload.id)
        return Response(status_code=204, headers=_HEADERS)
    if request.method != "POST":
        return _not_allowed("GET, POST, DELETE")
    try:
        piece = await _body(request, upload)
        await run_in_threadpool(upload.write, piece)
    except ClientDisconnect:
        return _gone()
    except OutputError as error:
        workspace.of(Uploads).cancel(upload.id)
        return _refusal(error)
    except EvensetError as error:
        return _not_found() if upload.is_dropped else _refusal(error)
    return _answer(_progress(upload))


async def finish(request: Request) -> Response:
    """Start to load what has arrived, or say what is missing or under way before it."""
    workspace = _workspace(request)
    id_ = request.path_params["id"]
    upload = workspace.of(Uploads).find(id_) if workspace else None
    if workspace is None or (upload is None and not workspace.of(Uploads).has_finished(id_)):
        return _not_found()
    if request.method != "POST":
        return _not_allowed("POST")
    if upload is None:  # the answer was lost, or another tab was quicker
        return _answer({"missing": []})
    try:
        unreadable = _unreadable(bytes(await _body(request, upload)))
        answer = await run_in_threadpool(_finish, workspace, upload, unreadable)
    except ClientDisconnect:
        return _gone()
    except EvensetError as error:
        return _refusal(error)
    return _not_found() if upload.is_dropped else _answer(answer)


UPLOAD_ROUTES = [
    UPLOAD_CODE.route(),
    Route(f"{UPLOAD_PATH}/{{token}}", begin, methods=_METHODS),
    Route(f"{UPLOAD_PATH}/{{token}}/{{id}}", go_on, methods=_METHODS),
    Route(f"{UPLOAD_PATH}/{{token}}/{{id}}/finish", finish, methods=_METHODS),
]


def _workspace(request: Request) -> Workspace | None:
    workspace = WORKSPACES.of_route(request.path_params["token"])
    if workspace is not None:
        workspace.seen = time.monotonic()  # an hour of sending is no hour of absence
    return workspace


async def _announced(workspace: Workspace, stream: AsyncIterator[bytes]) -> Upload:
    """Read the announcement in a thread, block by block: a million lines take seconds."""
    reader = AnnouncementReader(WORKSPACES.settings.limits)
    block = bytearray()
    async for part in stream:
        block += part
        if len(block) >= _LIST_BLOCK:
            await run_in_threadpool(reader.feed, bytes(block))
            block.clear()
    await run_in_threadpool(reader.feed, bytes(block))
    announcement = await run_in_threadpool(reader.end)
    return await run_in_threadpool(workspace.of(Uploads).begin, announcement)


async def _body(request: Request, upload: Upload) -> bytearray:
    """Return the body of a request, at most a piece.

    Raises:
        LimitError: it is longer than that.
    """
    too_long = LimitError(f"A piece may hold {_MOST_BYTES:,} bytes at most.")
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and len(declared) < 16 and int(declared) > _MOST_BYTES:
        raise too_long
    body = bytearray()
    async for part in request.stream():
        body += part
        upload.touch()
        if len(body) > _MOST_BYTES:
            raise too_long
    return body


async def _drain(stream: AsyncIterator[bytes]) -> None:
    """Read the rest of a refused list: a browser reads no answer before it has sent all."""
    drained = 0
    try:
        async for part in stream:
            drained += len(part)
            if drained > _MOST_DRAINED:
                return
    except ClientDisconnect:
        return


def _unreadable(body: bytes) -> list[int]:
    """Return the numbers of files that the browser could not read."""
    try:
        told = parse(bytes(body) or b"{}", "It")
    except SettingError as error:
        raise SourceError("The end of the upload was damaged on the way. Try again.") from error
    numbers = told.get("unreadable", []) if isinstance(told, dict) else None
    if not isinstance(numbers, list) or not all(type(number) is int for number in numbers):
        raise SourceError("The end of the upload was damaged on the way. Try again.")
    return numbers


def _finish(workspace: Workspace, upload: Upload, unreadable: list[int]) -> dict[str, object]:
    job = workspace.job_in(MAIN)
    if job is not None and not job.is_cancelled:
        # What was sent is not thrown away: the browser asks again until the job has ended.
        upload.leave_out(unreadable)
        return {"missing": upload.missing(), "waits_for": job.title}
    arrival = workspace.of(Uploads).finish(upload, unreadable)
    if arrival is not None:
        start_arrived(workspace, arrival)
    return {"missing": upload.missing()}


def _state(upload: Upload) -> dict[str, object]:
    return {"missing": upload.missing(), **_progress(upload)}


def _progress(upload: Upload) -> dict[str, object]:
    return {
        "files": upload.total_files,
        "bytes": upload.total_bytes,
        "received_files": upload.received_files,
        "received_bytes": upload.received_bytes,
    }


def _answer(content: object) -> Response:
    return JSONResponse(content, headers=_HEADERS)


def _refusal(error: EvensetError) -> Response:
    status = (
        507 if isinstance(error, OutputError) else 413 if isinstance(error, LimitError) else 400
    )
    return JSONResponse({"error": str(error)}, status_code=status, headers=_HEADERS)


def _not_found() -> Response:
    return Response(status_code=404, headers=_HEADERS)


def _not_allowed(allowed: str) -> Response:
    return Response(status_code=405, headers={**_HEADERS, "Allow": allowed})


def _gone() -> Response:
    """Return the answer that nobody reads: the browser went away while it was sending."""
    return Response(status_code=400, headers=_HEADERS)
