"""One door for every source that can be named by a text: a folder, an archive, `sample:parts`."""

from collections.abc import Sequence
from pathlib import Path
from zipfile import is_zipfile

from core.dataset import Choices, ImageDataset, Take, select
from core.errors import SettingError, SourceError
from core.ingest.archive import unpack_zip
from core.ingest.decisions import read_survey
from core.ingest.folder import list_folder
from core.ingest.listing import Listing
from core.ingest.samples import list_sample
from core.ingest.shards import open_shards
from core.ingest.survey import survey
from core.ingest.tar import unpack_tar
from core.ingest.tar_stream import is_tar
from core.limits import DEFAULT_LIMITS, Limits
from core.progress import Progress, silent

SAMPLE_PREFIX = "sample:"


def open_source(
    source: str,
    folder: Path,
    *,
    choices: Choices | None = None,
    take: Take | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = silent,
) -> ImageDataset:
    """Read a folder, a zip, a tar or a sample.

    Args:
        source: A path, or 'sample:' and the name of a sample.
        folder: Where an archive or sample is unpacked to; must outlive the dataset.
        choices: How labels and pictures are read and mismatches decided; what is not chosen is
            proposed.
        take: Classes and counts to keep.
        limits: Sizes to refuse.
        progress: Told of files unpacked and read.

    Raises:
        SourceError: it cannot be opened, is empty, or is too large.
        SettingError: an unknown sample, a column, decision or background that there is not, or
            a class in `take` that is not there.
    """
    choices = choices or Choices()
    listing = list_source(source, folder, limits=limits, progress=progress)
    found = survey(listing, choices, progress=progress)
    dataset = read_survey(found, choices.decisions, limits=limits, progress=progress)
    return dataset if take is None else select(dataset, take)


def list_source(
    source: str,
    folder: Path,
    *,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = silent,
) -> Listing:
    """Return the files of what `source` names; an archive or sample is unpacked into `folder`.

    So are the shards of an export.

    Raises:
        SourceError: it cannot be opened, or is too large.
        SettingError: an unknown sample.
    """
    if not source.strip():
        raise SourceError("No source is given. Use a folder, a zip, or sample:parts.")
    if source.startswith(SAMPLE_PREFIX):
        name = source.removeprefix(SAMPLE_PREFIX)
        return list_sample(name, folder, limits=limits, progress=progress)
    place = Path(source)
    try:
        is_folder, is_file = place.is_dir(), place.is_file()
    except OSError as error:
        raise SourceError(
            f"'{source[:100]}' cannot be opened ({error.strerror}). Choose another source."
        ) from error
    if is_folder:
        listing = list_folder(place, limits=limits, progress=progress)
        return open_shards(listing, folder, limits=limits, progress=progress)
    if is_file:
        return list_archive(place, folder, limits=limits, progress=progress)
    raise SourceError(
        f"There is no folder or file '{source}'. Use a folder, a zip, a tar, or a sample."
    )


def list_archive(
    archive: Path,
    folder: Path,
    *,
    name: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = silent,
) -> Listing:
    """Unpack a zip or tar into `folder`; its content says which it is, not its name.

    Raises:
        SourceError: it is neither, is damaged, or cannot be opened.
        LimitError: more files or bytes than allowed, or a bomb.
        OutputError: the disk is full.
    """
    name = name or archive.name
    try:
        # A tar may end with a zip, which `is_zipfile` would take for the whole.
        unpack = unpack_zip if not is_tar(archive) and is_zipfile(archive) else unpack_tar
        listing = unpack(archive, folder, name=name, limits=limits, progress=progress)
        within = folder / "shards"
        return open_shards(listing, within, is_unpacked=True, limits=limits, progress=progress)
    except OSError as error:
        raise SourceError(
            f"'{name}' cannot be opened ({error.strerror or error}). "
            "Check its permissions, or choose another file."
        ) from error


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
            raise SettingError(f"'{text}' does not have the form CLASS=COUNT, such as cat=4800.")
    return Take(counts, order=order, seed=seed)


def parse_decisions(texts: Sequence[str]) -> dict[str, str]:
    """Return the decisions that texts such as 'alike_labels=keep_apart' ask for.

    Raises:
        SettingError: a text is not of that form.
    """
    decisions = {}
    for text in texts:
        kind, equals, decision = text.partition("=")
        if not (kind and equals and decision):
            raise SettingError(
                f"'{text}' does not have the form MISMATCH=DECISION, such as "
                "alike_labels=keep_apart."
            )
        decisions[kind] = decision
    return decisions
