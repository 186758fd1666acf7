"""Bytes to upright RGB pixels, safely, and pixels to bytes.

Read `decode` first, then `encode`. A row of a dataset comes to its pixels by
`core.dataset.read_picture` alone, which knows what the whole set decides.
"""
