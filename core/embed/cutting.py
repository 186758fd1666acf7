"""An encoder cut in two: what stays as it is, and its last block, which may learn."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

States = NDArray[np.float16]  # (B, ...) what goes into the last block


@dataclass(frozen=True, eq=False)
class CutEncoder:
    """The two parts of an encoder, its weights on a device.

    What comes before the last block is the same however that block changes, so it is computed once
    for each picture.
    """

    begin: "Callable[[NDArray[np.uint8]], States]"  # (B, side, side, 3), prepared, to their states
    block: "Module"  # the last block; its parameters may be changed
    finish: "Callable[[Tensor], Tensor]"  # states as float32 to (B, D) vectors, through `block`

    def describe(self, states: States, device: str) -> "Tensor":
        """Return (B, D) vectors of states, through the block as it is now."""
        import torch

        return self.finish(torch.tensor(states, device=device).float())


def to_states(states: "Tensor") -> States:
    """Return states as they are kept: half the bytes, and never beyond what these can hold."""
    most = float(np.finfo(np.float16).max)
    return np.asarray(states.float().clamp(-most, most).half().cpu().numpy())
