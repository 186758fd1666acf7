"""Export: what will be written, the button, and the way to make it again."""

import shlex
from contextlib import suppress
from functools import partial
from html import escape
from pathlib import Path
from urllib.parse import quote

import streamlit as st

from app import charts
from app.jobs import Job
from app.page import ask_for_images, current_workspace, heading, note, plain, quiet
from app.session import Balanced, Session
from app.workspace import WORKSPACES, Workspace
from core.dataset import TRAIN, ImageDataset
from core.dataset.edits_file import name_edits
from core.embed import DEFAULT_ENCODER, Embeddings
from core.errors import SettingError
from core.export import FORMATS, ExportReport, Recipe, TopUp, export, export_name
from core.export.manifest import LEFT_OUT_NAME
from core.export.names import class_folders
from core.progress import Progress
from core.resample import (
    STRATEGIES,
    BalancePlan,
    Made,
    make_plan,
)
from core.words import count_of, named, size_of

_VECTOR_BYTES = 4_000  # a vector of the encoder, its parents, and the names beside it
_QUESTION = "What will you export?"


def export_view(session: Session) -> Session:
    """Draw the page."""
    dataset = ask_for_images(session, _QUESTION, "An export needs images.")
    if dataset is None:
        return session
    balanced = session.balanced or Balanced(make_plan(dataset, "augment"), 0)
    heading(_QUESTION, _answer(dataset, balanced))
    if session.balanced is None:
        quiet(
            "No strategy was chosen on Balance yet, so this is the usual one: augmented pictures "
            "up to the largest class."
        )
    note(
        "Only the training split is balanced. Validation and test images are copied as they are: "
        "a score on made-up or repeated images says nothing about real ones."
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
        st.html(f'<div class="tree" role="img" aria-label="Folders of the export">'
                f"{escape(_tree(dataset, balanced))}</div>")  # fmt: skip
    _form(session, dataset, balanced)
    _result(current_workspace(), session)
    return session


def _answer(dataset: ImageDataset, balanced: Balanced) -> str:
    plan = balanced.plan
    text = STRATEGIES[plan.strategy].effect.written(plan)
    after = {count for count in plan.after.values() if count}
    if len(after) == 1 and len(plan.after) > 1:
        text += f": {after.pop():,} for every class"
    held_out = len(dataset.held_out_rows)
    return text + (f", with {held_out:,} held-out images unchanged." if held_out else ".")


def _tree(dataset: ImageDataset, balanced: Balanced) -> str:
    plan = balanced.plan
    folders = class_folders(dataset.classes)
    lines = [f"{export_name(dataset, plan.strategy)}/"]
    for split in dataset.splits:
        counts = plan.after if split == TRAIN else dataset.counts(split)
        lines.append(f"  {split}/")
        present = [label for label in counts if counts[label]]
        shown = sorted(present, key=lambda label: -plan.before[label])
        lines += [f"    {folders[label]}/   {counts[label]:,}" for label in shown[:5]]
        if len(shown) > 5:
            lines.append(f"    and {count_of(len(shown) - 5, 'more class')}")
    lines += ["  manifest.csv", "  class_weights.json", "  recipe.json"]
    if STRATEGIES[plan.strategy].adjusts_logits:
        lines.append("  class_log_priors.json")
    if balanced.synthetic is not None:
        lines.append("  synthetic_vectors.npz")
    if len(dataset.present_rows) < len(dataset):
        lines.append(f"  {LEFT_OUT_NAME}")
    return "\n".join(lines)


def _form(session: Session, dataset: ImageDataset, balanced: Balanced) -> None:
    workspace = current_workspace()
    pictures = sum(balanced.plan.after.values()) + len(dataset.held_out_rows)
    with st.form("export"):
        kinds = list(FORMATS) if WORKSPACES.settings.is_local else ["zip"]
        left, right = st.columns([1, 2])
        kind = left.radio(
            "Format", kinds, format_func=lambda name: FORMATS[name].title,
            captions=[FORMATS[name].help for name in kinds],
        )  # fmt: skip
        folder = ""
        if "folder" in kinds:
            folder = right.text_input(
                "For the format 'Folder': a new folder on this computer",
                value=str(Path.home() / export_name(dataset, balanced.plan.strategy)),
            )
        is_normalised = st.checkbox(
            "Encode the originals anew, as augmented pictures are", key="export_normalised",
            help="Else a strong network may tell augmented pictures, and the classes that hold "
            "them, by the traces of their encoding. Validation and test images stay as they are.",
        )  # fmt: skip
        text = f"Write {count_of(pictures, 'picture')}"
        primary = session.exported is None or session.export_stale
        if st.form_submit_button(text, type="primary" if primary else "secondary"):
            place = folder if kind == "folder" else None
            top_up = TopUp(normalises_originals=is_normalised)
            _start(workspace, session, dataset, balanced, place, top_up)
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
    dataset: ImageDataset,
    balanced: Balanced,
    folder: str | None,
    top_up: TopUp,
) -> None:
    plan = balanced.plan
    recipe = Recipe(
        source=dataset.name,
        dataset_digest=dataset.digest,
        choices=dataset.choices,
        take=dataset.take,
        strategy=plan.strategy,
        target=plan.target,
        settings=plan.settings,
        most_per_image=plan.most_per_image,
        encoder=session.embeddings.encoder if session.embeddings else DEFAULT_ENCODER,
        policy=session.policy,
        seed=balanced.seed,
        edits=name_edits(session.edits.of_data, dataset),
        top_up=top_up,
    )
    if folder is not None:
        target = new_folder(folder)
    else:
        # A place of its own: the export before it can be downloaded until this one is whole.
        target = workspace.new_folder("export") / f"{export_name(dataset, plan.strategy)}.zip"
    run = partial(_run, dataset, plan, recipe, target, balanced.made, session.embeddings)

    started = session

    def apply(session: Session, report: ExportReport) -> Session:
        if session.taken is not started.taken:
            return session
        before = session.export_path()
        if before is not None and before.is_relative_to(workspace.folder):
            before.unlink(missing_ok=True)
        return session.with_export(report, started=started)

    workspace.start(Job("export", "Writing the export", run), apply)


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
            f"'{text.strip()}' does not say where the new folder is. Give its whole path, such as "
            f"{Path.home() / 'balanced'}."
        )
    if path.suffix.lower() == ".zip":
        raise SettingError(
            f"The new folder cannot be called '{path.name}': that is the name of a zip. Choose "
            "the format 'Zip', or another name."
        )
    return path


def _run(
    dataset: ImageDataset,
    plan: BalancePlan,
    recipe: Recipe,
    target: Path,
    made: Made | None,
    embeddings: Embeddings | None,
    progress: Progress,
) -> ExportReport:
    return export(
        dataset,
        plan,
        recipe,
        target,
        made=made,
        embeddings=embeddings,
        progress=progress,
    )


def _result(workspace: Workspace, session: Session) -> None:
    report, path = session.exported, session.export_path()
    if report is None or path is None:
        return
    with st.container(border=True):
        size = size_of(path.stat().st_size) if path.is_file() else "a folder"
        done = f"{count_of(len(report.rows), 'picture')} written, {size}."
        if session.export_stale:
            done += " Settings have changed since: write again to have them in it."
        st.markdown(plain(done))
        if report.changes:
            quiet(f"With your changes: {report.changes}.")
        if path.is_file():
            url = f"/evenset/export/{workspace.route_token}/{quote(path.name)}"
            st.link_button("Download the zip", url, type="primary", icon=":material/download:")
        else:
            st.code(str(path), language=None)
        for failure in report.failed[:5]:
            st.warning(plain(f"'{failure.path}' is not in it: {failure.reason}."))
        short = [
            label for label, count in report.after.items()
            if count and count != max(report.after.values())
        ]  # fmt: skip
        if short and STRATEGIES[_strategy(session)].targets:
            quiet(f"Classes above or below the target: {named(short)}.")
        quiet("The same from the command line, with the recipe that is in the export:")
        st.code(
            f"evenset balance SOURCE --recipe recipe.json --out {shlex.quote(path.name)}",
            language="bash",
        )


def _strategy(session: Session) -> str:
    return session.balanced.plan.strategy if session.balanced else "augment"
