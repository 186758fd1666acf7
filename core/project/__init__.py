"""Embeddings as a map in the plane."""

from core.project.clusters import Clusters, find_clusters
from core.project.joint import JointFit, joint_fit
from core.project.placing import place_among_neighbours
from core.project.project import METHODS, project
from core.project.projection import Placement, Points, Projection
from core.project.sample import map_rows
from core.project.settings import DEFAULT_SETTINGS, MAP_LIMIT, METRICS, MapSettings

__all__ = [
    "DEFAULT_SETTINGS",
    "MAP_LIMIT",
    "METHODS",
    "METRICS",
    "Clusters",
    "JointFit",
    "MapSettings",
    "Placement",
    "Points",
    "Projection",
    "find_clusters",
    "joint_fit",
    "map_rows",
    "place_among_neighbours",
    "project",
]
