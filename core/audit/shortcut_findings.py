"""Name the classes that a model can know by how their pictures were made, or look as a whole."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.audit.check import AuditInput
from core.audit.properties import PROPERTIES, Property, PropertyTable
from core.audit.shortcuts import CERTAIN, Shortcuts
from core.dataset import ImageDataset, Rows
from core.dataset.finding import Finding, Severity
from core.words import named

_TOLD = 0.9  # how often a property alone has to tell classes from the others
_SEVERAL_TOLD = 0.95  # the same for several classes at once, of which there are more to choose
_NEARLY_ALWAYS = 0.97
_TYPICAL = 0.8  # of a class lies where the class that is found does: it is found with it
_FILES_GAIN = 0.5  # of the way from chance to always right
_SAID = 2  # properties of a finding whose values are said
_MIDDLE = (10, 90)  # percentiles that are said
# Looks of another world: up to which strength of colour, and from which share of one tone on.
_GREY, _PLAIN = 0.02, 0.5
_ALL, _HARDLY_ANY = 0.9, 0.1

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class _Hit:
    """A property that tells one or more classes from all others."""

    place: int  # in PROPERTIES
    told: float
    typical: Mask  # (B,) ranges that these classes have more often than the others

    @property
    def property(self) -> Property:
        return PROPERTIES[self.place]


def find_shortcuts(given: AuditInput) -> list[Finding]:
    """Return the classes that a property alone tells from the others, and what files tell."""
    shortcuts = given.insights.shortcuts
    if shortcuts is None:
        return []
    findings = [
        _finding(given.dataset, shortcuts, np.array(classes), hits)
        for classes, hits in _hits(given.dataset, shortcuts).items()
    ]
    return findings + _of_files(shortcuts, {label for each in findings for label in each.labels})


def _hits(dataset: ImageDataset, shortcuts: Shortcuts) -> dict[tuple[int, ...], list[_Hit]]:
    """Return codes of classes -> the properties that tell these from all others, best first."""
    judged = np.searchsorted(dataset.classes, shortcuts.labels)
    found: dict[tuple[int, ...], list[_Hit]] = {}
    for place, table in enumerate(shortcuts.counts):
        groups = {
            _alike(table, code): None for code in judged[shortcuts.p_told[:, place] <= CERTAIN]
        }
        hits = [(classes, _hit(place, table, classes)) for classes in groups if classes]
        named_already: set[int] = set()
        # Where two groups share a class, that which is told better is named.
        for classes, hit in sorted(hits, key=lambda pair: -pair[1].told):
            least = _TOLD if len(classes) == 1 else _SEVERAL_TOLD
            if hit.told >= least and named_already.isdisjoint(classes):
                named_already.update(classes)
                found.setdefault(classes, []).append(hit)
    return {classes: sorted(hits, key=_rank) for classes, hits in found.items()}


def _alike(table: NDArray[np.intp], code: np.intp) -> tuple[int, ...]:
    """Return the classes, a half of all at most, that nearly always are where this one mostly is.

    Of two halves it is the smaller one; none where this class is not among them.
    """
    counts = table.sum(axis=1)
    present = np.flatnonzero(counts)
    shares = table[present][:, _more_often(table, np.array([code]))].sum(axis=1) / counts[present]
    alike = present[(shares >= _TYPICAL) | (present == code)]
    is_half = 2 * len(alike) == len(present)
    if 2 * len(alike) > len(present) or (is_half and 2 * counts[alike].sum() > counts.sum()):
        return ()
    return tuple(alike.tolist())


def _hit(place: int, table: NDArray[np.intp], classes: tuple[int, ...]) -> _Hit:
    codes = np.array(classes)
    typical = _more_often(table, codes)
    return _Hit(place, _told(table, codes, typical), typical)


def _rank(hit: _Hit) -> tuple[float, bool]:
    """Return where a hit stands: what tells as much and stays after scaling comes first."""
    return -round(hit.told, 2), not hit.property.stays


def _more_often(table: NDArray[np.intp], classes: NDArray[np.intp]) -> Mask:
    """Return (B,) the ranges that some classes have more often than the others."""
    these = table[classes].sum(axis=0)
    others = table.sum(axis=0) - these
    return np.asarray(these / these.sum() > others / max(others.sum(), 1))


def _told(table: NDArray[np.intp], classes: NDArray[np.intp], typical: Mask) -> float:
    """Return the balanced accuracy of taking what lies in `typical` for one of `classes`."""
    these = table[classes].sum(axis=0)
    others = table.sum(axis=0) - these
    return float((these[typical].sum() / these.sum() + others[~typical].sum() / others.sum()) / 2)


def _finding(
    dataset: ImageDataset, shortcuts: Shortcuts, classes: NDArray[np.intp], hits: Sequence[_Hit]
) -> Finding:
    table = shortcuts.table
    codes = dataset.codes[shortcuts.rows]
    is_one = np.isin(codes, classes)
    labels = [dataset.classes[code] for code in classes]
    rest = [dataset.classes[code] for code in np.unique(codes[~is_one])]
    names = named(labels)
    others = named(rest) if len(rest) == 1 else "the other classes"
    title = hits[0].property.title
    text = (
        f"{_world(table, is_one, names)}{title[0].upper()}{title[1:]} alone tells {names} from "
        f"{others} in {100 * hits[0].told:.0f} of 100 cases, whatever the pictures show: "
        f"{'; '.join(_values(table, hit, is_one, names) for hit in hits[:_SAID])}."
    )
    if more := [hit.property.title for hit in hits[_SAID:]]:
        text += f" So {'does' if len(more) == 1 else 'do'} {_listed(more)}."
    stays = [hit.told for hit in hits if hit.property.stays]
    if not stays:
        text += " A trainer that scales the pictures and reads nothing but pixels sees less of it."
        severity = Severity.LOW
    else:
        severity = Severity.HIGH if max(stays) >= _NEARLY_ALWAYS else Severity.MEDIUM
    typical, scores = _most_typical(table, hits, is_one)
    origins = dict.fromkeys(hit.property.origin for hit in hits)
    return Finding(
        f"shortcut_{labels[0]}" + ("" if len(labels) == 1 else f"_and_{len(labels) - 1}"),
        severity,
        shortcuts.rows[typical],
        text,
        " ".join(origin.value for origin in list(origins)[:_SAID]),
        labels=(*labels, *rest) if len(rest) == 1 else tuple(labels),
        scores=scores,
    )


def _listed(titles: Sequence[str], most: int = 3) -> str:
    said = list(titles[:most])
    if len(titles) > most:
        said.append(f"{len(titles) - most} more")
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


def _values(table: PropertyTable, hit: _Hit, is_one: Mask, names: str) -> str:
    """Return what most of the classes have, and what most of the others: 'JPEG quality 40 ...'."""
    each = hit.property
    if each.is_kind:
        is_typical = hit.typical[table.bins[:, hit.place]]
        kinds = _kinds(table, hit, is_typical & is_one)
        shares = (100 * is_typical[side].mean() for side in (is_one, ~is_one))
        in_these, in_others = (f"{share:.0f}%" for share in shares)
        return f"{each.title}{kinds} in {in_these} of {names} and {in_others} of the others"
    these, others = (_middle(table.values[side, hit.place], each) for side in (is_one, ~is_one))
    return f"{each.title} {these} in {names}, {others} in the others"


def _kinds(table: PropertyTable, hit: _Hit, rows: Mask) -> str:
    """Return the most frequent name, ' PNG'; '' where it has none."""
    values = table.values[rows, hit.place]
    kinds = table.kinds.get(hit.property.name)
    if np.isnan(values).all():
        return " none"
    if kinds is None:
        return " of one kind"
    code = int(np.bincount((values[~np.isnan(values)] + 1).astype(np.intp)).argmax()) - 1
    return f" {kinds[code] or 'none'}" if 0 <= code < len(kinds) else " of another kind"


def _middle(values: NDArray[np.float32], each: Property) -> str:
    """Return where the middle four fifths of some values lie: '75 to 95', '40', 'none'."""
    known = values[~np.isnan(values)]
    if 2 * len(known) < len(values):
        return "mostly none"
    scale, unit = (100, "%") if each.unit == "%" else (1, each.unit)
    low, high = (
        f"{scale * value:,.{each.places}f}"
        for value in np.percentile(known, _MIDDLE, method="nearest")
    )
    if each.name == "captured":
        low, high = (
            str(np.datetime64(int(float(day.replace(",", ""))), "D")) for day in (low, high)
        )
    return f"{low}{unit}" if low == high else f"{low} to {high}{unit}"


def _world(table: PropertyTable, is_one: Mask, names: str) -> str:
    """Return in a sentence that pictures are of another world than all others; '' where not."""
    column = {each.name: table.values[:, place] for place, each in enumerate(PROPERTIES)}
    worlds = {
        "in black and white": column["colourfulness"] <= _GREY,
        "mostly of a single tone, as drawings, masks and pictures on a plain ground are": (
            column["plain_share"] >= _PLAIN
        ),
    }
    are = [
        world
        for world, has in worlds.items()
        if has[is_one].mean() >= _ALL and has[~is_one].mean() <= _HARDLY_ANY
    ]
    if not are:
        return ""
    has_all = np.logical_and.reduce([worlds[world] for world in are])
    count, total = int((has_all & is_one).sum()), int(is_one.sum())
    those = f"All {total:,}" if count == total else f"{count:,} of {total:,}"
    share = has_all[~is_one].mean()
    others = "none" if share == 0 else "less than 1%" if share < 0.01 else f"{100 * share:.0f}%"
    verb = "is" if others == "none" else "are"
    return f"{those} images of {names} are {' and '.join(are)}; {others} of the others {verb}. "


def _most_typical(
    table: PropertyTable, hits: Sequence[_Hit], is_one: Mask
) -> tuple[Rows, NDArray[np.float64]]:
    """Return the places of images that show the best hit, the most typical first, and how much.

    An image's measure is by how much likelier all of its hits' ranges are in these classes, as the
    sum of logarithms.
    """
    scores = np.zeros(len(is_one))
    for hit in hits:
        bins = table.bins[:, hit.place]
        count = len(hit.typical)
        these, others = (
            np.bincount(bins[side], minlength=count) + 0.5 for side in (is_one, ~is_one)
        )
        scores += (np.log(these / these.sum()) - np.log(others / others.sum()))[bins]
    places = np.flatnonzero(is_one & hits[0].typical[table.bins[:, hits[0].place]])
    places = places[np.argsort(-scores[places], kind="stable")]
    return places, scores[places]


def _of_files(shortcuts: Shortcuts, said: AbstractSet[str]) -> list[Finding]:
    """Return that files alone tell the labels, where they do; `said` are classes already named."""
    if said >= {*shortcuts.labels}:
        return []
    gain = (shortcuts.files_together - shortcuts.chance) / (1 - shortcuts.chance)
    of_file = [place for place, each in enumerate(PROPERTIES) if each.is_of_file]
    certain = [place for place in of_file if shortcuts.p_information[place] <= CERTAIN]
    if gain < _FILES_GAIN or not certain:
        return []
    best = sorted(certain, key=lambda place: -shortcuts.accuracy[place])[:3]
    titles = ", ".join(PROPERTIES[place].title for place in best)
    text = (
        f"Who knows nothing of an image but how its file was made names its class in "
        f"{100 * shortcuts.files_together:.0f} of 100 cases, all classes weighing the same; "
        f"guessing is right in {100 * shortcuts.chance:.0f}. Most is told by: {titles}."
    )
    remedy = " ".join(dict.fromkeys(PROPERTIES[place].origin.value for place in best))
    stays = any(PROPERTIES[place].stays for place in best)
    severity = Severity.MEDIUM if stays and not said else Severity.LOW
    return [Finding("files_tell_labels", severity, np.empty(0, np.intp), text, remedy)]
