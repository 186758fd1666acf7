"""A file that changed after loading is refused by every face, with the same words."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from export_sets import exported
from image_sets import jpeg, picture, read_folder, write_files

from app.pages.augment.pictures import open_sources
from app.shell.thumbnails import thumbnail_file
from core.augment import AugmentPolicy, make_step
from core.augment.draws import pictures_of
from core.augment.evidence import measure_evidence
from core.augment.trials import Trial
from core.dataset import ImageDataset
from core.embed import Embeddings, embed
from core.errors import EmptyDatasetError, EvensetError
from core.evaluate.inputs import pixel_input
from core.evaluate.picture_cache import fill_cache
from core.evaluate.picture_store import read_pictures
from core.pictures.encode import encode
from core.progress import silent

ROW = 2
REASON = "changed after it was loaded"


def by_embedding(dataset: ImageDataset, _: Embeddings, __: Path) -> str:
    [absent] = embed(dataset, encoder="classical").absent
    return f"{absent.path} {absent.reason}"


def by_preview(dataset: ImageDataset, _: Embeddings, __: Path) -> str:
    [source] = open_sources(dataset, [ROW])
    assert isinstance(source, str)
    return source


def by_evidence(dataset: ImageDataset, embeddings: Embeddings, _: Path) -> str:
    evidence = measure_evidence(dataset, embeddings, [Trial("horizontal_flip")])
    [absent] = evidence.absent
    return f"{absent.path} {absent.reason}"


def by_evaluating_pixels(dataset: ImageDataset, embeddings: Embeddings, _: Path) -> str:
    with pytest.raises(EvensetError) as refused:
        read_pictures(dataset, embeddings.rows, pixel_input(8), silent)
    return str(refused.value)


def by_evaluating_augmented(dataset: ImageDataset, _: Embeddings, __: Path) -> str:
    flip = AugmentPolicy((make_step("horizontal_flip"),))
    with pytest.raises(EvensetError) as refused:
        fill_cache(
            dataset, pictures_of(dataset, flip, np.array([ROW])), flip, pixel_input(8), silent
        )
    return str(refused.value)


def by_exporting(dataset: ImageDataset, _: Embeddings, place: Path) -> str:
    [failure] = exported(dataset, place / "export", "none").failed
    return f"{failure.path} {failure.reason}"


def by_thumbnail(dataset: ImageDataset, _: Embeddings, place: Path) -> str:
    with pytest.raises(EvensetError) as refused:
        thumbnail_file(place, dataset, ROW)
    return f"{dataset.path(ROW)} {refused.value}"


FACES = (
    by_embedding, by_preview, by_evidence, by_evaluating_pixels, by_evaluating_augmented,
    by_exporting, by_thumbnail,
)  # fmt: skip


@pytest.fixture
def changed(tmp_path: Path) -> tuple[ImageDataset, Embeddings]:
    """Return 8 images and their vectors; another good picture took the place of one of them."""
    files = {f"{'ab'[n % 2]}/{n}.jpg": jpeg(n) for n in range(8)}
    dataset = read_folder(write_files(tmp_path / "set", files))
    embeddings = embed(dataset, encoder="classical")
    (dataset.root / dataset.path(ROW)).write_bytes(encode(picture(99), "JPEG"))
    return dataset, embeddings


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.__name__)
def test_it_is_named_with_the_reason(
    face: Callable[[ImageDataset, Embeddings, Path], str],
    changed: tuple[ImageDataset, Embeddings],
    tmp_path: Path,
) -> None:
    dataset, embeddings = changed

    said = face(dataset, embeddings, tmp_path)

    assert REASON in said
    assert dataset.path(ROW).rsplit("/", 1)[1] in said


def test_a_set_of_which_all_changed_is_refused_in_a_sentence(
    changed: tuple[ImageDataset, Embeddings],
) -> None:
    dataset, _ = changed
    table = dataset.table.assign(digest="0" * 64)

    with pytest.raises(EmptyDatasetError, match=rf"'a/0.jpg' cannot be used: {REASON}, nor can 7 "):
        embed(replace(dataset, table=table), encoder="classical")
