"""Pictures that have a twin of the same stem: where one of the two is a mask, by its pixels."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from core.errors import UnreadableImageError
from core.ingest.file_views import view_file
from core.ingest.names import suffix_of
from core.ingest.source_files import SourceFiles
from core.pictures.decode import Pixels

_MOSTLY = 0.9  # of the pictures of a folder have a twin, and of the pairs show a mask
_FEWEST = 3  # pairs
_MOST_LOOKED_AT = 50  # pairs, of a source
_MOST_BESIDE = 20  # folders beside each other that are compared in pairs
_LARGEST_BYTES = 1 << 24  # of a file that is looked into
_ENOUGH_PX = 256  # of the short side
_MASK_SHARE = 0.97  # of the pixels of a mask lie near its two commonest values
_NEAR = 12  # grey levels: what JPEG does to a mask


def find_twins(files: SourceFiles, stems: Sequence[str]) -> dict[int, int]:
    """Return place of a mask -> place of its picture, for pairs of one stem.

    Both lie in one folder with two suffixes ('exp1.jpg', 'exp1.png'), or in two folders beside
    each other; nearly every picture of the folder has such a twin; and of the pairs that are
    looked at, nearly all have a side with two values and a side with many, of the same size.
    """
    groups = [*_in_one_folder(files, stems), *_beside_each_other(files, stems)]
    found: dict[int, int] = {}
    budget = _MOST_LOOKED_AT
    for pairs in sorted(groups, key=len, reverse=True):
        share = max(_FEWEST, _MOST_LOOKED_AT // len(groups))
        if budget < _FEWEST:
            break
        looked_at = pairs[:: max(1, len(pairs) // share)][:share]
        budget -= len(looked_at)
        side = _side_of_masks(files, looked_at)
        if side is not None:
            found.update((pair[side], pair[1 - side]) for pair in pairs if pair[side] not in found)
    return found


def _in_one_folder(files: SourceFiles, stems: Sequence[str]) -> list[list[tuple[int, int]]]:
    """Return, by pair of suffixes, the pairs of one stem in one folder."""
    step = max(1, len(files.paths) // 1000)
    if len({suffix_of(path) for path in files.paths[::step]}) < 2:
        return []
    twins: dict[tuple[int, str], list[int]] = defaultdict(list)
    for place, key in enumerate(zip(files.folder_of.tolist(), stems, strict=True)):
        twins[key].append(place)
    by_suffix: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for places in twins.values():
        if len(places) == 2:
            one, other = sorted(places, key=lambda place: suffix_of(files.paths[place]))
            key_ = suffix_of(files.paths[one]), suffix_of(files.paths[other])
            by_suffix[key_].append((one, other))
    paired = sum(map(len, by_suffix.values()))
    return list(by_suffix.values()) if paired >= max(_FEWEST, _MOSTLY * len(twins)) else []


def _beside_each_other(files: SourceFiles, stems: Sequence[str]) -> list[list[tuple[int, int]]]:
    """Return, by pair of folders beside each other, the pairs of one stem."""
    beside: dict[str, list[int]] = defaultdict(list)
    for code, folder in enumerate(files.folders):
        beside[folder.rpartition("/")[0]].append(code)
    counts = np.bincount(files.folder_of, minlength=len(files.folders))
    groups = [codes for codes in beside.values() if 2 <= len(codes) <= _MOST_BESIDE]
    wanted = {code for codes in groups for code in codes}
    if not wanted:
        return []
    place_of: dict[int, dict[str, int]] = defaultdict(dict)
    for place in np.flatnonzero(np.isin(files.folder_of, sorted(wanted))).tolist():
        place_of[int(files.folder_of[place])][stems[place]] = place
    found = []
    for codes in groups:
        for one, other in combinations(codes, 2):
            fewer = min(counts[one], counts[other])
            if fewer < max(_FEWEST, _MOSTLY * max(counts[one], counts[other])):
                continue
            common = place_of[one].keys() & place_of[other].keys()
            if len(common) >= _MOSTLY * fewer:
                found.append(
                    [(place_of[one][stem], place_of[other][stem]) for stem in sorted(common)]
                )
    return found


def _side_of_masks(files: SourceFiles, pairs: Sequence[tuple[int, int]]) -> int | None:
    """Return 0 or 1: the side of the pairs that is masks; None where neither is."""
    votes = [0, 0]
    for number, pair in enumerate(pairs):
        if number == _FEWEST and not any(votes):
            return None  # classes whose pictures have the same numbers
        one, other = (_side(files, place) for place in pair)
        if one is None or other is None or one.size != other.size:
            continue
        masks = [one.is_mask, other.is_mask]
        for side in (0, 1):
            votes[side] += masks[side] and not masks[1 - side]
    side = int(votes[1] > votes[0])
    return side if votes[side] >= max(_FEWEST - 1, _MOSTLY * len(pairs)) else None


@dataclass(frozen=True)
class _Side:
    size: tuple[int, int]  # of the file, px
    is_mask: bool


def _side(files: SourceFiles, place: int) -> _Side | None:
    file = int(files.pictures[place])
    try:
        with view_file(
            files.listing, file, at_least_px=_ENOUGH_PX, most_bytes=_LARGEST_BYTES
        ) as view:
            return _Side((view.width, view.height), _is_mask(view.pixels))
    except UnreadableImageError:
        return None


def _is_mask(pixels: Pixels) -> bool:
    """Return whether a picture is grey with two values, or one, and what lies near them."""
    spread = pixels.max(axis=2).astype(np.int16) - pixels.min(axis=2)
    if float((spread > _NEAR).mean()) > 1 - _MASK_SHARE:
        return False
    counts = np.bincount(pixels[:, :, 1].ravel(), minlength=256)
    first = int(counts.argmax())
    near = np.abs(np.arange(256) - first) <= _NEAR
    held = int(counts[near].sum())
    left = np.where(near, 0, counts)
    second = int(left.argmax())
    held += int(left[np.abs(np.arange(256) - second) <= _NEAR].sum())
    return held >= _MASK_SHARE * int(counts.sum())
