"""Read what was brought: values in, results out, run as jobs."""

import shutil
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import IO

from app.session.session import AT_ONCE_SECONDS, Pending
from app.upload.announcement import ARCHIVE
from app.upload.uploads import Arrival
from core import ingest
from core.audit import AuditReport, audit
from core.dataset import Choices, ImageDataset, SkippedFile
from core.limits import Limits
from core.progress import Progress
from core.storage import replacing

Loaded = tuple[ImageDataset, AuditReport, ingest.Survey]
Opened = Loaded | Pending  # read, or waiting for a word


def keep_upload(name: str, content: IO[bytes], folder: Path) -> Arrival:
    """Copy what Streamlit holds in memory to the disk, so that the memory can be freed."""
    with replacing(folder / "upload") as file:
        shutil.copyfileobj(content, file)
    name = PurePosixPath(name.replace("\\", "/")).name
    return Arrival(name, ARCHIVE, folder, [name], ["upload"], [])


def open_named(
    source: str, folder: Path, limits: Limits, progress: Progress,
    *,
    before: ImageDataset | None = None,
    asks: bool = False,
) -> Opened:  # fmt: skip
    """Read a folder, an archive or a sample by its name; what is unclear waits for an answer.

    Where `before`, the images that there are, has the same name, pictures are decoded as there.
    All waits where one `asks` whether it may replace what is there.
    """
    listing = ingest.list_source(source, folder, limits=limits, progress=progress)
    # The faults of a sample are there to be found on Audit, not to be asked about.
    is_sample = source.startswith(ingest.SAMPLE_PREFIX)
    found = _survey(listing, progress, None if is_sample else before)
    if asks or (found.needs_answer and not is_sample):
        return _waiting(found, folder, is_decided=is_sample or not found.needs_answer)
    return _read(found, {}, limits, progress)


def open_arrived(
    arrival: Arrival, limits: Limits, progress: Progress,
    *,
    before: ImageDataset | None = None,
    asks: bool = False,
) -> Opened:  # fmt: skip
    """Read what the browser sent; an archive is removed once it is unpacked. The rest as above."""
    found = _survey(_listing_of(arrival, limits, progress), progress, before)
    if asks or found.needs_answer:
        return _waiting(found, arrival.folder, is_decided=not found.needs_answer)
    return _read(found, {}, limits, progress)


def _listing_of(arrival: Arrival, limits: Limits, progress: Progress) -> ingest.Listing:
    if arrival.kind == ARCHIVE:
        archive = arrival.folder / arrival.files[0]
        try:
            return ingest.list_archive(
                archive, arrival.folder / "unpacked", name=arrival.name, limits=limits,
                progress=progress,
            )  # fmt: skip
        finally:
            archive.unlink(missing_ok=True)
    paths, unreadable = arrival.paths, set(arrival.unreadable)
    there = [place for place in range(len(arrival.paths)) if place not in unreadable]
    listing = ingest.Listing(
        arrival.name,
        arrival.folder,
        [paths[place] for place in there],
        [arrival.files[place] for place in there],
        tuple(
            SkippedFile(paths[place], "not readable by the browser") for place in arrival.unreadable
        ),
    )
    within = arrival.folder / "shards"
    return ingest.open_shards(listing, within, is_unpacked=True, limits=limits, progress=progress)


def survey_again(pending: Pending, choices: Choices, progress: Progress) -> Pending:
    """Look at waiting images with another labels file or other columns."""
    chosen = pending.survey.choices
    choices = replace(choices, background=chosen.background, white_level=chosen.white_level)
    found = ingest.survey(pending.survey.listing, choices, progress=progress)
    return replace(pending, survey=found)


def read_decided(
    pending: Pending, decisions: dict[str, str], limits: Limits, progress: Progress
) -> Loaded:
    """Read waiting images as the person has decided."""
    return _read(pending.survey, decisions, limits, progress)


def _survey(
    listing: ingest.Listing, progress: Progress, before: ImageDataset | None
) -> ingest.Survey:
    choices = Choices()
    if before is not None and before.name == listing.name:
        # The same source, perhaps with more files: what was decided is not changed unasked.
        choices = replace(
            choices,
            background=before.choices.background,
            white_level=before.choices.white_level,
        )
    return ingest.survey(listing, choices, progress=progress)


def _waiting(found: ingest.Survey, folder: Path, *, is_decided: bool) -> Pending:
    said = tuple(one.option for one in (found.chosen, *found.others_said))
    return Pending(found.listing.name, folder, found, said, is_decided=is_decided)


def _read(
    found: ingest.Survey, decisions: dict[str, str], limits: Limits, progress: Progress
) -> Loaded:
    dataset = ingest.read_survey(found, decisions, limits=limits, progress=progress)
    return dataset, audit(dataset, progress, within_s=AT_ONCE_SECONDS), found
