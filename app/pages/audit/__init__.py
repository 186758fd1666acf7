"""Audit: what is unbalanced and what is wrong."""
