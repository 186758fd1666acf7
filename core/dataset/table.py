"""The table of a dataset: a row per image, a column per fact, kept small; and names of pixels."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.pictures.decoding import Decoding
from core.pictures.header import FILLED, FROM_16_BITS

# Where a picture comes from: a source, or an export of Evenset that came back.
ORIGINAL, COPY, AUGMENTED = "original", "copy", "augmented"
ORIGINS = (ORIGINAL, COPY, AUGMENTED)

COLUMNS = (
    "path",
    "label",
    "split",
    "group",
    "origin",  # one of ORIGINS
    "parent",  # path of the original that a made picture comes from; where that is not in the set,
    # a name that all made from it share; '' for originals
    "width",
    "height",
    "format",
    "conversion",
    "vanishing",  # share of a transparent picture that white would swallow; NaN: not transparent
    "highest",  # value of a picture whose 16 bits the set scales; 0: no such picture
    "damage",  # what is damaged inside a file that can be decoded, in words; '' for nothing
    "bytes",
    "digest",
    "file",
)
_CATEGORIES = ("label", "split", "group", "origin", "parent", "format", "conversion", "damage")
_NUMBERS = {
    "width": np.int32,
    "height": np.int32,
    "vanishing": np.float32,
    "highest": np.int32,
    "bytes": np.int64,
}

Column = Sequence[str] | Sequence[int] | Sequence[float] | NDArray[np.generic] | pd.Series


def build_table(columns: Mapping[str, Column]) -> pd.DataFrame:
    """Return the table of a dataset from its columns, sorted by path.

    Labels, splits, groups, origins, parents, formats, conversions and damages are kept as codes: a
    million rows fit in memory. `conversion`, `group`, `origin`, `parent`, `vanishing`, `highest`
    and `damage` may be left out: nothing is converted, no row names a group, no picture is made
    from another one, is transparent, has 16 bits or is damaged.
    """
    count = len(columns["path"])
    nothing = [""] * count
    given: dict[str, Column] = {
        "conversion": nothing,
        "group": nothing,
        "origin": [ORIGINAL] * count,
        "parent": nothing,
        "damage": nothing,
        "vanishing": np.full(count, np.nan),
        "highest": np.zeros(count, np.int32),
        **columns,
    }
    table = pd.DataFrame({name: _column(name, given[name]) for name in COLUMNS})
    if not table["path"].is_monotonic_increasing:
        table = table.sort_values("path", kind="stable").reset_index(drop=True)
    return table


def name_pictures(table: pd.DataFrame, decoding: Decoding) -> NDArray[np.object_]:
    """Return (N,) a name of the pixels of each row of a dataset's table; read-only.

    Pictures that no choice of the set changes are called by their digest alone, so that another
    choice makes nothing of them again.
    """
    keys = table["digest"].to_numpy(object, copy=True)
    conversions = table["conversion"].cat
    codes = conversions.codes.to_numpy()
    # A portable map tells by itself which value is white.
    hangs_on_level = (table["format"] != "PPM").to_numpy()
    for code, conversion in enumerate(conversions.categories):
        if FILLED in conversion:
            keys[codes == code] += f"-{decoding.background}"
        if FROM_16_BITS in conversion:
            keys[(codes == code) & hangs_on_level] += f"-{decoding.white_level}"
    keys.setflags(write=False)
    return keys


def _column(name: str, values: Column) -> pd.Series:
    if name in _NUMBERS:
        return pd.Series(np.asarray(values, _NUMBERS[name]))
    if name in _CATEGORIES:
        return pd.Series(values, dtype="category")
    if name == "file":
        try:
            return pd.Series(values, dtype="str")
        except UnicodeEncodeError:
            # pandas' texts are UTF-8; a file name may hold any bytes, and must open the file again.
            return pd.Series(values, dtype=object)
    return pd.Series(values, dtype="str")
