"""Embeddings on disk for other programs."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from image_sets import read_folder

from core import __version__
from core.dataset import ImageDataset
from core.embed import Embeddings, embed, read_embeddings, write_embeddings
from core.errors import OutputError, SourceError
from core.pictures.decoding import Decoding
from core.pictures.encode import encode

DECODING = ("background", "white_level")
FILES = ["embeddings.npy", "index.parquet", "meta.json"]


@pytest.fixture
def dataset(tmp_path: Path) -> ImageDataset:
    for number in range(4):
        folder = tmp_path / "images" / ("cat", "dog")[number % 2]
        folder.mkdir(parents=True, exist_ok=True)
        pixels = np.full((8, 8, 3), 40 * number, np.uint8)
        (folder / f"{number}.png").write_bytes(encode(pixels, "PNG"))
    return read_folder(tmp_path / "images")


@pytest.fixture
def embeddings(dataset: ImageDataset) -> Embeddings:
    return embed(dataset, encoder="classical", device="cpu", rows=[0, 1, 3])


@pytest.fixture
def folder(dataset: ImageDataset, embeddings: Embeddings, tmp_path: Path) -> Path:
    write_embeddings(tmp_path / "out", dataset, embeddings)
    return tmp_path / "out"


def test_what_was_written_is_read_back(
    folder: Path, dataset: ImageDataset, embeddings: Embeddings
) -> None:
    stored = read_embeddings(folder)

    np.testing.assert_array_equal(stored.vectors, embeddings.vectors)
    assert stored.index["row"].tolist() == [0, 1, 3]
    assert stored.index["path"].tolist() == ["cat/0.png", "cat/2.png", "dog/3.png"]
    assert stored.index["label"].tolist() == ["cat", "cat", "dog"]
    assert stored.index["split"].tolist() == ["train"] * 3
    assert stored.index["digest"].tolist() == dataset.table["digest"].iloc[[0, 1, 3]].tolist()


def test_the_facts_name_encoder_dataset_and_versions(folder: Path, dataset: ImageDataset) -> None:
    meta = read_embeddings(folder).meta

    assert (meta.encoder, meta.device, meta.image_count) == ("classical", "cpu", 3)
    assert (meta.dataset, meta.dataset_digest) == ("images", dataset.digest)
    assert meta.evenset_version == __version__


def test_the_facts_name_how_pictures_were_decoded(
    dataset: ImageDataset, embeddings: Embeddings, tmp_path: Path
) -> None:
    on_grey = replace(dataset, decoding=Decoding("grey", 4095))

    write_embeddings(tmp_path / "out", on_grey, embeddings)

    meta = read_embeddings(tmp_path / "out").meta
    assert (meta.background, meta.white_level) == ("grey", 4095)


def test_what_a_version_before_wrote_is_read_and_says_nothing_of_decoding(folder: Path) -> None:
    facts = json.loads((folder / "meta.json").read_text())
    before = {name: fact for name, fact in facts.items() if name not in DECODING}
    (folder / "meta.json").write_text(json.dumps(before))

    meta = read_embeddings(folder).meta

    assert set(facts) == set(before) | set(DECODING)
    assert (meta.background, meta.white_level) == (None, None)


def test_other_programs_can_read_the_files(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == FILES
    assert np.load(folder / "embeddings.npy", allow_pickle=False).dtype == np.float32
    assert len(pd.read_parquet(folder / "index.parquet")) == 3
    assert json.loads((folder / "meta.json").read_text())["encoder"] == "classical"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no folder '.*nowhere'"):
        read_embeddings(tmp_path / "nowhere")


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()

    with pytest.raises(SourceError, match=f"no readable {name}"):
        read_embeddings(folder)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("content", [b"", b"{}", b"[1, 2]", b"\x93NUMPY\x01\x00", b"PAR1PAR1"])
def test_a_damaged_file_is_named(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)

    with pytest.raises(SourceError, match=f"{name}'.*Write the embeddings again"):
        read_embeddings(folder)


@pytest.mark.parametrize("fact", [7, True, ["white"]])
def test_a_decoding_of_another_kind_is_damage(folder: Path, fact: object) -> None:
    facts = json.loads((folder / "meta.json").read_text())
    (folder / "meta.json").write_text(json.dumps(facts | {"background": fact}))

    with pytest.raises(SourceError, match=r"meta\.json': 'background' is .*Write the emb"):
        read_embeddings(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_cut_file_is_named(folder: Path, name: str) -> None:
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])

    with pytest.raises(SourceError, match=f"{name}'.*Write the embeddings again"):
        read_embeddings(folder)


def test_a_fact_of_another_kind_is_damage(folder: Path) -> None:
    facts = json.loads((folder / "meta.json").read_text())
    (folder / "meta.json").write_text(json.dumps(facts | {"image_count": "three"}))

    with pytest.raises(SourceError, match=r"meta\.json': 'image_count' is .* whole number"):
        read_embeddings(folder)


def test_vectors_with_pickled_objects_are_never_loaded(folder: Path) -> None:
    np.save(folder / "embeddings.npy", np.array([{"a": 1}], object), allow_pickle=True)

    with pytest.raises(SourceError, match=r"embeddings\.npy' is damaged"):
        read_embeddings(folder)


def test_files_that_do_not_fit_together_are_refused_with_their_counts(folder: Path) -> None:
    vectors = np.load(folder / "embeddings.npy")
    np.save(folder / "embeddings.npy", vectors[:2])

    with pytest.raises(SourceError, match=r"has 2 vectors.* has 3 images.*Write .* again"):
        read_embeddings(folder)


def test_vectors_of_another_width_are_refused(folder: Path) -> None:
    vectors = np.load(folder / "embeddings.npy")
    np.save(folder / "embeddings.npy", vectors[:, :5])

    with pytest.raises(SourceError, match="vectors of 5 numbers"):
        read_embeddings(folder)


def test_a_place_that_cannot_be_written_is_named(
    dataset: ImageDataset, embeddings: Embeddings, tmp_path: Path
) -> None:
    (tmp_path / "out" / "embeddings.npy").mkdir(parents=True)

    with pytest.raises(OutputError, match=r"Cannot write '.*embeddings\.npy'"):
        write_embeddings(tmp_path / "out", dataset, embeddings)
