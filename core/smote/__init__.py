"""SMOTE as a sampler of imbalanced-learn: `SMOTE` takes the place of theirs in other programs.

`sampler` is the class: it checks its input as imbalanced-learn does and lets `core.resample` draw.
`parity` gives imbalanced-learn's own numbers instead; `estimator_search` asks a neighbours object
for the neighbours; `resampled` joins originals and points, dense, sparse or in a file, and
`vector_file` reads vectors that are larger than memory. The pages need none of it.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.smote.sampler import SMOTE

__all__ = ["SMOTE"]


def __getattr__(name: str) -> object:
    # Only when it is asked for: scikit-learn and imbalanced-learn take a second to load.
    if name == "SMOTE":
        from core.smote.sampler import SMOTE

        return SMOTE
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
