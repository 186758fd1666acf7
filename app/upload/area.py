"""The area where a folder or an archive is chosen or dropped, and sent in pieces."""

import streamlit as st

from app.session.workspaces import WORKSPACES
from app.shell.page import current_workspace
from app.upload.routes import UPLOAD_CODE, UPLOAD_PATH
from core.words import size_of

# The browser shows this before the modules are there: until then nobody would hear of a choice, so
# none is offered.
_HTML = """
<div class="area">
  <div class="rest" hidden>
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.6"
      stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      <path d="M12 15V4m0 0L7.5 8.5M12 4l4.5 4.5M4 14v4.5A1.5 1.5 0 0 0 5.5 20h13a1.5 1.5 0 0 0
        1.5-1.5V14"/></svg>
    <p class="lead">Drop a folder, a zip or a tar here</p>
    <div class="buttons">
      <button type="button" class="folder">Choose a folder</button>
      <button type="button" class="archive">Choose a zip or tar</button>
    </div>
    <p class="limits"></p>
  </div>
  <div class="busy" hidden>
    <p class="stage" aria-live="polite"></p>
    <div role="progressbar" aria-label="Sent" aria-valuemin="0" aria-valuemax="100"><i></i></div>
    <p class="figures"></p>
    <button type="button" class="cancel">Cancel</button>
  </div>
  <div class="message" hidden>
    <p class="said" aria-live="polite"></p>
    <button type="button" class="again" hidden>Try again</button>
  </div>
  <input type="file" webkitdirectory multiple hidden aria-label="A folder">
  <input type="file" accept=".zip,.tar,.tgz,.tar.gz" hidden aria-label="A zip or tar">
</div>
"""

_AREA = st.components.v2.component(
    "evenset_upload",
    html=_HTML,
    css=(UPLOAD_CODE.folder / "uploader.css").read_text("utf-8"),
    js=UPLOAD_CODE.script("uploader.js"),
)


def upload_area(key: str, *, is_aside: bool = False) -> None:
    """Draw the area. What arrives is loaded; the page is drawn again at its begin and its end.

    Args:
        key: Of the component.
        is_aside: The page's main button is another one.
    """
    limits = WORKSPACES.settings.limits
    _AREA(
        key=key,
        data={
            "base": f"{UPLOAD_PATH}/{current_workspace().route_token}",
            "aside": is_aside,
            "limits": (
                "One folder per class, with or without train, validation and test folders, or a "
                f"labels file next to the pictures. Up to {limits.files:,} files and "
                f"{size_of(limits.unpacked_bytes)}."
            ),
        },
        on_changed_change=lambda: None,
    )
