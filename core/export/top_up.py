"""How originals are written beside added pictures."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TopUp:
    """What keeps a model from telling classes apart by the traces of augmentation.

    A class that alone holds files that were encoded anew can be told by that.
    """

    normalises_originals: bool = False  # decode and encode them as augmented pictures are


AS_THEY_ARE = TopUp()  # originals byte for byte
