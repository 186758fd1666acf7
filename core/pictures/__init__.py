"""Bytes to upright RGB pixels, safely, and pixels to bytes.

Read `header` first (what a file is), then `decoding` (what a whole set decides), `decode` with
`opencv`, `sixteen_bits` and `netpbm`, `budget` (memory of all threads together), `measure` (what a
file is like, before it is a row) and `encode`. `compatibility` says what other programs make of a
file. A row of a dataset comes to its pixels by `core.dataset.read_picture` alone.
"""
