"""Export: what will be written, the button, and the way to make it again."""

from contextlib import suppress
from dataclasses import replace
from functools import partial
from html import escape
from pathlib import Path

import streamlit as st

from app.charts import classes as charts
from app.charts.layout import with_minus
from app.jobs.queue import Job
from app.pages.export.result import export_result
from app.session.root_folder import fill_folder, remove_later
from app.session.session import Balanced, Session
from app.session.store import recipe_of
from app.session.workspace import Workspace
from app.session.workspaces import WORKSPACES
from app.shell.page import (
    ask_for_images,
    current_workspace,
    heading,
    how_it_is_made,
    lead_on,
    note,
    quiet,
)
from core.dataset import TRAIN, ImageDataset
from core.errors import SettingError
from core.export import (
    AS_THEY_ARE,
    CONTAINERS,
    DEFAULT_LAYOUT,
    DEFAULT_ORIGINALS,
    ENCODED_ANEW,
    LAYOUTS,
    Container,
    ExportReport,
    ExportSource,
    Recipe,
    container_of,
    draw_tree,
    export,
    export_name,
)
from core.progress import Progress
from core.resample import (
    STRATEGIES,
    make_plan,
)
from core.words import count_of, lowered, size_of

_VECTOR_BYTES = 4_000  # a vector of the encoder, its parents, and the names beside it
QUESTION = "What will you export?"


def export_view(session: Session) -> Session:
    """Draw the page."""
    dataset = ask_for_images(session, QUESTION, "An export needs images.")
    if dataset is None:
        return session
    balanced = session.balanced or Balanced(make_plan(dataset, "augment"), 0)
    heading(QUESTION, _answer(dataset, balanced))
    if session.balanced is None:
        quiet(
            "No strategy is chosen on Balance yet, so the default is used: augmented pictures up "
            "to the largest class."
        )
    _verdict(session)
    note(
        "Only the training split is balanced. Nothing is added to validation and test: a score on "
        "synthetic or repeated images says nothing about real ones."
    )
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.plotly_chart(
            charts.plan_bars(balanced.plan),
            key="export_bars",
            config={"displayModeBar": False},
            alt="Training images per class before and after",
        )
    with right:
        layout = _layout()
        tree = draw_tree(
            LAYOUTS[layout], dataset, balanced.plan, export_name(dataset, balanced.plan.strategy)
        )
        st.html(
            f'<div class="tree" role="img" aria-label="Folders of the export">{escape(tree)}</div>'
        )
    recipe = recipe_of(session, dataset, balanced, session.edits.of_data)
    how_it_is_made(recipe)
    _form(session, dataset, balanced, recipe, layout)
    export_result(current_workspace(), session)
    return session


def _answer(dataset: ImageDataset, balanced: Balanced) -> str:
    plan = balanced.plan
    text = STRATEGIES[plan.strategy].effect.written(plan)
    after = {count for count in plan.after.values() if count}
    if len(after) == 1 and len(plan.after) > 1:
        text += f": {after.pop():,} for every class"
    held_out = len(dataset.held_out_rows)
    return text + (f", plus {held_out:,} held-out images." if held_out else ".")


def _verdict(session: Session) -> None:
    """Repeat what the comparison advises; one of other images or labels is gone already."""
    if session.evaluation is not None:
        quiet(f"Evaluate: {with_minus(session.evaluation.verdict)}")
        lead_on("evaluate", "See the comparison")


def _layout() -> str:
    """Return the chosen layout; while there is one alone, nothing is asked."""
    if len(LAYOUTS) == 1:
        return DEFAULT_LAYOUT.name
    return st.selectbox(
        "Layout", list(LAYOUTS), format_func=lambda name: LAYOUTS[name].title, key="export_layout",
        help=" ".join(f"{layout.title}: {layout.help}" for layout in LAYOUTS.values()),
    )  # fmt: skip


def _form(
    session: Session, dataset: ImageDataset, balanced: Balanced, recipe: Recipe, layout: str
) -> None:
    workspace = current_workspace()
    pictures = sum(balanced.plan.after.values()) + len(dataset.held_out_rows)
    is_local = WORKSPACES.settings.is_local
    kinds = [name for name, kind in CONTAINERS.items() if kind.is_file or is_local]
    # Outside the form: what it says of the format changes with it.
    kind = st.radio(
        "Format", kinds, format_func=lambda name: CONTAINERS[name].title, key="export_format",
        captions=[CONTAINERS[name].help for name in kinds], horizontal=True,
    )  # fmt: skip
    with st.form("export"):
        folder = ""
        if not CONTAINERS[kind].is_file:
            folder = st.text_input(
                "New local folder",
                value=str(Path.home() / export_name(dataset, balanced.plan.strategy)),
            )
        is_anew = st.checkbox(
            "Encode the originals again, as augmented pictures are", key="export_normalised",
            value=DEFAULT_ORIGINALS == ENCODED_ANEW,
            help="Otherwise a strong network may recognise augmented pictures, and the classes "
                "that contain them, by their encoding. Applies to every split. Files that are "
                "read with other pixels, such as rotated or transparent ones, are always encoded "
                "again.",
        )  # fmt: skip
        text = f"Write {count_of(pictures, 'picture')}"
        primary = session.exported is None or session.export_stale
        if st.form_submit_button(text, type="primary" if primary else "secondary"):
            originals = ENCODED_ANEW if is_anew else AS_THEY_ARE
            recipe = replace(recipe, originals=originals, layout=layout)
            source = ExportSource(dataset, balanced.plan, balanced.made, session.embeddings)
            _start(workspace, session, source, recipe, CONTAINERS[kind], folder)
            st.rerun()
        st.caption(f"About {size_of(_estimate(dataset, balanced))}.")


def _estimate(dataset: ImageDataset, balanced: Balanced) -> float:
    """Return the bytes of the export, roughly: an added picture weighs as much as its class's."""
    sizes = dataset.table["bytes"].to_numpy()
    total = float(sizes[dataset.held_out_rows].sum())
    for label, count in balanced.plan.before.items():
        if count:
            mean = float(sizes[dataset.rows_of(label, TRAIN)].mean())
            total += mean * balanced.plan.after[label]
    if balanced.synthetic is not None:
        total += _VECTOR_BYTES * len(balanced.synthetic)
    return total


def _start(
    workspace: Workspace,
    session: Session,
    source: ExportSource,
    recipe: Recipe,
    container: Container,
    folder: str,
) -> None:
    new_job = partial(Job, "export", "Writing the export", needs=("taken",), puts=("exported",))
    of = (source.plan, recipe, container.name, folder)
    if not container.is_file:
        run = partial(_run, source, recipe, new_folder(folder), container)
        workspace.start(new_job(run), session, of=of)
        return
    # A place of its own: the export before it can be downloaded until this one is whole.
    place = workspace.new_folder("export")
    name = f"{export_name(source.dataset, source.plan.strategy)}{container.suffix}"
    run = partial(fill_folder, place, partial(_run, source, recipe, place / name, container))
    if not workspace.start(new_job(run, instead=partial(remove_later, place)), session, of=of):
        remove_later(place)


def new_folder(text: str) -> Path:
    """Return the folder that was asked for.

    Raises:
        SettingError: the text names none, or leaves open where it is.
    """
    path = Path(text.strip())
    with suppress(RuntimeError):  # '~name' of nobody stays, and is no whole path
        path = path.expanduser()
    if not path.is_absolute():
        raise SettingError(
            f"'{text.strip()}' is not a full path. Give the full path of the new folder, such as "
            f"{Path.home() / 'balanced'}."
        )
    kind = container_of(path)
    if kind.is_file:
        raise SettingError(
            f"The new folder cannot be called '{path.name}': that is the name of a "
            f"{lowered(kind.title)}. Choose the format '{kind.title}', or another name."
        )
    return path


def _run(
    source: ExportSource, recipe: Recipe, target: Path, container: Container, progress: Progress
) -> ExportReport:
    return export(source, recipe, target, container=container, progress=progress)
