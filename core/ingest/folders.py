"""What folders say: the split of a picture, and the names that may be classes, level by level."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.dataset import SPLITS, TRAIN
from core.ingest.names import CONTAINERS, SPLIT_CODES, is_split_name, split_of

NO_LABEL = -1
_TRAIN = SPLITS.index(TRAIN)
_DEEPEST_SPLIT = 4  # levels below the first that are searched for splits
_MOSTLY = 0.9

Parts = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Folders:
    """What each of D folders of pictures says."""

    names: Sequence[str]  # (D,) as the person knows them
    classes: list[Parts]  # (D,) the names that may be classes, the outermost first
    depths: list[list[int]]  # (D,) how many parts of the folder's name reach to each of them
    splits: NDArray[np.int8]  # (D,) places in SPLITS
    has_split: NDArray[np.bool_]  # (D,) whether its name says its split
    # Every picture lies in one of several folders of splits: a folder inside is a class, whatever
    # its name.
    has_clean_splits: bool = False

    @property
    def levels(self) -> int:
        """Return how many folders of classes lie in each other, at most."""
        return max(map(len, self.classes), default=0)

    def labels_at(self, level: int) -> tuple[NDArray[np.intp], list[str]]:
        """Return, for each folder, the place of its name at `level`, or NO_LABEL; and the names."""
        seen: dict[str, int] = {}
        codes = [
            seen.setdefault(parts[level - 1], len(seen)) if len(parts) >= level else NO_LABEL
            for parts in self.classes
        ]
        return np.asarray(codes, np.intp), list(seen)

    def parents_at(self, level: int) -> set[str]:
        """Return the folders that the classes of a level lie in."""
        return {
            "/".join(name.split("/")[: depths[level - 1] - 1])
            for name, depths in zip(self.names, self.depths, strict=True)
            if len(depths) >= level
        }


def find_folders(
    names: Sequence[str], counts: Sequence[int] | NDArray[np.intp], *, has_labels: bool = False
) -> Folders:
    """Return what the folders of a source say.

    A folder that lies alone in one of its own name, and folders that wrap all others, are passed
    over. Folders named for splits are splits, at the first level or deeper; what is left of a
    folder's name may name classes.

    Args:
        names: (D,) folders that hold pictures, parts divided by '/'.
        counts: (D,) pictures of each.
        has_labels: Whether something else says the labels: then splits need not hold classes.
    """
    walks = _Walks(names, counts)
    walks.drop_doubled()
    walks.drop_wrapping()
    walks.drop_parts()
    is_clean = walks.take_splits(has_labels=has_labels)
    return Folders(
        names,
        [tuple(name for name, _ in walk) for walk in walks.left],
        [[depth for _, depth in walk] for walk in walks.left],
        np.asarray(walks.splits, np.int8),
        np.asarray(walks.has_split, np.bool_),
        is_clean,
    )


class _Walks:
    """The parts of each folder's name that are left, with their depths; and the splits so far."""

    def __init__(self, names: Sequence[str], counts: Sequence[int] | NDArray[np.intp]) -> None:
        self.counts = [int(count) for count in counts]
        self.left = [
            [(part, depth) for depth, part in enumerate(name.split("/") if name else (), 1)]
            for name in names
        ]
        self.splits = [_TRAIN] * len(names)
        self.has_split = [False] * len(names)

    def drop_doubled(self) -> None:
        """Make 'seg_train/seg_train/cat' 'seg_train/cat' where the outer one holds nothing else."""
        inside: dict[Parts, set[str]] = defaultdict(set)
        for walk in self.left:
            parts = tuple(part for part, _ in walk)
            inside[parts].add("")  # pictures
            for depth in range(len(parts)):
                inside[parts[:depth]].add(parts[depth])
        for place, walk in enumerate(self.left):
            parts = tuple(part for part, _ in walk)
            self.left[place] = [
                step
                for depth, step in enumerate(walk)
                if depth == 0
                or step[0].casefold() != parts[depth - 1].casefold()
                or inside[parts[:depth]] != {step[0]}
            ]

    def drop_wrapping(self) -> None:
        """Leave out leading folders that hold all others and are neither split nor class."""
        skip = _wrapping([[part for part, _ in walk] for walk in self.left])
        self.left = [walk[skip:] for walk in self.left]

    def drop_parts(self) -> None:
        """Make 'birds/heron' 'heron' where it lies beside 'heron' and 'ibis', and holds no more."""
        tops = {walk[0][0] for walk in self.left if walk}
        inner: dict[str, set[str]] = defaultdict(set)
        for walk in self.left:
            if walk:
                inner[walk[0][0]].add(walk[1][0] if len(walk) > 1 else "")
        parts = {
            top
            for top in tops
            if len(inner[top]) > 1 and inner[top] <= tops - {top} and split_of(top) is None
        }
        self.left = [walk[1:] if walk and walk[0][0] in parts else walk for walk in self.left]

    def take_splits(self, *, has_labels: bool) -> bool:
        """Take the names of splits away; return whether all pictures lie in several of these."""
        found = _splits_at_top(self._parts(), self.counts, has_labels=has_labels)
        if not found:
            self._take_deeper_splits()
            return False
        tops = {walk[0][0] for walk in self.left if walk}
        is_clean = len(tops) > 1 and tops <= set(found) and all(map(len, self.left))
        inside = {walk[1][0] for walk in self.left if len(walk) > 1 and walk[0][0] in found}
        # Beside splits that hold the classes, a folder is no class; those inside of it may be.
        is_beside = bool(inside) and not inside & (tops - set(found))
        for place, walk in enumerate(self.left):
            if walk and walk[0][0] in found:
                self._set_split(place, found[walk[0][0]])
                self.left[place] = walk[1:]
            elif walk and is_beside:
                self.left[place] = walk[1:] if len(walk) > 1 and walk[1][0] in inside else []
        if tops <= set(found):
            self._drop_repeated()
            self.drop_wrapping()
        self._drop_containers()
        return is_clean

    def _drop_repeated(self) -> None:
        """Take 'train_images' of 'train/train_images/cat' away, where each split has one such."""
        tops: dict[int, set[str]] = defaultdict(set)
        for place, walk in enumerate(self.left):
            tops[self.splits[place]].add(walk[0][0] if walk else "")
        names = [next(iter(inner)) for inner in tops.values() if len(inner) == 1]
        if len(names) < len(tops) or len(set(names)) < 2:
            return
        if all(
            is_split_name(next(iter(inner))) and (split_of(next(iter(inner))) or (None,))[0] == code
            for code, inner in tops.items()
        ):
            self.left = [walk[1:] for walk in self.left]

    def _drop_containers(self) -> None:
        """Make 'val/images' flat where 'train/n01443537/images' holds the classes."""
        tops: dict[int, set[str]] = defaultdict(set)
        for walk, split in zip(self.left, self.splits, strict=True):
            tops[split].update(part.lower() for part, _ in walk[:1])
        if all(names <= CONTAINERS for names in tops.values()):
            return
        self.left = [
            [] if len(walk) == 1 and tops[split] <= CONTAINERS else walk
            for walk, split in zip(self.left, self.splits, strict=True)
        ]

    def _take_deeper_splits(self) -> None:
        total = sum(self.counts)
        for depth in range(1, _DEEPEST_SPLIT + 1):
            there = [place for place, walk in enumerate(self.left) if len(walk) > depth]
            seen = Counter[str]()
            for place in there:
                seen[self.left[place][depth][0]] += self.counts[place]
            codes = {name: found[0] for name in seen if (found := _pure_split(name)) is not None}
            held = sum(seen[name] for name in codes)
            if len(codes) < len(seen) or held < _MOSTLY * total or _TRAIN not in codes.values():
                continue
            for place in there:
                name, _ = self.left[place].pop(depth)
                self._set_split(place, codes[name])
            return

    def _set_split(self, place: int, code: int) -> None:
        self.splits[place] = code
        self.has_split[place] = True

    def _parts(self) -> list[Parts]:
        return [tuple(part for part, _ in walk) for walk in self.left]


def _pure_split(name: str) -> tuple[int, Parts] | None:
    return split_of(name) if is_split_name(name) else None


def _splits_at_top(
    below: Sequence[Parts], counts: Sequence[int], *, has_labels: bool
) -> dict[str, int]:
    """Return the top folders that are splits, with their codes."""
    tops = {folder[0] for folder in below if folder}
    named = {top: found for top in tops if (found := split_of(top)) is not None}
    # 'seg_train' is a split where 'seg_test' lies beside it, 'test tube' is a thing.
    rests: dict[Parts, set[int]] = defaultdict(set)
    for code, rest in named.values():
        rests[rest].add(code)
    codes = {top: code for top, (code, rest) in named.items() if not rest or len(rests[rest]) > 1}
    codes |= _like_training(named, codes, below)
    if not codes:
        return {}
    has_train = _TRAIN in codes.values()
    is_deep = any(len(folder) > 1 for folder in below if folder and folder[0] in codes)
    if tops == set(codes):
        return codes if has_train and (has_labels or is_deep) else {}
    inner: dict[str, set[str]] = defaultdict(set)
    for folder in below:
        if folder:
            inner[folder[0]].add(folder[1] if len(folder) > 1 else "")
    # 'cat', 'dog', 'test/cat', 'test/dog': the folders of 'test' are classes that are also at the
    # top, so it is no class itself.
    classes = tops - set(codes)
    beside = {top: code for top, code in codes.items() if classes and inner[top] <= classes}
    if beside:
        return beside
    # 'train/cat', 'test/cat' and 'extra': splits of the same classes, and something beside them.
    shared = [inner[top] - {""} for top, code in codes.items() if code == _TRAIN]
    others = [inner[top] - {""} for top, code in codes.items() if code != _TRAIN]
    if any(2 * len(one & other) > len(one) > 0 for one in shared for other in others):
        return codes
    # 'cat', 'dog' and a flat 'test_images': pictures without labels. 'train' may be a class.
    flat = {
        top: code
        for top, code in codes.items()
        if code != _TRAIN and inner[top] == {""} and top.lower() not in SPLIT_CODES
    }
    if flat and len(classes | {top for top in codes if top.lower() in SPLIT_CODES}) > 1:
        return flat
    held = sum(
        count for folder, count in zip(below, counts, strict=True) if folder and folder[0] in codes
    )
    # With labels from elsewhere, folders of splits beside a few others are splits all the same.
    return codes if has_labels and has_train and len(codes) > 1 and 2 * held > sum(counts) else {}


def _like_training(
    named: Mapping[str, tuple[int, Parts]], codes: Mapping[str, int], below: Sequence[Parts]
) -> dict[str, int]:
    """Return folders such as 'seg_val' that hold the folders of 'train', with their codes."""
    inner: dict[str, set[str]] = defaultdict(set)
    for folder in below:
        if len(folder) > 1:
            inner[folder[0]].update({folder[1]} if folder[1].lower() not in CONTAINERS else ())
    training = set().union(*(inner[top] for top, code in codes.items() if code == _TRAIN))
    return {
        top: code
        for top, (code, _) in named.items()
        if top not in codes and 2 * len(inner[top] & training) > len(inner[top])
    }


def _wrapping(folders: Sequence[Sequence[str]]) -> int:
    """Return how many leading folders hold all others and are neither split nor class."""
    count = 0
    while True:
        tops = {folder[count] for folder in folders if len(folder) > count}
        if len(tops) != 1 or is_split_name(next(iter(tops))):
            return count
        top = tops.pop()
        inside = {folder[count + 1] for folder in folders if len(folder) > count + 1}
        has_images = any(len(folder) == count + 1 for folder in folders)
        # The last folder before the files is the class, even when it is the only one. A stray
        # picture beside several folders makes no class of the folder that holds them all.
        if not inside or (has_images and len(inside) == 1 and top.lower() not in CONTAINERS):
            return count
        count += 1
