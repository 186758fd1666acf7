"""The files of an export as a tree, before they are written."""

from collections.abc import Mapping

from core.dataset import TRAIN, ImageDataset
from core.export.layouts.layout import Layout
from core.export.names import class_folders
from core.resample import BalancePlan
from core.words import count_of

_MOST_SHOWN = 5  # folders of one folder


def draw_tree(layout: Layout, dataset: ImageDataset, plan: BalancePlan, name: str) -> str:
    """Return the files of an export that is called `name` as an indented tree, with counts."""
    names = class_folders(dataset.classes)
    pictures: dict[str, int] = {}
    by_size = sorted(plan.before, key=lambda label: -plan.before[label])
    for split in dataset.splits:
        counts = plan.after if split == TRAIN else dataset.counts(split)
        for label in by_size:
            if counts[label] and layout.has_pictures:
                place = _place(layout, split, names[label])
                pictures[place] = pictures.get(place, 0) + counts[label]
    beside: dict[str, list[str]] = {}
    for file in layout.index_of(dataset, plan):
        folder, _, own = file.name.rpartition("/")
        beside.setdefault(folder, []).append(own)
    return "\n".join([f"{name}/", *_branches(pictures, beside, "", "  ")])


def _place(layout: Layout, split: str, name: str) -> str:
    """Return where pictures of a split and class lie; a name with '*' for files of many."""
    if layout.shards is not None:
        return layout.shards.pattern_of(split)
    assert layout.folder is not None, "asked only of a layout with pictures"
    return f"{layout.folder(split, name)}/"


def _branches(
    pictures: Mapping[str, int], beside: Mapping[str, list[str]], folder: str, indent: str
) -> list[str]:
    """Return the lines below a folder: 'train/', and below it 'cat/   12'."""
    below: dict[str, dict[str, int]] = {}
    for path, count in pictures.items():
        first, slash, rest = path.partition("/")
        below.setdefault(first + slash, {})[rest] = count
    lines = []
    shown = dict(list(below.items())[:_MOST_SHOWN])
    names = max((len(first) for first in shown), default=0)
    counts = max((len(f"{inside.get('', 0):,}") for inside in shown.values()), default=0)
    for first, inside in shown.items():
        own = inside.pop("", 0)
        held = f"{own:>{counts},}" if own else ""
        lines.append(f"{indent}{first:<{names}}  {held}".rstrip())
        lines += _branches(inside, beside, f"{folder}{first}", indent + "  ")
    if len(below) > _MOST_SHOWN:
        lines.append(f"{indent}and {count_of(len(below) - _MOST_SHOWN, 'more folder')}")
    return lines + [f"{indent}{name}" for name in beside.get(folder.rstrip("/"), [])]
