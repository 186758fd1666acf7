"""Load: bring images.

`page` puts it together and applies changes from a file: `sources` offers ways to bring images and
asks before made work goes, `label_source` asks where labels come from, `pixels` how pictures are
decoded, `resume` offers what an earlier server has kept.
"""
