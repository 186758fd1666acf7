"""The script that Streamlit runs: the frame, the navigation, and refusals in one place."""

from collections.abc import Callable

import streamlit as st

from app.pages import PAGES
from app.pages.load.page import open_initial_source
from app.session.ahead import work_ahead
from app.session.workspace import Workspace
from app.session.workspaces import WORKSPACES
from app.settings import ASSETS
from app.shell import sidebar
from app.shell.page import Page, current_workspace, plain
from core.errors import EvensetError

_MESSAGE = "message"  # the last one, and the page where it was shown first


def _draw(page: Page) -> Callable[[], None]:
    """Return what draws a page: its view takes the visitor's session, what comes back is stored."""

    def draw() -> None:
        workspace = current_workspace()
        _show_message(workspace, page.name)
        before = workspace.session
        try:
            after = page.view(before)
        except EvensetError as error:
            _show_refusal(error)
            return
        if after is not before:
            workspace.put(before, after)
            st.rerun()

    return draw


def _show_refusal(error: EvensetError) -> None:
    st.error(plain(str(error)), icon=":material/error:")


def _show_message(workspace: Workspace, step: str) -> None:
    """Show what the last job has to say until the person goes to another page or starts another.

    Showing it once is not enough: a rerun may follow at once and wipe it off.
    """
    text, page = st.session_state.get(_MESSAGE, ("", step))
    if text == workspace.message and page != step:
        workspace.message = ""
    elif text != workspace.message:
        st.session_state[_MESSAGE] = (workspace.message, step)
    if workspace.message:
        with st.container(key="message"):
            st.warning(plain(workspace.message), icon=":material/info:")


def main() -> None:
    """Draw the frame and the page that was asked for."""
    st.set_page_config(
        page_title="Evenset", page_icon=str(ASSETS / "mark.png"), layout="wide",
        initial_sidebar_state="auto",
    )  # fmt: skip
    st.html(ASSETS / "style.css")
    links = {
        name: st.Page(
            _draw(page),
            title=page.title,
            url_path=name if number else "",
            default=number == 0,
        )
        for number, (name, page) in enumerate(PAGES.items())
    }
    st.session_state["pages"] = links
    chosen = st.navigation(list(links.values()), position="hidden")
    try:
        workspace = current_workspace()
        open_initial_source(workspace)
    except EvensetError as error:  # as many visitors as may be, or no room on the disk
        _show_refusal(error)
        return
    workspace.collect()
    work_ahead(workspace, WORKSPACES.settings)
    sidebar.draw(workspace, PAGES.values(), links)
    chosen.run()


main()
