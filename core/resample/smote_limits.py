"""What speaks against SMOTE on this data, in sentences, each with the images and a remedy."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.dataset import Rows
from core.dataset.finding import Finding, Severity
from core.neighbours.graph import BORDERLINE, OUTLIER, RARE
from core.resample.class_difficulty import ClassDifficulty
from core.words import count_of

UNRELIABLE_IMAGES = 10  # below it, a class has one or two images in each of five folds
MOST_PER_IMAGE = 10  # synthetic points for each real image
MOST_AMONG_OTHERS = 0.3  # share of rare and outlying images
MOST_FOREIGN = 0.5  # share of neighbours that are of other classes
HUBS = 1.4  # skewness; Radovanovic et al., JMLR 11 (2010)


@dataclass(frozen=True, eq=False)
class Limit(Finding):
    """A finding about one class, or about all of them."""

    label: str  # '' for all


@dataclass(frozen=True, eq=False)
class ClassImages:
    """The images of a class, and who is around them."""

    rows: Rows  # (n,)
    types: NDArray[np.int8]  # (n,) what is around each
    shares: Mapping[str, float]  # label -> its share of the neighbours of the class


def limits_of_class(
    figures: ClassDifficulty,
    images: ClassImages,
    *,
    k: int,
    width: int,
    typical_dimension: float | None,
) -> list[Limit]:
    """Return what speaks against making points of a class.

    Args:
        figures: The class; one that gets no points has no limits.
        images: Its images.
        k: Neighbours that SMOTE asks for.
        width: Numbers in a vector.
        typical_dimension: Directions in which classes here vary.
    """
    if figures.asked == 0:
        return []
    rows = images.rows
    return [
        *_few(figures, rows, k),
        *_alike(figures, rows, width),
        *_among_others(figures, images, k),
        *_flat(figures, rows, k, typical_dimension),
        *_many(figures, rows),
    ]


def limits_of_all(
    rows: Rows, occurrences: NDArray[np.intp], *, hubness: float, constant: int, width: int
) -> list[Limit]:
    """Return what speaks against trusting the neighbours of any class."""
    limits = []
    if hubness > HUBS:
        is_hub = occurrences > occurrences.mean() + 2 * occurrences.std()
        count = int(is_hub.sum())
        text = (
            f"{count_of(count, 'image')} {'is a neighbour' if count == 1 else 'are neighbours'} of "
            f"very many others, up to {count_of(int(occurrences.max()), 'time')}: points cluster "
            "around them."
        )
        remedy = "Use fewer principal components for neighbours, or use each image equally often."
        limits.append(Limit("hubs", Severity.LOW, rows[is_hub], text, remedy, ""))
    if constant:
        text = f"{constant:,} of {count_of(width, 'number')} of the vectors {_are(constant)} alike "
        text += "in all training images: the encoder finds no differences there."
        remedy = (
            "No action needed: they do not change distances. If it is most of them, try another "
        )
        remedy += "encoder."
        limits.append(Limit("constant_columns", Severity.LOW, rows[:0], text, remedy, ""))
    return limits


def _few(figures: ClassDifficulty, rows: Rows, k: int) -> list[Limit]:
    label, images = figures.label, count_of(figures.images, "training image")
    if figures.images == 0:
        return []
    if figures.images == 1:
        text = f"'{label}' has 1 training image; SMOTE needs at least 2."
        remedy = "Add images. On export the class gets augmented pictures instead."
        return [Limit("single_image", Severity.HIGH, rows, text, remedy, label)]
    if figures.images <= k:
        text = (
            f"'{label}' has {images}, so SMOTE uses {figures.images - 1} "
            f"{'neighbour' if figures.images == 2 else 'neighbours'} there instead of {k}."
        )
        remedy = "Add images, or use augmented pictures for this class."
        return [Limit("few_neighbours", Severity.MEDIUM, rows, text, remedy, label)]
    if figures.images < UNRELIABLE_IMAGES:
        text = f"'{label}' has {images}, so the effect of points is a matter of luck."
        remedy = "Read its recall with care, or add images."
        return [Limit("few_images", Severity.LOW, rows, text, remedy, label)]
    return []


def _alike(figures: ClassDifficulty, rows: Rows, width: int) -> list[Limit]:
    if figures.images < 2 or figures.constant_columns < width:
        return []
    text = (
        f"All images of '{figures.label}' have the same vector: there is no point between them, "
        "and on export the class gets augmented pictures instead."
    )
    remedy = "Check for copies of one picture, or try another encoder."
    return [Limit("no_spread", Severity.HIGH, rows, text, remedy, figures.label)]


def _among_others(figures: ClassDifficulty, images: ClassImages, k: int) -> list[Limit]:
    # The few images of a tiny class cannot be most of anyone's neighbours.
    if figures.images <= k:
        return []
    share = figures.rare + figures.outlier
    lonely = np.isin(images.types, (RARE, OUTLIER))
    others = {label: part for label, part in images.shares.items() if label != figures.label}
    mostly = f", mostly '{max(others, key=others.__getitem__)}'" if others else ""
    if share > MOST_AMONG_OTHERS:
        text = (
            f"{share:.0%} of the images of '{figures.label}' lie among other classes{mostly}, and "
            "so will points between them."
        )
    elif figures.foreign > MOST_FOREIGN:
        lonely |= images.types == BORDERLINE
        text = (
            f"{figures.foreign:.0%} of the nearest images of '{figures.label}' are from other "
            f"classes{mostly}: SMOTE adds points where the classes overlap."
        )
    else:
        return []
    remedy = (
        "Check these images for wrong labels. Class weights and logit adjustment add no points "
        "there."
    )
    return [Limit("overlap", Severity.HIGH, images.rows[lonely], text, remedy, figures.label)]


def _flat(
    figures: ClassDifficulty, rows: Rows, k: int, typical_dimension: float | None
) -> list[Limit]:
    directions = figures.dimension or typical_dimension
    if directions is None or not k < figures.images <= directions:
        return []
    text = (
        f"'{figures.label}' has {count_of(figures.images, 'training image')}, and classes vary in "
        f"about {directions:.0f} directions: lines between so few leave most of them out."
    )
    remedy = "Add images. More points add no dimensions."
    return [Limit("few_for_dimension", Severity.MEDIUM, rows, text, remedy, figures.label)]


def _many(figures: ClassDifficulty, rows: Rows) -> list[Limit]:
    if figures.images < 2 or figures.per_image <= MOST_PER_IMAGE:
        return []
    text = (
        f"'{figures.label}' would get {figures.per_image:,.0f} points for each of its "
        f"{figures.images:,} images: they repeat what these few show."
    )
    remedy = f"Choose a smaller target, or at most {MOST_PER_IMAGE} points for each image."
    return [Limit("many_per_image", Severity.MEDIUM, rows, text, remedy, figures.label)]


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
