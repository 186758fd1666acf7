"""Write tars, and look at what was unpacked."""

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path


class Zeros(io.RawIOBase):
    """A file of zeros without end."""

    def read(self, size: int = -1) -> bytes:
        return bytes(size)


def write_tar(
    path: Path,
    files: Mapping[str, bytes | int],
    mode: str = "w",
    *,
    entries: tuple[tarfile.TarInfo, ...] = (),
    format_: int = tarfile.PAX_FORMAT,
) -> Path:
    """Write a tar of `files` (name -> content, or a count of zeros), then bare `entries`."""
    with tarfile.open(path, mode, format=format_) as opened:  # type: ignore[call-overload]
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = content if isinstance(content, int) else len(content)
            source = Zeros() if isinstance(content, int) else io.BytesIO(content)
            opened.addfile(member, source)
        for entry in entries:
            opened.addfile(entry)
    return path


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def bytes_below(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
