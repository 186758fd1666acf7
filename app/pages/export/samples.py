"""On Export: pictures as they will be written, each beside the image that it is made of."""

import base64
from html import escape

import streamlit as st

from app.jobs.queue import SAMPLES, Job
from app.session.session import Balanced, Session
from app.shell.page import current_workspace, quiet
from app.shell.thumbnails import thumbnail_url
from core.dataset import ImageDataset
from core.export import ExportSource, Recipe, Sample, Samples, find_layout, make_samples
from core.export.samples import SAMPLES as COUNT
from core.export.samples import why_not_yet
from core.words import shortened

_LONGEST_CAPTION = 22  # letters
_EMPTY = '<figure class="coming"><div class="duo"><i></i><i></i></div></figure>'


def samples_of(session: Session, recipe: Recipe) -> Samples | None:
    """Return the pictures of this very export, where they are made."""
    samples = session.samples
    return samples if samples is not None and samples.recipe == recipe else None


def draw_samples(
    session: Session, dataset: ImageDataset, balanced: Balanced, recipe: Recipe
) -> None:
    """Draw the pictures; they are made by themselves, once for each plan."""
    samples = samples_of(session, recipe)
    if samples is not None:
        workspace = current_workspace()
        figures = [_figure(one, dataset, workspace.route_token) for one in samples.pictures]
        st.html(f'<div class="samples">{"".join(figures)}</div>')
        return
    source = ExportSource(dataset, balanced.plan, balanced.made, session.embeddings)
    layout = find_layout(recipe.layout)
    why_not = why_not_yet(source, layout)
    if layout.has_pictures:
        st.html(f'<div class="samples">{_EMPTY * COUNT}</div>')
    quiet(why_not or "Making pictures as they will be written.")
    if not why_not:
        _start(session, source, recipe)


def _figure(sample: Sample, dataset: ImageDataset, route_token: str) -> str:
    name, source = sample.path.rsplit("/", 1)[-1], dataset.path(sample.row)
    if sample.reason:
        return f'<figure><p class="quiet">{escape(f"{source} {sample.reason}")}.</p></figure>'
    url = "data:image/jpeg;base64," + base64.b64encode(sample.thumbnail).decode()
    original = escape(thumbnail_url(route_token, dataset, sample.row))
    told = escape(f"{name}: {sample.told}")
    return (
        '<figure><div class="duo">'
        f'<img src="{original}" alt="{escape(f"{sample.label}: {source}")}" loading="lazy">'
        f'<img src="{url}" alt="As written: {told}"></div>'
        f'<figcaption title="{escape(sample.label)}, {told}">'
        f"{escape(shortened(sample.label, _LONGEST_CAPTION))}</figcaption>"
        "</figure>"
    )


def _start(session: Session, source: ExportSource, recipe: Recipe) -> None:
    job = Job(
        "samples", "Making pictures of the export",
        lambda progress: make_samples(source, recipe, progress=progress),
        needs=("dataset", "policy", "embeddings"), puts=("samples",), slot=SAMPLES,
    )  # fmt: skip
    if current_workspace().begin(job, session, of=(recipe,)):
        st.rerun()  # so that the sidebar watches the job, and draws the page when it is done
