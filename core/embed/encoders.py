"""The encoders that there are: a picture in, a vector out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.embed import classical
from core.errors import SettingError

# (B, input_px, input_px, 3) uint8 RGB to (B, dimension) float32
Encode = Callable[[NDArray[np.uint8]], NDArray[np.float32]]


@dataclass(frozen=True)
class Encoder:
    """One way to turn a picture into a vector, with nothing learned from the person's images."""

    name: str
    title: str
    help: str  # for people: what it sees and what it misses
    source: str
    dimension: int
    input_px: int  # pictures are resized to a square of this side
    version: str  # changes whenever the same picture would give another vector
    open: Callable[[str], Encode]  # 'cpu' or 'cuda' to a function; loads weights once


ENCODERS: Mapping[str, Encoder] = {
    encoder.name: encoder
    for encoder in (
        Encoder(
            name="classical",
            title="Shapes and colours",
            help=(
                "Measures where edges run, how fine the texture is and which colours lie where. "
                "Fast and without downloads. It sees outline, pose, texture and colour; it does "
                "not know what things are, so a red car may lie nearer to a red apple than to a "
                "blue car."
            ),
            source=classical.SOURCE,
            dimension=classical.DIMENSION,
            input_px=classical.INPUT_PX,
            version=classical.VERSION,
            open=classical.open_encoder,
        ),
    )
}


def find_encoder(name: str) -> Encoder:
    """Return an encoder by name.

    Raises:
        SettingError: there is none of that name.
    """
    if name not in ENCODERS:
        raise SettingError(f"Encoder '{name}' is unknown. Choose one of: {', '.join(ENCODERS)}.")
    return ENCODERS[name]
