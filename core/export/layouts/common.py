"""The files that stand beside the pictures in every layout."""

from core.export import index_files
from core.export.croissant import make_croissant

COMMON = (
    index_files.TRAINING,
    index_files.RECIPE,
    *index_files.VECTORS,
    index_files.LEFT_OUT,
)
CROISSANT = make_croissant()
