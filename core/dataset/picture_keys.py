"""Names of pictures as they are decoded: the file's digest, and what the set decides of it."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.pictures.decoding import Decoding
from core.pictures.header import FILLED, FROM_16_BITS


def name_pictures(table: pd.DataFrame, decoding: Decoding) -> NDArray[np.object_]:
    """Return (N,) a name of the pixels of each row of a dataset's table; read-only.

    Pictures that no choice of the set changes are called by their digest alone, so that another
    choice makes nothing of them anew.
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
