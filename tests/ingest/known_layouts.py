"""All well-known layouts by name, read as the command line reads them."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from image_sets import write_files
from layout_sketch import Layout, Truth
from layouts_of_folders import FOLDER_LAYOUTS
from layouts_of_folders_and_lists import LISTED_LAYOUTS
from layouts_of_names import NAME_LAYOUTS
from layouts_of_tables import TABLE_LAYOUTS

from core.dataset import SPLITS, ImageDataset
from core.errors import EmptyDatasetError
from core.ingest import Survey, list_source, read_survey, survey
from core.pictures.decode import IMAGE_SUFFIXES

KNOWN_LAYOUTS: Mapping[str, Callable[[], Layout]] = {
    **FOLDER_LAYOUTS,
    **LISTED_LAYOUTS,
    **NAME_LAYOUTS,
    **TABLE_LAYOUTS,
}


@dataclass(frozen=True, eq=False, repr=False)
class Read:
    """What was read of a layout, and all that was said."""

    survey: Survey
    dataset: ImageDataset | None  # None where no picture has a label
    said: str

    @property
    def images(self) -> Truth:
        """Return the label and the split of each image."""
        if self.dataset is None:
            return {}
        table = self.dataset.table
        pairs = zip(table["label"], table["split"], strict=True)
        return dict(zip(table["path"], pairs, strict=True))

    @property
    def groups(self) -> Mapping[str, str]:
        """Return the group of each image that has one."""
        if self.dataset is None:
            return {}
        table = self.dataset.table
        return {p: g for p, g in zip(table["path"], table["group"], strict=True) if g}

    @property
    def told(self) -> str:
        """Return in a few words what was read, as the document has it: no counts, which are small.

        The kinds of what was left out are those of the table of mismatches.
        """
        if self.dataset is None:
            return "no labels"
        words = [self._source]
        splits = [split for split in SPLITS if (self.dataset.table["split"] == split).any()]
        words += [f"splits {', '.join(splits)}"] if len(splits) > 1 else []
        if column := self.dataset.choices.group_column:
            words.append(f"groups `{column}`")
        for decision, done in (("leave_out", "left out"), ("once", "counted once")):
            kinds = [one.kind for one in self.dataset.decided if one.decision == decision]
            named = ", ".join(f"`{kind}`" for kind in kinds if kind != "other_files")
            words += [f"{named} {done}"] if named else []
        return "; ".join(words)

    @property
    def _source(self) -> str:
        chosen = self.survey.chosen
        if chosen.labels_file is None:
            assert self.dataset is not None
            if len(self.dataset.classes) == 1:
                return f"one class, `{self.dataset.classes[0]}`"
            what = "class folders" if chosen.kind == "folders" else chosen.title.split(", ")[0]
            return f"{what}, such as `{self.dataset.classes[0]}`"
        names = sorted({path.rpartition("/")[2] for path in chosen.labels_file.name.split(", ")})
        column = chosen.title.rpartition(", ")[2]
        column = re.sub(r"^column '(.*)'$", r"column `\1`", column)
        tables = ", ".join(f"`{name}`" for name in names)
        return f"{tables}, {column}"


def read_files(files: Mapping[str, bytes], name: str = "set") -> Read:
    """Return what is read of a folder of `files`."""
    with TemporaryDirectory() as folder:
        source = write_files(Path(folder) / name, files)
        found = survey(list_source(str(source), Path(folder) / "unpacked"))
        said = [found.sentence, *(mismatch.text for mismatch in found.mismatches)]
        try:
            dataset = read_survey(found)
        except EmptyDatasetError as error:
            return Read(found, None, "\n".join([*said, str(error)]))
        # That a table is no image file says nothing about it.
        said += [
            f"{skip.path}: {skip.reason}"
            for skip in dataset.skipped
            if PurePosixPath(skip.path).suffix.lower() not in IMAGE_SUFFIXES
            and skip.reason != "not an image file"
        ]
        return Read(found, dataset, "\n".join(said))


def wrong(read: Read, *truths: Truth) -> str:
    """Return '' where one of `truths` was read, else what was, by label and split, and said."""
    if read.images in truths:
        return ""
    counts = [sorted(Counter(truth.values()).items()) for truth in (read.images, *truths)]
    right = "\n   or: ".join(map(str, counts[1:]))
    return f"{read.said[:1000]}\nread:  {counts[0]}\nright: {right}"


def wrong_in(name: str) -> str:
    """Return '' where a well-known layout is read as a careful person reads it, else what was."""
    known, read = layout(name), read_layout(name)
    if known.truths:
        return wrong(read, *known.truths)
    is_one = len({label for label, _ in read.images.values()}) <= 1
    return "" if is_one or read.survey.is_close else f"{read.said}\nno picture has a single label"


@cache
def layout(name: str) -> Layout:
    """Return a well-known layout by its name."""
    return KNOWN_LAYOUTS[name]()


@cache
def read_layout(name: str) -> Read:
    """Return what is read of a well-known layout."""
    return read_files(layout(name).files)
