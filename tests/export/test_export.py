"""An export holds what it promises, and a trainer can load it."""

from collections import Counter
from dataclasses import asdict
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from export_sets import (
    FILES,
    contents,
    dataset_of,
    drawn_values,
    exported,
    manifest,
    pictures,
    recipe_of,
)
from image_sets import jpeg, png
from PIL import Image, ImageOps

from core.augment import AugmentPolicy, DrawnStep, apply, make_step
from core.dataset import ImageDataset
from core.embed import embed
from core.errors import SettingError
from core.export import ExportSource, export, list_items
from core.export.manifest import ManifestRow
from core.pictures.decode import decode, read_header
from core.pictures.encode import encode_like
from core.resample import STRATEGIES, TrainingSide, make_plan, resample

KINDS = ["zip", "folder"]


@pytest.fixture
def dataset(tmp_path: Path) -> ImageDataset:
    return dataset_of(tmp_path / "animals")


@pytest.fixture
def out(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    kind = getattr(request, "param", "zip")
    return tmp_path / ("out.zip" if kind == "zip" else "out")


@pytest.mark.parametrize("out", KINDS, indirect=True)
@pytest.mark.parametrize("strategy", ["random_oversampling", "augment", "smote"])
def test_classes_are_equal_after_filling_up(
    dataset: ImageDataset, out: Path, strategy: str
) -> None:
    report = exported(dataset, out, strategy)

    folders = Counter(name.rsplit("/", 1)[0] for name in pictures(out))
    assert folders == {
        "train/cat": 8,
        "train/dog": 8,
        "train/fox": 8,
        "test/cat": 2,
        "test/dog": 1,
    }
    assert report.before == {"cat": 8, "dog": 4, "fox": 1}
    assert report.after == {"cat": 8, "dog": 8, "fox": 8}
    assert report.failed == ()


def manifest_row(row: ManifestRow) -> dict[str, object]:
    """Return what the manifest says of a picture; an index alone says how often it is drawn."""
    told = asdict(row) | {"seed": str(row.seed)}
    assert told.pop("repeats") == 1
    return told


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_files_and_manifest_agree(dataset: ImageDataset, out: Path, strategy: str) -> None:
    report = exported(dataset, out, strategy)

    rows = manifest(out)
    assert Counter(row["path"] for row in rows) == Counter(list(pictures(out)))
    told = [{name: text for name, text in row.items() if name != "weight"} for row in rows]
    assert [manifest_row(row) for row in report.rows] == told
    assert report.after == {
        **dict.fromkeys(dataset.classes, 0),
        **Counter(row["label"] for row in rows if row["split"] == "train"),
    }
    for row in rows:
        assert row["path"].split("/")[:2] == [row["split"], row["label"]]
        assert row["parent"] in FILES


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_picture_opens(dataset: ImageDataset, out: Path, strategy: str) -> None:
    exported(dataset, out, strategy)

    for name, content in pictures(out).items():
        with Image.open(BytesIO(content)) as image:
            image.load()
            assert image.format == read_header(content).format
            assert name.endswith({"JPEG": ".jpg", "PNG": ".png"}[str(image.format)])


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_what_no_reader_mistakes_is_a_byte_copy(
    dataset: ImageDataset, out: Path, strategy: str
) -> None:
    exported(dataset, out, strategy)

    files = contents(out)
    for row in manifest(out):
        if row["origin"] != "augmented" and "turned" not in row["path"]:
            assert files[row["path"]] == FILES[row["parent"]]
            assert row["written"] == "copied"


def test_a_copy_is_like_its_original(dataset: ImageDataset, out: Path) -> None:
    exported(dataset, out, "random_oversampling")

    files, rows = contents(out), manifest(out)
    originals = {row["parent"]: row for row in rows if row["origin"] == "original"}
    for row in rows:
        assert files[row["path"]] == files[originals[row["parent"]]["path"]]
        assert row["written"] == originals[row["parent"]]["written"]


def test_a_picture_of_a_wrong_suffix_gets_the_right_one(tmp_path: Path) -> None:
    dataset = dataset_of(tmp_path / "set", {"cat/1.jpg": png(), "dog/2.PNG": jpeg()})

    exported(dataset, tmp_path / "out", "none")

    assert set(pictures(tmp_path / "out")) == {"train/cat/1.png", "train/dog/2.jpg"}


@pytest.mark.parametrize("split", ["train", "test"])
def test_turned_originals_stand_upright_for_readers_that_ignore_the_tag(
    dataset: ImageDataset, out: Path, split: str
) -> None:
    exported(dataset, out)

    with Image.open(BytesIO(contents(out)[f"{split}/cat/turned.jpg"])) as image:
        assert image.getexif().get(0x0112) is None
        found = np.asarray(image.convert("RGB"), int)
    with Image.open(BytesIO(FILES[f"{split}/cat/turned.jpg"])) as image:
        expected = np.asarray(ImageOps.exif_transpose(image), int)
    assert np.abs(found - expected).mean() < 4  # colour is stored at half the size
    [row] = [row for row in manifest(out) if row["path"] == f"{split}/cat/turned.jpg"]
    assert (row["origin"], row["written"]) == ("original", "converted: turned upright")


@pytest.mark.parametrize("strategy", ["augment", "smote"])
def test_a_picture_can_be_made_again_from_its_row_alone(
    dataset: ImageDataset, out: Path, strategy: str
) -> None:
    exported(dataset, out, strategy)

    files, remade = contents(out), 0
    for row in manifest(out):
        if row["origin"] != "augmented":
            continue
        steps = zip(row["operation"].split("+"), drawn_values(row), strict=True)
        parent = FILES[row["parent"]]
        pixels = apply(decode(parent), [DrawnStep(name, values) for name, values in steps])
        assert files[row["path"]] == encode_like(pixels, parent, read_header(parent).format)
        remade += 1
    assert remade == 11


@pytest.mark.long
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_seed_alone_decides_every_byte(
    dataset: ImageDataset, tmp_path: Path, strategy: str
) -> None:
    first, second, other = (tmp_path / f"{n}.zip" for n in range(3))

    exported(dataset, first, strategy, seed=1)
    exported(dataset, second, strategy, seed=1)
    exported(dataset, other, strategy, seed=2)

    assert first.read_bytes() == second.read_bytes()
    # The others do what the data says, or nothing; clusters begin at random and may end alike.
    draws = STRATEGIES[strategy].effect.adds
    chooses = draws or strategy == "random_undersampling"
    if strategy != "cluster_centroids":
        assert (pictures(first) != pictures(other)) == chooses


def test_a_zip_and_a_folder_hold_the_same(dataset: ImageDataset, tmp_path: Path) -> None:
    exported(dataset, tmp_path / "out.zip", "smote")
    exported(dataset, tmp_path / "out", "smote")

    assert contents(tmp_path / "out.zip") == contents(tmp_path / "out")


def test_a_class_of_one_image_gets_pictures_though_no_vectors(
    dataset: ImageDataset, out: Path
) -> None:
    exported(dataset, out, "smote")

    foxes = [row for row in manifest(out) if row["label"] == "fox"]
    assert Counter(row["origin"] for row in foxes) == {"original": 1, "augmented": 7}


def test_undersampling_leaves_out_training_images_alone(dataset: ImageDataset, out: Path) -> None:
    report = exported(dataset, out, "random_undersampling")

    assert report.after == {"cat": 1, "dog": 1, "fox": 1}
    assert sum(name.startswith("test/") for name in pictures(out)) == 3


def test_augmentation_uses_each_image_equally_often(dataset: ImageDataset, out: Path) -> None:
    exported(dataset, out)

    dogs = Counter(
        row["parent"]
        for row in manifest(out)
        if (row["label"], row["origin"]) == ("dog", "augmented")
    )
    assert set(dogs.values()) == {1}
    assert len(dogs) == 4


def test_an_image_that_has_changed_is_not_passed_off_as_the_old_one(
    dataset: ImageDataset, out: Path
) -> None:
    plan = make_plan(dataset, "smote")
    embeddings = embed(dataset, encoder="classical", device="cpu")
    made = resample(TrainingSide(dataset, plan, embeddings))
    (dataset.root / "train/dog/0.png").write_bytes(jpeg(99))
    (dataset.root / "train/cat/0.jpg").unlink()

    report = export(
        ExportSource(dataset, plan, made=made, embeddings=embeddings),
        recipe_of(dataset, "smote"),
        out,
    )

    reasons = {(failure.path, failure.reason) for failure in report.failed}
    assert reasons == {
        ("train/dog/0.png", "changed after it was loaded"),
        ("train/cat/0.jpg", "can no longer be read (No such file or directory)"),
    }
    assert "train/dog/0.png" not in contents(out)
    written = set(pictures(out))
    vectors = np.load(BytesIO(contents(out)["synthetic_vectors.npz"]), allow_pickle=False)
    assert all(
        (path in written) == (base != "train/dog/0.png")
        for path, base in zip(vectors["picture"], vectors["base_path"], strict=True)
    )


def test_points_of_another_plan_are_refused(dataset: ImageDataset, out: Path) -> None:
    embeddings = embed(dataset, encoder="classical", device="cpu")
    old = resample(TrainingSide(dataset, make_plan(dataset, "smote", "median"), embeddings))

    with pytest.raises(SettingError, match="made for another plan"):
        export(
            ExportSource(dataset, make_plan(dataset, "smote"), made=old, embeddings=embeddings),
            recipe_of(dataset, "smote"),
            out,
        )
    assert not out.exists()


def test_smote_without_embeddings_is_refused(dataset: ImageDataset, out: Path) -> None:
    plan, recipe = make_plan(dataset, "smote"), recipe_of(dataset, "smote")

    with pytest.raises(SettingError, match="need the embeddings"):
        export(ExportSource(dataset, plan), recipe, out)
    made = resample(TrainingSide(dataset, plan, embed(dataset, encoder="classical", device="cpu")))
    with pytest.raises(SettingError, match="need the embeddings"):
        export(ExportSource(dataset, plan, made=made), recipe, out)


def test_points_are_made_here_as_they_were_on_the_page(dataset: ImageDataset, out: Path) -> None:
    plan, recipe = make_plan(dataset, "smote"), recipe_of(dataset, "smote")
    embeddings = embed(dataset, encoder="classical", device="cpu")
    made = resample(TrainingSide(dataset, plan, embeddings, seed=recipe.seed))

    export(ExportSource(dataset, plan, embeddings=embeddings), recipe, out)
    export(
        ExportSource(dataset, plan, made=made, embeddings=embeddings), recipe, out.with_name("page")
    )

    assert contents(out) == contents(out.with_name("page"))


def test_a_policy_that_leaves_a_class_alone_is_refused(dataset: ImageDataset) -> None:
    policy = AugmentPolicy((make_step("crop", except_labels=["dog"]),))

    with pytest.raises(SettingError, match="class 'dog'"):
        list_items(
            dataset, resample(TrainingSide(dataset, make_plan(dataset, "augment"), policy=policy))
        )


def test_a_phones_double_jpeg_can_be_exported(tmp_path: Path) -> None:
    buffer = BytesIO()
    images = [Image.fromarray(decode(jpeg(seed))) for seed in (1, 2)]
    images[0].save(buffer, "MPO", save_all=True, append_images=images[1:])
    files = {"cat/0.jpg": buffer.getvalue(), "dog/0.jpg": jpeg(3), "dog/1.jpg": jpeg(4)}

    exported(dataset_of(tmp_path / "set", files), tmp_path / "out.zip")

    assert contents(tmp_path / "out.zip")["train/cat/0.jpg"] == files["cat/0.jpg"]
