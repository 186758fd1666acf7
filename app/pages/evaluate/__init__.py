"""Evaluate: which strategy helps.

`page` puts it together: `form` asks, `comparison` is the long work, `rows` is the picture of what
came out, with the way to Export, and `results` what stands below it: `errors` the pictures behind a
figure, `more_images` how many more would help, and of which class, `decisions` what decisions cost
outside.
"""
