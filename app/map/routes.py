"""The addresses from which the map fetches its code, points, colours and cards."""

import re
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.map.card import card
from app.map.scene import Scenes
from app.session.workspaces import WORKSPACES
from app.shell.browser_code import BrowserCode

MAP_PATH = "/evenset/map"
MAP_CODE = BrowserCode("map", Path(__file__).parent)
_CARD = re.compile(r"point-(\d{1,9})\.json")
# A key names its content, so a browser may keep it for as long as it likes.
_HEADERS = {
    "Cache-Control": "private, max-age=86400, immutable",
    "X-Content-Type-Options": "nosniff",
}


async def map_part(request: Request) -> Response:
    """Answer with a part of one of this visitor's maps, for whoever has the token."""
    token, key, part = (request.path_params[name] for name in ("token", "key", "part"))
    workspace = WORKSPACES.of_route(token)
    scene = workspace.of(Scenes).find(key) if workspace else None
    if workspace is None or scene is None:
        return Response(status_code=404)
    match = _CARD.fullmatch(part)
    if match is not None:
        index = int(match[1])
        if index >= len(scene.kinds):
            return Response(status_code=404)
        return JSONResponse(card(scene, index, token), headers=_HEADERS)
    content = await run_in_threadpool(workspace.of(Scenes).part, key, part)
    if content is None:
        return Response(status_code=404)
    return Response(content, media_type="application/octet-stream", headers=_HEADERS)


MAP_ROUTES = [MAP_CODE.route(), Route(f"{MAP_PATH}/{{token}}/{{key}}/{{part}}", map_part)]
