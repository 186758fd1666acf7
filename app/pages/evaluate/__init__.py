"""Evaluate: which strategy helps.

`page` puts it together: `form` asks, `comparison` is the long work, `results` shows what came out,
`errors` the pictures behind it.
"""
