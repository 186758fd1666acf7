"""Uploads arrive whole, byte for byte, or not at all."""

import json
import shutil
import struct
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.upload import chunks as chunks_module
from app.upload import uploads as uploads_module
from app.upload.announcement import ARCHIVE, FOLDER, Announcement, AnnouncementReader
from app.upload.uploads import Arrival, Upload, Uploads
from core.errors import LimitError, OutputError, SourceError
from core.limits import DEFAULT_LIMITS, Limits

SMALL = 16  # bytes of a chunk in these tests

Files = Mapping[str, bytes]


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks_module, "CHUNK", SMALL)


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(new_folders(tmp_path))


def new_folders(root: Path) -> Callable[[str], Path]:
    def new_folder(name: str) -> Path:
        return Path(mkdtemp(prefix=f"{name}_", dir=root))

    return new_folder


def announced(
    files: Iterable[tuple[str, int]],
    *,
    name: str = "pets",
    kind: str = FOLDER,
    limits: Limits = DEFAULT_LIMITS,
) -> Announcement:
    lines = [json.dumps({"kind": kind, "name": name})]
    lines += [f"{size}\t{json.dumps(path, ensure_ascii=False)}" for path, size in files]
    reader = AnnouncementReader(limits)
    reader.feed("\n".join(lines).encode("utf-8", "surrogatepass"))
    return reader.end()


def sizes(files: Files) -> list[tuple[str, int]]:
    return [(path, len(content)) for path, content in files.items()]


def frames_of(contents: Iterable[bytes]) -> list[bytes]:
    """Return the frame of every chunk, in order."""
    frames: list[bytes] = []
    for content in contents:
        for begin in range(0, max(1, len(content)), SMALL):
            part = content[begin : begin + SMALL]
            frames.append(struct.pack("<II", len(frames), len(part)) + part)
    return frames


def kept(arrival: Arrival) -> list[bytes | None]:
    return [(arrival.folder / file).read_bytes() if file else None for file in arrival.files]


def arrived(uploads: Uploads, files: Files) -> Arrival:
    upload = uploads.begin(announced(sizes(files)))
    upload.write(b"".join(frames_of(files.values())))
    arrival = uploads.finish(upload, [])
    assert arrival is not None
    return arrival


def wait_until_gone(folder: Path) -> None:
    end = time.monotonic() + 20
    while folder.exists():
        assert time.monotonic() < end
        time.sleep(0.01)


@given(
    contents=st.lists(st.binary(max_size=5 * SMALL), min_size=1, max_size=8),
    data=st.data(),
)
def test_any_files_arrive_byte_for_byte_in_any_order_and_repetition(
    contents: list[bytes], data: st.DataObject
) -> None:
    frames = frames_of(contents)
    order = data.draw(st.permutations(range(len(frames))))
    again = data.draw(st.lists(st.sampled_from(order), max_size=6))
    cuts = data.draw(st.lists(st.integers(1, 4), min_size=1))
    sent = [frames[number] for number in [*again, *order]]
    with TemporaryDirectory() as root, pytest.MonkeyPatch.context() as patched:
        patched.setattr(chunks_module, "CHUNK", SMALL)
        uploads = Uploads(new_folders(Path(root)))
        upload = uploads.begin(
            announced([(f"a/{n}.jpg", len(content)) for n, content in enumerate(contents)])
        )

        for count in [*cuts, len(sent)]:
            piece, sent = sent[:count], sent[count:]
            upload.write(b"".join(piece))

        arrival = uploads.finish(upload, [])
        assert arrival is not None
        assert kept(arrival) == contents
        assert upload.received_files == len(contents)
        assert upload.received_bytes == sum(map(len, contents))


def test_what_is_missing_is_said_and_keeps_the_upload_open(uploads: Uploads) -> None:
    upload = uploads.begin(announced([("a/1.jpg", 5 * SMALL), ("a/2.jpg", 3)]))
    frames = frames_of([bytes(5 * SMALL), b"abc"])

    upload.write(frames[1] + frames[3])

    assert upload.missing() == [(0, 0), (2, 2), (4, 5)]
    assert uploads.finish(upload, []) is None
    assert uploads.active() == [upload]


def test_a_long_list_of_what_is_missing_is_cut(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks_module, "MOST_RANGES", 2)
    upload = uploads.begin(announced([(f"{n}.jpg", 1) for n in range(9)]))

    upload.write(b"".join(frames_of([b"x"] * 9)[1::2]))

    assert upload.missing() == [(0, 0), (2, 2)]


def test_only_what_may_matter_is_asked_for(uploads: Uploads) -> None:
    files = [("a/1.jpg", 3), ("a/film.mp4", 9 * SMALL), ("labels.csv", 4), ("a/.DS_Store", 2)]
    upload = uploads.begin(announced(files))

    assert upload.missing() == [(0, 0), (10, 10)]
    assert (upload.total_files, upload.total_bytes) == (2, 7)


def test_what_was_not_asked_for_is_announced_without_a_place(uploads: Uploads) -> None:
    upload = uploads.begin(announced([("a/1.jpg", 3), ("a/film.mp4", 9)]))
    upload.write(frames_of([b"abc"])[0])

    arrival = uploads.finish(upload, [])

    assert arrival is not None
    assert (arrival.paths, arrival.files) == (["a/1.jpg", "a/film.mp4"], ["0/0.jpg", ""])


def test_an_archive_is_asked_for_whatever_its_name(uploads: Uploads) -> None:
    upload = uploads.begin(announced([("pets.backup", 3)], kind=ARCHIVE, name="pets.backup"))
    upload.write(frames_of([b"abc"])[0])

    arrival = uploads.finish(upload, [])

    assert arrival is not None
    assert (arrival.name, arrival.kind, kept(arrival)) == ("pets.backup", ARCHIVE, [b"abc"])


def test_files_of_one_name_are_all_kept(uploads: Uploads) -> None:
    upload = uploads.begin(announced([("a/1.jpg", 1), ("a/1.jpg", 1)]))
    upload.write(b"".join(frames_of([b"x", b"y"])))

    arrival = uploads.finish(upload, [])

    assert arrival is not None
    assert kept(arrival) == [b"x", b"y"]


@pytest.mark.parametrize(
    "path",
    [
        "../../x.jpg",
        "/etc/passwd.jpg",
        "a/../../../x.jpg",
        "C:\\x.jpg",
        "..",
        "a\x00b.jpg",
        "a\nb.jpg",
        "x" * 5000 + ".jpg",
        "a.jpg/",
        "x.p/n/g",
        "\u202egpj.x",
    ],
)
def test_names_are_data_and_never_places(uploads: Uploads, tmp_path: Path, path: str) -> None:
    arrival = arrived(uploads, {path: b"content"})

    assert arrival.paths == [path]
    assert kept(arrival) in ([b"content"], [None])
    found = [place for place in tmp_path.rglob("*") if place.is_file()]
    assert all(place.parent == arrival.folder / "0" for place in found)


def test_a_name_that_is_no_text_is_spelled_out(uploads: Uploads) -> None:
    reader = AnnouncementReader(DEFAULT_LIMITS)
    reader.feed(b'{"kind": "folder", "name": "\\ud800"}\n1\t"a/\\udcff.jpg"')
    upload = uploads.begin(reader.end())
    upload.write(frames_of([b"x"])[0])

    arrival = uploads.finish(upload, [])

    assert arrival is not None
    assert (arrival.name, arrival.paths) == ("\\ud800", ["a/\\udcff.jpg"])


def test_the_same_files_go_on_where_they_stopped(uploads: Uploads) -> None:
    files = {"a/1.jpg": b"x" * 40, "a/2.jpg": b"y" * 40}
    frames = frames_of(files.values())
    uploads.begin(announced(sizes(files))).write(frames[0] + frames[4])

    upload = uploads.begin(announced(sizes(files)))

    assert upload.missing() == [(1, 3), (5, 5)]
    assert len(uploads.active()) == 1


def test_other_files_begin_anew(uploads: Uploads) -> None:
    uploads.begin(announced([("a/1.jpg", 1)])).write(frames_of([b"x"])[0])

    upload = uploads.begin(announced([("a/2.jpg", 1)]))

    assert upload.missing() == [(0, 0)]


def test_a_file_that_the_browser_cannot_read_stops_nothing(uploads: Uploads) -> None:
    upload = uploads.begin(announced([("a/1.jpg", 1), ("a/2.jpg", 40), ("a/3.mp4", 1)]))
    frames = frames_of([b"x", b"y" * 40])
    upload.write(frames[0] + frames[1])

    arrival = uploads.finish(upload, [1, 1, 0, 2, 99, -1, 10**30])

    assert arrival is not None
    assert (arrival.files, arrival.unreadable) == (["0/0.jpg", "", ""], [1])
    assert upload.received_files == 1


def test_an_archive_that_the_browser_cannot_read_is_refused(uploads: Uploads) -> None:
    upload = uploads.begin(announced([("pets.zip", 40)], kind=ARCHIVE, name="pets.zip"))

    with pytest.raises(SourceError, match=r"'pets.zip' changed or was removed.*Choose it again"):
        uploads.finish(upload, [0])

    wait_until_gone(upload.folder)


@pytest.mark.parametrize(
    "piece",
    [
        b"1234567",
        struct.pack("<II", 0, 3) + b"ab",
        struct.pack("<II", 0, 2) + b"ab",
        struct.pack("<II", 1, 3) + b"abc",
        struct.pack("<II", 2**32 - 1, 2**32 - 1),
        struct.pack("<II", 0, 3) + b"abc" + b"more",
    ],
)
def test_a_piece_that_does_not_fit_is_refused_as_a_whole(uploads: Uploads, piece: bytes) -> None:
    upload = uploads.begin(announced([("a/1.jpg", 3)]))

    with pytest.raises(SourceError):
        upload.write(piece)

    assert upload.missing() == [(0, 0)]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "empty"),
        (b"garbage", "first line"),
        (b"[1]\n", "first line"),
        (b'{"kind": "file", "name": "x"}', "first line"),
        (b'{"kind": "folder"}', "first line"),
        (b'{"kind": {}, "name": "x"}', "first line"),
        (b"[" * 60_000, "first line"),
        (b"x" * 70_000, "no end"),
        (b'{"kind": "folder", "name": "x"}\n1 "a"', "line 2"),
        (b'{"kind": "folder", "name": "x"}\n-1\t"a"', "line 2"),
        (b'{"kind": "folder", "name": "x"}\n1\t7', "line 2"),
        (b'{"kind": "folder", "name": "x"}\n\xb2\t"a"', "line 2"),
        (b'{"kind": "folder", "name": "x"}\n1\t"a"\n9999999999999999\t"a"', "line 3"),
        (b'{"kind": "archive", "name": "x"}\n1\t"a"\n1\t"b"', "one file"),
        (b'{"kind": "folder", "name": "x"}\n', "'x' has no files"),
    ],
)
def test_a_list_that_is_none_is_refused(body: bytes, sentence: str) -> None:
    reader = AnnouncementReader(DEFAULT_LIMITS)

    with pytest.raises(SourceError, match=sentence):
        for begin in range(0, len(body), 1000):
            reader.feed(body[begin : begin + 1000])
        reader.end()


@given(
    files=st.lists(st.tuples(st.text(), st.integers(0, 10**9)), min_size=1, max_size=6),
    step=st.integers(1, 50),
)
def test_a_list_is_read_alike_in_blocks_of_any_size(
    files: list[tuple[str, int]], step: int
) -> None:
    body = ('{"kind": "folder", "name": "x"}\n' + "".join(
        f"{size}\t{json.dumps(path)}\n" for path, size in files
    )).encode()  # fmt: skip
    reader = AnnouncementReader(DEFAULT_LIMITS)

    for begin in range(0, len(body), step):
        reader.feed(body[begin : begin + step])

    read = reader.end()
    assert list(zip(read.paths, read.sizes, strict=True)) == files


def test_limits_are_checked_while_the_list_comes() -> None:
    files = [("1.jpg", 10), ("2.jpg", 11)]

    with pytest.raises(LimitError, match=r"'pets' holds more than 1 files"):
        announced(files, limits=Limits(files=1))
    with pytest.raises(LimitError, match=r"'pets' is larger than 20 bytes"):
        announced(files, limits=Limits(unpacked_bytes=20))
    assert announced([*files, ("film.mp4", 99)], limits=Limits(unpacked_bytes=21)).wanted_files == 2


def test_a_disk_with_too_little_room_is_said_before_anything_is_sent(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    free = shutil._ntuple_diskusage(10**12, 10**12 - 10**8, 10**8)
    monkeypatch.setattr(uploads_module.shutil, "disk_usage", lambda _: free)

    with pytest.raises(OutputError, match=r"'pets' has 1.0 kB; .* has 100 MB free"):
        uploads.begin(announced([("1.jpg", 1000)]))

    assert uploads.active() == []
    for folder in tmp_path.iterdir():
        wait_until_gone(folder)


def test_a_disk_that_fills_up_is_said_and_nothing_counts_as_written(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = uploads.begin(announced([("1.jpg", 3)]))

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(uploads_module.os, "open", full)
        with pytest.raises(OutputError, match=r"'pets' cannot be stored: the disk is full"):
            upload.write(frames_of([b"abc"])[0])
    left = upload.missing()
    upload.write(frames_of([b"abc"])[0])

    assert (left, upload.missing()) == ([(0, 0)], [])


def test_cancel_removes_what_has_arrived(uploads: Uploads) -> None:
    upload = uploads.begin(announced([("1.jpg", 3), ("2.jpg", 3)]))
    upload.write(frames_of([b"abc"])[0])

    assert uploads.cancel(upload.id)

    wait_until_gone(upload.folder)
    assert uploads.active() == []
    assert not uploads.cancel(upload.id)


def test_a_piece_after_cancel_is_refused_and_brings_no_folder_back(uploads: Uploads) -> None:
    upload = uploads.begin(announced([("1.jpg", 3)]))
    uploads.cancel(upload.id)
    wait_until_gone(upload.folder)

    with pytest.raises(SourceError, match="stopped"):
        upload.write(frames_of([b"abc"])[0])

    assert not upload.folder.exists()
    assert uploads.finish(upload, []) is None


def test_cancel_waits_for_who_is_writing(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = uploads.begin(announced([("1.jpg", 3)]))
    may_go, is_there = threading.Event(), threading.Event()
    write_chunk = Upload._write_chunk

    def slow(self: Upload, chunk: int, content: memoryview) -> None:
        is_there.set()
        assert may_go.wait(20)
        assert self.folder.is_dir()
        write_chunk(self, chunk, content)

    monkeypatch.setattr(Upload, "_write_chunk", slow)
    writer = threading.Thread(target=upload.write, args=(frames_of([b"abc"])[0],))
    writer.start()
    assert is_there.wait(20)

    uploads.cancel(upload.id)
    still_there = upload.folder.is_dir()
    may_go.set()
    writer.join(20)

    assert still_there
    wait_until_gone(upload.folder)


def test_a_file_that_is_given_up_while_it_is_written_stays_given_up(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = uploads.begin(announced([("1.jpg", 3)]))
    write_chunk = Upload._write_chunk

    def give_up_first(self: Upload, chunk: int, content: memoryview) -> None:
        self.leave_out([0])
        write_chunk(self, chunk, content)

    monkeypatch.setattr(Upload, "_write_chunk", give_up_first)
    upload.write(frames_of([b"abc"])[0])

    arrival = uploads.finish(upload, [])
    assert arrival is not None
    assert (arrival.unreadable, upload.received_files) == ([0], 0)


def test_finishing_twice_gives_the_arrival_once(uploads: Uploads) -> None:
    upload = uploads.begin(announced([("1.jpg", 1)]))
    upload.write(frames_of([b"x"])[0])
    barrier, arrivals = threading.Barrier(4), []

    def finish() -> None:
        barrier.wait(20)
        arrivals.append(uploads.finish(upload, []))

    threads = [threading.Thread(target=finish) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sum(arrival is not None for arrival in arrivals) == 1
    assert uploads.has_finished(upload.id)
    assert uploads.active() == []


def test_files_that_came_to_their_end_can_be_sent_again(uploads: Uploads) -> None:
    first = arrived(uploads, {"1.jpg": b"x"})

    again = uploads.begin(announced([("1.jpg", 1)]))

    assert again.missing() == [(0, 0)]
    assert again.folder != first.folder
    assert not uploads.has_finished(again.id)


def test_cancelling_what_has_arrived_leaves_it_alone(uploads: Uploads) -> None:
    arrival = arrived(uploads, {"1.jpg": b"x"})

    for id_ in uploads._finished:
        uploads.cancel(id_)

    assert kept(arrival) == [b"x"]


def test_a_third_upload_waits_while_two_are_under_way(uploads: Uploads) -> None:
    uploads.begin(announced([("1.jpg", 1)]))
    uploads.begin(announced([("2.jpg", 1)]))

    with pytest.raises(LimitError, match="2 uploads are running"):
        uploads.begin(announced([("3.jpg", 1)]))


def test_a_third_upload_takes_the_place_of_an_idle_one(uploads: Uploads) -> None:
    busy, idle = (uploads.begin(announced([(f"{n}.jpg", 1)])) for n in range(2))
    idle.seen -= 60

    third = uploads.begin(announced([("3.jpg", 1)]))

    assert uploads.active() == [busy, third]
    wait_until_gone(idle.folder)


def test_abandoned_uploads_are_dropped(uploads: Uploads) -> None:
    upload = uploads.begin(announced([("1.jpg", 1)]))

    uploads.drop_idle(3600)
    kept_one = uploads.active()
    uploads.drop_idle(0)

    assert (kept_one, uploads.active()) == ([upload], [])
