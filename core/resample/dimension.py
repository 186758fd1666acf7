"""In how many directions points vary, told from their two nearest neighbours."""

import numpy as np
from numpy.typing import NDArray

# The largest ratios come from the border and from noise; the paper leaves out a tenth, too.
_TRUSTED = 0.9


def intrinsic_dimension(distances: NDArray[np.float64]) -> float | None:
    """Return the dimension of the surface that points lie on; None when it cannot be told.

    The ratio of a point's two nearest distances has a Pareto law with the dimension as exponent,
    whatever the density is. The largest tenth of the ratios counts as "at least the next smaller
    one", which keeps the estimate unbiased; leaving it out would make it a third too large.

    Args:
        distances: (N, 2) or wider, from each point to its nearest others, the nearest first. Points
            with an identical other are left out.

    Source:
        Facco et al., Estimating the intrinsic dimension of datasets by a minimal neighborhood
        information, Scientific Reports 7 (2017), doi:10.1038/s41598-017-11873-y (TwoNN).
    """
    if distances.shape[1] < 2:
        return None
    apart = distances[distances[:, 0] > 0]
    trusted = int(_TRUSTED * len(apart))
    if trusted == 0:
        return None
    ratios = np.sort(np.log(apart[:, 1] / apart[:, 0]))
    total = ratios[:trusted].sum() + (len(ratios) - trusted) * ratios[trusted - 1]
    return trusted / float(total) if total > 0 else None
