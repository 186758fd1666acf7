"""Score queries against points in float32 tiles on a graphics card."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from core.neighbours.rows import PointRows, spans
from core.neighbours.shortlist import Shortlist
from core.neighbours.tiles import Panel, place_points, place_queries

if TYPE_CHECKING:
    import torch

_QUERIES = 4096  # of a tile
_POINTS = 16384
_GROUP = 32


def fill_on_gpu(
    shortlist: Shortlist,
    panel: Panel,
    *,
    device: str,
    size: int,
    done: Callable[[int], None],
) -> None:
    """Set the lists of a panel's queries, as `tiles.fill` does.

    Selection, not the product, takes the time there: a pair is scored twice, and the lowest
    scores come from the groups of columns with the lowest minimum.

    Args:
        shortlist: The lists of the panel's queries.
        panel: Which queries, and which points.
        device: Of torch.
        size: Of a list.
        done: Hears how many queries of the panel have been compared with every point.
    """
    import torch

    with _full_precision():
        blocks = _Blocks(panel, torch.device(device))
        for start, stop in spans(panel.stop - panel.start, _QUERIES):
            asked = slice(panel.start + start, panel.start + stop)
            rows = _moved(panel, place_queries, panel.queries, asked, blocks.device)
            scores = torch.empty((stop - start, 0), device=blocks.device)
            found = torch.empty((stop - start, 0), dtype=torch.int64, device=blocks.device)
            for first, last in spans(len(panel.points), _POINTS):
                tile = rows @ blocks.at(first, last).T
                if panel.themselves:
                    own = torch.arange(asked.start, asked.stop)
                    inside = torch.nonzero((own >= first) & (own < last)).flatten()
                    tile[inside, own[inside] - first] = torch.inf
                lowest, places = _lowest(tile, size)
                scores = torch.cat([scores, lowest], dim=1)
                found = torch.cat([found, places + first], dim=1)
                scores, order = scores.topk(min(size, scores.shape[1]), largest=False)
                found = found.gather(1, order)
            shortlist.put(start, scores.cpu().numpy(), found.cpu().numpy())
            done(stop)


class _Blocks:
    """Points on the card: all of them where they fit, else those last asked for."""

    def __init__(self, panel: Panel, device: "torch.device") -> None:
        import torch

        self._panel, self.device = panel, device
        points = panel.points
        free = torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else 0
        fits = 4 * len(points) * (points.width + 2) < free // 2
        self._all = self._read(0, len(points)) if fits else None

    def at(self, start: int, stop: int) -> "torch.Tensor":
        return self._read(start, stop) if self._all is None else self._all[start:stop]

    def _read(self, start: int, stop: int) -> "torch.Tensor":
        panel = self._panel
        return _moved(panel, place_points, panel.points, slice(start, stop), self.device)


def _moved(
    panel: Panel,
    place: Callable[..., object],
    source: PointRows,
    which: slice,
    device: "torch.device",
) -> "torch.Tensor":
    """Return rows of `source` on the card, as `place` writes them, read a few at a time."""
    import torch

    count = which.stop - which.start
    moved = torch.empty((count, source.width + 2), device=device)
    buffer = np.empty((min(panel.step, count), source.width + 2), np.float32)
    for first, last in spans(count, panel.step):
        rows = buffer[: last - first]
        place(source, which.start + first, panel.centre, rows)
        moved[first:last] = torch.from_numpy(rows)
    return moved


def _lowest(tile: "torch.Tensor", size: int) -> "tuple[torch.Tensor, torch.Tensor]":
    """Return the lowest scores of each row and their columns."""
    import torch

    count, breadth = tile.shape
    if breadth % _GROUP or breadth // _GROUP < size:
        return tile.topk(min(size, breadth), largest=False)
    minima = tile.view(count, -1, _GROUP).amin(dim=2)
    # Every score outside these groups is at least as high as `size` scores inside them.
    groups = minima.topk(size, largest=False).indices
    members = groups[:, :, None] * _GROUP + torch.arange(_GROUP, device=tile.device)
    members = members.flatten(1)
    scores, order = tile.gather(1, members).topk(size, largest=False)
    return scores, members.gather(1, order)


@contextmanager
def _full_precision() -> Iterator[None]:
    """Hold products in float32: the shorter TF32 breaks the bound that `settle` relies on."""
    import torch

    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)
