"""Write the pictures of an export: each a file of its own, or many in a shard."""

import json
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby

from core.batches import run_batches
from core.dataset import AUGMENTED, ORIGINAL, ImageDataset, SkippedFile
from core.export.containers import Writer
from core.export.items import ExportItem, Rendered, render
from core.export.layouts import Layout, Shards
from core.export.manifest import ManifestRow
from core.export.recipe import Recipe
from core.progress import Progress

_BATCH, _BATCH_PIXELS = 32, 20_000_000  # pictures at a time; fewer where one may be large


@dataclass(frozen=True)
class WrittenPictures:
    """What was written of the items of an export."""

    rows: tuple[ManifestRow, ...]  # a row per picture
    own: Mapping[int, str]  # row of an image -> path of its own picture, where there is one
    added: Sequence[str] = ()  # paths of the augmented ones, in order of the items; '' for none
    files: tuple[str, ...] = ()  # paths in the export
    failed: tuple[SkippedFile, ...] = ()  # images that could not be read any more


@dataclass(frozen=True, eq=False)
class PictureJob:
    """The pictures that are to be written, and how."""

    dataset: ImageDataset
    items: Sequence[ExportItem]
    recipe: Recipe
    layout: Layout
    labels: Sequence[str]  # of all items, in order of code

    def write(self, writer: Writer, progress: Progress) -> WrittenPictures:
        """Write them; what an interrupted run of the same export has written stays."""
        shards = self.layout.shards
        if shards is None:
            done, files = self._write_files(writer, progress), None
        else:
            done, files = self._write_shards(shards, writer, progress)
        good = [picture for picture in done if not picture.reason]
        paths = {picture.item.stem: picture.path for picture in good}
        failed = [
            SkippedFile(self.dataset.path(picture.item.row), picture.reason)
            for picture in done
            if picture.reason
        ]
        return WrittenPictures(
            tuple(map(self._row_of, good)),
            {one.item.row: one.path for one in good if one.item.origin == ORIGINAL},
            [paths.get(item.stem, "") for item in self.items if item.origin == AUGMENTED],
            tuple(picture.path for picture in good) if files is None else tuple(files),
            tuple(failed),
        )

    def _write_files(self, writer: Writer, progress: Progress) -> list[Rendered]:
        """Write each picture as a file; return them without their bytes."""

        def make(item: ExportItem) -> Rendered:
            picture = render(self.dataset, item, self.recipe, writer.has)
            if picture.content is None or not writer.in_any_order:
                return picture
            # One thread that opens all files would hold up the others: half of the time went there.
            writer.write(picture.path, picture.content)
            return replace(picture, content=None)

        done: list[Rendered] = []
        with closing(self._made(make, self.items, progress)) as pictures:
            for picture in pictures:
                if not picture.reason:
                    if picture.content is None:
                        writer.keep(picture.path)
                    else:
                        writer.write(picture.path, picture.content)
                done.append(replace(picture, content=None))
        return done

    def _write_shards(
        self, shards: Shards, writer: Writer, progress: Progress
    ) -> tuple[list[Rendered], list[str]]:
        """Write shard by shard; return the pictures without their bytes, and the shards."""
        items = sorted(self.items, key=lambda item: item.stem.rpartition("/")[2])
        names = list(dict.fromkeys(_shard_of(item) for item in items))
        standing = {name for name in names if writer.has(name)}
        suffix = self.layout.suffix_of(self.dataset)

        def make(item: ExportItem) -> Rendered:
            is_there = _shard_of(item) in standing
            return render(self.dataset, item, self.recipe, lambda _: is_there, suffix=suffix)

        done: list[Rendered] = []
        with closing(self._made(make, items, progress)) as pictures:
            for name, own in groupby(pictures, key=lambda picture: _shard_of(picture.item)):
                if name in standing:
                    writer.keep(name)
                    done += own
                    continue
                with writer.opened(name) as file, shards.open(file, self.labels) as shard:
                    for picture in own:
                        if picture.content is not None:
                            shard.add(self._row_of(picture), picture.content)
                        done.append(replace(picture, content=None))
        return done, names

    def _made(
        self,
        make: Callable[[ExportItem], Rendered],
        items: Sequence[ExportItem],
        progress: Progress,
    ) -> Generator[Rendered]:
        """Yield what `make` makes of each item, in order, made in threads."""
        largest = int(self.dataset.shapes[:, :2].prod(axis=1).max())
        size = min(_BATCH, max(1, _BATCH_PIXELS // largest))
        batches = run_batches(
            lambda batch: [make(item) for item in batch],
            items,
            batch_size=size,
            stage="writing pictures",
            progress=progress,
        )
        with closing(batches):
            for batch in batches:
                yield from batch

    def _row_of(self, picture: Rendered) -> ManifestRow:
        item, values = picture.item, [dict(step.values) for step in picture.drawn]
        path = self._paths[item.row]
        # What an earlier export made stays made, and of the same original.
        is_as_it_is = item.origin == ORIGINAL
        return ManifestRow(
            path=picture.path,
            label=item.label,
            split=item.split,
            origin=self._origins[item.row] if is_as_it_is else item.origin,
            parent=self._parents[item.row] or path,
            operation="+".join(step.operation for step in picture.drawn),
            values=json.dumps(values) if values else "",
            seed=self.recipe.policy.seed,
            original_label=self.dataset.original_labels.get(path, ""),
            group=self._groups[item.row],
            written=picture.written,
        )

    # Lists: a million questions to a table take minutes.

    @cached_property
    def _paths(self) -> list[str]:
        return list(self.dataset.table["path"])

    @cached_property
    def _origins(self) -> list[str]:
        return list(self.dataset.table["origin"])

    @cached_property
    def _parents(self) -> list[str]:
        return list(self.dataset.table["parent"])

    @cached_property
    def _groups(self) -> list[str]:
        return list(self.dataset.table["group"])


def _shard_of(item: ExportItem) -> str:
    return item.stem.rpartition("/")[0]
