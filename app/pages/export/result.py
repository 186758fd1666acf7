"""What an export has written: where it is, what is not in it, and how to make it again."""

import shlex
from pathlib import Path
from urllib.parse import quote

import streamlit as st

from app.session.session import Session
from app.shell.page import current_workspace, plain, quiet
from core.export import LAYOUTS, Training, fitting_snippets
from core.resample import STRATEGIES
from core.words import named, size_of


def draw_download(session: Session, *, is_current: bool) -> None:
    """Draw where the last export is, if there is one.

    Args:
        session: With the export.
        is_current: Whether it is what the page asks for; an older one is offered more quietly.
    """
    report, path = session.exported, session.export_path()
    if report is None or path is None:
        return
    place = f", {size_of(path.stat().st_size)}" if path.is_file() else " to this folder"
    done = f"{report.extent} written{place}."
    if not is_current:
        done += " Settings have changed since then. Write it again to include them."
    st.markdown(plain(done))
    if path.is_file():
        workspace = current_workspace()
        url = f"/evenset/export/{workspace.route_token}/{quote(path.name)}"
        st.link_button(
            "Download the zip", url, type="primary" if is_current else "secondary",
            icon=":material/download:",
        )  # fmt: skip
    else:
        st.code(str(path), language=None, wrap_lines=True)


def export_result(session: Session) -> None:
    """Draw how what was written is read and made again, and what is not in it."""
    report, path = session.exported, session.export_path()
    if report is None or path is None:
        return
    if report.changes:
        quiet(f"With your changes: {report.changes}.")
    for failure in report.failed[:5]:
        st.warning(plain(f"'{failure.path}' is not in it: {failure.reason}."))
    short = [
        label for label, count in report.after.items()
        if count and count != max(report.after.values())
    ]  # fmt: skip
    if short and STRATEGIES[_strategy(session)].targets:
        quiet(f"Classes above or below the target: {named(short)}.")
    with st.expander("Load it for training, or make it again", expanded=True):
        _readers(report.layout, path)
        quiet("To make the same export on the command line, with your images as SOURCE:")
        st.code(_again(path), language="bash", wrap_lines=True)
        _snippets(report.training, path)


def _strategy(session: Session) -> str:
    return session.balanced.plan.strategy if session.balanced else "augment"


def _again(path: Path) -> str:
    """Return the command that makes the same again, from the recipe in the export."""
    place = Path(path.stem) if path.is_file() else path  # a zip is unpacked where the command runs
    recipe, out = str(place / "recipe.json"), f"{path.stem}-again{path.suffix}"
    return f"evenset balance SOURCE --recipe {shlex.quote(recipe)} --out {shlex.quote(out)}"


def _readers(name: str, path: Path) -> None:
    """Say how a trainer reads what was written."""
    layout = LAYOUTS.get(name)
    if layout is None or not layout.readers:
        return
    is_packed = path.is_file()
    if is_packed:
        quiet("Unpack it into an empty folder first:")
        name, folder = shlex.quote(path.name), shlex.quote(path.stem)
        st.code(f"unzip {name} -d {folder}", language="bash", wrap_lines=True)
    quiet("Load it for training:")
    lines = [f"FOLDER = {_unpacked(path)!r}", *layout.readers]
    st.code("\n".join(lines), language="python", wrap_lines=True)
    if layout.caveat:
        quiet(layout.caveat)


def _snippets(training: Training | None, path: Path) -> None:
    """Offer the code that trains on what was written, one piece at a time."""
    if training is None:
        return
    snippet = st.selectbox(
        "Code to train with", fitting_snippets(training), key="snippet",
        format_func=lambda one: f"{one.library}: {one.title}",
        help="Plain libraries alone. `evenset snippets` writes the same files.",
    )  # fmt: skip
    if snippet is not None:
        quiet(training.advice)
        # As long as it is: a region that scrolls cannot be reached by keyboard.
        st.code(snippet.code(_unpacked(path)), language="python", wrap_lines=True)


def _unpacked(path: Path) -> str:
    """Return the folder of an export; a zip is unpacked where the code runs."""
    return path.stem if path.is_file() else str(path)
