"""What the points of a map can be coloured by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from app.map.scene import MADE, OTHER_MADE, REAL, Scene
from app.session.session import Session
from core.audit import Finding
from core.colours import HELD_OUT, KEPT, OKABE_ITO, class_colours
from core.dataset import SPLITS, TRAIN
from core.neighbours.graph import TYPE_NAMES
from core.resample.difficulty import Difficulty
from core.words import size_of

NO_VALUE = "#8A9BA8"
# Five places of viridis (CC0, van der Walt & Smith, 2015): light is much, in both themes.
_RAMP = ((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37))
_STEPS = 64
_TYPE_COLOURS = ("#009E73", "#DA9600", "#D55E00", "#CC79A7")
# Not the grey that bars give to test images: on a map, grey is what has no colour.
_SPLIT_COLOURS = (KEPT, HELD_OUT[0], "#009E73")
_MOST_FINDINGS = 7


@dataclass(frozen=True)
class Entry:
    """A colour, what it stands for, and how many points have it on one map."""

    label: str
    colour: str
    images: int = 0
    made: int = 0  # synthetic points


@dataclass(frozen=True, eq=False)
class Colours:
    """The colour of each of P points."""

    name: str  # of the colouring
    codes: NDArray[np.intp]  # (P,) places in `entries`
    entries: tuple[Entry, ...]
    ramp: tuple[str, str] | None = None  # the least and the most, where the entries are steps

    @property
    def bytes(self) -> bytes:
        """Return a byte for each point; two where there are more than 256 colours."""
        return self.codes.astype(np.uint8 if len(self.entries) <= 256 else np.uint16).tobytes()

    @property
    def part(self) -> str:
        """Return the name under which the browser fetches them."""
        return f"colours-{self.name}-{blake2b(self.bytes, digest_size=6).hexdigest()}"


@dataclass(frozen=True)
class Colouring:
    """Something that points can be coloured by."""

    name: str
    title: str
    is_there: Callable[[Session, Scene], bool]
    paint: Callable[[Session, Scene], Colours]


def by_class(_: Session, scene: Scene) -> Colours:
    """Return a colour per class, those with the most training images first."""
    counts = scene.dataset.counts(TRAIN)
    colours = class_colours(counts)
    order = list(colours)
    place = {label: rank for rank, label in enumerate(order)}
    ranks = np.array([place[label] for label in scene.dataset.classes], np.intp)
    codes = ranks[scene.label_codes]
    codes[scene.is_real & (scene.dataset.split_codes[_rows(scene)] < 0)] = len(order)
    shades = [*(colours[label] for label in order), NO_VALUE]
    return _present("class", scene, codes, [*order, "left out"], shades)


def by_kind(_: Session, scene: Scene) -> Colours:
    """Return one colour for images and one for the points of each strategy."""
    titles = ["real image", *(f"synthetic point, {layer.title}" for layer in scene.layers)]
    codes = np.zeros(len(scene.kinds), np.intp)
    for place, layer in enumerate(scene.layers, start=1):
        codes[scene.kinds == layer.kind] = place
    return _named("kind", scene, codes, titles, [KEPT, "#D55E00", "#009E73"][: len(titles)])


def by_split(_: Session, scene: Scene) -> Colours:
    """Return a colour per split; synthetic points stand by themselves."""
    codes = np.where(scene.is_real, scene.dataset.split_codes[_rows(scene)], len(SPLITS))
    # Left out of the dataset, an image is in no split.
    codes[codes < 0] = len(SPLITS) + 1
    names = [*SPLITS, "synthetic point", "left out"]
    return _present("split", scene, codes, names, [*_SPLIT_COLOURS, "#D55E00", NO_VALUE])


def by_type(session: Session, scene: Scene) -> Colours:
    """Return how safe each image lies among its five neighbours."""
    assert session.difficulty is not None
    types = types_of_rows(session.difficulty, len(scene.dataset))
    codes = np.where(scene.is_real, types[_rows(scene)], len(TYPE_NAMES))
    names = [*TYPE_NAMES, "not checked, or synthetic"]
    return _present("type", scene, codes, names, [*_TYPE_COLOURS, NO_VALUE])


def types_of_rows(difficulty: Difficulty | None, count: int) -> NDArray[np.intp]:
    """Return (N,) the place of each row's type in TYPE_NAMES; one more for what is not known."""
    types = np.full(count, len(TYPE_NAMES), np.intp)
    if difficulty is not None:
        types[difficulty.rows] = difficulty.types
    return types


def by_cluster(session: Session, scene: Scene) -> Colours:
    """Return the groups that were found without the labels, as many as there are classes."""
    assert session.clusters is not None
    clusters = np.full(len(scene.dataset), -1, np.intp)
    clusters[session.clusters.rows] = session.clusters.codes
    count = session.clusters.count
    codes = np.where(scene.is_real, clusters[_rows(scene)], -1)
    codes[codes < 0] = count
    names = [*(f"group {number + 1}" for number in range(count)), "not grouped, or synthetic"]
    ranked = class_colours(dict.fromkeys(names[:-1], 0))
    return _present(
        "cluster", scene, codes, names, [*(ranked[name] for name in names[:-1]), NO_VALUE]
    )


def by_finding(session: Session, scene: Scene) -> Colours:
    """Return what Audit found about each image; of several findings the gravest."""
    findings = _findings(session)
    codes_of_rows = np.full(len(scene.dataset), len(findings), np.intp)
    for place, finding in reversed(list(enumerate(findings))):
        codes_of_rows[finding.rows] = place
    codes = np.where(scene.is_real, codes_of_rows[_rows(scene)], len(findings) + 1)
    names = [*(finding.id.replace("_", " ") for finding in findings), "nothing found"]
    colours = [*OKABE_ITO[: len(findings)], NO_VALUE]
    return _present("finding", scene, codes, [*names, "synthetic point"], [*colours, NO_VALUE])


def by_size(_: Session, scene: Scene) -> Colours:
    """Return the number of pixels of each image."""
    table = scene.dataset.table
    pixels = (table["width"].to_numpy(float) * table["height"].to_numpy(float))[_rows(scene)]
    return _ramp("size", scene, pixels, lambda value: f"{value / 1e6:.2g} Mpx", is_log=True)


def by_shape(_: Session, scene: Scene) -> Colours:
    """Return width over height of each image."""
    table = scene.dataset.table
    shape = (table["width"].to_numpy(float) / table["height"].to_numpy(float))[_rows(scene)]
    return _ramp("shape", scene, shape, lambda value: f"{value:.2f} wide to 1 high", is_log=True)


def by_bytes(_: Session, scene: Scene) -> Colours:
    """Return the size of each file."""
    sizes = scene.dataset.table["bytes"].to_numpy(float)[_rows(scene)]
    return _ramp("bytes", scene, sizes, size_of, is_log=True)


def by_margin(session: Session, scene: Scene) -> Colours:
    """Return how much farther each synthetic point is from other classes than from its own."""
    assert session.quality is not None
    values = np.full(len(scene.kinds), np.nan)
    made = scene.kinds == MADE
    values[made] = session.quality.margin[scene.numbers[made]]
    return _ramp("margin", scene, values, lambda value: f"margin {value:.2f}", is_log=False)


def _findings(session: Session) -> list[Finding]:
    """Return the findings that speak of some images, the gravest first."""
    if session.audit is None or session.dataset is None:
        return []
    some = [one for one in session.audit.findings if 0 < len(one.rows) < len(session.dataset)]
    return some[:_MOST_FINDINGS]


def _rows(scene: Scene) -> NDArray[np.intp]:
    """Return (P,) the row of each image, and 0 for what is none."""
    return np.where(scene.is_real, scene.numbers, 0)


def _named(
    name: str, scene: Scene, codes: NDArray[np.intp], labels: list[str], colours: list[str]
) -> Colours:
    def counts(kind: int) -> NDArray[np.intp]:
        return np.bincount(codes[scene.kinds == kind], minlength=len(labels))

    # A second map shows the same images again, and as many points of another strategy.
    made = np.where(counts(MADE), counts(MADE), counts(OTHER_MADE))
    entries = map(Entry, labels, colours, counts(REAL).tolist(), made.tolist())
    return Colours(name, codes, tuple(entries))


def _present(
    name: str, scene: Scene, codes: NDArray[np.intp], labels: list[str], colours: list[str]
) -> Colours:
    """Return the colours without those that no point has."""
    present, places = np.unique(codes, return_inverse=True)
    kept = present.tolist()
    return _named(
        name, scene, places, [labels[code] for code in kept], [colours[code] for code in kept]
    )


def _ramp(
    name: str,
    scene: Scene,
    values: NDArray[np.float64],
    word: Callable[[float], str],
    *,
    is_log: bool,
) -> Colours:
    """Return steps from the least to the most of the images' values; grey for what has none.

    The ends are at the first and the last of a hundred: one huge picture must not leave all the
    others in one colour.
    """
    values = np.where(np.isfinite(values) & (scene.is_real | (name == "margin")), values, np.nan)
    known = values[~np.isnan(values)]
    low, high = np.percentile(known, [1, 99]) if len(known) else (0.0, 1.0)
    scaled = np.log(np.maximum(values, 1e-9)) if is_log else values
    first, last = (np.log(max(end, 1e-9)) if is_log else end for end in (low, high))
    share = np.clip((scaled - first) / max(last - first, 1e-12), 0, 1)
    codes = np.where(np.isnan(share), _STEPS, np.nan_to_num(share) * (_STEPS - 1)).astype(np.intp)
    steps = np.linspace(0, len(_RAMP) - 1, _STEPS)
    ends = np.array(_RAMP, float)
    channels = np.stack([np.interp(steps, range(len(ends)), ends[:, one]) for one in range(3)], 1)
    colours = ["#" + bytes(map(round, rgb)).hex().upper() for rgb in channels]
    entries = [Entry("", colour) for colour in colours] + [Entry("no value", NO_VALUE)]
    return Colours(name, codes, tuple(entries), (word(float(low)), word(float(high))))


def _always(_: Session, __: Scene) -> bool:
    return True


def _has_layers(_: Session, scene: Scene) -> bool:
    return bool(scene.layers)


def _has_splits(_: Session, scene: Scene) -> bool:
    return len(scene.dataset.splits) > 1


def _has_difficulty(session: Session, _: Scene) -> bool:
    return session.difficulty is not None


def _has_findings(session: Session, _: Scene) -> bool:
    return bool(_findings(session))


def _has_margins(session: Session, scene: Scene) -> bool:
    return session.quality is not None and any(layer.kind == MADE for layer in scene.layers)


COLOURINGS: Mapping[str, Colouring] = {
    one.name: one
    for one in (
        Colouring("class", "Class", _always, by_class),
        Colouring("kind", "Real or synthetic", _has_layers, by_kind),
        Colouring(
            "split", "Split", _has_splits, by_split
        ),
        Colouring(
            "type", "Safe, borderline, rare, outlier",
            _has_difficulty, by_type,
        ),
        Colouring(
            "cluster", "Groups found without labels",
            _always, by_cluster,
        ),
        Colouring(
            "finding", "Audit findings",
            _has_findings, by_finding,
        ),
        Colouring(
            "margin", "Margin of synthetic points to other classes",
            _has_margins, by_margin,
        ),
        Colouring("size", "Pixels", _always, by_size),
        Colouring("shape", "Width over height", _always, by_shape),
        Colouring("bytes", "File size", _always, by_bytes),
    )
}  # fmt: skip
