"""The built-in learned encoder: a small network's view of a picture beside the classical one.

The network knows things by their looks and is weak on grey textures; shapes and colours are the
other way round. Each half is centred on what pictures have in common and brought to length 1, so
that neither drowns the other. Nothing is fitted to the person's images. MODEL_CARD.md tells what
the weights were made from.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.embed import classical, network
from core.embed.computing import in_precision, memory_format, on_device
from core.embed.cutting import CutEncoder, States, to_states
from core.embed.devices import CPU
from core.pictures.decode import resize

if TYPE_CHECKING:
    from torch import Tensor

INPUT_PX = network.INPUT_PX
CLASSICAL_DIMENSION = 128
DIMENSION = network.DIMENSION + CLASSICAL_DIMENSION
VERSION = "2"
SOURCE = "Trained by core/embed/train_encoder.py; see core/embed/MODEL_CARD.md"
_SHRINKS_BY = 16  # sides of the picture over those of the last maps
WEIGHTS = Path(__file__).parent / "builtin.safetensors"


def open_encoder(device: str) -> Callable[[NDArray[np.uint8]], NDArray[np.float32]]:
    """Return the function over a batch, with its weights on a device.

    It takes (B, INPUT_PX, INPUT_PX, 3) uint8 RGB and returns (B, DIMENSION) float32 of length 1.
    The network computes in the numbers that suit the device, all else in float32.
    """
    import torch

    weights = _load(device)

    def encode(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        with torch.inference_mode():
            things = in_precision(
                lambda batch: learned(batch, weights), on_device(pixels, device), device
            )
            joined = join(things, _shapes(small(pixels), device), weights)
            return np.asarray(joined.cpu().numpy(), np.float32)

    return encode


def cut_encoder(device: str) -> CutEncoder:
    """Return the encoder in two parts; of the network the last block may learn."""
    import torch

    weights = _load(device)
    learning = {
        name: torch.nn.Parameter(tensor)
        for name, tensor in weights.items()
        if name.startswith(network.LAST_BLOCK)
    }
    block = torch.nn.ParameterList(learning.values())
    convolve = network.convolutions(weights | learning)
    side_px = INPUT_PX // _SHRINKS_BY
    channels = network.LAYERS[f"{network.LAST_BLOCK}a"].inputs
    means_count = network.HEAD_INPUTS - channels

    def begin(pixels: NDArray[np.uint8]) -> States:
        with torch.inference_mode():
            state = in_precision(
                lambda batch: torch.cat(
                    [part.flatten(1) for part in network.begin(_maps(batch), convolve)], dim=1
                ),
                on_device(pixels, device),
                device,
            )
            return to_states(torch.cat([_shapes(small(pixels), device), state], dim=1))

    def finish(states: "Tensor") -> "Tensor":
        counts = [classical.DIMENSION, means_count, channels * side_px**2]
        shapes, means, flat = torch.split(states, counts, dim=1)
        maps = flat.reshape(-1, channels, side_px, side_px)
        things = network.finish(means, maps, convolve)
        return join(_headed(things, weights), shapes, weights)

    return CutEncoder(begin, block, finish)


def small(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the pictures at the classical encoder's size."""
    side_px = classical.INPUT_PX
    return np.stack([resize(picture, width=side_px, height=side_px) for picture in pixels])


def learned(pixels: "Tensor", weights: Mapping[str, "Tensor"]) -> "Tensor":
    """Return the network's (B, network.DIMENSION) of (B, H, W, 3) uint8; its head centres them."""
    means = network.describe(_maps(pixels), network.convolutions(weights))
    return _headed(means, weights)


def join(learned: "Tensor", shapes: "Tensor", weights: Mapping[str, "Tensor"]) -> "Tensor":
    """Return (B, DIMENSION): both halves of length 1, then weighed by their shares."""
    import torch
    from torch.nn.functional import normalize

    first = normalize(learned, dim=1)
    second = normalize(
        (shapes - weights["classical.mean"]) @ weights["classical.directions"], dim=1
    )
    share = weights["learned.share"]
    return torch.cat([first * share.sqrt(), second * (1 - share).sqrt()], dim=1)


def _shapes(pixels: NDArray[np.uint8], device: str) -> "Tensor":
    """Return the classical encoder's vectors on the device; NumPy is quicker on the CPU."""
    import torch

    if device == CPU:
        return torch.tensor(np.asarray(classical.describe(pixels, np), np.float32))
    shapes: Tensor = classical.describe(on_device(pixels, device), torch)
    return shapes


def _load(device: str) -> dict[str, "Tensor"]:
    import torch
    from safetensors.torch import load_file

    layout = memory_format(device)
    return {
        name: tensor.to(device, torch.float32, memory_format=layout)
        if tensor.ndim == 4
        else tensor.to(device, torch.float32)
        for name, tensor in load_file(WEIGHTS).items()
    }


def _maps(pixels: "Tensor") -> "Tensor":
    """Return (B, 3, H, W) 0 to 1 of (B, H, W, 3) uint8."""
    # Seen with channels first, the pixels keep lying as they are: what CPUs convolve fastest.
    return pixels.permute(0, 3, 1, 2).float() / 255


def _headed(means: "Tensor", weights: Mapping[str, "Tensor"]) -> "Tensor":
    return means @ weights["head.weight"].T + weights["head.bias"]
