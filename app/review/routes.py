"""The addresses from which a review fetches its code, its images, and what is like an image."""

from pathlib import Path

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.review.shown import ReviewList, Reviews
from app.session.session import Session
from app.session.workspaces import WORKSPACES
from app.shell.browser_code import BrowserCode
from app.shell.thumbnails import thumbnail_url
from core.embed.embeddings import similar_rows

REVIEW_PATH = "/evenset/review"
REVIEW_CODE = BrowserCode("review", Path(__file__).parent)
_NEAREST = 4  # of each of two classes
# A key names its content, so a browser may keep it for as long as it likes.
_LASTING = {
    "Cache-Control": "private, max-age=86400, immutable",
    "X-Content-Type-Options": "nosniff",
}
_FRESH = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


async def review_list(request: Request) -> Response:
    """Answer with the images of a list, for whoever has the token."""
    token, key = request.path_params["token"], request.path_params["key"]
    workspace = WORKSPACES.of_route(token)
    shown = workspace.of(Reviews).find(key) if workspace else None
    if shown is None:
        return Response(status_code=404)
    return JSONResponse(await run_in_threadpool(shown.to_json, token), headers=_LASTING)


async def nearest_images(request: Request) -> Response:
    """Answer with the images nearest to one of a list: of its own label, and of another."""
    token, key, place = (request.path_params[name] for name in ("token", "key", "place"))
    workspace = WORKSPACES.of_route(token)
    shown = workspace.of(Reviews).find(key) if workspace else None
    if workspace is None or shown is None or place >= len(shown):
        return Response(status_code=404)
    found = await run_in_threadpool(_nearest, workspace.session, shown, place, token)
    return JSONResponse(found, headers=_FRESH)


def _nearest(session: Session, shown: ReviewList, place: int, token: str) -> list[object]:
    """Return what is nearest to an image by the embedding, by label; nothing without vectors."""
    embeddings, dataset, row = session.embeddings, session.dataset, int(shown.rows[place])
    is_there = session.taken is shown.taken and dataset is not None and embeddings is not None
    if not is_there or dataset is None or embeddings is None or not embeddings.has([row])[0]:
        return []
    label = dataset.label(row)
    suggested = shown.suggested[place] if len(shown.suggested) else ""
    present = dataset.present_rows
    is_own = dataset.codes[present] == dataset.codes[row]
    is_other = ~is_own
    if suggested and suggested != label and suggested in dataset.classes:
        is_other = dataset.codes[present] == dataset.classes.index(suggested)
    groups = ((f"'{label}'", is_own), (f"'{suggested}'" if suggested else "other labels", is_other))
    return [
        {
            "title": f"Nearest of {title}",
            "images": [
                {
                    "thumb": thumbnail_url(token, shown.taken, int(near)),
                    "label": dataset.label(int(near)),
                    "path": dataset.path(int(near)),
                }
                for near in similar_rows(embeddings, row, _NEAREST, among=present[is_wanted])
            ],
        }
        for title, is_wanted in groups
        if np.any(is_wanted)
    ]


REVIEW_ROUTES = [
    REVIEW_CODE.route(),
    Route(f"{REVIEW_PATH}/{{token}}/{{key}}/images.json", review_list),
    Route(f"{REVIEW_PATH}/{{token}}/{{key}}/near-{{place:int}}.json", nearest_images),
]
