"""Augment: what operations do to pictures."""
