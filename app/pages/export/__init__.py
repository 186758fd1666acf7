"""Export: the balanced dataset.

`page` asks and starts, `result` shows what was written.
"""
