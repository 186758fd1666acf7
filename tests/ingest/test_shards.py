"""Pictures inside of tars and Parquet files are loaded where a manifest of Evenset names them."""

import tarfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from image_sets import jpeg, write_files, write_zip
from survey_sets import kinds, labels_of, reasons_of, splits_of

from core.dataset import ImageDataset
from core.errors import LimitError
from core.ingest import list_source, open_source, survey
from core.limits import Limits

HEADER = "path,label,split,origin,parent,operation,values,seed,original_label,group,written,weight"
PICTURES = [jpeg(number) for number in range(8)]
TAR, PARQUET = "train-000000.tar", "data/train-00000-of-00002.parquet"


def names(count: int, start: int = 0) -> list[str]:
    return [f"{number:09d}.jpg" for number in range(start, start + count)]


def tar(pictures: Mapping[str, bytes], **beside: bytes) -> bytes:
    """Return a WebDataset shard: each picture with its class beside it."""
    buffer = BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as opened:
        for name, content in {**pictures, **beside}.items():
            for member, data in ((name, content), (name.replace(".jpg", ".cls"), b"0")):
                entry = tarfile.TarInfo(member)
                entry.size = len(data)
                opened.addfile(entry, BytesIO(data))
    return buffer.getvalue()


def parquet(pictures: Mapping[str, bytes | None], **options: object) -> bytes:
    """Return a shard as Hugging Face keeps pictures: a struct of bytes and path, and a label."""
    rows = [{"bytes": content, "path": name} for name, content in pictures.items()]
    kind = pa.struct({"bytes": pa.binary(), "path": pa.string()})
    table = pa.table({"image": pa.array(rows, kind), "label": [0] * len(rows)})
    buffer = BytesIO()
    pq.write_table(table, buffer, **options)
    return buffer.getvalue()


def manifest(*paths: str) -> bytes:
    rows = [
        f"{path},{'Cat' if number % 2 else 'a/b'},{'test' if 'test' in path else 'train'},"
        f"original,{number}.jpg,,,0,,p{number // 2},copied,1.0"
        for number, path in enumerate(paths)
    ]
    return "\n".join([HEADER, *rows]).encode()


def export(**others: bytes) -> dict[str, bytes]:
    """Return an export of a tar and a Parquet file, with `others` in place of its files."""
    first = dict(zip(names(4), PICTURES[:4], strict=True))
    last = dict(zip(names(4, 4), PICTURES[4:], strict=True))
    paths = [f"{TAR}/{name}" for name in first] + [f"{PARQUET}/{name}" for name in last]
    return {
        TAR: tar(first),
        PARQUET: parquet(last),
        "manifest.csv": manifest(*paths),
        "recipe.json": b"{}",
        **others,
    }


def read(tmp_path: Path, files: Mapping[str, bytes], **options: object) -> ImageDataset:
    folder = write_files(tmp_path / "set", files)
    return open_source(str(folder), tmp_path / "room", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("form", ["folder", "zip", "zip in a folder", "tar"])
def test_pictures_in_shards_are_read_by_the_manifest(tmp_path: Path, form: str) -> None:
    source = tmp_path / "set"
    if form == "folder":
        write_files(source, export())
    elif form == "tar":
        with tarfile.open(source, "w") as opened:
            for name, content in export().items():
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                opened.addfile(entry, BytesIO(content))
    else:
        inside = "balanced/" if form == "zip in a folder" else ""
        write_zip(source, {inside + name: content for name, content in export().items()})

    found = survey(list_source(str(source), tmp_path / "room"))
    dataset = open_source(str(source), tmp_path / "room")

    assert found.sentence.startswith("Labels: ")
    assert "manifest.csv of an Evenset export (2 labels, all 8 pictures)" in found.sentence
    assert "Not used" not in found.sentence
    assert not kinds(found)
    assert [dataset.read_bytes(row) for row in range(8)] == [*PICTURES[4:], *PICTURES[:4]]
    assert set(labels_of(dataset).values()) == {"a/b", "Cat"}
    assert not dataset.skipped


def test_what_lies_beside_shards_stays_where_it_is(tmp_path: Path) -> None:
    dataset = read(tmp_path, export(**{"mine.jpg": jpeg(99)}), choices=None)

    assert "mine.jpg" in reasons_of(dataset)
    assert (tmp_path / "set" / TAR).is_file()


@pytest.mark.parametrize("container", ["folder", "zip"])
def test_without_a_manifest_shards_are_what_they_were(tmp_path: Path, container: str) -> None:
    files = {name: content for name, content in export().items() if name != "manifest.csv"}
    files |= {"cat/1.jpg": jpeg(50), "dog/1.jpg": jpeg(51)}
    source = tmp_path / "set"
    write_files(source, files) if container == "folder" else write_zip(source, files)

    dataset = open_source(str(source), tmp_path / "room")

    assert len(dataset) == 2
    assert reasons_of(dataset)[TAR] == "an archive inside the source: unpack it first"
    # Of what is nobody's, nothing is kept.
    assert not list((tmp_path / "room").rglob("*.tar"))


def test_a_picture_that_the_manifest_does_not_name_is_told(tmp_path: Path) -> None:
    more = dict(zip(names(5, 4), [*PICTURES[4:], jpeg(60)], strict=True))

    dataset = read(tmp_path, export(**{PARQUET: parquet(more)}))

    assert reasons_of(dataset) == {f"{PARQUET}/000000008.jpg": "no row in the labels file"}


def test_a_shard_that_is_cut_gives_what_comes_before_the_cut(tmp_path: Path) -> None:
    whole = export()[TAR]

    dataset = read(tmp_path, export(**{TAR: whole[:4000]}))

    assert 4 < len(dataset) < 8
    assert reasons_of(dataset)[TAR] == "damaged or truncated here; the rest is missing"
    [decided] = [one for one in dataset.decided if one.kind == "rows_without_file"]
    assert decided.count == 8 - len(dataset)


@pytest.mark.parametrize(
    ("shard", "content", "reason"),
    [
        (TAR, b"no tar at all", "no tar, or a damaged one"),
        (PARQUET, b"PAR1 and no more", "damaged, or no Parquet file"),
        (PARQUET, b"", "damaged, or no Parquet file"),
    ],
)
def test_a_shard_that_is_none_is_told(
    tmp_path: Path, shard: str, content: bytes, reason: str
) -> None:
    dataset = read(tmp_path, export(**{shard: content}))

    assert len(dataset) == 4
    assert reasons_of(dataset)[shard] == reason


def test_a_parquet_file_without_pictures_is_told(tmp_path: Path) -> None:
    buffer = BytesIO()
    pq.write_table(pa.table({"image": ["a.jpg"], "label": [0]}), buffer)

    dataset = read(tmp_path, export(**{PARQUET: buffer.getvalue()}))

    assert reasons_of(dataset)[PARQUET] == "no column 'image' with bytes and path"


def test_rows_without_a_picture_are_told(tmp_path: Path) -> None:
    some: dict[str, bytes | None] = dict(zip(names(4, 4), PICTURES[4:], strict=True))
    some["000000006.jpg"] = None

    dataset = read(tmp_path, export(**{PARQUET: parquet(some)}))

    assert len(dataset) == 7
    assert reasons_of(dataset)[f"{PARQUET}/000000006.jpg"] == "no picture in row 3"


@pytest.mark.parametrize("name", ["../../000000000.jpg", "/etc/000000000.jpg", "C:/0.jpg"])
def test_names_that_reach_outside_are_refused_and_nothing_is_written_there(
    tmp_path: Path, name: str
) -> None:
    hostile = {name: PICTURES[0], **dict(zip(names(3, 1), PICTURES[1:4], strict=True))}

    dataset = read(tmp_path, export(**{TAR: tar(hostile)}))

    assert reasons_of(dataset)[name] == "unsafe path"
    written = {path for path in tmp_path.rglob("*.jpg") if path.is_file()}
    assert all(path.is_relative_to(tmp_path / "room") for path in written)
    assert len(dataset) == 7


def test_a_link_in_a_tar_is_refused(tmp_path: Path) -> None:
    buffer = BytesIO(export()[TAR])
    with tarfile.open(fileobj=buffer, mode="a") as opened:
        link = tarfile.TarInfo("000000009.jpg")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        opened.addfile(link)

    dataset = read(tmp_path, export(**{TAR: buffer.getvalue()}))

    assert reasons_of(dataset) == {f"{TAR}/000000009.jpg": "a link or special file"}


def test_a_parquet_bomb_is_refused_with_a_sentence(tmp_path: Path) -> None:
    flat = {name: bytes(3_000_000) for name in names(4, 4)}
    bomb = parquet(flat, compression="zstd", use_dictionary=False)
    assert len(bomb) < 100_000

    with pytest.raises(LimitError, match=r"parquet' is compressed more than 100 times"):
        read(tmp_path, export(**{PARQUET: bomb}))


def test_one_value_that_stands_for_many_pictures_is_a_bomb_too(tmp_path: Path) -> None:
    rows = {f"{number:09d}.jpg": bytes(200_000) for number in range(500)}
    bomb = parquet(rows, compression="zstd", use_dictionary=True)

    with pytest.raises(LimitError, match=r"parquet' is compressed more than 100 times"):
        read(tmp_path, export(**{PARQUET: bomb}))


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(files=9), "more than 9 files"),
        (Limits(unpacked_bytes=3_000), "unpacks to more than"),
    ],
)
@pytest.mark.parametrize("shard", [TAR, PARQUET])
def test_limits_hold_for_shards(tmp_path: Path, limits: Limits, message: str, shard: str) -> None:
    files = export()
    paths = [line for line in files["manifest.csv"].decode().splitlines() if shard in line]
    alone = {
        **{f"{number}.txt": b"" for number in range(6)},
        shard: files[shard],
        "manifest.csv": "\n".join([HEADER, *paths]).encode(),
    }

    with pytest.raises(LimitError, match=message):
        read(tmp_path, alone, limits=limits)


def test_that_all_lies_in_one_shard_is_no_other_reading(tmp_path: Path) -> None:
    pictures = dict(zip(names(4), PICTURES, strict=False))
    files = {TAR: tar(pictures), "manifest.csv": manifest(*(f"{TAR}/{name}" for name in pictures))}

    assert "Other readings" not in read(tmp_path, files).reading


def test_splits_of_shards_are_those_of_the_manifest(tmp_path: Path) -> None:
    shards = {
        f"{split}-000000.tar": tar(dict(zip(names(2), PICTURES[place : place + 2], strict=True)))
        for split, place in (("train", 0), ("test", 2))
    }
    paths = [f"{shard}/{name}" for shard in shards for name in names(2)]

    dataset = read(tmp_path, {**shards, "manifest.csv": manifest(*paths)})

    assert splits_of(dataset) == {path: path.partition("-")[0] for path in paths}
