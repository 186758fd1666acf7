"""A dataset's index on disk: which images there are and where their files lie, without pixels."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from io import BytesIO
from pathlib import Path

import pandas as pd

from core.dataset import COLUMNS, Choices, Decided, ImageDataset, SkippedFile, Take
from core.dataset.proposal import Proposal
from core.errors import SettingError, SourceError
from core.pictures.decoding import Decoding
from core.storage import replacing, write_bytes

IMAGES_FILE = "images.parquet"
SKIPPED_FILE = "skipped.parquet"
FACTS_FILE = "dataset.json"  # written last: an index is whole once it is there

_VERSION = 3  # with what the set has decided about its pixels
# Lone surrogates stand for bytes of a file name that are no text; Parquet's texts have no room
# for them, so such a column is kept as bytes.
_BYTES = ("utf-8", "surrogatepass")
_DAMAGE = (  # Arrow's errors are ValueError or OSError
    OSError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    RecursionError,
    SettingError,
)


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
        name: table[name].cat.categories.tolist()
        for name in table.columns
        if isinstance(table[name].dtype, pd.CategoricalDtype)
    }
    skipped = pd.DataFrame(
        {
            "path": [skip.path.encode(*_BYTES) for skip in dataset.skipped],
            "reason": pd.Categorical([skip.reason for skip in dataset.skipped]),
        }
    )
    facts = {
        "version": _VERSION,
        "name": dataset.name,
        "root": _root_text(dataset.root, folder.parent),
        "images": len(table),
        "skipped": len(skipped),
        "as_bytes": as_bytes,
        "categories": categories,
        "take": take_to_json(dataset.take),
        "choices": {
            **asdict(dataset.choices),
            "decisions": dict(dataset.choices.decisions),
        },
        "decided": [asdict(decided) for decided in dataset.decided],
        "proposal": asdict(dataset.proposal),
        "decoding": asdict(dataset.decoding),
    }
    for name, frame in ((IMAGES_FILE, table), (SKIPPED_FILE, skipped)):
        with replacing(folder / name) as file:
            frame.to_parquet(file, index=False)
    write_bytes(folder / FACTS_FILE, json.dumps(facts).encode())


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
        facts = json.loads((folder / FACTS_FILE).read_bytes())
        if facts["version"] != _VERSION:
            raise SourceError(
                f"The list of images in '{folder}' was written by another version of Evenset. Load "
                "the images again."
            )
        table = pd.read_parquet(BytesIO((folder / IMAGES_FILE).read_bytes()))
        skipped = pd.read_parquet(BytesIO((folder / SKIPPED_FILE).read_bytes()))
        counts = (facts["images"], facts["skipped"], set(table.columns))
        if counts != (len(table), len(skipped), set(COLUMNS)):
            raise ValueError("the files do not belong together")
        return ImageDataset(
            name=str(facts["name"]),
            root=folder.parent / str(facts["root"]),
            table=_as_it_was(table, facts["as_bytes"], facts["categories"]),
            skipped=tuple(
                SkippedFile(path.decode(*_BYTES), str(reason))
                for path, reason in zip(skipped["path"], skipped["reason"], strict=True)
            ),
            take=take_from_json(facts["take"]),
            choices=Choices(**facts["choices"]),
            decided=tuple(
                Decided(**{**decided, "names": tuple(decided["names"])})
                for decided in facts["decided"]
            ),
            proposal=Proposal(**facts["proposal"]),
            decoding=Decoding(**facts["decoding"]),
        )
    except _DAMAGE as error:
        raise SourceError(
            f"The list of images in '{folder}' cannot be read. Load the images again."
        ) from error


def take_to_json(take: Take | None) -> object:
    """Return what `take_from_json` reads."""
    if take is None:
        return None
    return {"counts": dict(take.counts), "order": take.order, "seed": take.seed}


def take_from_json(data: object) -> Take | None:
    """Return the take that `take_to_json` described.

    Raises:
        ValueError, TypeError, KeyError: it is none.
    """
    if data is None:
        return None
    if not isinstance(data, Mapping) or not isinstance(data["counts"], Mapping):
        raise TypeError(f"A take, not {data!r}.")
    counts = {
        str(label): None if count is None else int(count) for label, count in data["counts"].items()
    }
    return Take(counts, order=str(data["order"]), seed=int(data["seed"]))


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
