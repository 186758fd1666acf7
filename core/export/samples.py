"""A few pictures of an export as it will write them, each beside the image that it is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from core.augment import OPERATIONS
from core.dataset import AUGMENTED, COPY, ORIGINAL, TRAIN, ImageDataset
from core.export.export import ExportSource, carried_out
from core.export.items import ExportItem, Rendered, list_items, render
from core.export.layouts import Layout, find_layout
from core.export.originals import COPIED
from core.export.recipe import Recipe
from core.pictures.decode import decode
from core.pictures.encode import thumbnail
from core.progress import Progress, silent
from core.resample import Made, find_strategy
from core.words import count_of, lowered

SAMPLES = 12
THUMBNAIL_PX = 192

_AT_ONCE = 30_000  # images that a strategy with vectors is carried out on unasked


@dataclass(frozen=True, eq=False)
class Sample:
    """One picture of an export."""

    row: int  # the image that it is, or is made of
    label: str
    path: str  # in the export
    digest: str  # SHA-256 of its file
    told: str  # what it is: 'augmented: crop, rotate', 'copy', 'as it is'
    thumbnail: bytes  # a JPEG of it, to look at
    reason: str = ""  # why there is none


@dataclass(frozen=True, eq=False)
class Samples:
    """Some pictures of an export, and what carrying its plan out has made."""

    source: ExportSource  # carried out
    recipe: Recipe
    pictures: tuple[Sample, ...]

    @property
    def made(self) -> Made:
        """Return what the plan has made: an export of it need not make it again."""
        assert self.source.made is not None, "carried out"
        return self.source.made


def make_samples(
    source: ExportSource, recipe: Recipe, count: int = SAMPLES, *, progress: Progress = silent
) -> Samples:
    """Return the first pictures that show what an export adds, the smallest class first.

    They are of the bytes that `export` writes under the same names. Where nothing is added, they
    are of images that stay.

    Args:
        source: The images, and what to keep of them and add.
        recipe: As `export` takes it.
        count: Pictures to make, at most.
        progress: Told of pictures made.

    Raises:
        SettingError: as of `export`.
    """
    source = carried_out(source, recipe, progress)
    assert source.made is not None, "carried out"
    layout = find_layout(recipe.layout)
    items = list_items(source.dataset, source.made, layout=layout)
    suffix = layout.suffix_of(source.dataset)
    chosen = choose_items(source.dataset, items, count)
    pictures = []
    for number, item in enumerate(chosen):
        progress("making pictures", number, len(chosen))
        written = render(source.dataset, item, recipe, lambda _: False, suffix=suffix)
        pictures.append(_sample(written))
    return Samples(source, recipe, tuple(pictures))


def choose_items(
    dataset: ImageDataset, items: Sequence[ExportItem], count: int
) -> list[ExportItem]:
    """Return items to show: what is added, as many of each class, the smallest class first.

    Within a class each image comes once before one comes again.
    """
    training = [item for item in items if item.split == TRAIN]
    added = [item for item in training if item.origin != ORIGINAL]
    by_class: dict[str, list[ExportItem]] = {}
    for item in added or training:
        by_class.setdefault(item.label, []).append(item)
    counts = dataset.counts(TRAIN)
    labels = sorted(by_class, key=lambda label: (counts[label], label))
    each = -(-count // max(1, min(count, len(labels))))
    chosen: list[ExportItem] = []
    for label in labels:
        own = sorted(by_class[label], key=lambda item: item.repeat)
        chosen += own[:each]
    return chosen[:count]


def why_not_yet(source: ExportSource, layout: Layout) -> str:
    """Return why pictures cannot be made at once, or at all; nothing where they can."""
    if not layout.has_pictures:
        return "A list has no pictures of its own: it names those of the source."
    strategy = find_strategy(source.plan.strategy)
    if source.made is not None or not strategy.needs_embeddings:
        return ""
    if source.embeddings is None:
        return (
            f"{strategy.title} chooses its images by their vectors: the pictures are shown once "
            "the images are embedded."
        )
    if len(source.embeddings) > _AT_ONCE:
        return (
            f"{strategy.title} needs some time for {count_of(len(source.embeddings), 'image')}: "
            "carry it out on Balance, and its pictures are shown here."
        )
    return ""


def _sample(written: Rendered) -> Sample:
    item, content = written.item, written.content
    if content is None:
        return Sample(item.row, item.label, "", "", "", b"", written.reason)
    small = thumbnail(decode(content, at_least_px=THUMBNAIL_PX), THUMBNAIL_PX)
    digest = sha256(content).hexdigest()
    return Sample(item.row, item.label, written.path, digest, _told(written), small)


def _told(written: Rendered) -> str:
    """Return what was done to make a picture."""
    if written.item.origin == AUGMENTED:
        steps = ", ".join(lowered(OPERATIONS[one.operation].title) for one in written.drawn)
        return steps or "no operation drawn"
    if written.item.origin == COPY:
        return "copy"
    return "as it is" if written.written == COPIED else written.written
