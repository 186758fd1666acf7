"""Export's button: what is asked for beside the plan, the work, and its start."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import streamlit as st

from app.jobs.queue import MAIN, Job
from app.session.embedding import VectorSource
from app.session.root_folder import fill_folder, remove_later
from app.session.session import Balanced, Session
from app.session.workspaces import WORKSPACES
from app.shell.job_line import job_where_it_was_asked_for
from app.shell.page import current_workspace, quiet
from core.dataset import ImageDataset
from core.errors import SettingError
from core.export import (
    CONTAINERS,
    LAYOUTS,
    Container,
    ExportReport,
    ExportSource,
    Recipe,
    container_of,
    cost_sentence,
    export,
    export_name,
    work_sentence,
)
from core.progress import Progress
from core.resample import STRATEGIES
from core.words import count_of, lowered

JOB = "export"


@dataclass(frozen=True, eq=False)
class Wanted:
    """What is to be written, and how."""

    dataset: ImageDataset
    balanced: Balanced
    recipe: Recipe
    vectors: VectorSource | None = None  # where the images have to be embedded first

    @property
    def button(self) -> str:
        """Return what the button says."""
        text = work_sentence(self.dataset, self.balanced.plan, LAYOUTS[self.recipe.layout])
        if self.vectors is None:
            return text
        return f"Embed {count_of(len(self.dataset), 'image')} and {lowered(text)}"


def choose_layout() -> str:
    """Draw the choice of which files there are, and so of who reads them."""
    name = st.selectbox(
        "Layout", list(LAYOUTS), format_func=lambda name: LAYOUTS[name].title, key="export_layout",
        persist_state="session",
        help="  \n".join(f"**{one.title}**: {one.help}" for one in LAYOUTS.values()),
    )  # fmt: skip
    quiet(LAYOUTS[name].help)
    return name


def choose_format() -> Container:
    """Draw the choice of what is written to; a folder only on one's own computer."""
    is_local = WORKSPACES.settings.is_local
    kinds = [name for name, kind in CONTAINERS.items() if kind.is_file or is_local]
    name = st.radio(
        "Format", kinds, format_func=lambda name: CONTAINERS[name].title, key="export_format",
        help="  \n".join(f"**{one.title}**: {one.help}" for one in CONTAINERS.values()),
        horizontal=True,
    )  # fmt: skip
    return CONTAINERS[name]


def draw_button(
    session: Session, wanted: Wanted, container: Container, *, is_written: bool
) -> None:
    """Draw the button that writes, or how far the writing is.

    Args:
        session: With what is there.
        wanted: What the button writes.
        container: What it writes to.
        is_written: Whether that is done already: then the download comes first.
    """
    job = current_workspace().job_in(MAIN)
    if job is not None and job.key == JOB:
        job_where_it_was_asked_for(job)
        return
    plan = wanted.balanced.plan
    with st.form("export", border=False):
        folder = ""
        if not container.is_file:
            folder = st.text_input(
                "New local folder",
                value=str(Path.home() / export_name(wanted.dataset, plan.strategy)),
            )
        with st.container(horizontal=True, vertical_alignment="center"):
            kind = "secondary" if is_written else "primary"
            if st.form_submit_button(wanted.button, type=kind):  # type: ignore[arg-type]
                _start(session, wanted, container, folder)
                st.rerun()
            quiet(cost_sentence(wanted.dataset, plan, LAYOUTS[wanted.recipe.layout]))


def _start(session: Session, wanted: Wanted, container: Container, folder: str) -> None:
    """Choose the plan, and write it."""
    workspace = current_workspace()
    if session.balanced is not wanted.balanced:
        workspace.put(session, session.put(balanced=wanted.balanced))
    session = workspace.session
    puts = ("exported",) if wanted.vectors is None else ("embeddings", "projections", "exported")
    new_job = partial(Job, JOB, "Writing the export", needs=("taken",), puts=puts)
    of = (wanted.balanced.plan, wanted.recipe, container.name, folder)
    source = ExportSource(
        wanted.dataset, wanted.balanced.plan, wanted.balanced.made, session.embeddings
    )
    write = partial(_write, source, wanted, container)
    if not container.is_file:
        workspace.start(new_job(partial(write, new_folder(folder))), session, of=of)
        return
    # A place of its own: the export before it can be downloaded until this one is whole.
    place = workspace.new_folder("export")
    name = f"{export_name(source.dataset, source.plan.strategy)}{container.suffix}"
    run = partial(fill_folder, place, partial(write, place / name))
    if not workspace.start(new_job(run, instead=partial(remove_later, place)), session, of=of):
        remove_later(place)


def _write(
    source: ExportSource, wanted: Wanted, container: Container, target: Path, progress: Progress
) -> ExportReport | Mapping[str, object]:
    recipe = wanted.recipe
    if wanted.vectors is None:
        return export(source, recipe, target, container=container, progress=progress)
    embeddings, values = wanted.vectors.vectors(progress)
    source = replace(source, embeddings=embeddings)
    recipe = replace(recipe, encoder=embeddings.encoder).of_vectors(embeddings)
    report = export(source, recipe, target, container=container, progress=progress)
    return {**values, "exported": report}


def needs_vectors(balanced: Balanced) -> bool:
    """Return whether a plan has to be carried out on vectors, and was not."""
    return balanced.made is None and STRATEGIES[balanced.plan.strategy].needs_embeddings


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
