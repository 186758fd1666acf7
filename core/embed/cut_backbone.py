"""Cut a pretrained model before its last block, whichever kind of model it is.

Its blocks stand in a list. The first part runs until the last of them would begin. The second runs
the whole model's code with the blocks before it told to return what they once returned, so that
all that follows the last block, such as norms and pooling, is the model's own.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.embed.backbone import Backbone, open_backbone
from core.embed.cutting import CutEncoder, States, to_states
from core.embed.preparation import Preparation
from core.embed.snapshots import Snapshot
from core.errors import SettingError

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

_MOST_APART = 0.2  # of a vector's length; states are computed and kept in few digits
# What a model's code raises when its blocks are not what they seem.
_FAULTS = (
    AttributeError,
    AssertionError,
    IndexError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)


class _ReachedError(Exception):
    """The last block would begin now."""

    def __init__(self, states: "Tensor") -> None:
        super().__init__()
        self.states = states


def cut_backbone(snapshot: Snapshot, preparation: Preparation, device: str) -> CutEncoder:
    """Return a model in two parts, its weights loaded as `open_backbone` loads them.

    Raises:
        SettingError: as of `open_backbone`, or the model's last block cannot be told apart.
        OutputError: the Hub's cache cannot be written.
    """
    backbone = open_backbone(snapshot, preparation, device)
    try:
        cut = _cut(backbone)
        _check(backbone, cut)
    except _FAULTS as error:
        raise SettingError(
            f"The layers of '{snapshot.name}' cannot be separated, so its last block cannot be "
            "fine-tuned. Choose another encoder or another head."
        ) from error
    return cut


def _cut(backbone: Backbone) -> CutEncoder:
    import torch

    *before, last = _blocks(backbone.model)
    side_px = backbone.preparation.side_px
    with torch.no_grad():
        nothing = backbone.pixel_values(np.zeros((1, side_px, side_px, 3), np.uint8))
        once = _outputs(before, lambda: backbone.model(pixel_values=nothing))
        shape = _stopped_at(last, lambda: backbone.describe(nothing)).shape[1:]
    # Learning from maps whose channels lie last can write beyond its memory: oneDNN issue 6035.
    for parameter in last.parameters():
        parameter.data = parameter.data.clone(memory_format=torch.contiguous_format)
        parameter.requires_grad_(True)

    def begin(pixels: NDArray[np.uint8]) -> States:
        def describe(batch: "Tensor") -> "Tensor":
            return _stopped_at(last, lambda: backbone.describe(batch)).flatten(1)

        with torch.inference_mode():
            return to_states(backbone.compute(describe, pixels))

    def finish(states: "Tensor") -> "Tensor":
        with _returning(before, once), _given(last, states.reshape(-1, *shape)):
            return backbone.describe(nothing).float()

    return CutEncoder(begin, last, finish)


def _blocks(model: "Module") -> "list[Module]":
    """Return the blocks that follow each other: the outermost list, or the longest of those."""
    from torch.nn import ModuleList

    lists = [
        (name.count("."), -len(module), module)
        for name, module in model.named_modules()
        if isinstance(module, ModuleList) and len(module)
    ]
    return list(min(lists, key=lambda found: found[:2])[2])


def _outputs(blocks: "list[Module]", run: Callable[[], object]) -> list[object]:
    """Return what each block returns in a run."""
    seen: dict[int, object] = {}

    def note(block: object, _: object, output: object) -> None:
        seen[id(block)] = output

    handles = [block.register_forward_hook(note) for block in blocks]
    try:
        run()
    finally:
        for handle in handles:
            handle.remove()
    return [seen[id(block)] for block in blocks]


def _stopped_at(last: "Module", run: Callable[[], object]) -> "Tensor":
    """Return what goes into the last block in a run, which ends there."""

    def stop(_: object, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        raise _ReachedError(given[0] if given else named["hidden_states"])

    handle = last.register_forward_pre_hook(stop, with_kwargs=True)
    try:
        run()
    except _ReachedError as reached:
        return reached.states
    finally:
        handle.remove()
    raise ValueError("The last block was not reached.")


@contextmanager
def _returning(blocks: "list[Module]", outputs: list[object]) -> Iterator[None]:
    """Let each block return what it once did, without computing."""
    for block, output in zip(blocks, outputs, strict=True):
        block.forward = lambda *_, _output=output, **__: _output
    try:
        yield
    finally:
        for block in blocks:
            del block.forward


@contextmanager
def _given(last: "Module", states: "Tensor") -> Iterator[None]:
    """Put these states into the last block, whatever the blocks before it return."""

    def put(
        _: object, given: tuple[Any, ...], named: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        if given:
            return (states, *given[1:]), named
        return given, {**named, "hidden_states": states}

    handle = last.register_forward_pre_hook(put, with_kwargs=True)
    try:
        yield
    finally:
        handle.remove()


def _check(backbone: Backbone, cut: CutEncoder) -> None:
    """Raise ValueError unless the two parts give the vectors that the whole gives."""
    import torch

    side_px = backbone.preparation.side_px
    noise = np.random.default_rng(0).integers(0, 256, (3, side_px, side_px, 3), np.uint8)
    with torch.no_grad():
        whole = backbone.describe(backbone.pixel_values(noise)).float()
        found = cut.finish(torch.tensor(cut.begin(noise), device=backbone.device).float())
    apart = (found - whole).norm(dim=1)
    if found.shape != whole.shape or (apart > _MOST_APART * whole.norm(dim=1)).any():
        raise ValueError("The parts do not give what the whole gives.")
