"""Embeddings as a map in the plane."""

from core.project.projection import MAP_LIMIT, Placement, Projection, map_rows, project

__all__ = ["MAP_LIMIT", "Placement", "Projection", "map_rows", "project"]
