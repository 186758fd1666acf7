"""Open one view with a prepared session, and read what a person would read there."""

import json
import re
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from streamlit.testing.v1 import AppTest

import app
from app.jobs.queue import MAP, QUALITY, RISKS, Job
from app.map.scene import Pick
from app.map.selection import Selection
from app.session.session import Session
from app.session.workspace import Workspace
from app.session.workspaces import WORKSPACES

WAIT_SECONDS = 60
_MAIN = Path(app.__file__).parent / "main.py"
_TAG = re.compile(r"<[^>]*>")


def visitor(session: Session | None = None) -> Workspace:
    """Return the workspace of a new visitor who has made `session` so far."""
    workspace = WORKSPACES.of_visitor(None)
    if session is not None:
        workspace.session = session
    return workspace


def open_view(view: str, workspace: Workspace, **state: object) -> AppTest:
    """Draw one view alone; `state` is put into the page's memory first."""
    page = AppTest.from_function(_page, kwargs={"view": view}, default_timeout=WAIT_SECONDS)
    page.session_state["workspace_token"] = workspace.token
    for key, value in state.items():
        page.session_state[key] = value
    # What starts by itself (a UMAP starts a process) is begun where a test asks for it.
    remember_begun(workspace)
    return page.run()


def open_app(workspace: Workspace) -> AppTest:
    """Draw the whole app on its first page."""
    page = AppTest.from_file(str(_MAIN), default_timeout=WAIT_SECONDS)
    page.session_state["workspace_token"] = workspace.token
    return page.run()


def remember_begun(workspace: Workspace) -> None:
    """Have begun what begins by itself for the session that there is."""
    for key, slot, needs in (
        ("umap", MAP, ("embeddings",)),
        ("risks", RISKS, ("embeddings", "dataset")),
        ("quality", QUALITY, ("balanced", "embeddings")),
    ):
        workspace.remember(Job(key, "", lambda _: None, needs, slot=slot), workspace.session)


def picked(session: Session, pick: Pick) -> dict[str, object]:
    """Return the page's memory of a point of the map that was clicked, and so of the open tab."""
    points = session.balanced.synthetic if session.balanced is not None else None
    return {
        "map_selection": ((session.embeddings, points), Selection(pick=pick)),
        "balance_tab": "selection",
    }


def _page(view: str) -> None:
    import streamlit as st

    from app.pages import PAGES
    from app.shell.page import current_workspace

    workspace = current_workspace()
    workspace.collect()
    before = workspace.session
    after = PAGES[view].view(before)
    if after is not before:
        workspace.put(before, after)
        st.rerun()


def finish_jobs(workspace: Workspace) -> None:
    """Wait until the visitor's jobs have ended and their results are in the session."""
    end = time.monotonic() + WAIT_SECONDS
    while workspace.jobs():
        assert time.monotonic() < end, [job.title for job in workspace.jobs()]
        time.sleep(0.01)
    workspace.collect()


def html(page: AppTest) -> list[str]:
    """Return the bodies of the page's own HTML."""
    return [element.proto.body for element in page.get("html")]


def boards(page: AppTest) -> list[dict[str, object]]:
    """Return what the browser is told of each grid of images: `ReviewData` of `types.js`."""
    told = [json.loads(element.proto.json) for element in page.get("bidi_component")]
    return [one for one in told if "variants" in one]


def captions(page: AppTest) -> list[str]:
    """Return what stands below the pictures that were made of images, image by image."""
    return [one["caption"] for board in boards(page) for made in board["variants"] for one in made]


def text(page: AppTest) -> str:
    """Return all that can be read on the page, a line per element."""
    plain = [unescape(_TAG.sub(" ", body)) for body in html(page)]
    return "\n".join([*plain, *(re.sub(r"\\(\W)", r"\1", line) for line in markdown(page))])


def markdown(page: AppTest) -> list[str]:
    """Return every text that the browser reads as Markdown."""
    return list(_markdown(page))


def _markdown(page: AppTest) -> Iterator[str]:
    for kind in ("markdown", "caption", "info", "warning", "error", "success"):
        yield from (element.value for element in page.get(kind))
    for kind in ("button", "checkbox", "toggle", "number_input", "slider", "selectbox",
                 "multiselect", "text_input", "radio", "button_group"):  # fmt: skip
        for element in page.get(kind):
            yield element.proto.label
            yield element.proto.help
    for element in page.get("expander"):
        yield element.label
    for element in page.get("tab"):
        yield element.label
    for element in page.get("progress"):
        yield element.proto.text
    for element in page.get("metric"):
        yield from (element.label, element.value)


def button(page: AppTest, start: str) -> "object":
    """Return the only button whose label begins with `start`."""
    found = [element for element in page.button if element.label.startswith(start)]
    assert len(found) == 1, [element.label for element in page.button]
    return found[0]
