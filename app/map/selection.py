"""What is selected on a map, by row and number: it stays when the map changes."""

import base64
import binascii
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from app.map.scene import MADE, OTHER_MADE, Indices, Pick, Scene

_NOTHING = np.empty(0, np.intp)
_NOTHING.setflags(write=False)


@dataclass(frozen=True, eq=False)
class Selection:
    """Images and synthetic points, and the one whose pictures are shown."""

    rows: Indices = field(default_factory=lambda: _NOTHING)  # ascending
    made: Indices = field(default_factory=lambda: _NOTHING)  # numbers of synthetic points
    other_made: Indices = field(default_factory=lambda: _NOTHING)  # of the strategy beside it
    pick: Pick | None = None
    about: str = ""  # how it came about, where not on the map: "like 'a.jpg'"

    def __len__(self) -> int:
        return len(self.rows) + len(self.made) + len(self.other_made)

    @classmethod
    def of_rows(cls, rows: Indices, about: str) -> "Selection":
        """Return the selection of some images."""
        return cls(rows=np.unique(rows).astype(np.intp), about=about)

    @classmethod
    def from_bits(cls, scene: Scene, text: str, pick: Pick | None) -> "Selection":
        """Return what the browser has selected.

        Args:
            scene: The points that it was selected among.
            text: A bit for each of its P points, the lowest of a byte first, in base64.
            pick: Stays what is shown.
        """
        try:
            packed = np.frombuffer(base64.b64decode(text, validate=True), np.uint8)
        except (binascii.Error, ValueError):
            return cls(pick=pick)
        flags = np.unpackbits(packed, bitorder="little")[: len(scene.kinds)].astype(bool)
        chosen = np.flatnonzero(flags)
        numbers, kinds = scene.numbers[chosen], scene.kinds[chosen]
        return cls(
            np.unique(numbers[scene.is_real[chosen]]),
            numbers[kinds == MADE],
            numbers[kinds == OTHER_MADE],
            pick,
        )

    def bits(self, scene: Scene) -> str:
        """Return the selection as the browser reads it; '' for nothing."""
        flags = self._flags(scene)
        if not flags.any():
            return ""
        return base64.b64encode(np.packbits(flags, bitorder="little").tobytes()).decode()

    def picked(self, pick: Pick | None) -> "Selection":
        """Return the selection with another point shown."""
        return replace(self, pick=pick)

    def within(self, scene: Scene) -> "Selection":
        """Return what of the selection the scene still has."""
        flags = self._flags(scene)
        numbers, kinds = scene.numbers[flags], scene.kinds[flags]
        pick = self.pick if self.pick and scene.index_of(self.pick) >= 0 else None
        return Selection(
            np.unique(numbers[scene.is_real[flags]]),
            numbers[kinds == MADE],
            numbers[kinds == OTHER_MADE],
            pick,
            self.about,
        )

    def _flags(self, scene: Scene) -> NDArray[np.bool_]:
        flags = scene.is_real & np.isin(scene.numbers, self.rows)
        for kind, numbers in ((MADE, self.made), (OTHER_MADE, self.other_made)):
            flags |= (scene.kinds == kind) & np.isin(scene.numbers, numbers)
        return flags


NOTHING_SELECTED = Selection()
