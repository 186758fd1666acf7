"""Which augmented pictures are made of which images, and how: the one place that draws them.

What is drawn for a picture hangs on the policy's seed, the image's digest, its ordinal among equal
images of the whole set, and the repeat, and on nothing else. So a fold, a page and an export that
name the same repeat of the same image mean the same picture.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import cv2
import numpy as np
from numpy.typing import NDArray

from core.arrays import freeze
from core.augment.picture import DrawnStep, Wanted, apply, at_scale, draw
from core.augment.policy import AugmentPolicy
from core.dataset import ImageDataset, Labelled, Rows, read_picture
from core.pictures.decode import Pixels, shrink
from core.randomness import stream_seed

MOST_ATTEMPTS = 8  # for a picture that comes out as it was
JUDGED_PX = 640  # longer side at most, where it is told whether a picture came out as it was
# Grey levels. What a step leaves as it was in a whole JPEG, such as a circle in a mirror, rounding
# moves by less in the JPEG decoded small; where it moved a pixel by more, it did so at every size.
_SURELY_OTHER = 16

# Dataset -> seed -> (N,) the keys of `_in_order`, below 0 where none was asked for yet: a
# comparison orders the same images for each fold and candidate. They go when the dataset goes.
_KEYS: WeakKeyDictionary[Labelled, dict[int, NDArray[np.int64]]] = WeakKeyDictionary()
_MOST_SEEDS = 4


@dataclass(frozen=True, eq=False)
class Pictures:
    """P augmented pictures to make. Row and repeat name a picture; the code follows from them."""

    rows: Rows  # (P,) the image that each is made of
    repeats: NDArray[np.intp]  # (P,) from 1
    codes: NDArray[np.intp]  # (P,) of the label that it is made for

    def __post_init__(self) -> None:
        freeze(self, "rows", "repeats", "codes")

    def __len__(self) -> int:
        return len(self.rows)

    def only(self, chosen: NDArray[np.bool_] | slice) -> "Pictures":
        """Return the pictures where `chosen`, (P,), is true, or those of a slice."""
        return Pictures(self.rows[chosen], self.repeats[chosen], self.codes[chosen])


def join_pictures(parts: Sequence[Pictures] = ()) -> Pictures:
    """Return the pictures of all parts, one after the other; none of no parts."""
    nothing = np.empty(0, np.intp)
    return Pictures(
        np.concatenate([nothing, *(part.rows for part in parts)]),
        np.concatenate([nothing, *(part.repeats for part in parts)]),
        np.concatenate([nothing, *(part.codes for part in parts)]),
    )


def plan_pictures(
    dataset: Labelled, policy: AugmentPolicy, rows: Rows, add: Mapping[int, int]
) -> Pictures:
    """Return which pictures to make: each source of a class equally often, give or take one.

    Sources of a class are its images, and those of classes that a mirror turns into it. The first
    of an order that hangs on the image alone are used once more than the others, so that a part of
    the set makes the same pictures as the whole, as far as it has the images.

    Args:
        dataset: The images.
        policy: How pictures are made; its seed draws the order.
        rows: The only images that may be used.
        add: Code -> pictures to make. A class without sources gets none.
    """
    made_of = _made_of(dataset.classes, policy)
    parts = []
    for code, count in sorted(add.items()):
        sources = rows[np.isin(dataset.codes[rows], made_of[code])]
        if count and len(sources):
            ordered = _in_order(dataset, policy.seed, sources)
            chosen = np.resize(ordered, count)
            turns = np.arange(count) // len(ordered)
            codes = np.full(count, code, np.intp)
            parts.append(_numbered(dataset, made_of, chosen, turns, codes))
    return join_pictures(parts)


def pictures_of(dataset: Labelled, policy: AugmentPolicy, rows: Rows) -> Pictures:
    """Return one picture for each of `rows`, with its own label; a row may stand there again."""
    made_of = _made_of(dataset.classes, policy)
    return _numbered(dataset, made_of, rows, _count_before(rows), dataset.codes[rows])


def numbered_after(
    dataset: Labelled, policy: AugmentPolicy, pictures: Pictures, before: Pictures
) -> Pictures:
    """Return pictures of the same images and codes that none of `before` is."""
    made_of = _made_of(dataset.classes, policy)
    rows, place = np.unique(before.rows, return_inverse=True)
    used = np.zeros(len(rows), np.intp)
    np.maximum.at(used, place, before.repeats)
    if not len(rows):
        return pictures
    # A whole number of turns: the repeat says which class a picture is made for.
    length = np.array([len(made_of[code]) for code in dataset.codes[rows].tolist()])
    shift = -(-used // length) * length
    at = np.minimum(np.searchsorted(rows, pictures.rows), len(rows) - 1)
    moved = pictures.repeats + np.where(rows[at] == pictures.rows, shift[at], 0)
    return Pictures(pictures.rows, moved, pictures.codes)


def code_of(dataset: Labelled, policy: AugmentPolicy, row: int, repeat: int) -> int:
    """Return the code of the label that a picture is made for."""
    own = int(dataset.codes[row])
    made_of = _made_of(dataset.classes, policy)[own]
    return made_of[(repeat - 1) % len(made_of)]


def draw_steps(
    dataset: Labelled, policy: AugmentPolicy, row: int, repeat: int, code: int, attempt: int = 0
) -> tuple[DrawnStep, ...]:
    """Draw what is done to make a picture.

    Args:
        dataset: The images.
        policy: The steps to draw from.
        row: The image that the picture is made of.
        repeat: Which of its pictures, from 1.
        code: Of the label that it is made for.
        attempt: Above 0, other values for the same picture.

    Raises:
        SettingError: no step of the policy changes pictures with this label.
    """
    wanted = Wanted(
        digest=str(dataset.digests[row]),
        repeat=repeat,
        label=dataset.classes[dataset.codes[row]],
        ordinal=int(dataset.ordinals[row]),
        made_for=dataset.classes[code],
        attempt=attempt,
    )
    return draw(policy, wanted)


def make_picture(
    dataset: ImageDataset, policy: AugmentPolicy, row: int, repeat: int, code: int, pixels: Pixels
) -> tuple[Pixels, tuple[DrawnStep, ...]]:
    """Return an augmented picture and what was done to make it, at the size that the file has.

    One that came out like its source is drawn again: some pictures are like themselves under a
    step, as a circle is in a mirror. It is told at one size, that of a page at most, so that pages,
    comparisons and exports draw the same picture of a large image.

    Args:
        dataset: The images.
        policy: The steps to draw from.
        row: The image that the picture is made of.
        repeat: Which of its pictures, from 1.
        code: Of the label that it is made for.
        pixels: (H, W, 3) of the image; where they were made smaller, by `shrink` to no less than
            JUDGED_PX or by `Encoder.read`, they are changed as the file would look at that size.

    Raises:
        SettingError: no step of the policy changes pictures with this label.
        UnreadableImageError: the file, which is asked where `pixels` alone cannot tell whether a
            picture came out as it was, cannot be read any more.
    """
    judged, _ = shrink(pixels, JUDGED_PX)
    is_sure = scale_of(dataset, row, pixels) == 1
    for attempt in range(MOST_ATTEMPTS):
        drawn = draw_steps(dataset, policy, row, repeat, code, attempt)
        changed = apply(judged, at_scale(drawn, scale_of(dataset, row, judged)))
        if not is_sure and cv2.absdiff(changed, judged).max() < _SURELY_OTHER:
            with read_picture(dataset, row) as whole:
                judged, _ = shrink(whole, JUDGED_PX)
            is_sure = True
            changed = apply(judged, at_scale(drawn, scale_of(dataset, row, judged)))
        if not _are_equal(changed, judged):
            break
    if judged is not pixels:
        changed = apply(pixels, at_scale(drawn, scale_of(dataset, row, pixels)))
    return changed, drawn


def scale_of(dataset: ImageDataset, row: int, pixels: Pixels) -> float:
    """Return how long the sides of `pixels` are, as a share of those that the row's file has."""
    return float(max(pixels.shape[:2]) / max(1, dataset.shapes[row, :2].max()))


def _are_equal(first: Pixels, second: Pixels) -> bool:
    # Nearly always a few pixels tell.
    some = (slice(None, None, 16), slice(None, None, 16))
    return np.array_equal(first[some], second[some]) and np.array_equal(first, second)


def check_pictures(dataset: Labelled, policy: AugmentPolicy, pictures: Pictures) -> None:
    """Refuse pictures that the policy cannot make, before the first is made.

    Raises:
        SettingError: no step of the policy changes pictures of some class.
    """
    ways = np.column_stack([dataset.codes[pictures.rows], pictures.codes])
    for place in np.unique(ways, axis=0, return_index=True)[1].tolist():
        row, repeat, code = (
            int(one[place]) for one in (pictures.rows, pictures.repeats, pictures.codes)
        )
        draw_steps(dataset, policy, row, repeat, code)


def _made_of(classes: Sequence[str], policy: AugmentPolicy) -> list[list[int]]:
    """Return, for each code, itself and then the codes that a mirror makes it of, ascending."""
    codes = {label: code for code, label in enumerate(classes)}
    partners = ({codes.get(one, -1) for one in policy.partners_of(label)} for label in classes)
    return [[code, *sorted(others - {code, -1})] for code, others in enumerate(partners)]


def _in_order(dataset: Labelled, seed: int, rows: Rows) -> Rows:
    """Return rows in an order that hangs on each image and the seed alone."""
    of_seeds = _KEYS.setdefault(dataset, {})
    keys = of_seeds.get(seed)
    if keys is None:
        keys = np.full(len(dataset.digests), -1, np.int64)
        for old in list(of_seeds)[: 1 - _MOST_SEEDS]:
            of_seeds.pop(old, None)
        of_seeds[seed] = keys
    new = rows[keys[rows] < 0]
    names = zip(dataset.digests[new].tolist(), dataset.ordinals[new].tolist(), strict=True)
    keys[new] = [stream_seed(seed, "order", *name) for name in names]
    return rows[np.argsort(keys[rows], kind="stable")]


def _numbered(
    dataset: Labelled,
    made_of: Sequence[Sequence[int]],
    rows: Rows,
    turns: NDArray[np.intp],
    codes: NDArray[np.intp],
) -> Pictures:
    """Return pictures with their repeats; `turns` count those of a row and code from 0.

    Where a mirror makes pictures of other classes of an image, these take turns with its own: the
    repeat alone says which class a picture is made for.
    """
    repeats = np.empty(len(rows), np.intp)
    own = dataset.codes[rows]
    for code in np.unique(own).tolist():
        for place, made_for in enumerate(made_of[code]):
            mine = (own == code) & (codes == made_for)
            repeats[mine] = turns[mine] * len(made_of[code]) + place + 1
    return Pictures(rows, repeats, codes)


def _count_before(rows: Rows) -> NDArray[np.intp]:
    """Return how often each row stood there before, such as 0, 0, 1 for rows 5, 7, 5."""
    order = np.argsort(rows, kind="stable")
    ordered = rows[order]
    begins = np.flatnonzero(np.diff(ordered, prepend=-1))
    first = np.repeat(begins, np.diff(begins, append=len(rows)))
    before = np.empty(len(rows), np.intp)
    before[order] = np.arange(len(rows)) - first
    return before
