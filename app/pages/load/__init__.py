"""Load: bring images.

`page` puts it together: `sources` offers ways to bring images, `resume` what can be gone back to.
Of what came, `what_came` shows the pictures, `subset` a choice of them and changes from a file,
`pixels` asks how pictures are decoded. `labels` asks how labels are read, and whether others may
be replaced: `readings` are cards with pictures, `table_columns` and `pattern` what a person names
instead, `mismatches` what does not fit. `question` asks before made work goes.
"""
