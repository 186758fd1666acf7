"""Embeddings as a map in the plane.

`projection` has the records: what a map depends on, the map, and where other points lie on it.
`project` makes one: a PCA at once, or a UMAP by one of the `implementations`, ours (`umap_layout`)
or umap-learn (`umap_learn`), the reference. `placing` puts points on a map that is finished,
`joint` fits images and synthetic points together, and `clusters` finds groups without labels.
"""

from core.project.clusters import Clusters, find_clusters
from core.project.implementations import IMPLEMENTATIONS, Implementation, drawn_by
from core.project.joint import JointFit, joint_fit
from core.project.placing import lies_between_parents, place_among_neighbours, place_on
from core.project.project import Fit, map_rows, project
from core.project.projection import (
    DEFAULT_SETTINGS,
    METRICS,
    MapSettings,
    Placement,
    Points,
    Projection,
)

__all__ = [
    "DEFAULT_SETTINGS",
    "IMPLEMENTATIONS",
    "METRICS",
    "Clusters",
    "Fit",
    "Implementation",
    "JointFit",
    "MapSettings",
    "Placement",
    "Points",
    "Projection",
    "drawn_by",
    "find_clusters",
    "joint_fit",
    "lies_between_parents",
    "map_rows",
    "place_among_neighbours",
    "place_on",
    "project",
]
