"""What a map depends on beside the images: a frozen record, checked when it is made."""

from dataclasses import dataclass

from core.errors import SettingError

MAP_LIMIT = 20_000  # a UMAP of so many points is drawn in ten seconds
METRICS = ("euclidean", "cosine")


@dataclass(frozen=True)
class MapSettings:
    """How a map is drawn. All but `seed` and `limit` are settings of UMAP alone.

    Raises:
        SettingError: a value is out of range.
    """

    n_neighbors: int = 15  # images that one is held together with, itself counted
    min_dist: float = 0.1  # how near to each other points may lie on the map
    metric: str = "euclidean"  # or 'cosine': lengths of vectors do not count
    seed: int = 0  # same seed, same map
    limit: int = MAP_LIMIT  # images that a map is fitted on at most; the others are placed

    def __post_init__(self) -> None:
        if self.n_neighbors < 2:
            raise SettingError(
                f"The number of neighbours is {self.n_neighbors}; UMAP needs 2 or more."
            )
        if not 0 <= self.min_dist <= 1:
            raise SettingError(f"The least distance is {self.min_dist:g}; use one from 0 to 1.")
        if self.metric not in METRICS:
            raise SettingError(f"There is no metric '{self.metric}'. Use {' or '.join(METRICS)}.")
        if self.seed < 0:
            raise SettingError(f"The seed is {self.seed}; it must be 0 or more.")
        if self.limit < 1:
            raise SettingError(f"A map of {self.limit} images cannot be drawn. Take at least 1.")


DEFAULT_SETTINGS = MapSettings()
