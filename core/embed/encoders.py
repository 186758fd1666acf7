"""The encoders that there are: a picture in, a vector out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.embed import builtin, classical
from core.embed.cutting import CutEncoder
from core.embed.hub import PREFIX
from core.errors import SettingError
from core.pictures.decode import Pixels, resize

# (B, input_px, input_px, 3) uint8 RGB to (B, dimension) float32
Encode = Callable[[NDArray[np.uint8]], NDArray[np.float32]]


def squeeze(pixels: Pixels, side_px: int) -> Pixels:
    """Return the whole picture as a square, whatever its proportions were."""
    return resize(pixels, width=side_px, height=side_px)


@dataclass(frozen=True)
class Encoder:
    """One way to turn a picture into a vector, with nothing learned from the person's images."""

    name: str
    title: str
    help: str  # for people: what it sees and what it misses
    source: str
    dimension: int
    input_px: int  # pictures are brought to a square of this side
    version: str  # changes whenever the same picture would give another vector
    open: Callable[[str], Encode]  # a device to a function; loads weights once
    core_seconds: float  # of one core at 2 GHz for a picture, read and encoded: a rough guide
    prepare: Callable[[Pixels, int], Pixels] = squeeze  # a picture and input_px to that square
    kept: float = 1.0  # how much of the short side `prepare` keeps
    is_exact: bool = False  # it computes in float32 wherever it runs
    cut: Callable[[str], CutEncoder] | None = None  # in two, where it has layers that may learn
    learn_seconds: float | None = None  # of one core, for them to learn from a picture; or unknown
    is_small: bool = False  # on a CPU, each thread encodes what it read


ENCODERS: Mapping[str, Encoder] = {
    encoder.name: encoder
    for encoder in (
        Encoder(
            name="builtin",
            title="Things, shapes and colours",
            help=(
                "A small network that was taught by a large one to tell things apart, beside "
                "shapes and colours. Fast and without downloads. It knows everyday objects and "
                "scenes by their looks; fine differences between related kinds, and pictures "
                "unlike photographs, it sees little better than shapes and colours do."
            ),
            source=builtin.SOURCE,
            dimension=builtin.DIMENSION,
            input_px=builtin.INPUT_PX,
            version=builtin.VERSION,
            open=builtin.open_encoder,
            core_seconds=6e-3,
            cut=builtin.cut_encoder,
            learn_seconds=1e-3,
            is_small=True,
        ),
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
            core_seconds=3e-3,
            is_exact=True,
            is_small=True,
        ),
    )
}


DEFAULT_ENCODER = next(iter(ENCODERS))


def find_encoder(name: str) -> Encoder:
    """Return an encoder by name: a key of ENCODERS, 'hf:owner/model', or a folder with a model.

    Raises:
        SettingError: there is none of that name, or it cannot be used.
    """
    if name in ENCODERS:
        return ENCODERS[name]
    if name.startswith(PREFIX) or (Path(name) / "config.json").is_file():
        # It needs `Encoder` itself.
        from core.embed.pretrained import find_pretrained

        return find_pretrained(name)
    raise SettingError(
        f"Encoder '{name}' is unknown. Choose one of: {', '.join(ENCODERS)}, a model of Hugging "
        f"Face such as {PREFIX}facebook/dinov2-small, or a folder that holds one."
    )
