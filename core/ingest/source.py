"""One door for every source that can be named by a text: a folder, a zip, `sample:parts`."""

from collections.abc import Sequence
from pathlib import Path

from core.dataset import ImageDataset, Take, select
from core.errors import SettingError, SourceError
from core.ingest.archive import read_zip
from core.ingest.folder import read_folder
from core.ingest.samples import read_sample
from core.limits import DEFAULT_LIMITS, Limits
from core.progress import Progress, silent

SAMPLE_PREFIX = "sample:"


def open_source(
    source: str,
    folder: Path,
    *,
    take: Take | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = silent,
) -> ImageDataset:
    """Read a folder, a zip or a sample.

    Args:
        source: A path, or 'sample:' and the name of a sample.
        folder: Where a zip or sample is unpacked to; must outlive the dataset.
        take: Classes and counts to keep.
        limits: Sizes to refuse.
        progress: Told of files unpacked and read.

    Raises:
        SourceError: it cannot be opened, is empty, or is too large.
        SettingError: an unknown sample, or a class in `take` that is not there.
    """
    if not source.strip():
        raise SourceError("No folder or file is named. Give a folder, a zip, or sample:parts.")
    if source.startswith(SAMPLE_PREFIX):
        name = source.removeprefix(SAMPLE_PREFIX)
        dataset = read_sample(name, folder, limits=limits, progress=progress)
    else:
        place = Path(source)
        try:
            is_folder, is_file = place.is_dir(), place.is_file()
        except OSError as error:
            raise SourceError(
                f"'{source[:100]}' cannot be opened ({error.strerror}). Choose another source."
            ) from error
        if is_folder:
            dataset = read_folder(place, limits=limits, progress=progress)
        elif is_file:
            dataset = read_zip(place, folder, limits=limits, progress=progress)
        else:
            raise SourceError(
                f"There is no folder or file '{source}'. Give a folder, a zip, sample:parts or "
                "sample:digits."
            )
    return dataset if take is None else select(dataset, take)


def parse_take(texts: Sequence[str], *, order: str = "name", seed: int = 0) -> Take | None:
    """Return the take that texts such as 'cat=4800', 'dog' (all) or '*=100' ask for.

    Raises:
        SettingError: a text is not of that form.
    """
    if not texts:
        return None
    counts: dict[str, int | None] = {}
    for text in texts:
        label, equals, number = text.rpartition("=")
        if not equals:
            counts[number] = None
        elif label and number.isdecimal():
            counts[label] = int(number)
        else:
            raise SettingError(f"'{text}' is not of the form CLASS=COUNT, such as cat=4800.")
    return Take(counts, order=order, seed=seed)
