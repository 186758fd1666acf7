"""A dataset's index on disk: which images there are and where their files lie, without pixels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pandas as pd

from core import records
from core.dataset import COLUMNS, Choices, Decided, ImageDataset, SkippedFile, Take
from core.dataset.proposal import Proposal
from core.errors import SettingError, SourceError
from core.pictures.decoding import Decoding
from core.records import FileName, OtherVersionError
from core.storage import replacing, write_bytes

IMAGES_FILE = "images.parquet"
SKIPPED_FILE = "skipped.parquet"
FACTS_FILE = "dataset.json"  # written last: an index is whole once it is there

_VERSION = 5  # with the origin and the parent of each picture
# Lone surrogates stand for bytes of a file name that are no text; Parquet's texts have no room
# for them, so such a column is kept as bytes.
_BYTES = ("utf-8", "surrogatepass")
_DAMAGE = (  # Arrow's errors are ValueError or OSError
    OSError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    SettingError,
)


@dataclass(frozen=True)
class Facts:
    """What stands beside the table of images, and how that is to be read."""

    name: FileName
    root: FileName
    images: int
    skipped: int
    as_bytes: tuple[str, ...]  # columns
    categories: Mapping[str, tuple[FileName, ...]]
    take: Take | None
    choices: Choices
    decided: tuple[Decided, ...]
    reading: FileName
    proposal: Proposal
    decoding: Decoding


def write_dataset(folder: Path, dataset: ImageDataset) -> None:
    """Write the index of `dataset` to `folder`; the files of its images stay where they are.

    A root inside the parent of `folder` is kept relative to it, so that both can be moved together.

    Raises:
        OutputError: the folder cannot be written.
    """
    table = dataset.table.copy(deep=False)
    as_bytes = [name for name in table.columns if table[name].dtype == object]
    for name in as_bytes:
        table[name] = [text.encode(*_BYTES) for text in table[name]]
    categories = {
        name: tuple(table[name].cat.categories.tolist())
        for name in table.columns
        if isinstance(table[name].dtype, pd.CategoricalDtype)
    }
    skipped = pd.DataFrame(
        {
            "path": [skip.path.encode(*_BYTES) for skip in dataset.skipped],
            "reason": pd.Categorical([skip.reason for skip in dataset.skipped]),
            "label": [skip.label.encode(*_BYTES) for skip in dataset.skipped],
        }
    )
    facts = Facts(
        name=dataset.name,
        root=_root_text(dataset.root, folder.parent),
        images=len(table),
        skipped=len(skipped),
        as_bytes=tuple(as_bytes),
        categories=categories,
        take=dataset.take,
        choices=dataset.choices,
        decided=dataset.decided,
        reading=dataset.reading,
        proposal=dataset.proposal,
        decoding=dataset.decoding,
    )
    for name, frame in ((IMAGES_FILE, table), (SKIPPED_FILE, skipped)):
        with replacing(folder / name) as file:
            frame.to_parquet(file, index=False)
    write_bytes(folder / FACTS_FILE, records.to_text(facts, _VERSION).encode())


def has_dataset(folder: Path) -> bool:
    """Return whether `folder` holds an index that was written to its end."""
    return (folder / FACTS_FILE).is_file()


def read_dataset(folder: Path) -> ImageDataset:
    """Return the dataset whose index `write_dataset` wrote to `folder`.

    Raises:
        SourceError: a file is missing or damaged, the files do not belong together, or another
            version has written them.
    """
    try:
        facts = records.read_text(
            Facts,
            (folder / FACTS_FILE).read_bytes(),
            f"The list of images in '{folder}'",
            _VERSION,
        )
        table = pd.read_parquet(BytesIO((folder / IMAGES_FILE).read_bytes()))
        skipped = pd.read_parquet(BytesIO((folder / SKIPPED_FILE).read_bytes()))
        counts = (facts.images, facts.skipped, set(table.columns))
        if counts != (len(table), len(skipped), set(COLUMNS)):
            raise ValueError("the files do not belong together")
        return ImageDataset(
            name=facts.name,
            root=folder.parent / facts.root,
            table=_as_it_was(table, facts.as_bytes, facts.categories),
            skipped=tuple(
                SkippedFile(path.decode(*_BYTES), str(reason), label.decode(*_BYTES))
                for path, reason, label in zip(
                    skipped["path"], skipped["reason"], skipped["label"], strict=True
                )
            ),
            take=facts.take,
            choices=facts.choices,
            decided=facts.decided,
            reading=facts.reading,
            proposal=facts.proposal,
            decoding=facts.decoding,
        )
    except OtherVersionError as error:
        raise SourceError(f"{error} Load the images again.") from error
    except _DAMAGE as error:
        raise SourceError(
            f"The list of images in '{folder}' cannot be read. Load the images again."
        ) from error


def _root_text(root: Path, home: Path) -> str:
    root, home = root.absolute(), home.absolute()
    return root.relative_to(home).as_posix() if root.is_relative_to(home) else str(root)


def _as_it_was(
    table: pd.DataFrame, as_bytes: Sequence[str], categories: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """Return the table with the types that it had: Parquet forgets what no row uses."""
    for name in as_bytes:
        texts = [content.decode(*_BYTES) for content in table[name]]
        table[name] = pd.Series(texts, dtype=object)
    for name, known in categories.items():
        table[name] = pd.Categorical(table[name].astype(object), categories=list(known))
    return table[list(COLUMNS)]
