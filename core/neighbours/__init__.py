"""Exact nearest neighbours."""

from core.neighbours.same_class import nearest_of_same_class

__all__ = ["nearest_of_same_class"]
