"""Who draws a UMAP: an entry for each implementation, with the function that lays points out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import SettingError
from core.progress import Progress
from core.project.projection import MapSettings, Points, Projection
from core.project.umap_layout import lay_out
from core.project.umap_learn import lay_out_by_umap_learn

LayOut = Callable[[NDArray[np.float32], Points, MapSettings, Progress], Points]


@dataclass(frozen=True)
class Implementation:
    """One program that lays points out by UMAP."""

    title: str  # as in 'drawn by Evenset'
    help: str
    lay_out: LayOut  # (components, start, settings, progress): (N, 2) places of 10 points or more


IMPLEMENTATIONS: Mapping[str, Implementation] = {
    "evenset": Implementation(
        "Evenset", "As faithful as umap-learn, and drawn in half the time.", lay_out
    ),
    "umap-learn": Implementation(
        "umap-learn",
        "The reference. It compiles for seconds before it draws.",
        lay_out_by_umap_learn,
    ),
}


def find_implementation(name: str) -> Implementation:
    """Return the implementation of this name.

    Raises:
        SettingError: there is none.
    """
    if name not in IMPLEMENTATIONS:
        raise SettingError(
            f"There is no implementation '{name}' of UMAP. Use {' or '.join(IMPLEMENTATIONS)}."
        )
    return IMPLEMENTATIONS[name]


def drawn_by(projection: Projection) -> str:
    """Return who drew a map, as in '; drawn by Evenset', to end a sentence; nothing for a PCA."""
    if projection.method != "umap":
        return ""
    return f"; drawn by {find_implementation(projection.settings.implementation).title}"
