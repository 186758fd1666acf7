"""Bytes to upright RGB pixels, safely, and pixels to bytes.

Read `header` first (what a file is), then `decoding` (what a whole set decides), `decode` with
`sixteen_bits` and `netpbm`, `budget` (memory of all threads together), and `encode`. A row of a
dataset comes to its pixels by `core.dataset.read_picture` alone.
"""
