"""Load: bring images.

`page` puts it together and applies changes from a file: `sources` offers ways to bring images and
asks before made work goes, `pixels` asks how pictures are decoded, `resume` offers what an earlier
server has kept. `labels` asks how labels are read: `readings` are cards with pictures,
`table_columns` and `pattern` what a person names instead, `mismatches` what does not fit.
"""
