"""Write a balanced dataset: pictures, and the files beside them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from core.dataset import TRAIN, ImageDataset, SkippedFile
from core.embed import Embeddings
from core.errors import OutputError, SettingError, TooFewClassesError
from core.export.containers import Container, container_of, partial_of
from core.export.index_files import TRAINING, Written
from core.export.items import ExportItem, list_items, list_rows
from core.export.layouts import DEFAULT_LAYOUT, Layout, find_layout
from core.export.manifest import ManifestRow, folders_of
from core.export.pictures import PictureJob, WrittenPictures
from core.export.recipe import Recipe
from core.export.training import Training
from core.progress import Progress, silent
from core.resample import BalancePlan, Made, TrainingSide, find_strategy, resample
from core.words import count_of


@dataclass(frozen=True, eq=False)
class ExportSource:
    """What an export is made from: a dataset, and what is to become of it."""

    dataset: ImageDataset
    plan: BalancePlan  # what to keep and add
    made: Made | None = None  # what came out of carrying the plan out; made on export unless given
    # For strategies that need them, and for the vectors of synthetic points.
    embeddings: Embeddings | None = None

    @property
    def makes_points(self) -> bool:
        """Return whether the plan makes synthetic points, which are written as vectors."""
        return find_strategy(self.plan.strategy).effect.adds_points


@dataclass(frozen=True, eq=False)
class ExportReport:
    """What was written."""

    target: Path
    rows: tuple[ManifestRow, ...]  # a row per picture
    before: dict[str, int]  # label -> training images
    after: dict[str, int]  # label -> training pictures written
    failed: tuple[SkippedFile, ...]  # images that could not be read any more
    synthetic: int  # vectors written
    relabelled: int = 0  # images that are in it with another label than in the source
    left_out: int = 0  # images of the source that a person has left out
    layout: str = DEFAULT_LAYOUT.name
    training: Training | None = None  # what its training.json says, where the layout has one

    @property
    def extent(self) -> str:
        """Return what was written: '27 pictures', or 'A list of 16 images'."""
        if find_layout(self.layout).has_pictures:
            return count_of(len(self.rows), "picture")
        return f"A list of {count_of(len(self.rows), 'image')}"

    @property
    def changes(self) -> str:
        """Return '1 image relabelled, 2 images left out'; '' when a person has changed nothing."""
        counts = {"relabelled": self.relabelled, "left out": self.left_out}
        return ", ".join(f"{count_of(n, 'image')} {done}" for done, n in counts.items() if n)


def export(
    source: ExportSource,
    recipe: Recipe,
    target: Path,
    *,
    container: Container | None = None,
    progress: Progress = silent,
) -> ExportReport:
    """Write the dataset that `source` describes to a new folder or file.

    Every picture is one that any reader sees as Evenset does, whatever its split: a byte copy
    where nothing has to be changed, unless the recipe wants all of them encoded again.

    Args:
        source: The images, and what to keep of them and add.
        recipe: Its policy, seed, layout and way of writing are used; the whole of it is written.
        target: Where to write. Nothing has this name until all is written.
        container: What is written there; by the name of `target` unless given.
        progress: Told of pictures written.

    Raises:
        OutputError: the target exists, is being written, lies inside the source, or cannot be
            written.
        SettingError: what was made is of another plan, or the embeddings are missing.
        TooFewClassesError: there is one class.
    """
    check_classes(source.dataset)
    _check_place(source.dataset, target)
    source = carried_out(source, recipe, progress)
    dataset, made = source.dataset, source.made
    assert made is not None, "carried out"
    layout = find_layout(recipe.layout)
    items = list_items(dataset, made, layout=layout)
    text = recipe.to_text()
    container = container or container_of(target)
    with container.open(target, _identity(text, items)) as writer:
        if layout.has_pictures:
            job = PictureJob(dataset, items, recipe, layout, list(folders_of(dataset, made)))
            pictures = job.write(writer, progress)
        else:
            rows = list_rows(dataset, made)
            of_path = {path: row for row, path in enumerate(dataset.table["path"].tolist())}
            pictures = WrittenPictures(rows, {of_path[row.path]: row.path for row in rows})
        told = (text, recipe.told(), pictures.rows, pictures.own, pictures.added, layout.name)
        written = Written(dataset, source.plan, made, source.embeddings, *told)
        index = layout.index_of(dataset, source.plan)
        for file in index:
            writer.write(file.name, file.content(written))
        writer.check([*pictures.files, *(file.name for file in index)])
    return _report(source, target, layout, written, pictures.failed)


def check_classes(dataset: ImageDataset) -> None:
    """Refuse a set of one class.

    Raises:
        TooFewClassesError: fewer than two classes have training images.
    """
    present = [label for label, count in dataset.counts(TRAIN).items() if count]
    if len(present) == 1:
        raise TooFewClassesError(
            f"All training images are of one class, '{present[0]}': there is nothing to balance. "
            "Add images of another class, or check the labels."
        )


def carried_out(source: ExportSource, recipe: Recipe, progress: Progress) -> ExportSource:
    """Return the source with what its plan makes under the recipe's policy and seed.

    Raises:
        SettingError: what was made is of another plan, or the embeddings are missing.
    """
    if source.made is not None and not source.made.plan.asks_as(source.plan):
        raise SettingError("The points were made for another plan. Generate them again.")
    if source.makes_points and source.embeddings is None:
        raise SettingError("Synthetic vectors need the embeddings. Embed the images first.")
    # The policy may have been changed since: pictures hang on it.
    if source.made is not None and source.made.policy == recipe.policy:
        return source
    side = TrainingSide(
        source.dataset,
        source.plan,
        source.embeddings,
        policy=recipe.policy,
        seed=recipe.seed,
        progress=progress,
    )
    return replace(source, made=resample(side))


def _check_place(dataset: ImageDataset, target: Path) -> None:
    """Refuse a target that is a part of the source, or would take the source away.

    Raises:
        OutputError: choose another.
    """
    if target.absolute().resolve().is_relative_to(dataset.root.resolve()):
        raise OutputError(
            f"'{target}' is inside the folder of the source images and would become part of it. "
            "Choose another folder."
        )
    if dataset.root.resolve().is_relative_to(partial_of(target.absolute()).resolve()):
        raise OutputError(
            f"The images are in the remains of an interrupted export to '{target}' and would be "
            "removed by this one. Choose another name, or move them first."
        )


def _report(
    source: ExportSource,
    target: Path,
    layout: Layout,
    written: Written,
    failed: Sequence[SkippedFile],
) -> ExportReport:
    dataset, rows = source.dataset, tuple(written.rows)
    return ExportReport(
        target,
        rows,
        dataset.counts(TRAIN),
        written.counts,
        tuple(failed),
        len(written.made.points) if source.makes_points else 0,
        relabelled=len({row.parent for row in rows if row.original_label}),
        left_out=len(dataset) - len(dataset.present_rows),
        layout=layout.name,
        training=written.training if TRAINING in layout.index else None,
    )


def _identity(recipe_text: str, items: Sequence[ExportItem]) -> str:
    """Return a name of all that decides the bytes of the pictures: who goes on must share it."""
    digest = sha256(recipe_text.encode())
    for item in items:
        digest.update(repr(item).encode("utf-8", "backslashreplace"))
    return digest.hexdigest()
