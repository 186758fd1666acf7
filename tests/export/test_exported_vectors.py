"""An export of synthetic points holds the real vectors too, as .npz and as Parquet."""

import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pytest
from export_sets import contents, dataset_of, drawn_vectors, exported, manifest, recipe_of
from image_sets import jpeg, png, read_folder, write_files
from numpy.typing import NDArray
from pyarrow import parquet

from core.dataset import ImageDataset
from core.embed import Embeddings
from core.export import ExportSource, export, read_training, vectors
from core.resample import STRATEGIES, TrainingSide, make_plan, resample

POINTS = [name for name, strategy in STRATEGIES.items() if strategy.effect.adds_points]
TABLES = ("vectors", "synthetic_vectors")


@pytest.fixture
def dataset(tmp_path: Path) -> ImageDataset:
    return dataset_of(tmp_path / "animals")


def class_means(dataset: ImageDataset, embeddings: Embeddings) -> NDArray[np.float32]:
    """Return (M, D) the mean vector of the class of each image."""
    vectors, codes = embeddings.vectors, dataset.codes
    means = [vectors[codes == code].mean(axis=0) for code in range(len(dataset.classes))]
    return np.array(means, np.float32)[codes]


def arrays(target: Path, name: str) -> dict[str, NDArray[Any]]:
    with np.load(BytesIO(contents(target)[f"{name}.npz"]), allow_pickle=False) as opened:
        return dict(opened)


def table(target: Path, name: str) -> pyarrow.Table:
    return parquet.read_table(BytesIO(contents(target)[f"{name}.parquet"]))


@pytest.mark.parametrize("strategy", POINTS)
def test_every_original_has_its_vector(
    dataset: ImageDataset, tmp_path: Path, strategy: str
) -> None:
    exported(dataset, tmp_path / "out", strategy, embeddings=drawn_vectors(dataset))

    real = arrays(tmp_path / "out", "vectors")
    embeddings = drawn_vectors(dataset)
    np.testing.assert_array_equal(
        real["vectors"], embeddings.vectors[embeddings.positions_of(real["row"])]
    )
    assert real["vectors"].dtype == np.float32
    rows = {row["path"]: row for row in manifest(tmp_path / "out") if row["origin"] == "original"}
    assert {path for path in real["path"].tolist() if path} == set(rows)
    for number, path in enumerate(real["path"].tolist()):
        if path:
            assert dataset.path(real["row"][number]) == rows[path]["parent"]
            assert real["split"][number] == rows[path]["split"]
            assert real["class_names"][real["code"][number]] == rows[path]["label"]


@pytest.mark.parametrize("strategy", POINTS)
def test_points_are_made_of_the_real_vectors_beside_them(
    dataset: ImageDataset, tmp_path: Path, strategy: str
) -> None:
    report = exported(dataset, tmp_path / "out", strategy, embeddings=drawn_vectors(dataset))

    real, points = (arrays(tmp_path / "out", name) for name in TABLES)
    assert len(points["vectors"]) == report.synthetic
    begin, end = (
        real["vectors"][np.searchsorted(real["row"], points[f"{side}_row"])]
        for side in ("base", "neighbor")
    )
    fraction = points["fraction"][:, None]
    np.testing.assert_allclose(points["vectors"], begin + fraction * (end - begin), atol=1e-5)
    assert points["interpolation"] == "linear"
    parents = {row["path"]: row["parent"] for row in manifest(tmp_path / "out")}
    assert [parents[path] for path in points["picture"]] == points["base_path"].tolist()


def test_a_parent_that_was_cleaned_away_has_a_vector_and_no_path(tmp_path: Path) -> None:
    counts = {"a": 12, "b": 6}
    files = {f"train/{label}/{n}.png": png(n) for label in counts for n in range(counts[label])}
    dataset = dataset_of(tmp_path / "set", files)
    apart = drawn_vectors(dataset)
    overlapping = replace(apart, vectors=apart.vectors - class_means(dataset, apart))

    exported(dataset, tmp_path / "out", "smote_enn", embeddings=overlapping)

    real = arrays(tmp_path / "out", "vectors")
    parents = arrays(tmp_path / "out", "synthetic_vectors")
    assert set(parents["base_row"].tolist()) <= set(real["row"].tolist())
    written = {row["parent"] for row in manifest(tmp_path / "out") if row["origin"] == "original"}
    without = [dataset.path(row) for row in real["row"][real["path"] == ""].tolist()]
    assert without
    assert not set(without) & written


def test_points_on_arcs_say_so(dataset: ImageDataset, tmp_path: Path) -> None:
    plan = make_plan(dataset, "smote", settings={"interpolation": "spherical"})

    export(
        ExportSource(dataset, plan, embeddings=drawn_vectors(dataset)),
        recipe_of(dataset, "smote"),
        tmp_path / "out",
    )

    assert arrays(tmp_path / "out", "synthetic_vectors")["interpolation"] == "spherical"
    assert read_training(tmp_path / "out").vectors.interpolation == "spherical"


@pytest.mark.parametrize("name", TABLES)
def test_parquet_holds_the_same(dataset: ImageDataset, tmp_path: Path, name: str) -> None:
    exported(dataset, tmp_path / "out", "smote", embeddings=drawn_vectors(dataset))

    packed, read = arrays(tmp_path / "out", name), table(tmp_path / "out", name)

    kind = read.schema.field("vector").type
    assert kind == pyarrow.list_(pyarrow.float32(), packed["vectors"].shape[1])
    flat = read["vector"].combine_chunks().flatten().to_numpy()
    np.testing.assert_array_equal(flat.reshape(packed["vectors"].shape), packed["vectors"])
    assert read["label"].to_pylist() == packed["class_names"][packed["code"]].tolist()
    for column in set(packed) - {"vectors", "class_names", "interpolation"}:
        np.testing.assert_array_equal(read[column].to_numpy(), packed[column])
    metadata = parquet.ParquetFile(BytesIO(contents(tmp_path / "out")[f"{name}.parquet"])).metadata
    assert json.loads(metadata.metadata[b"class_names"]) == packed["class_names"].tolist()
    for group in range(metadata.num_row_groups):
        for column in range(metadata.num_columns):
            assert not metadata.row_group(group).column(column).has_dictionary_page


def test_blocks_change_nothing(
    dataset: ImageDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported(dataset, tmp_path / "whole", "smote", embeddings=drawn_vectors(dataset))
    monkeypatch.setattr(vectors, "_BLOCK_BYTES", 1)

    exported(dataset, tmp_path / "blocks", "smote", embeddings=drawn_vectors(dataset))

    for name in TABLES:
        whole, blocks = (contents(tmp_path / one)[f"{name}.npz"] for one in ("whole", "blocks"))
        assert whole == blocks
        assert table(tmp_path / "whole", name).equals(table(tmp_path / "blocks", name))


def test_a_trainer_is_told_how_many_vectors_there_are(
    dataset: ImageDataset, tmp_path: Path
) -> None:
    exported(dataset, tmp_path / "out", "smote", embeddings=drawn_vectors(dataset))

    counts = read_training(tmp_path / "out").vectors

    assert counts is not None
    assert (counts.real, counts.synthetic) == ((8, 4, 1), (0, 4, 0))


def test_codes_are_those_of_training_json(tmp_path: Path) -> None:
    """'a*b' is called 'a_b' in paths, which comes after 'aZ'."""
    labels = ["aZ"] * 4 + ["a*b"] * 2
    lines = [f"{n}.png,{label}" for n, label in enumerate(labels)]
    files = {f"{n}.png": png(n) for n in range(6)}
    text = "\n".join(["image,label", *lines]).encode()
    dataset = read_folder(write_files(tmp_path / "set", {**files, "labels.csv": text}))
    assert dataset.classes == ["a*b", "aZ"]

    exported(dataset, tmp_path / "out", "smote", embeddings=drawn_vectors(dataset))

    classes = read_training(tmp_path / "out").classes
    for name in TABLES:
        assert tuple(arrays(tmp_path / "out", name)["class_names"]) == classes == ("aZ", "a*b")
    real = arrays(tmp_path / "out", "vectors")
    assert [labels[row] for row in real["row"]] == [classes[code] for code in real["code"]]
    points = arrays(tmp_path / "out", "synthetic_vectors")
    assert {classes[code] for code in points["code"]} == {"a*b"}


def test_an_image_that_has_gone_leaves_its_vector_to_its_points(
    dataset: ImageDataset, tmp_path: Path
) -> None:
    plan, embeddings = make_plan(dataset, "smote"), drawn_vectors(dataset)
    made = resample(TrainingSide(dataset, plan, embeddings))
    (dataset.root / "train/dog/0.png").write_bytes(jpeg(99))

    export(
        ExportSource(dataset, plan, made=replace(made), embeddings=embeddings),
        recipe_of(dataset, "smote"),
        tmp_path / "out",
    )

    real = arrays(tmp_path / "out", "vectors")
    paths = dict(zip(real["row"].tolist(), real["path"].tolist(), strict=True))
    gone = dataset.table["path"].tolist().index("train/dog/0.png")
    assert gone in made.points.parents
    assert paths[gone] == ""
    assert read_training(tmp_path / "out").vectors.real == (8, 3, 1)


def test_an_export_is_read_again_without_asking_about_its_vectors(
    dataset: ImageDataset, tmp_path: Path
) -> None:
    exported(dataset, tmp_path / "out", "smote", embeddings=drawn_vectors(dataset))

    again = read_folder(tmp_path / "out")

    assert again.counts("train") == {"cat": 8, "dog": 8, "fox": 8}
    assert again.skipped == ()
