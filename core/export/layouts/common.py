"""The files that stand beside the pictures in every layout."""

from core.export import index_files

COMMON = (
    index_files.WEIGHTS,
    index_files.RECIPE,
    index_files.PRIORS,
    index_files.VECTORS,
    index_files.LEFT_OUT,
)
