"""Evaluate: which strategy helps.

`page` puts it together: `form` asks, `comparison` is the long work, `results` shows what came out,
`errors` the pictures behind it. `decisions` asks what decisions cost outside, `more_images` how
many more images would help, and of which class.
"""
