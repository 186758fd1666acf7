"""`training.json` gives a trainer the classes by code, and numbers that correct them once."""

from pathlib import Path

import numpy as np
import pytest
from export_sets import FILES, dataset_of, drawn_vectors, exported, manifest
from image_sets import png, read_folder, write_files

from core.dataset import Choices, ImageDataset
from core.errors import SettingError
from core.export import read_training
from core.resample import STRATEGIES, class_weights


@pytest.fixture
def dataset(tmp_path: Path) -> ImageDataset:
    return dataset_of(tmp_path / "animals")


@pytest.mark.parametrize("suffix", ["", ".zip"])
def test_it_holds_what_a_trainer_needs_of_a_set_that_is_weighed(
    dataset: ImageDataset, tmp_path: Path, suffix: str
) -> None:
    exported(dataset, tmp_path / f"out{suffix}", "class_weights")

    training = read_training(tmp_path / f"out{suffix}")

    assert (training.strategy, training.use) == ("class_weights", "class_weight")
    assert training.classes == training.folders == ("cat", "dog", "fox")
    assert training.counts == (8, 4, 1)
    assert training.class_weight == pytest.approx([13 / 24, 13 / 12, 13 / 3])
    # One picture in 3 x 8, 3 x 4, 3 x 1 draws.
    assert training.sampler_weight == pytest.approx([1 / 24, 1 / 12, 1 / 3])
    assert training.log_priors == pytest.approx(np.log([8 / 13, 4 / 13, 1 / 13]))
    assert (training.tau, training.draws_per_class) == (1.0, 8)
    assert training.repeats == (1, 2, 8)
    assert training.vectors is None


def test_repeats_are_the_most_where_a_class_does_not_divide(tmp_path: Path) -> None:
    files = {f"{label}/{n}.png": png(n) for label, k in (("a", 8), ("b", 3)) for n in range(k)}

    exported(dataset_of(tmp_path / "set", files), tmp_path / "out", "none")

    assert read_training(tmp_path / "out").repeats == (1, 3)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_nothing_is_corrected_twice(dataset: ImageDataset, tmp_path: Path, strategy: str) -> None:
    report = exported(dataset, tmp_path / "out", strategy, embeddings=drawn_vectors(dataset))

    training = read_training(tmp_path / "out")

    found = dict(zip(training.classes, training.counts, strict=True))
    assert dict.fromkeys(report.after, 0) | found == report.after
    assert sum(
        count * weight
        for count, weight in zip(training.counts, training.sampler_weight, strict=True)
    ) == pytest.approx(1)
    if len(set(training.counts) - {0}) == 1:
        assert training.use == "nothing"
        assert set(training.class_weight) <= {0, 1}
        assert set(training.repeats) <= {0, 1}
        assert "nothing left to correct" in training.advice
    else:
        assert "two correct twice" in training.advice
    assert ("On vectors" in training.advice) == STRATEGIES[strategy].effect.adds_points


def test_logit_adjustment_takes_the_class_sizes_along(
    dataset: ImageDataset, tmp_path: Path
) -> None:
    exported(dataset, tmp_path / "out", "logit_adjustment")

    training = read_training(tmp_path / "out")

    assert (training.use, training.tau) == ("log_priors", 1.0)
    assert "not both" in training.advice


def test_effective_weights_are_those_that_are_written(
    dataset: ImageDataset, tmp_path: Path
) -> None:
    exported(dataset, tmp_path / "out", "effective_weights")

    expected = class_weights({"cat": 8, "dog": 4, "fox": 1}, "effective", beta=0.999)
    assert read_training(tmp_path / "out").class_weight == tuple(expected.values())


def test_the_manifest_weighs_each_training_picture(dataset: ImageDataset, tmp_path: Path) -> None:
    exported(dataset, tmp_path / "out", "class_weights")

    training = read_training(tmp_path / "out")
    weights = dict(zip(training.classes, training.class_weight, strict=True))
    for row in manifest(tmp_path / "out"):
        assert row["weight"] == (str(weights[row["label"]]) if row["split"] == "train" else "")


def test_codes_are_those_of_a_reader_of_folders(tmp_path: Path) -> None:
    """'a*b' is called 'a_b' in paths, which comes after 'aZ'."""
    labels = ["aZ", "a*b", "A", "a b"]
    lines = [f"{n}.png,{label}" for n, label in enumerate(labels * 2)]
    files = {f"{n}.png": png(n) for n in range(8)}
    table = "\n".join(["image,label", *lines]).encode()
    apart = Choices(decisions={"alike_labels": "keep_apart"})
    source = write_files(tmp_path / "set", {**files, "labels.csv": table})

    exported(read_folder(source, choices=apart), tmp_path / "out", "none")

    training = read_training(tmp_path / "out")
    # As torchvision's `find_classes` does.
    assert list(training.folders) == sorted(p.name for p in (tmp_path / "out/train").iterdir())
    assert training.classes == ("A", "a b", "aZ", "a*b")


def test_a_class_without_training_pictures_has_a_code_and_no_weight(tmp_path: Path) -> None:
    files = {**FILES, "test/ape/0.png": png(70)}

    exported(dataset_of(tmp_path / "set", files), tmp_path / "out", "class_weights")

    training = read_training(tmp_path / "out")
    assert training.classes[0] == "ape"
    assert training.counts[0] == training.class_weight[0] == training.repeats[0] == 0
    assert training.log_priors[0] is None


def test_a_folder_without_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"has no training\.json"):
        read_training(tmp_path)
