"""Each layout: opened by its readers, with the labels, splits and pixels of the manifest."""

import csv
import json
import tarfile
from collections import Counter
from io import BytesIO, StringIO
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from export_sets import FILES, contents, dataset_of, exported, manifest, shown
from hugging_face import Found, digest_of, hostile_set, read_by_hugging_face
from image_sets import jpeg, png, read_folder, write_files
from pyarrow import parquet

from core.dataset import ImageDataset
from core.errors import CancelledError
from core.export import LAYOUTS, draw_tree, items, read_training
from core.resample import make_plan

PICTURED = [name for name, layout in LAYOUTS.items() if layout.has_pictures]
SHARDED = [name for name, layout in LAYOUTS.items() if layout.shards]
FOR_HUGGING_FACE = [
    name for name, layout in LAYOUTS.items() if "datasets.load_dataset(FOLDER)" in layout.readers
]


@pytest.fixture
def dataset(tmp_path: Path) -> ImageDataset:
    return dataset_of(tmp_path / "animals")


@pytest.fixture
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a shard hold a few pictures."""
    monkeypatch.setattr(items, "_SHARD_BYTES", 8_000)


def expected_rows(target: Path) -> Counter[tuple[str, str, str]]:
    """Return split, label and pixels of each picture of the manifest."""
    files = shown(target)
    return Counter(
        (row["split"], row["label"], digest_of(files[row["path"]])) for row in manifest(target)
    )


def without_codes(found: Found) -> Counter[tuple[str, str, str]]:
    return Counter((split, label, digest) for split, label, _, digest in found)


@pytest.mark.long
def test_hugging_face_sees_what_the_manifest_says(
    dataset: ImageDataset, tmp_path: Path, small_shards: None
) -> None:
    hostile = hostile_set(tmp_path / "hostile")
    targets = {}
    for name in FOR_HUGGING_FACE:
        for kind, images in (("pets", dataset), ("hostile", hostile)):
            targets[name, kind] = tmp_path / f"{name} {kind}"
            exported(images, targets[name, kind], layout=name)

    found = read_by_hugging_face(*targets.values(), cache=tmp_path / "cache")

    assert len(FOR_HUGGING_FACE) == 4
    for (name, kind), target in targets.items():
        rows, seen = found[str(target)], expected_rows(target)
        if name == "class_folders":  # whose labels are the names of folders
            named = {row["label"]: row["path"].split("/")[1] for row in manifest(target)}
            seen = Counter({(s, named[label], d): n for (s, label, d), n in seen.items()})
        assert without_codes(rows) == seen, (name, kind)
        training = read_training(target)
        names = training.folders if name == "class_folders" else training.classes
        assert all(names[code] == label for _, label, code, _ in rows)


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_tree_names_every_file_of_a_layout(
    dataset: ImageDataset, tmp_path: Path, name: str, small_shards: None
) -> None:
    plan = make_plan(dataset, "augment")
    tree = draw_tree(LAYOUTS[name], dataset, plan, "pets").splitlines()[1:]

    report = exported(dataset, tmp_path / "out", layout=name)

    place: list[str] = []
    told, counts = [], 0
    for line in tree:
        depth = (len(line) - len(line.lstrip())) // 2 - 1
        first, *count = line.split()
        place[depth:] = [first]
        if count:
            counts += int(count[0])
        if not first.endswith("/") or count:
            told.append("".join(place[: depth + 1]) + ("*" if first.endswith("/") else ""))
    files = set(contents(tmp_path / "out"))
    assert {file for file in files if any(Path(file).match(one) for one in told)} == files
    assert all(any(Path(file).match(one) for file in files) for one in told)
    assert counts == (len(report.rows) if LAYOUTS[name].has_pictures else 0)


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_zip_holds_what_a_folder_holds_the_same_each_time(
    dataset: ImageDataset, tmp_path: Path, name: str, small_shards: None
) -> None:
    for target in ("out", "again", "out.zip"):
        exported(dataset, tmp_path / target, layout=name)

    first, second, zipped = (contents(tmp_path / name) for name in ("out", "again", "out.zip"))
    assert first == second == zipped


@pytest.mark.parametrize("name", SHARDED)
def test_shards_are_of_one_split_and_mixed_classes(
    dataset: ImageDataset, tmp_path: Path, name: str, small_shards: None
) -> None:
    exported(dataset, tmp_path / "out", layout=name)

    shards: dict[str, list[dict[str, str]]] = {}
    for row in manifest(tmp_path / "out"):
        shards.setdefault(row["path"].rpartition("/")[0], []).append(row)
    assert len(shards) > 3
    for shard, rows in shards.items():
        assert len({row["split"] for row in rows}) == 1
        assert shard.rpartition("/")[2].startswith(rows[0]["split"])
    training = [row["label"] for rows in shards.values() for row in rows if row["split"] == "train"]
    changes = sum(a != b for a, b in pairwise(training))
    assert changes > len(training) / 3


@pytest.mark.parametrize("name", SHARDED)
def test_an_interrupted_export_keeps_the_shards_that_are_whole(
    dataset: ImageDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(items, "_SHARD_BYTES", 3_000)
    files = {
        f"{label}/{n}.png": png(n) for label, count in (("a", 90), ("b", 9)) for n in range(count)
    }
    dataset = read_folder(write_files(tmp_path / "many", files))
    exported(dataset, tmp_path / "whole", layout=name)

    def stop(stage: str, done: int, total: int) -> None:
        if stage == "writing pictures" and done > 90:
            raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        exported(dataset, tmp_path / "out", layout=name, progress=stop)
    partial = tmp_path / "out.partial"
    left = {p.relative_to(partial): p.stat().st_mtime_ns for p in partial.rglob("*-*.*")}
    exported(dataset, tmp_path / "out", layout=name)

    assert contents(tmp_path / "out") == contents(tmp_path / "whole")
    stayed = [p for p, when in left.items() if (tmp_path / "out" / p).stat().st_mtime_ns == when]
    assert len(stayed) >= len(left) - 1 > 3


def test_a_tar_calls_all_pictures_by_one_suffix(dataset: ImageDataset, tmp_path: Path) -> None:
    alike = {f"{label}/{n}.png": png(n) for label in "ab" for n in range(3)}

    exported(dataset, tmp_path / "mixed", layout="webdataset")
    exported(
        read_folder(write_files(tmp_path / "set", alike)), tmp_path / "out", layout="webdataset"
    )

    assert {row["path"][-4:] for row in manifest(tmp_path / "mixed")} == {".jpg"}
    assert {row["path"][-4:] for row in manifest(tmp_path / "out")} == {".png"}


def test_a_sample_of_a_tar_is_a_picture_its_class_and_its_label(
    dataset: ImageDataset, tmp_path: Path
) -> None:
    exported(dataset, tmp_path / "out", layout="webdataset")

    with tarfile.open(tmp_path / "out" / "train-000000.tar") as opened:
        names = opened.getnames()
        samples = {
            name: opened.extractfile(name).read()  # type: ignore[union-attr]
            for name in names
        }
    keys = [name.partition(".")[0] for name in names]
    assert keys == [key for key in dict.fromkeys(keys) for _ in range(3)]
    labels = {row["path"].rpartition("/")[2]: row["label"] for row in manifest(tmp_path / "out")}
    for key in set(keys):
        label = labels[f"{key}.jpg"]
        assert samples[f"{key}.cls"] == str(["cat", "dog", "fox"].index(label)).encode()
        assert json.loads(samples[f"{key}.json"])["label"] == label


def test_a_parquet_is_read_a_hundred_pictures_at_a_time(tmp_path: Path) -> None:
    files = {f"{label}/{n}.jpg": jpeg(n) for label in "ab" for n in range(130)}
    exported(read_folder(write_files(tmp_path / "set", files)), tmp_path / "out", layout="parquet")

    file = parquet.ParquetFile(tmp_path / "out" / "data" / "train-00000-of-00001.parquet")
    sizes = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
    assert sizes == [100, 100, 60]
    table = pd.read_parquet(tmp_path / "out" / "data")
    assert table["class"].tolist() == ["ab"[code] for code in table["label"]]


@pytest.mark.parametrize("strategy", ["augment", "random_oversampling", "class_weights", "none"])
def test_an_index_says_how_often_a_picture_of_the_source_is_drawn(
    dataset: ImageDataset, tmp_path: Path, strategy: str
) -> None:
    report = exported(dataset, tmp_path / "out", strategy, layout="index")

    files = contents(tmp_path / "out")
    assert not [name for name in files if name.endswith((".jpg", ".png"))]
    rows = list(csv.DictReader(StringIO(files["index.csv"].decode())))
    lines = [json.loads(line) for line in files["index.jsonl"].decode().splitlines()]
    assert [row["path"] for row in rows] == [row["path"] for row in lines] == sorted(FILES)
    drawn = Counter[str]()
    for row in rows:
        if row["split"] == "train":
            drawn[row["label"]] += int(row["repeats"])
            assert float(row["weight"]) > 0
        else:
            assert row["repeats"] == "1"
            assert row["weight"] == ""
    assert drawn == report.after
    adds = strategy in {"augment", "random_oversampling"}
    assert (len(set(drawn.values())) == 1) == adds
    assert (len({row["weight"] for row in rows if row["weight"]}) == 1) == adds


def test_yolo_finds_its_splits_by_their_names(dataset: ImageDataset, tmp_path: Path) -> None:
    # ultralytics 8.3, data/utils.py `check_cls_dataset`: train, then val or validation, then test.
    files = {**FILES, "validation/dog/9.png": png(77), "validation/cat/8.png": png(78)}
    exported(dataset_of(tmp_path / "more", files), tmp_path / "out", layout="yolo")

    found = {
        split: Counter(p.parent.name for p in (tmp_path / "out" / split).rglob("*.*"))
        for split in ("train", "val", "test")
    }
    assert found["val"] == {"dog": 1, "cat": 1}
    assert found["test"] == {"cat": 2, "dog": 1}
    assert sorted(found["train"]) == ["cat", "dog", "fox"]


@pytest.mark.parametrize("name", PICTURED)
def test_a_picture_that_is_gone_is_in_no_index(
    dataset: ImageDataset, tmp_path: Path, name: str
) -> None:
    (dataset.root / "train/cat/3.jpg").unlink()

    report = exported(dataset, tmp_path / "out", "none", layout=name)

    assert [failure.path for failure in report.failed] == ["train/cat/3.jpg"]
    assert set(shown(tmp_path / "out")) >= {row["path"] for row in manifest(tmp_path / "out")}
    assert len(manifest(tmp_path / "out")) == len(FILES) - 1


def test_a_picture_is_shown_by_its_bytes(dataset: ImageDataset, tmp_path: Path) -> None:
    exported(dataset, tmp_path / "folders", "none")
    exported(dataset, tmp_path / "tars", "none", layout="webdataset")

    def by_parent(target: Path) -> dict[str, bytes]:
        files = shown(target)
        return {row["parent"]: BytesIO(files[row["path"]]).getvalue() for row in manifest(target)}

    assert by_parent(tmp_path / "folders") == by_parent(tmp_path / "tars")
