"""Bytes to upright RGB pixels, safely, and pixels to bytes.

Read `header` first (what a file is), then `decoding` (what a whole set decides), `decode` with
`jpeg`, `opencv`, `sixteen_bits` and `netpbm`, `budget` (memory of all threads together), `measure`
(what a file is like, before it is a row) and `encode`. `damage` says what is wrong inside a file,
with `png`, `tiff` and `lzw`; `compatibility` what other programs make of one. A row of a dataset
comes to its pixels by `core.dataset.read_picture` alone.
"""
