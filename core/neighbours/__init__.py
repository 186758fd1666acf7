"""Exact nearest neighbours, and what they say."""

from core.neighbours.search import Neighbors, nearest

__all__ = ["Neighbors", "nearest"]
