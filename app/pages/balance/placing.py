"""On Balance: what follows by itself for a map: places of synthetic points, and groups."""

from functools import partial
from itertools import product

import streamlit as st

from app.jobs.queue import CLUSTERS, PLACING, Job
from app.session.session import Placed, Session
from app.session.workspace import Workspace
from core.embed import Embeddings
from core.progress import Progress
from core.project import Clusters, Projection, find_clusters, lies_between_parents, place_on
from core.resample import SyntheticPoints


def start_placing(workspace: Workspace, session: Session) -> None:
    """Place synthetic points among their nearest images by itself, once for each map."""
    embeddings = session.embeddings
    if embeddings is None:
        return
    balanced, compared = session.balanced, session.compared
    candidates = [balanced.synthetic if balanced is not None else None]
    candidates.append(compared.synthetic if compared is not None and not compared.joint else None)
    for points, projection in product(candidates, session.projections.values()):
        if points is None or not len(points) or session.is_placed(points, projection):
            continue
        if lies_between_parents(projection, points):
            continue  # as `Session.placement` has them at once
        job = Job(
            "place", "Placing points", partial(_place, projection, embeddings, points),
            needs=("embeddings",), puts=("placed",), slot=PLACING,
        )  # fmt: skip
        if workspace.begin(job, session, of=(points, projection)):
            st.rerun()  # so that the sidebar watches the job, and draws the page when it is done


def start_clusters(workspace: Workspace, session: Session) -> None:
    """Find as many groups as there are classes, without their labels, once."""
    dataset, embeddings = session.dataset, session.embeddings
    if dataset is None or embeddings is None:
        return
    count = len(dataset.classes)

    def find(progress: Progress) -> Clusters:
        return find_clusters(embeddings, count, progress=progress)

    job = Job(
        "clusters", "Finding groups", find,
        needs=("embeddings", "dataset"), puts=("clusters",), slot=CLUSTERS,
    )  # fmt: skip
    if workspace.begin(job, session):
        st.rerun()


def _place(
    projection: Projection, embeddings: Embeddings, points: SyntheticPoints, progress: Progress
) -> tuple[Placed]:
    placement = place_on(projection, embeddings, points, progress=progress)
    return (Placed(points, projection, placement),)
