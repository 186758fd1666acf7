"""Whatever comes in, it becomes a dataset or one refusal, and nothing lands where it may not."""

import io
import re
import tarfile
import warnings
import zipfile
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from image_sets import jpeg, png

from core.dataset import Choices
from core.errors import EvensetError
from core.ingest import list_archive, preview_counts, read_survey, survey
from core.ingest.folder import list_folder
from core.ingest.listing import Listing
from core.ingest.names import is_junk
from core.limits import Limits

LIMITS = Limits(unpacked_bytes=20_000, files=12, compression_ratio=100)
OUR_NAME = re.compile(r"\d+/\d+(\.[a-z]+)?")
Entry = tuple[str, bytes]
# Damage: places, as shares of the whole, with the byte that stands there instead; what is cut off.
Damage = tuple[Sequence[tuple[float, int]], float]

PARTS = st.sampled_from(
    ["cat", "dog", "train", "test", "..", ".", "", "C:", "\\", "..\\..", "~", "käfer", "x" * 120,
     "a\nb", "CON", "masks", "__MACOSX", ".git", "\u202egpj", "\udce9"]
)  # fmt: skip
LAST = st.sampled_from(
    ["1.jpg", "2.png", "3", "labels.csv", "x.mp4", "in.zip", "", "..", "1.jpg", "data.parquet",
     "a.jsonl", "1_mask.png"]
)  # fmt: skip
NAMES = st.builds(lambda parts, last: "/".join([*parts, last]), st.lists(PARTS, max_size=3), LAST)
GOOD = [jpeg(1), png(2), jpeg(3), png(4)]
CONTENTS = st.one_of(
    st.sampled_from(GOOD),
    st.sampled_from([b"", GOOD[0][:300], GOOD[1][:-9], bytes(9000), b"image,label\n1.jpg,cat\n"]),
    st.binary(max_size=60),
)
ENTRIES = st.lists(st.tuples(NAMES, CONTENTS), max_size=6)
NO_DAMAGE: Damage = ((), 0.0)
DAMAGE: st.SearchStrategy[Damage] = st.one_of(
    st.just(NO_DAMAGE),
    st.tuples(
        st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=4),
        st.sampled_from([0.0, 0.0, 0.01, 0.3, 0.9]),
    ),
)
# Pillow warns of what is damaged in pictures.
quiet = pytest.mark.filterwarnings("ignore::UserWarning")


def zip_of(entries: Sequence[Entry], method: int) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of two files of one name
        with zipfile.ZipFile(buffer, "w", method) as opened:
            for name, content in entries:
                opened.writestr(name.encode("utf-8", "replace").decode() or "x", content)
    return buffer.getvalue()


def tar_of(entries: Sequence[Entry], mode: str, kind: bytes, format_: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, format=format_) as opened:  # type: ignore[call-overload]
        for number, (name, content) in enumerate(entries):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            member.type = kind if number == 0 else tarfile.REGTYPE
            member.linkname = "../../etc/passwd"
            opened.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def damaged(content: bytes, damage: Damage) -> bytes:
    changed = bytearray(content)
    places, cut = damage if content else NO_DAMAGE
    for share, value in places:
        changed[int(share * (len(changed) - 1))] = value
    return bytes(changed[: len(changed) - int(len(changed) * cut)])


def check(content: bytes) -> None:
    """Read an archive; look at all that it left on the disk."""
    with TemporaryDirectory() as name:
        place = Path(name)
        (place / "set.bin").write_bytes(content)
        out = place / "deep" / "out"
        out.mkdir(parents=True)
        try:
            listing = list_archive(place / "set.bin", out, limits=LIMITS)
            check_told(listing)
        except EvensetError as error:
            assert len(str(error)) > 20
        assert sorted(path.name for path in place.iterdir()) == ["deep", "set.bin"]
        assert [path.name for path in out.parent.iterdir()] == ["out"]
        files = [path for path in out.rglob("*") if not path.is_dir()]
        assert all(OUR_NAME.fullmatch(path.relative_to(out).as_posix()) for path in files)
        assert not any(path.is_symlink() for path in files)
        assert sum(path.stat().st_size for path in files) <= LIMITS.unpacked_bytes


def check_told(listing: Listing) -> None:
    """Read a listing; every file of it is used, told of, or holds labels."""
    found = survey(listing)
    preview_counts(found, {})
    dataset = read_survey(found, limits=LIMITS)

    tables = [table.path for labels_file in found.tables for table in labels_file.tables]
    told = [*dataset.table["path"], *(skip.path for skip in dataset.skipped), *tables]
    refused = [skip.path for skip in listing.skipped]
    listed = [path for path in listing.paths if not is_junk(path)]
    assert sorted(told) == sorted([*listed, *refused])


@quiet
@given(ENTRIES, st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]), DAMAGE)
def test_any_zip_is_read_or_refused(entries: list[Entry], method: int, damage: Damage) -> None:
    check(damaged(zip_of(entries, method), damage))


@quiet
@given(
    ENTRIES,
    st.sampled_from(["w", "w", "w:gz", "w:bz2", "w:xz"]),
    st.sampled_from([tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.FIFOTYPE, tarfile.GNUTYPE_SPARSE]),
    st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]),
    DAMAGE,
)
def test_any_tar_is_read_or_refused(
    entries: list[Entry], mode: str, kind: bytes, format_: int, damage: Damage
) -> None:
    check(damaged(tar_of(entries, mode, kind, format_), damage))


@given(st.binary(max_size=3000), st.sampled_from([b"", b"PK\x03\x04", b"\x1f\x8b", b"BZh9"]))
def test_any_bytes_are_read_or_refused(content: bytes, head: bytes) -> None:
    check(head + content)


CELLS = st.sampled_from(
    ["1.jpg", "2.png", "1", "cat/1.jpg", "../1.jpg", "/etc/passwd", "cat", "dog", "Cat", "", "0",
     "1", "train", "test", "odd", "image", "label", "split", "=cmd()", "a\nb", '"', "\0", "é"]
)  # fmt: skip
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=8)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of four pictures beside which a labels file may lie."""
    folder = tmp_path_factory.mktemp("set")
    (folder / "cat").mkdir()
    for name, content in zip(["1.jpg", "2.png", "cat/1.jpg", "cat/3.jpg"], GOOD, strict=True):
        (folder / name).write_bytes(content)
    return folder


@given(
    ROWS,
    st.sampled_from([",", ";", "\t", " "]),
    st.sampled_from(["utf-8", "utf-16", "cp1252"]),
    st.sampled_from([".csv", ".tsv", ".txt", ".jsonl", ".parquet"]),
    DAMAGE,
    st.booleans(),
)
def test_any_labels_file_is_read_or_refused(
    pictures: Path, rows: list[list[str]], delimiter: str, encoding: str, suffix: str,
    damage: Damage, is_named: bool,
) -> None:  # fmt: skip
    text = "\n".join(delimiter.join(row) for row in rows).encode(encoding, "replace")
    name = f"labels{suffix}"
    (pictures / name).write_bytes(damaged(text, damage))
    try:
        listing = list_folder(pictures)
        choices = Choices(labels_file=name if is_named else None)
        found = survey(listing, choices)
        counts = preview_counts(found, {})
        dataset = read_survey(found)
    except EvensetError as error:
        assert len(str(error)) > 20
    else:
        assert dataset.counts() == counts
    finally:
        (pictures / name).unlink()
