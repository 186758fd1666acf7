"""Encoders adapted to a person's images: another one whose last block has learned their labels.

One is a folder: the weights of the block, and a record of what it learned from. What it says of the
images that it learned from is what it was taught: `unadapted` gives the vectors for whatever judges
labels, and a comparison adapts the base in each fold by itself.
"""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core import records
from core.embed.cutting import CutEncoder
from core.embed.encoder import Encode, Encoder
from core.errors import SettingError
from core.storage import write_bytes
from core.words import count_of

if TYPE_CHECKING:
    from torch import Tensor

RECORD_FILE = "adapted.json"

_BLOCK_FILE = "block.safetensors"
_VERSION = 1
_REMEDY = "Adapt the encoder again, or choose another one."


@dataclass(frozen=True)
class Adapted:
    """What an adapted encoder is made of, and what it learned from."""

    base: str  # the encoder that it was before
    base_version: str
    dataset: records.FileName
    dataset_digest: str
    learned: Mapping[records.FileName, int]  # label -> images of the training split
    seed: int
    digest: str  # of the block's weights


def is_adapted(folder: Path) -> bool:
    """Return whether a folder holds an adapted encoder."""
    return (folder / RECORD_FILE).is_file()


def write_adapted(folder: Path, record: Adapted, block: "Mapping[str, Tensor]") -> None:
    """Write an encoder to a folder; the digest of `record` becomes that of the weights.

    Raises:
        OutputError: the folder cannot be written.
    """
    from safetensors.torch import save

    content = save({name: tensor.cpu().contiguous() for name, tensor in block.items()})
    record = replace(record, digest=_digest(content))
    # The record is written last and makes the folder an encoder.
    write_bytes(folder / _BLOCK_FILE, content)
    write_bytes(folder / RECORD_FILE, records.to_text(record, _VERSION).encode())


def find_adapted(name: str, find: Callable[[str], Encoder]) -> Encoder:
    """Return the encoder of a folder; `find` finds its base.

    Raises:
        SettingError: a file of it is damaged, or its base is not there or has changed since.
    """
    folder, where = Path(name), f"The encoder '{name}'"
    content = records.read_file(folder / RECORD_FILE, "record", remedy=_REMEDY)
    record = records.read_text(Adapted, content, where, _VERSION)
    if is_adapted(Path(record.base)):
        raise SettingError(f"{where} is adapted from one that is adapted itself. {_REMEDY}")
    base = find(record.base)
    if base.version != record.base_version or base.cut is None:
        raise SettingError(
            f"{where} was adapted from '{record.base}', which is another one in this version of "
            f"Evenset. {_REMEDY}"
        )
    images = count_of(sum(record.learned.values()), "training image")
    return replace(
        base,
        name=name,
        title=f"Adapted to '{record.dataset}'",
        help=f"The encoder '{record.base}', whose last block has learned the labels of {images}.",
        source=f"{base.source}; adapted to '{record.dataset}'",
        version=f"{base.version}-{record.digest}",
        open=partial(_open, folder, record, base.cut, is_small=base.is_small),
        base=base.name,
        cut=None,  # learning goes on from the base, which has seen no labels
        learn_seconds=None,
    )


def _open(
    folder: Path,
    record: Adapted,
    cut_base: Callable[[str], CutEncoder],
    device: str,
    *,
    is_small: bool,
) -> Encode:
    """Return the function over a batch, with the block's weights as they were learned."""
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load

    content = records.read_file(folder / _BLOCK_FILE, "file of weights", remedy=_REMEDY)
    if _digest(content) != record.digest:
        raise SettingError(f"The weights of the encoder '{folder}' are damaged. {_REMEDY}")
    cut = cut_base(device)
    try:
        cut.block.load_state_dict(load(content))
    except (SafetensorError, RuntimeError) as error:
        raise SettingError(
            f"The weights of the encoder '{folder}' do not fit '{record.base}'. {_REMEDY}"
        ) from error
    # The second part of a pretrained model changes it while it computes.
    turn = nullcontext() if is_small else Lock()

    def encode(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        with turn, torch.inference_mode():
            vectors = cut.describe(cut.begin(pixels), device)
            return np.ascontiguousarray(vectors.cpu().numpy(), np.float32)

    return encode


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()
