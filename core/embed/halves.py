"""The learned encoders: EfficientNet-Lite0's view of a picture beside the classical one.

The network knows things by their looks and is weak on plain shapes; edges and colours are the
other way round. Each half is centred on what pictures have in common, and counts by how far it
stands out from that: of a drawn digit the network has less to say than shapes have. The directions
to which each is reduced are fixed: they were found once (`fit_directions`), in pictures of other
people. Nothing is fitted to the person's images.
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.embed import classical, efficientnet
from core.embed.computing import memory_format, on_device
from core.embed.cutting import CutEncoder, States, to_states
from core.embed.devices import CPU, precision_on
from core.errors import SettingError
from core.pictures.decode import resize

if TYPE_CHECKING:
    from torch import Tensor

    Weights = Mapping[str, Tensor]

LEARNED_DIMENSION = 256
CLASSICAL_DIMENSION = 128
DIMENSION = LEARNED_DIMENSION + CLASSICAL_DIMENSION
SIDES_PX = (224, 128)  # that there are directions for
CLASSICAL_SHARE = 0.15  # of what two usual vectors have in common; RESULTS.md has other figures
DIRECTIONS = Path(__file__).parent / "directions.safetensors"
VERSION = "1"  # of the directions and of how `join` weighs the halves; caches go by it
SOURCE = "EfficientNet-Lite0 on ImageNet, Apache-2.0; see core/embed/MODEL_CARD.md"


def open_encoder(side_px: int, device: str) -> Callable[[NDArray[np.uint8]], NDArray[np.float32]]:
    """Return the function over a batch, with its weights on a device.

    It takes (B, side_px, side_px, 3) uint8 RGB and returns (B, DIMENSION) float32 of length 1.
    The network computes in the numbers that suit the device, all else in float32.

    Raises:
        SettingError: the network's weights are not there.
    """
    import torch

    weights = network_weights(device)
    axes = _directions(side_px, device)

    def encode(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        with torch.inference_mode():
            maps = efficientnet.begin(on_device(pixels, device), weights)
            means = efficientnet.finish(maps, weights)
            joined = join(means, _shapes(small(pixels), device), axes)
            return np.asarray(joined.cpu().numpy(), np.float32)

    return encode


def cut_encoder(side_px: int, device: str) -> CutEncoder:
    """Return the encoder in two parts; the network's last block and its head may learn.

    Raises:
        SettingError: the network's weights are not there.
    """
    import torch

    stored = efficientnet.load_weights()
    weights = _in(precision_on(device), stored, device)
    axes = _directions(side_px, device)
    # Learning from maps whose channels lie last can write beyond its memory: oneDNN issue 6035.
    learning = {
        name: torch.nn.Parameter(tensor.to(device))
        for name, tensor in stored.items()
        if name.rpartition(".")[0] in efficientnet.LEARNING
    }
    block = torch.nn.ParameterList(learning.values())
    channels = efficientnet.BLOCKS[efficientnet.LAST].inputs
    maps_px = side_px // efficientnet.SHRINKS_BY

    def begin(pixels: NDArray[np.uint8]) -> States:
        with torch.inference_mode():
            maps = efficientnet.begin(on_device(pixels, device), weights).float()
            shapes = _shapes(small(pixels), device)
            return to_states(torch.cat([shapes, maps.flatten(1)], dim=1))

    def finish(states: "Tensor") -> "Tensor":
        shapes, flat = states.tensor_split([classical.DIMENSION], dim=1)
        maps = flat.reshape(-1, channels, maps_px, maps_px)
        return join(efficientnet.finish(maps, learning), shapes, axes)

    return CutEncoder(begin, block, finish)


def network_weights(device: str) -> "dict[str, Tensor]":
    """Return the network's weights on a device, in the numbers that suit it.

    Raises:
        SettingError: they are not there.
    """
    return _in(precision_on(device), efficientnet.load_weights(), device)


def small(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the pictures at the classical encoder's size."""
    side_px = classical.INPUT_PX
    return np.stack([resize(picture, width=side_px, height=side_px) for picture in pixels])


def join(means: "Tensor", shapes: "Tensor", axes: "Weights") -> "Tensor":
    """Return (B, DIMENSION) of length 1: both halves, weighed by their shares.

    A half that stands out twice as far as is usual comes in with four times its usual length.

    Args:
        means: (B, efficientnet.DIMENSION) of the network.
        shapes: (B, classical.DIMENSION).
        axes: Centre and directions of each, as `_directions` returns them.
    """
    import torch
    from torch.nn.functional import normalize

    halves = (
        ((means - axes["learned.mean"]) @ axes["learned.directions"], 1 - CLASSICAL_SHARE),
        ((shapes - axes["classical.mean"]) @ axes["classical.directions"], CLASSICAL_SHARE),
    )
    weighed = [half * half.norm(dim=1, keepdim=True) * share**0.5 for half, share in halves]
    return normalize(torch.cat(weighed, dim=1), dim=1)


def _shapes(pixels: NDArray[np.uint8], device: str) -> "Tensor":
    """Return the classical encoder's vectors on the device; NumPy is quicker on the CPU."""
    import torch

    if device == CPU:
        return torch.tensor(np.asarray(classical.describe(pixels, np), np.float32))
    shapes: Tensor = classical.describe(on_device(pixels, device), torch)
    return shapes


def _in(precision: str, weights: "Weights", device: str) -> "dict[str, Tensor]":
    """Return the weights on the device in these numbers, as convolutions are fastest."""
    import torch

    put = partial(torch.Tensor.to, device=device, dtype=getattr(torch, precision))
    layout = memory_format(device)
    return {
        name: put(tensor).contiguous(memory_format=layout) if tensor.ndim == 4 else put(tensor)
        for name, tensor in weights.items()
    }


def _directions(side_px: int, device: str) -> "dict[str, Tensor]":
    """Return float32 centres and directions of both halves, for the network at that side.

    Raises:
        SettingError: their file is not there, or damaged.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        stored = load_file(DIRECTIONS, device=device)
    except (OSError, SafetensorError) as error:
        raise SettingError(
            f"'{DIRECTIONS}', a part of Evenset, cannot be read: {error}. Install Evenset again, "
            "or choose the encoder 'classical'."
        ) from error
    return {
        f"{half}.{what}": stored[f"{name}.{what}"].float()
        for half, name in (("learned", str(side_px)), ("classical", "classical"))
        for what in ("mean", "directions")
    }
