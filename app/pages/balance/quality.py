"""On Balance, a tab: how good the points are that were made."""

from functools import partial
from math import isfinite, isnan

import numpy as np
import streamlit as st

from app.charts import classes as charts
from app.jobs.queue import QUALITY, Job
from app.map.scene import Scene
from app.map.selection import Selection
from app.pages.balance.choice import pick_synthetic
from app.pages.balance.selection import draw_synthetic
from app.session.session import Session
from app.session.workspace import Workspace
from app.shell.job_line import job_where_it_was_asked_for
from app.shell.page import current_workspace, note, plain, quiet
from core.dataset import ImageDataset
from core.embed import Embeddings
from core.progress import Progress
from core.resample import STRATEGIES, SyntheticPoints
from core.resample.batched import BatchedCost
from core.resample.quality import SyntheticQuality, measure_quality
from core.words import count_of, times

_BY_ITSELF = 30_000  # images and points together: up to here some seconds
_MOST_LISTED = 500


def start_quality(workspace: Workspace, session: Session) -> None:
    """Measure the points by itself, once, where that is quick."""
    balanced, embeddings = session.balanced, session.embeddings
    if balanced is None or embeddings is None or session.quality is not None:
        return
    points = balanced.synthetic
    if points is None or not len(points) or len(points) + len(embeddings) > _BY_ITSELF:
        return
    if workspace.begin(_job(session, embeddings, points), session):
        st.rerun()  # so that the sidebar watches the job, and draws the page when it is done


def draw_quality(session: Session, scene: Scene | None, selection: Selection) -> None:
    """Draw the figures of each class, and the points that look unsafe."""
    dataset, balanced, embeddings = session.dataset, session.balanced, session.embeddings
    points = balanced.synthetic if balanced is not None else None
    if dataset is None or balanced is None or embeddings is None or not points:
        quiet("It is measured on synthetic points, once they are made.")
        return
    if balanced.made is not None and balanced.made.cost is not None:
        _batches(balanced.made.cost, dataset)
    if balanced.made is not None and balanced.made.variance_kept is not None:
        quiet(
            "Neighbours were found in principal components that keep "
            f"{balanced.made.variance_kept:.0%} of the variance."
        )
    workspace, quality = current_workspace(), session.quality
    if quality is None:
        job = workspace.job_in(QUALITY)
        if job is not None:
            job_where_it_was_asked_for(job)
        elif st.button(f"Measure {count_of(len(points), 'point')}", key="measure_quality"):
            workspace.start(_job(session, embeddings, points), session)
            st.rerun()
        return
    st.markdown(plain(quality.said))
    if quality.is_unsafe.any() and any(
        setting.name == "unsafe" for setting in STRATEGIES[balanced.plan.strategy].parameters
    ):
        quiet(
            "To leave them out, set 'Points that look unsafe' under More settings and generate "
            "again."
        )
    note(
        "Points between images always look plausible: they lie inside the class, so precision and "
        "density are high even for bad points. Better signs are whether other classes are nearer, "
        "whether recall and coverage are close to those of two samples of one source, and how "
        "narrow the points spread (2/3 for points between unrelated images)."
    )
    _unsafe(session, quality, points, dataset)
    if scene is not None and selection.pick is not None and not selection.pick.is_real:
        draw_synthetic(scene, selection.pick)
    with st.expander("Every class"):
        _table(quality)
    _uses(quality)


def _job(session: Session, embeddings: Embeddings, points: SyntheticPoints) -> Job:
    assert session.dataset is not None
    run = partial(_measure, session.dataset, embeddings, points)
    return Job(
        "quality", "Measuring the points", run,
        needs=("balanced", "embeddings"), puts=("quality",), slot=QUALITY,
    )  # fmt: skip


def _measure(
    dataset: ImageDataset, embeddings: Embeddings, points: SyntheticPoints, progress: Progress
) -> SyntheticQuality:
    return measure_quality(dataset, embeddings, points, progress=progress)


def _batches(cost: BatchedCost, dataset: ImageDataset) -> None:
    """Draw what working in batches cost."""
    columns = st.columns(3)
    recall = "-" if isnan(cost.recall) else f"{cost.recall:.0%}"
    ratio = "-" if isnan(cost.distance_ratio) else times(cost.distance_ratio)
    lost = cost.asked - cost.made
    figures = (
        ("True neighbours found", recall, f"in {count_of(cost.batches, 'batch')}"),
        ("Distance to a neighbour", ratio, "relative to the true ones"),
        ("Points not generated", f"{lost:,}", f"of {cost.asked:,} requested"),
    )
    for column, (title, value, meaning) in zip(columns, figures, strict=True):
        with column.container(border=True, gap=None):
            st.metric(title, value)
            quiet(meaning)
    if cost.lost:
        code = max(cost.lost, key=cost.lost.__getitem__)
        quiet(
            f"'{dataset.classes[code]}' lost the most: {cost.lost[code]:,}. Some batches have "
            "fewer than two of its images."
        )
    quiet(
        "Plain SMOTE compares images block by block, in memory that does not grow with the set, "
        "and finds every true neighbour without batches."
    )


def _table(quality: SyntheticQuality) -> None:
    rows = []
    for label, one in quality.classes.items():
        prdc = one.prdc
        rows.append(
            {
                "class": label,
                "points": one.points,
                "unsafe": 100 * one.unsafe,
                "margin": one.margin if isfinite(one.margin) else None,
                "nearer to another class": 100 * one.near_others,
                "nearest agrees": 100 * one.agreement,
                "crosses another class": 100 * one.crossing,
                "unused images": None if one.never_used is None else 100 * one.never_used,
                "spread": one.variance_ratio,
                "precision": prdc and prdc.precision,
                "recall": prdc and prdc.recall,
                "density": prdc and prdc.density,
                "coverage": prdc and prdc.coverage,
                "expected coverage": prdc and prdc.expected_coverage,
            }
        )
    rows.sort(key=lambda row: -float(str(row["unsafe"])))
    share, number = (
        st.column_config.NumberColumn(format="%.0f %%"),
        st.column_config.NumberColumn(format="%.2f"),
    )
    shares = (
        "unsafe",
        "nearer to another class",
        "nearest agrees",
        "crosses another class",
        "unused images",
    )
    plains = ("margin", "spread", "precision", "recall", "density", "coverage", "expected coverage")
    st.dataframe(
        rows,
        hide_index=True,
        column_config={**dict.fromkeys(shares, share), **dict.fromkeys(plains, number)},
        alt="Quality of the points of each class",
    )


def _uses(quality: SyntheticQuality) -> None:
    uses = {label: one.uses for label, one in quality.classes.items() if one.uses is not None}
    if not uses:
        quiet("The points have no parents, so no image was used as a parent.")
        return
    label = st.selectbox("How often each image was used as a parent", list(uses))
    st.plotly_chart(
        charts.base_uses(uses[label]),
        key="base_uses",
        config={"displayModeBar": False},
        alt=f"Images of {label} by the number of points that start from them",
    )


def _unsafe(
    session: Session, quality: SyntheticQuality, points: SyntheticPoints, dataset: ImageDataset
) -> None:
    chosen = np.flatnonzero(quality.is_unsafe)
    if not len(chosen):
        return
    chosen = chosen[np.argsort(quality.margin[chosen], kind="stable")][:_MOST_LISTED]
    st.markdown("Points that look unsafe, the nearest to other classes first")
    table = {
        "point": (chosen + 1).tolist(),
        "class": [dataset.classes[code] for code in points.codes[chosen]],
        "margin": quality.margin[chosen].round(2).tolist(),
        "agrees": quality.agrees[chosen].tolist(),
        "crosses": quality.crosses[chosen].tolist(),
    }
    if points.parents is not None:
        for place, name in enumerate(("base", "neighbour")):
            rows = points.parents[chosen, place].tolist()
            table[name] = [dataset.path(row).rsplit("/", 1)[-1] for row in rows]
    event = st.dataframe(
        table,
        hide_index=True,
        column_config={
            "margin": st.column_config.NumberColumn(format="%.2f"),
            "agrees": st.column_config.CheckboxColumn(help="The nearest image is of its class."),
            "crosses": st.column_config.CheckboxColumn(
                help="The line between its parents crosses another class."
            ),
        },
        height=320,
        on_select="rerun",
        selection_mode="single-row",
        key="unsafe_points",
        alt="Points that look unsafe, with their parents",
    )
    quiet("Select a row to see the point on the map and the pictures of its parents.")
    # A line that was chosen in a longer table may no longer be there.
    rows = [row for row in event["selection"]["rows"] if row < len(chosen)]
    if rows != st.session_state.get("unsafe_clicked", []):
        st.session_state["unsafe_clicked"] = rows
        if rows:
            pick_synthetic(session, int(chosen[rows[0]]))
            st.rerun()
