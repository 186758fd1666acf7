"""The small convolutional network behind the built-in encoder: its layers, its formula, its fusion.

The formula is written once. Training hands it convolutions with batch norms, the encoder hands it
convolutions whose norms were folded into their weights.

Source:
    He et al., Deep Residual Learning, CVPR 2016: blocks of two convolutions and a way around them.
    He et al., Bag of Tricks, CVPR 2019: the way around shrinks by averaging.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    Convolve = Callable[[str, Tensor], Tensor]  # the layer of that name, on these maps

INPUT_PX = 96
DIMENSION = 256


@dataclass(frozen=True)
class Layer:
    """The shape of a convolution."""

    inputs: int
    outputs: int
    side: int = 3
    stride: int = 1


# Sides of the maps for 96 px: 48, 24, then 24, 12, 6 in the stages.
LAYERS: Mapping[str, Layer] = {
    "stem_1": Layer(3, 24, stride=2),
    "stem_2": Layer(24, 48, stride=2),
    "block_1a": Layer(48, 48),
    "block_1b": Layer(48, 48),
    "block_2a": Layer(48, 96, stride=2),
    "block_2b": Layer(96, 96),
    "block_2way": Layer(48, 96, side=1),
    "block_3a": Layer(96, 96),
    "block_3b": Layer(96, 96),
    "block_4a": Layer(96, 208, stride=2),
    "block_4b": Layer(208, 208),
    "block_4way": Layer(96, 208, side=1),
    "block_5a": Layer(208, 208),
    "block_5b": Layer(208, 208),
}
_STAGES = (("block_1",), ("block_2", "block_3"), ("block_4", "block_5"))
LAST_BLOCK = _STAGES[-1][-1]
HEAD_INPUTS = sum(LAYERS[f"{stage[-1]}b"].outputs for stage in _STAGES)


def describe(pixels: Tensor, convolve: Convolve) -> Tensor:
    """Return (B, HEAD_INPUTS) means over the picture of the maps at the end of each stage.

    Args:
        pixels: (B, 3, H, W) 0 to 1, RGB.
        convolve: Applies a layer of LAYERS, with what was folded into it.
    """
    return finish(*begin(pixels, convolve), convolve)


def begin(pixels: Tensor, convolve: Convolve) -> tuple[Tensor, Tensor]:
    """Return what is known before the last block: means of the stages that ended, and the maps."""
    from torch import cat
    from torch.nn.functional import relu

    maps = (pixels - 0.45) * 4
    for name in ("stem_1", "stem_2"):
        maps = relu(convolve(name, maps))
    means = []
    for stage in _STAGES:
        for block in stage:
            if block != LAST_BLOCK:
                maps = _pass(block, maps, convolve)
        if LAST_BLOCK not in stage:
            means.append(maps.mean(dim=(2, 3)))
    return cat(means, dim=1), maps


def finish(means: Tensor, maps: Tensor, convolve: Convolve) -> Tensor:
    """Return what `describe` returns, from what `begin` found."""
    from torch import cat

    return cat([means, _pass(LAST_BLOCK, maps, convolve).mean(dim=(2, 3))], dim=1)


def _pass(block: str, maps: Tensor, convolve: Convolve) -> Tensor:
    from torch.nn.functional import avg_pool2d, relu

    around = maps
    if f"{block}way" in LAYERS:
        around = convolve(f"{block}way", avg_pool2d(maps, 2))
    return relu(convolve(f"{block}b", relu(convolve(f"{block}a", maps))) + around)


def convolutions(weights: Mapping[str, Tensor]) -> Convolve:
    """Return the layers as plain convolutions with these weights and biases."""
    from torch.nn.functional import conv2d

    def convolve(name: str, maps: Tensor) -> Tensor:
        layer = LAYERS[name]
        weight, bias = weights[f"{name}.weight"], weights[f"{name}.bias"]
        return conv2d(maps, weight, bias, layer.stride, layer.side // 2)

    return convolve


def trainable_layers(generator: torch.Generator) -> torch.nn.ModuleDict:
    """Return each layer with its batch norm, and 'head', at random starting weights."""
    import torch
    from torch import nn

    layers = nn.ModuleDict()
    for name, shape in LAYERS.items():
        convolution = nn.Conv2d(
            shape.inputs, shape.outputs, shape.side, shape.stride, shape.side // 2, bias=False
        )
        nn.init.kaiming_normal_(
            convolution.weight, mode="fan_out", nonlinearity="relu", generator=generator
        )
        weight = convolution.weight.data
        convolution.weight.data = weight.contiguous(memory_format=torch.channels_last)
        norm = nn.BatchNorm2d(shape.outputs)
        if name.startswith("block") and name.endswith("b"):
            # Blocks begin as the way around them, which lets a short training start at once.
            nn.init.zeros_(norm.weight)
        layers[name] = nn.Sequential(convolution, norm)
    head = nn.Linear(HEAD_INPUTS, DIMENSION)
    nn.init.normal_(head.weight, std=HEAD_INPUTS**-0.5, generator=generator)
    nn.init.zeros_(head.bias)
    layers["head"] = head
    return layers


def fused_weights(layers: torch.nn.ModuleDict) -> dict[str, Tensor]:
    """Return float32 weights and biases by layer, each batch norm folded into its convolution."""
    from torch import nn

    weights: dict[str, Tensor] = {}
    for name in LAYERS:
        convolution, norm = layers[name].children()
        assert isinstance(convolution, nn.Conv2d)
        assert isinstance(norm, nn.BatchNorm2d)
        assert norm.running_mean is not None
        assert norm.running_var is not None
        scale = norm.weight / (norm.running_var + norm.eps).sqrt()
        weights[f"{name}.weight"] = (convolution.weight * scale[:, None, None, None]).detach()
        weights[f"{name}.bias"] = (norm.bias - norm.running_mean * scale).detach()
    head = layers["head"]
    assert isinstance(head, nn.Linear)
    return weights | {"head.weight": head.weight.detach(), "head.bias": head.bias.detach()}
