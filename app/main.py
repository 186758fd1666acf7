"""The script that Streamlit runs: the frame, the navigation, and refusals in one place."""

from collections.abc import Callable

import streamlit as st

from app import sidebar
from app.page import current_workspace
from app.session import Session
from app.settings import ASSETS
from app.steps import STEPS
from app.views import audit, augment, balance, evaluate, export, load
from core.errors import EvensetError

View = Callable[[Session], Session]

VIEWS: dict[str, View] = {
    "load": load.load_view,
    "audit": audit.audit_view,
    "augment": augment.augment_view,
    "balance": balance.balance_view,
    "evaluate": evaluate.evaluate_view,
    "export": export.export_view,
}


def _draw(view: View) -> Callable[[], None]:
    """Return the page of `view`: it takes the visitor's session and stores what comes back."""

    def page() -> None:
        workspace = current_workspace()
        if workspace.message:
            st.warning(workspace.message, icon=":material/info:")
            workspace.message = ""
        before = workspace.session
        try:
            after = view(before)
        except EvensetError as error:
            st.error(str(error), icon=":material/error:")
            return
        if after is not before:
            workspace.put(before, after)
            st.rerun()

    return page


def main() -> None:
    """Draw the frame and the page that was asked for."""
    st.set_page_config(
        page_title="Evenset", page_icon=str(ASSETS / "mark.png"), layout="wide",
        initial_sidebar_state="auto",
    )  # fmt: skip
    st.html(ASSETS / "style.css")
    pages = {
        step.name: st.Page(
            _draw(VIEWS[step.name]),
            title=step.title,
            url_path="" if step.name == "load" else step.name,
            default=step.name == "load",
        )
        for step in STEPS
    }
    st.session_state["pages"] = pages
    chosen = st.navigation(list(pages.values()), position="hidden")
    workspace = current_workspace()
    load.open_initial_source(workspace)
    workspace.collect()
    sidebar.draw(workspace, pages)
    chosen.run()


main()
