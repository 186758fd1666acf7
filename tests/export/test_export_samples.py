"""Pictures of an export are shown before it is written: the very files that it will hold."""

from hashlib import sha256
from pathlib import Path

import pytest
from export_sets import FILES, contents, dataset_of, recipe_of
from image_sets import jpeg

from core.dataset import ImageDataset
from core.embed import embed
from core.export import ExportSource, Samples, export, make_samples
from core.resample import make_plan


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> ImageDataset:
    more = {f"train/dog/more/{n}.jpg": jpeg(60 + n) for n in range(2)}
    return dataset_of(tmp_path_factory.mktemp("set"), {**FILES, **more})


def samples_of(dataset: ImageDataset, strategy: str) -> Samples:
    embeddings = embed(dataset, encoder="classical", device="cpu") if strategy == "smote" else None
    source = ExportSource(dataset, make_plan(dataset, strategy), embeddings=embeddings)
    return make_samples(source, recipe_of(dataset, strategy))


@pytest.mark.parametrize("strategy", ["augment", "smote", "random_oversampling", "none"])
def test_they_are_the_files_that_are_written(
    dataset: ImageDataset, tmp_path: Path, strategy: str
) -> None:
    samples = samples_of(dataset, strategy)

    target = tmp_path / "written.zip"
    export(samples.source, samples.recipe, target)

    written = contents(target)
    shown = {one.path: one.digest for one in samples.pictures}
    assert shown == {path: sha256(written[path]).hexdigest() for path in shown}
    assert len(shown) == min(12, len(samples.pictures)) > 1


def test_the_smallest_class_comes_first_and_each_class_as_often(dataset: ImageDataset) -> None:
    samples = samples_of(dataset, "augment")

    labels = [one.label for one in samples.pictures]
    assert labels == ["fox"] * 6 + ["dog"] * 2  # of 'dog' no more are missing


def test_each_image_comes_once_before_one_comes_again(dataset: ImageDataset) -> None:
    dogs = [one.row for one in samples_of(dataset, "augment").pictures if one.label == "dog"]

    assert len(set(dogs)) == len(dogs)


def test_a_file_that_is_gone_says_why(tmp_path: Path) -> None:
    dataset = dataset_of(tmp_path / "set")
    (tmp_path / "set" / "train" / "fox" / "only.jpg").unlink()

    first = samples_of(dataset, "augment").pictures[0]

    assert first.label == "fox"
    assert "can no longer be read" in first.reason
