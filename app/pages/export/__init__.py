"""Export: the balanced dataset.

`page` puts it together: `samples` shows pictures as they will be written, `button` asks for layout
and format and starts, `missing_split` makes a validation split where there is none, `result` offers
what was written and says how it is read.
"""
