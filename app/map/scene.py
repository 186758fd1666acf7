"""All points of a map as they go to the browser, and which image each of them is."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from app.session.workspace import Attached
from core.dataset import ImageDataset, Rows
from core.project import Placement, Points, Projection
from core.resample import SyntheticPoints
from core.resample.synthetic import fractions_of, rows_of_parents

REAL, MADE, OTHER_MADE, JOINT_REAL = range(4)  # what a point is; the browser draws 1 and 2 crossed
_MOST_SCENES = 4  # of a visitor: two pages, each with the map before and the map now

Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Pick:
    """One point: a row of the dataset, or the number of a synthetic point of a layer."""

    number: int
    kind: int = REAL

    @property
    def is_real(self) -> bool:
        """Return whether it is an image."""
        return self.kind in (REAL, JOINT_REAL)


@dataclass(frozen=True, eq=False)
class PointLayer:
    """Synthetic points and where they lie."""

    kind: int  # MADE or OTHER_MADE
    title: str  # of the strategy
    synthetic: SyntheticPoints
    placement: Placement


@dataclass(frozen=True, eq=False)
class Scene:
    """P points: first the images in order of row, then each layer, then images of a joint fit."""

    dataset: ImageDataset
    projection: Projection
    layers: tuple[PointLayer, ...] = ()
    joint: Projection | None = None  # where a joint fit has the images

    @cached_property
    def points(self) -> Points:
        """Return (P, 2) where they lie."""
        parts = [self.projection.points, *(layer.placement.points for layer in self.layers)]
        if self.joint is not None:
            parts.append(self.joint.points)
        return np.ascontiguousarray(np.vstack(parts), np.float32)

    @cached_property
    def kinds(self) -> NDArray[np.uint8]:
        """Return (P,) REAL, MADE, OTHER_MADE or JOINT_REAL."""
        kinds = [REAL, *(layer.kind for layer in self.layers)]
        counts = [len(self.projection.rows), *(len(one.placement.points) for one in self.layers)]
        if self.joint is not None:
            kinds, counts = [*kinds, JOINT_REAL], [*counts, len(self.joint.rows)]
        return np.repeat(np.array(kinds, np.uint8), counts)

    @cached_property
    def numbers(self) -> Indices:
        """Return (P,) the row of each image, and the number of each synthetic point."""
        parts = [self.projection.rows, *(layer.placement.indices for layer in self.layers)]
        if self.joint is not None:
            parts.append(self.joint.rows)
        return np.concatenate(parts).astype(np.intp)

    @cached_property
    def label_codes(self) -> Indices:
        """Return (P,) the class of each point."""
        codes = self.dataset.codes[np.where(self.is_real, self.numbers, 0)]
        for layer in self.layers:
            made = self.kinds == layer.kind
            codes[made] = layer.synthetic.codes[self.numbers[made]]
        return codes

    @cached_property
    def is_real(self) -> NDArray[np.bool_]:
        """Return (P,) whether a point is an image."""
        return np.isin(self.kinds, (REAL, JOINT_REAL))

    @cached_property
    def key(self) -> str:
        """Return a name of all that the browser fetches: another one for other points or labels.

        It covers what the cards say: where all images are the same, other synthetic points lie
        in the same places, and have other parents.
        """
        digest = blake2b(self.dataset.digest.encode(), digest_size=12)
        digest.update(self.geometry)
        digest.update(self.numbers.tobytes())
        for layer in self.layers:
            synthetic = layer.synthetic
            digest.update(layer.title.encode())
            for part in (rows_of_parents(synthetic), fractions_of(synthetic), synthetic.codes):
                digest.update(np.ascontiguousarray(part).tobytes())
        return digest.hexdigest()

    @property
    def geometry(self) -> bytes:
        """Return 8 bytes for the place of each point, then 1 for its kind."""
        return self.points.tobytes() + self.kinds.tobytes()

    @cached_property
    def parents(self) -> bytes:
        """Return three 4-byte numbers for each synthetic point: itself and its parents; -1: off."""
        lines = [np.empty((0, 3), np.int32)]
        for layer in self.layers:
            own = np.flatnonzero(self.kinds == layer.kind)
            rows = rows_of_parents(layer.synthetic)[self.numbers[own]]
            lines.append(np.column_stack([own, self._places(rows, layer)]).astype(np.int32))
        return np.vstack(lines).tobytes()

    def layer_of(self, kind: int) -> PointLayer:
        """Return the layer that points of a kind belong to."""
        return next(layer for layer in self.layers if layer.kind == kind)

    def pick_of(self, index: int) -> Pick:
        """Return which point has a place among the P."""
        kind = int(self.kinds[index])
        return Pick(int(self.numbers[index]), REAL if kind == JOINT_REAL else kind)

    def index_of(self, pick: Pick) -> int:
        """Return the place among the P, or -1 for a point that is not drawn."""
        found = np.flatnonzero((self.kinds == pick.kind) & (self.numbers == pick.number))
        return int(found[0]) if len(found) else -1

    def parent_points(self, index: int) -> list[list[float]]:
        """Return where the parents of a synthetic point lie; those off the map are left out."""
        layer = self.layer_of(int(self.kinds[index]))
        rows = rows_of_parents(layer.synthetic)[self.numbers[index]]
        places = self._places(rows, layer)
        return [[float(value) for value in self.points[place]] for place in places if place >= 0]

    def _places(self, rows: Rows, layer: PointLayer) -> Indices:
        """Return where among the P the images of a layer's panel stand; -1: nowhere."""
        is_joint = self.joint is not None and layer.kind == OTHER_MADE
        known = self.joint.rows if is_joint and self.joint is not None else self.projection.rows
        start = int(np.flatnonzero(self.kinds == JOINT_REAL)[0]) if is_joint else 0
        places = np.minimum(np.searchsorted(known, rows), max(0, len(known) - 1))
        return np.where(known[places] == rows, places + start, -1)


class Scenes(Attached):
    """The last maps that a visitor's browser was told of, for the route that sends them."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Scene] = OrderedDict()
        self._parts: dict[tuple[str, str], bytes] = {}
        self._lock = threading.Lock()

    def like(
        self,
        dataset: ImageDataset,
        projection: Projection,
        layers: Sequence[PointLayer],
        joint: Projection | None,
    ) -> Scene:
        """Return the scene of these, the one that is kept where there is one."""
        with self._lock:
            for scene in reversed(self._kept.values()):
                same = scene.dataset is dataset and scene.projection is projection
                same = same and scene.joint is joint and len(scene.layers) == len(layers)
                pairs = zip(scene.layers, layers, strict=False)
                if same and all(_is_same(one, other) for one, other in pairs):
                    return scene
        return Scene(dataset, projection, tuple(layers), joint)

    def keep(self, scene: Scene, **parts: bytes) -> None:
        """Keep a scene, and further parts of it by name."""
        with self._lock:
            self._kept[scene.key] = scene
            self._kept.move_to_end(scene.key)
            self._parts.update({(scene.key, name): part for name, part in parts.items()})
            while len(self._kept) > _MOST_SCENES:
                self._kept.popitem(last=False)
            for name in [name for name in self._parts if name[0] not in self._kept]:
                del self._parts[name]

    def find(self, key: str) -> Scene | None:
        """Return a scene by its key."""
        with self._lock:
            return self._kept.get(key)

    def part(self, key: str, name: str) -> bytes | None:
        """Return a part of a scene."""
        scene = self.find(key)
        if scene is None:
            return None
        if name == "points":
            return scene.geometry
        if name == "parents":
            return scene.parents
        with self._lock:
            return self._parts.get((key, name))


def _is_same(one: PointLayer, other: PointLayer) -> bool:
    same = one.kind == other.kind and one.synthetic is other.synthetic
    # On one map, the same points placed in the same way lie in the same places.
    return same and one.placement.way == other.placement.way
