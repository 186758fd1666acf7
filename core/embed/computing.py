"""How torch computes on a device: in which numbers, from which memory, in which threads."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.embed.devices import CUDA, FLOAT16, FLOAT32, MPS, precision_on

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Compute = Callable[[NDArray[np.uint8]], NDArray[Any]]  # (B, H, W, 3) pictures to (B, ...)

_MPS_TURN = Lock()
_THREADS_TURN = Lock()
# What torch and the libraries below it say of too little memory, where the type does not.
_MEMORY_WORDS = ("out of memory", "can't allocate memory", "_ALLOC_FAILED")


def in_precision(describe: "Callable[[Tensor], Tensor]", batch: "Tensor", device: str) -> "Tensor":
    """Return `describe(batch)` as float32, computed in the numbers that suit the device.

    Half precision ends at 65,504: rows that do not stay below are computed again in float32.
    """
    import torch

    precision = precision_on(device)
    if precision == FLOAT32:
        return describe(batch).float()
    with torch.autocast(device, getattr(torch, precision)):
        vectors = describe(batch).float()
    if precision == FLOAT16:
        overflows = ~vectors.isfinite().all(1)
        if overflows.any():
            vectors[overflows] = describe(batch[overflows]).float()
    return vectors


def on_device(pixels: NDArray[np.uint8], device: str) -> "Tensor":
    """Return (B, H, W, 3) pictures on a device.

    A copy, since torch warns of arrays that it must not write to. To CUDA it goes from pinned
    memory, while the device still computes what was asked of it before.
    """
    import torch

    if device == CUDA:
        return torch.tensor(pixels).pin_memory().to(device, non_blocking=True)
    batch = torch.tensor(pixels, device=device)
    if device == MPS:
        # Seen with channels first, they lie with channels first.
        return batch.permute(0, 3, 1, 2).contiguous().permute(0, 2, 3, 1)
    return batch


def memory_format(device: str) -> "torch.memory_format":
    """Return how weights of convolutions lie: as pixels do, which CPUs and CUDA convolve fastest.

    On MPS convolutions of such maps have given wrong numbers (pytorch issue 180984).
    """
    import torch

    return torch.contiguous_format if device == MPS else torch.channels_last


def turn_on(device: str) -> AbstractContextManager[object]:
    """Return what to hold while computing: two threads that use MPS at once end the process.

    Source: pytorch issue 197805.
    """
    return _MPS_TURN if device == MPS else nullcontext()


def stay_in_this_thread() -> None:
    """Let torch compute in the calling thread alone, which must be a new one.

    Other threads go on as before. Where nothing has loaded torch, nothing uses it.
    """
    if "torch" not in sys.modules:
        return
    import torch

    with _THREADS_TURN:
        usual = torch.get_num_threads()
        torch.set_num_threads(1)
        # That is also what new threads begin with. Set back here, it would hold here, too.
        setting_back = Thread(target=torch.set_num_threads, args=(usual,))
        setting_back.start()
        setting_back.join()


def in_groups(encode: Compute, count: int) -> Compute:
    """Return `encode` so that it is always given `count` pictures, some of them made up at the end.

    Libraries sum in another order for other sizes of a batch. So the vector of a picture hangs on
    that picture alone: not on how many others were missing in a cache, or could be read.

    Args:
        encode: (B, H, W, 3) pictures to (B, ...).
        count: Of pictures in a group. Where memory is too small for it, halves of it from then on.
    """
    most = count

    def encode_group(pixels: NDArray[np.uint8]) -> NDArray[Any]:
        made_up = np.repeat(pixels[:1], most - len(pixels), axis=0)
        whole = np.concatenate([pixels, made_up]) if len(made_up) else pixels
        return encode(whole)[: len(pixels)]

    def encode_all(pixels: NDArray[np.uint8]) -> NDArray[Any]:
        nonlocal most
        parts, start = [], 0
        while start < len(pixels):
            size = most
            try:
                parts.append(encode_group(pixels[start : start + size]))
                start += size
            except (MemoryError, RuntimeError) as error:
                if size == 1 or not is_out_of_memory(error):
                    raise
                most = min(most, size // 2)
        return np.concatenate(parts)

    return encode_all


def take_a_stream() -> None:
    """Let the calling thread's work on CUDA go beside that of other threads, not after it."""
    import torch

    torch.cuda.synchronize()  # weights that are still on their way belong to another stream
    torch.cuda.set_stream(torch.cuda.Stream())  # type: ignore[no-untyped-call]


def is_out_of_memory(error: Exception) -> bool:
    """Return whether less work at a time would help. torch's own error is a RuntimeError."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and any(word in str(error) for word in _MEMORY_WORDS)
