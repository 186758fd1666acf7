"""On Balance: a second map beside the first."""

from dataclasses import dataclass

import streamlit as st

from app.jobs.queue import BESIDE, Job
from app.map import umap
from app.map.scene import OTHER_MADE, PointLayer
from app.session.session import Balanced, Compared, Session
from app.session.workspace import Workspace
from app.shell.page import current_workspace
from core.progress import Progress
from core.project import JointFit, Projection
from core.resample import (
    STRATEGIES,
    SyntheticPoints,
    TrainingSide,
    make_plan,
    resample,
)

JOINT = "joint"
_NOTHING, _BEFORE = "", "before"


@dataclass(frozen=True, eq=False)
class Beside:
    """What the second map shows; nothing where there is one map."""

    name: str = _NOTHING
    title: str = ""
    compared: Compared | None = None

    @property
    def is_before(self) -> bool:
        """Return whether it shows the images without any point."""
        return self.name == _BEFORE

    @property
    def joint(self) -> Projection | None:
        """Return where a joint fit has the images, if it is what is shown."""
        joint = self.compared.joint if self.compared is not None else None
        return joint.projection if joint is not None else None

    def layer(self, session: Session, projection: Projection) -> PointLayer | None:
        """Return the points of the second map."""
        if self.compared is None:
            return None
        points, joint = self.compared.synthetic, self.compared.joint
        placement = joint.placement if joint is not None else session.placement(points, projection)
        return PointLayer(OTHER_MADE, self.title, points, placement)


def choose_second_map(session: Session, projection: Projection) -> Beside:
    """Draw the choice; what was chosen is shown when it has been made."""
    balanced = session.balanced
    points = balanced.synthetic if balanced is not None else None
    if balanced is None or points is None or not len(points):
        return Beside()
    titles = {_NOTHING: "Nothing", _BEFORE: "Only the images"}
    for name, strategy in STRATEGIES.items():
        if strategy.effect.adds_points and name != balanced.plan.strategy:
            titles[name] = strategy.title
    if projection.method == "umap" and _fits_together(points, projection):
        titles[JOINT] = "A UMAP fitted on images and points"
    chosen = st.selectbox(
        "Second map", list(titles), format_func=titles.__getitem__, key="map_beside",
        persist_state="session",
        help="Two maps that move together: what another strategy does with the same images.",
    )  # fmt: skip
    name = chosen if chosen in titles else _NOTHING
    if name in (_NOTHING, _BEFORE):
        return Beside(name, titles[name])
    compared = session.compared
    if compared is None or not compared.is_beside(name, projection):
        _start(current_workspace(), session, balanced, projection, name)
        return Beside()
    return Beside(name, titles[name], compared)


def _fits_together(points: SyntheticPoints, projection: Projection) -> bool:
    return len(points) + len(projection.fit_rows) <= projection.settings.limit


def _start(
    workspace: Workspace, session: Session, balanced: Balanced, projection: Projection, name: str
) -> None:
    def make(progress: Progress) -> Compared:
        points, joint = _made(session, balanced, projection, name, progress)
        return Compared(name, points, joint)

    job = Job(
        f"beside {name}", "Fitting a map" if name == JOINT else STRATEGIES[name].title, make,
        needs=("balanced", "embeddings", "dataset"), puts=("compared",), slot=BESIDE,
    )  # fmt: skip
    if workspace.begin(job, session, of=(projection,)):
        st.rerun()


def _made(
    session: Session, balanced: Balanced, projection: Projection, name: str, progress: Progress
) -> tuple[SyntheticPoints, JointFit | None]:
    dataset, embeddings, points = session.dataset, session.embeddings, balanced.synthetic
    assert dataset is not None and embeddings is not None and points is not None
    if name == JOINT:
        return points, umap.fit_joint(projection, embeddings, points, progress)
    # The same counts, so that the two differ in where points lie and in nothing else.
    target = {label: count for label, count in balanced.plan.after.items() if count}
    plan = make_plan(dataset, name, target)
    side = TrainingSide(
        dataset, plan, embeddings, policy=session.policy, seed=balanced.seed, progress=progress
    )
    return resample(side).points, None
