"""One thing that is wrong in a dataset."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class Severity(StrEnum):
    """How much a finding matters."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, eq=False)
class Finding:
    """One thing that is wrong, with the rows that show it."""

    id: str
    severity: Severity
    rows: NDArray[np.intp]
    text: str
    remedy: str
