"""Find the files of a pretrained model: in a folder, in the Hub's cache, or on Hugging Face.

Weights count in the safetensors format only: pickled ones can run code when they are opened.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b, file_digest
from pathlib import Path

from core.embed.hub import PREFIX, download, find_cached, reach, repository_of
from core.errors import SettingError

CONFIG = "config.json"
# How pictures are prepared; the second one is written beside models of pictures and text.
PREPROCESSORS = ("preprocessor_config.json", "processor_config.json")

_WEIGHTS = "model.safetensors"
_WEIGHTS_INDEX = "model.safetensors.index.json"  # names the parts of large weights


@dataclass(frozen=True)
class Snapshot:
    """One state of a model: a folder that holds at least what `find_snapshot` promises."""

    name: str  # as the person wrote it
    folder: Path
    repository: str | None  # None for a folder of the person's own

    @property
    def version(self) -> str:
        """Return the Hub's commit, or a digest of the files of a folder of the person's own."""
        if self.repository is not None:
            return self.folder.name
        files = [CONFIG, *PREPROCESSORS, *(_weights_here(self) or [])]
        total = blake2b(digest_size=16)
        for file in files:
            path = self.folder / file
            if path.is_file():
                stat = path.stat()
                try:
                    total.update(_digest(path, stat.st_size, stat.st_mtime_ns))
                except OSError as error:
                    raise SettingError(_damaged(self.name, file)) from error
        return total.hexdigest()


def find_snapshot(name: str) -> Snapshot:
    """Return where a model lies, with its two files of settings; its weights may be missing.

    Args:
        name: 'hf:owner/model' on Hugging Face, or a folder.

    Raises:
        SettingError: the model is not there, may not be read, or cannot be reached.
        OutputError: the Hub's cache cannot be written.
    """
    if name.startswith(PREFIX):
        return _on_hub(name)
    snapshot = Snapshot(name, Path(name), None)
    if not (snapshot.folder / CONFIG).is_file():
        raise SettingError(
            f"'{name}' contains no model: there is no {CONFIG}. Name the folder of a model, or one "
            f"on Hugging Face as '{PREFIX}owner/model'."
        )
    if _weights_here(snapshot) is None:
        raise SettingError(_no_safetensors(name))
    if not _has_preprocessor(snapshot):
        raise SettingError(_no_preprocessor(name))
    return snapshot


def fetch_weights(snapshot: Snapshot) -> None:
    """Download the weights into the snapshot's folder, unless they lie there.

    Raises:
        SettingError: there are none in the safetensors format, or they cannot be reached.
        OutputError: the Hub's cache cannot be written.
    """
    if _weights_here(snapshot) is not None:
        return
    if snapshot.repository is None:
        raise SettingError(_no_safetensors(snapshot.name))
    name, commit = snapshot.name, snapshot.version
    reach(name, CONFIG)
    if download(name, _WEIGHTS, commit=commit) is not None:
        return
    if download(name, _WEIGHTS_INDEX, commit=commit) is None:
        raise SettingError(_no_safetensors(name))
    for part in _parts(snapshot):
        if download(name, part, commit=commit) is None:
            raise SettingError(
                f"'{name}' lacks a part of its weights, '{part}'. Choose another model."
            )


def read_settings(snapshot: Snapshot, file: str) -> dict[str, object]:
    """Return the content of a JSON file of the snapshot.

    Raises:
        SettingError: the file cannot be read as such.
    """
    try:
        content = json.loads((snapshot.folder / file).read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise SettingError(_damaged(snapshot.name, file)) from error
    if not isinstance(content, dict):
        raise SettingError(_damaged(snapshot.name, file))
    return content


def _on_hub(name: str) -> Snapshot:
    config = find_cached(name, CONFIG)
    if config is None:
        reach(name, CONFIG)
        config = download(name, CONFIG)
        if config is None:
            raise SettingError(f"'{name}' has no {CONFIG}. Choose a Transformers model.")
    snapshot = Snapshot(name, Path(config).parent, repository_of(name))
    if _has_preprocessor(snapshot):
        return snapshot
    reach(name, CONFIG)
    for file in PREPROCESSORS:
        if download(name, file, commit=snapshot.version) is not None:
            return snapshot
    raise SettingError(_no_preprocessor(name))


def _has_preprocessor(snapshot: Snapshot) -> bool:
    return any((snapshot.folder / file).is_file() for file in PREPROCESSORS)


def _weights_here(snapshot: Snapshot) -> list[str] | None:
    """Return the files that hold the weights; None unless all of them are here."""
    if (snapshot.folder / _WEIGHTS).is_file():
        return [_WEIGHTS]
    if not (snapshot.folder / _WEIGHTS_INDEX).is_file():
        return None
    parts = _parts(snapshot)
    return parts if all((snapshot.folder / part).is_file() for part in parts) else None


def _parts(snapshot: Snapshot) -> list[str]:
    """Return the names of the files that large weights are divided into."""
    places = read_settings(snapshot, _WEIGHTS_INDEX).get("weight_map")
    parts = sorted({str(part) for part in places.values()}) if isinstance(places, Mapping) else []
    # A name with a folder in it could lead out of the snapshot.
    if not parts or any(Path(part).name != part or "\\" in part for part in parts):
        raise SettingError(_damaged(snapshot.name, _WEIGHTS_INDEX))
    return parts


@lru_cache(maxsize=256)
def _digest(path: Path, size: int, changed_ns: int) -> bytes:  # noqa: ARG001
    """Return the digest of a file; its size and time stand for its content in the cache."""
    with path.open("rb") as file:
        return file_digest(file, "blake2b").digest()


def _no_safetensors(name: str) -> str:
    return (
        f"'{name}' has no weights in the safetensors format. Other formats can run code when "
        "opened. Choose a model that has them, or convert it."
    )


def _no_preprocessor(name: str) -> str:
    return (
        f"'{name}' does not say how to prepare pictures: it has no {PREPROCESSORS[0]}. Add that "
        "file, or choose another model."
    )


def _damaged(name: str, file: str) -> str:
    return (
        f"The {file} of '{name}' cannot be read. Download the model again, or choose another one."
    )
