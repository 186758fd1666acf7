"""Export: the plan, what was found of it, the pictures that it writes, the button, the download."""

from dataclasses import replace
from html import escape

import streamlit as st

from app.charts import classes as charts
from app.charts.layout import with_minus
from app.pages.export.button import Wanted, choose_format, choose_layout, draw_button, needs_vectors
from app.pages.export.result import draw_download, export_result
from app.pages.export.samples import draw_samples, samples_of
from app.session.embedding import VectorSource
from app.session.session import Balanced, Session
from app.session.store import recipe_of
from app.shell.page import (
    ask_for_images,
    current_workspace,
    heading,
    how_it_is_made,
    lead_on,
    note,
    quiet,
)
from app.shell.plan import choose_plan
from core.dataset import VALIDATION, ImageDataset
from core.dataset.edits import Edits
from core.duplicates import fold_groups
from core.errors import EvensetError
from core.evaluate.row_plans import told_of_plan
from core.evaluate.split_off import USUAL_SHARE, WHY, split_off, split_off_sentence
from core.export import (
    AS_THEY_ARE,
    DEFAULT_ORIGINALS,
    ENCODED_ANEW,
    LAYOUTS,
    Recipe,
    contents_sentence,
    draw_tree,
    export_name,
    written_sentence,
)
from core.resample import STRATEGIES, BalancePlan

QUESTION = "What will you export?"
_NO_VALIDATION = (
    "Moves images of the training split, of every class where it can be. No group and no near copy "
    "is parted. It can be undone on Audit."
)


def export_view(session: Session) -> Session:
    """Draw the page."""
    dataset = ask_for_images(session, QUESTION, "An export needs images.")
    if dataset is None:
        return session
    top = st.container()
    with st.container(key="export"):
        left, right = st.columns([2, 3], gap="large")
    more = st.container()
    with left:
        chosen = choose_plan(dataset, session.balanced, default="augment")
        balanced = chosen.of(session.balanced)
        layout = choose_layout()
    with more:
        recipe = _files(session, dataset, balanced, layout)
    if needs_vectors(balanced) and (samples := samples_of(session, recipe)) is not None:
        balanced = Balanced(samples.made.plan, balanced.seed, samples.made)
    with top:
        heading(QUESTION, written_sentence(dataset, balanced.plan, LAYOUTS[layout]))
        note(
            "Only the training split is balanced. Nothing is added to validation and test: a score "
            "on synthetic or repeated images says nothing about real ones."
        )
    with left:
        if (edits := _offer_validation(session, dataset)) is not None:
            return session.put(edits=edits)
        _write(session, dataset, balanced, recipe)
        _found(session, chosen.plan)
    with right:
        _before_and_after(balanced.plan)
        draw_samples(session, dataset, balanced, recipe)
        if STRATEGIES[balanced.plan.strategy].effect.adds_points:
            quiet(contents_sentence(balanced.plan, balanced.made, LAYOUTS[layout]))
    with more:
        export_result(session)
    return session


def _found(session: Session, plan: BalancePlan) -> None:
    """Say what the comparison found of the plan, or offer one."""
    report = session.evaluation
    with st.container(border=True, key="export_verdict", gap="xsmall"):
        if report is None:
            quiet("Not compared yet.")
            lead_on("evaluate", "Compare it")
            return
        for text in told_of_plan(report, plan, report.metric):
            st.html(f"<p>{escape(with_minus(text))}</p>")
        verdict = report.verdicts[report.metric]
        quiet(with_minus(f"{report.so_far}{verdict.recommendation}"))
        if session.evaluation_stale:
            quiet(f"{session.evaluation_stale} since the comparison.")
        lead_on("evaluate", "See the comparison")


def _write(session: Session, dataset: ImageDataset, balanced: Balanced, recipe: Recipe) -> None:
    """Draw the format and the button; what was written stands where the button was."""
    container = choose_format()
    vectors = None
    if needs_vectors(balanced) and session.embeddings is None:
        vectors = VectorSource.of(session, current_workspace().vectors_folder)
    last = session.balanced
    is_written = (
        session.export_path() is not None
        and not session.export_stale
        and last is not None
        and last.plan.asks_as(balanced.plan)
        and last.seed == balanced.seed
    )
    with st.container(key="export_button"):
        draw_download(session, is_current=is_written)
        wanted = Wanted(dataset, balanced, recipe, vectors)
        draw_button(session, wanted, container, is_written=is_written)


def _offer_validation(session: Session, dataset: ImageDataset) -> Edits | None:
    """Draw a line and a button where there is no validation split; return edits that make one."""
    if VALIDATION in dataset.splits:
        return None
    with st.container(horizontal=True, vertical_alignment="center", key="export_validation"):
        quiet("There is no validation split.")
        if not st.button(f"Make one of {USUAL_SHARE:.0%}", type="tertiary", help=_NO_VALIDATION):
            return None
    measures = session.measures
    pictures = None if measures is None else fold_groups(dataset, measures.copies)
    with st.spinner("Looking for near copies, which stay together."):
        try:
            rows = split_off(dataset, pictures=pictures)
        except EvensetError as error:
            st.warning(str(error))
            return None
    current_workspace().message = split_off_sentence(dataset, rows)
    return session.edits.move(rows, VALIDATION, of=session.taken, why=WHY)


def _files(session: Session, dataset: ImageDataset, balanced: Balanced, layout: str) -> Recipe:
    """Draw which files there will be and how they are made, to be opened; return the recipe."""
    with st.expander("Files"):
        is_anew = st.checkbox(
            "Encode the originals again, as augmented pictures are", key="export_normalised",
            value=DEFAULT_ORIGINALS == ENCODED_ANEW, persist_state="session",
            help="Otherwise a strong network may recognise augmented pictures, and the classes "
                "that contain them, by their encoding. Applies to every split. Files that are "
                "read with other pixels, such as rotated or transparent ones, are always encoded "
                "again.",
        )  # fmt: skip
        name = export_name(dataset, balanced.plan.strategy)
        tree = draw_tree(LAYOUTS[layout], dataset, balanced.plan, name)
        st.html(
            f'<div class="tree" role="img" aria-label="Folders of the export">{escape(tree)}</div>'
        )
    recipe = replace(
        recipe_of(session, dataset, balanced, session.edits.of_data),
        originals=ENCODED_ANEW if is_anew else AS_THEY_ARE, layout=layout,
    )  # fmt: skip
    how_it_is_made(recipe)
    return recipe


def _before_and_after(plan: BalancePlan) -> None:
    st.plotly_chart(
        charts.plan_chart(plan),
        key="export_bars",
        config={"displayModeBar": False},
        alt="Training images per class before and after",
    )
