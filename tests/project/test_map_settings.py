"""Settings of a map that mean nothing are refused when they are made."""

import pytest

from core.errors import SettingError
from core.project import MapSettings


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"n_neighbors": 1}, "number of neighbours is 1; UMAP needs 2 or more"),
        ({"min_dist": -0.1}, "least distance is -0.1; use one from 0 to 1"),
        ({"min_dist": float("nan")}, "least distance is nan; use one from 0 to 1"),
        ({"metric": "city"}, "no metric 'city'. Use euclidean or cosine"),
        ({"seed": -1}, "seed is -1; it must be 0 or more"),
        ({"limit": 0}, "map of 0 images cannot be drawn"),
    ],
)
def test_a_setting_out_of_range_is_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(SettingError, match=said):
        MapSettings(**wrong)  # type: ignore[arg-type]
