"""Small pictures of images that wait for the person's word and are no rows yet."""

import re

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.session.session import Pending
from app.session.workspace import Workspace
from app.session.workspaces import WORKSPACES
from app.shell.thumbnails import SIDE_PX
from core.errors import UnreadableImageError
from core.ingest.file_views import view_file
from core.limits import Limits
from core.pictures.encode import thumbnail

WAITING_PATH = "/evenset/waiting"
_NAME = re.compile(r"([0-9]{1,9})\.jpg")
_HEADERS = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}


def waiting_url(workspace: Workspace, pending: Pending, place: int) -> str:
    """Return the address of the small picture at a place of what waits."""
    # The folder was made for these images alone: other ones never have the same address.
    return f"{WAITING_PATH}/{workspace.route_token}/{pending.folder.name}/{place}.jpg"


async def waiting_picture(request: Request) -> Response:
    """Answer with a small picture of what waits, for whoever has the token.

    Only a picture of the listing has an address, by its number; it is decoded within the limits.
    """
    token, key, name = (request.path_params[part] for part in ("token", "key", "name"))
    workspace = WORKSPACES.of_route(token)
    pending = workspace.session.pending if workspace else None
    match = _NAME.fullmatch(name)
    if pending is None or match is None or key != pending.folder.name:
        return Response(status_code=404)
    if int(match[1]) >= len(pending.survey.pictures):
        return Response(status_code=404)
    try:
        content = await run_in_threadpool(
            _small, pending, int(match[1]), WORKSPACES.settings.limits
        )
    except UnreadableImageError as error:
        return Response(str(error), 404, media_type="text/plain", headers=_HEADERS)
    return Response(content, media_type="image/jpeg", headers=_HEADERS)


WAITING_ROUTES = [Route(f"{WAITING_PATH}/{{token}}/{{key}}/{{name}}", waiting_picture)]


def _small(pending: Pending, place: int, limits: Limits) -> bytes:
    found = pending.survey
    file = int(found.pictures[place])
    with view_file(found.listing, file, at_least_px=SIDE_PX, limits=limits) as view:
        return thumbnail(view.pixels, SIDE_PX)
