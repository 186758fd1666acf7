"""Read files once, in threads, into the rows of a dataset or into the list of skipped files."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath

from core.batches import run_batches
from core.dataset import TRAIN, ImageDataset, SkippedFile, build_table
from core.errors import EmptyDatasetError, LimitError, UnreadableImageError
from core.images import IMAGE_SUFFIXES, decode, read_header
from core.ingest.layout import Place, find_places, is_junk
from core.limits import Limits
from core.progress import Progress
from core.words import count_of

_BATCH = 64


@dataclass(frozen=True)
class SourceFile:
    """A file that the person brought: its name to them, and where its bytes lie now."""

    path: str
    file: str


def readable_name(name: str) -> str:
    """Return `name` with bytes that are no text, as some systems allow in names, spelled out.

    Such a name would break every table, file and page that it is written to.
    """
    return name.encode("utf-8", "backslashreplace").decode()


Record = dict[str, object]


def build_dataset(
    name: str,
    root: Path,
    files: Sequence[SourceFile],
    skipped: Sequence[SkippedFile],
    *,
    limits: Limits,
    progress: Progress,
) -> ImageDataset:
    """Return the dataset of `files`, with every file that is no use in `skipped`.

    Raises:
        EmptyDatasetError: no image can be used.
        LimitError: more classes than the limit.
    """
    refused = list(skipped)
    images: list[SourceFile] = []
    for file in files:
        if is_junk(file.path):
            continue
        if PurePosixPath(file.path).suffix.lower() in IMAGE_SUFFIXES:
            images.append(file)
        else:
            refused.append(SkippedFile(file.path, "not an image file"))
    placed: list[tuple[SourceFile, Place]] = []
    for file, place in zip(images, find_places([image.path for image in images]), strict=True):
        if place.label is None:
            refused.append(SkippedFile(file.path, "not in a class folder"))
        else:
            placed.append((file, place))
    labels = {place.label for _, place in placed}
    if len(labels) > limits.classes:
        raise LimitError(
            f"'{name}' has {len(labels):,} class folders; the limit is {limits.classes:,}. "
            "Check that the folders are classes, or choose a smaller source."
        )
    records = _inspect_all(placed, root, refused, limits, progress)
    if not records:
        raise EmptyDatasetError(_why_empty(name, files, refused))
    if all(record["split"] != TRAIN for record in records):
        raise EmptyDatasetError(
            f"No image in the training split of '{name}' can be used. Put its images in one "
            "sub-folder per class, as in 'train/cat/1.jpg'."
        )
    refused.sort(key=lambda skip: skip.path)
    return ImageDataset(name, root, build_table(records), tuple(refused))


def _inspect_all(
    placed: Sequence[tuple[SourceFile, Place]],
    root: Path,
    refused: list[SkippedFile],
    limits: Limits,
    progress: Progress,
) -> list[Record]:
    """Return the rows of all images that can be read; add the others to `refused`."""
    records: list[Record] = []

    def inspect_batch(batch: Sequence[tuple[SourceFile, Place]]) -> list[Record | SkippedFile]:
        return [_inspect(file, place, root, limits) for file, place in batch]

    for outcomes in run_batches(
        inspect_batch, placed, batch_size=_BATCH, stage="reading images", progress=progress
    ):
        for outcome in outcomes:
            if isinstance(outcome, SkippedFile):
                refused.append(outcome)
            else:
                records.append(outcome)
    return records


def _inspect(file: SourceFile, place: Place, root: Path, limits: Limits) -> Record | SkippedFile:
    """Return the row of one image, or why there is none. The pixels are decoded to be sure."""
    try:
        content = (root / file.file).read_bytes()
        header = read_header(content, limits)
        decode(content, limits=limits, at_least_px=1)
    except UnreadableImageError as error:
        return SkippedFile(file.path, str(error))
    except OSError as error:
        return SkippedFile(file.path, f"cannot be opened ({error.strerror})")
    return {
        "path": file.path,
        "label": place.label,
        "split": place.split,
        "width": header.width,
        "height": header.height,
        "format": header.format,
        "bytes": len(content),
        "digest": sha256(content).hexdigest(),
        "file": file.file,
    }


def _why_empty(name: str, files: Sequence[SourceFile], refused: Sequence[SkippedFile]) -> str:
    """Return the sentence for a source without a usable image."""
    if not any(not is_junk(file.path) for file in files) and not refused:
        return f"'{name}' is empty. Bring a folder or zip with one sub-folder of images per class."
    reasons = {skip.reason for skip in refused}
    if reasons == {"not an image file"}:
        return (
            f"'{name}' holds {count_of(len(refused), 'file')} and none of them is an image. "
            "Put each class in a sub-folder of JPEG, PNG, WebP, BMP, GIF or TIFF images."
        )
    if "not in a class folder" in reasons:
        return (
            f"The images of '{name}' are not in class folders. "
            "Put each class in a sub-folder that has the class's name."
        )
    first = next(skip for skip in refused if skip.reason != "not an image file")
    return (
        f"None of the {count_of(len(refused), 'file')} of '{name}' can be read as an image "
        f"('{first.path}': {first.reason}). Check the files, or choose another source."
    )
