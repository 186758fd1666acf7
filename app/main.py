"""The script that Streamlit runs: the frame, the navigation, and refusals in one place."""

from collections.abc import Callable

import streamlit as st
from streamlit import runtime
from streamlit.runtime import RuntimeState

from app.jobs.process import STANDBY
from app.map.worker import WARM_UMAP
from app.pages.audit import page as audit
from app.pages.augment import page as augment
from app.pages.balance import page as balance
from app.pages.evaluate import page as evaluate
from app.pages.export import page as export
from app.pages.load import page as load
from app.session.session import Session
from app.session.workspaces import Workspace
from app.settings import ASSETS
from app.shell import sidebar
from app.shell.page import current_workspace, plain
from app.shell.steps import STEPS
from core.errors import EvensetError

View = Callable[[Session], Session]

_MESSAGE = "message"  # the last one, and the page where it was shown first

VIEWS: dict[str, View] = {
    "load": load.load_view,
    "audit": audit.audit_view,
    "augment": augment.augment_view,
    "balance": balance.balance_view,
    "evaluate": evaluate.evaluate_view,
    "export": export.export_view,
}


def _draw(step: str, view: View) -> Callable[[], None]:
    """Return the page of `view`: it takes the visitor's session and stores what comes back."""

    def page() -> None:
        workspace = current_workspace()
        _show_message(workspace, step)
        before = workspace.session
        try:
            after = view(before)
        except EvensetError as error:
            _show_refusal(error)
            return
        if after is not before:
            workspace.put(before, after)
            st.rerun()

    return page


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


def _is_served() -> bool:
    """Return whether this runs for a browser: a test of the page has no runtime with a state."""
    return runtime.exists() and isinstance(runtime.get_instance().state, RuntimeState)


def main() -> None:
    """Draw the frame and the page that was asked for."""
    if _is_served():
        STANDBY.open(WARM_UMAP)  # done already where `app.server` runs this script
    st.set_page_config(
        page_title="Evenset", page_icon=str(ASSETS / "mark.png"), layout="wide",
        initial_sidebar_state="auto",
    )  # fmt: skip
    st.html(ASSETS / "style.css")
    pages = {
        step.name: st.Page(
            _draw(step.name, VIEWS[step.name]),
            title=step.title,
            url_path="" if step.name == "load" else step.name,
            default=step.name == "load",
        )
        for step in STEPS
    }
    st.session_state["pages"] = pages
    chosen = st.navigation(list(pages.values()), position="hidden")
    try:
        workspace = current_workspace()
        load.open_initial_source(workspace)
    except EvensetError as error:  # as many visitors as may be, or no room on the disk
        _show_refusal(error)
        return
    workspace.collect()
    sidebar.draw(workspace, pages)
    chosen.run()


main()
