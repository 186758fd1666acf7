"""Evaluate: which strategy helps."""
