"""As strategies, SMOTE and its kin take no identical image as a neighbour."""

from dataclasses import replace

import numpy as np
import pytest
from resample_sets import points_of

from core.dataset import ImageDataset
from core.embed import Embeddings
from core.resample import STRATEGIES, TrainingSide, make_plan, resample
from core.resample.drawing import IDENTICAL

KIN = sorted(name for name, one in STRATEGIES.items() if one.effect.adds_points)


def doubled(counts: dict[str, int], *, by: str) -> tuple[ImageDataset, Embeddings]:
    """Return images of which each second one is the one before it again.

    Args:
        counts: Label -> training images.
        by: 'digest': one content; 'vector': the encoder cannot tell them apart.
    """
    dataset, embeddings = points_of(counts)
    vectors, digests = embeddings.vectors.copy(), dataset.digests.copy()
    for label in counts:
        rows = dataset.rows_of(label, "train")
        again, before = rows[1::2], rows[::2][: len(rows[1::2])]
        if by == "digest":
            digests[again] = digests[before]
            # The same content: as good as the same vector, whatever the last digit.
            vectors[again] = vectors[before] + np.float32(1e-6)
        else:
            vectors[again] = vectors[before]
    table = dataset.table.assign(digest=digests)
    return replace(dataset, table=table), replace(embeddings, vectors=vectors)


@pytest.mark.parametrize("by", ["digest", "vector"])
@pytest.mark.parametrize("strategy", KIN)
def test_no_point_lies_between_identical_images(strategy: str, by: str) -> None:
    dataset, embeddings = doubled({"ant": 8, "bee": 30, "cat": 12}, by=by)

    made = resample(TrainingSide(dataset, make_plan(dataset, strategy), embeddings))

    assert len(made.points)
    base, neighbour = made.points.parents.T
    assert (dataset.digests[base] != dataset.digests[neighbour]).all()
    apart = np.abs(embeddings.vectors[base] - embeddings.vectors[neighbour]).max(axis=1)
    assert (apart > 1e-3).all()


@pytest.mark.parametrize("by", ["digest", "vector"])
@pytest.mark.parametrize("strategy", [name for name in KIN if not STRATEGIES[name].cleans])
def test_a_pair_of_equal_images_gets_pictures_and_is_told(strategy: str, by: str) -> None:
    dataset, embeddings = doubled({"ant": 2, "bee": 9}, by=by)

    made = resample(TrainingSide(dataset, make_plan(dataset, strategy), embeddings))

    assert len(made.points) == 0
    assert made.plan.add["ant"] == len(made.other_pictures) == 7
    assert (
        sorted(np.unique(made.pictures.rows).tolist()) == dataset.rows_of("ant", "train").tolist()
    )
    assert [one.note for one in made.report] == [IDENTICAL]
    assert made.told(dataset.classes) == [
        "All images of 'ant' have the same vector, so there is no point between them. The class "
        "gets augmented pictures instead."
    ]


def test_an_identical_image_of_another_class_is_no_neighbour_either() -> None:
    dataset, embeddings = points_of({"ant": 6, "bee": 20})
    ants, bees = (dataset.rows_of(label, "train") for label in ("ant", "bee"))
    vectors = embeddings.vectors.copy()
    vectors[bees[:6]] = vectors[ants]
    embeddings = replace(embeddings, vectors=vectors)
    plan = make_plan(dataset, "borderline_smote", settings={"kind": "borderline-2"})

    made = resample(TrainingSide(dataset, plan, embeddings))

    base, neighbour = made.points.parents.T
    assert (vectors[base] != vectors[neighbour]).any(axis=1).all()
    assert sum(one.made for one in made.report) == len(made.points) == made.plan.add["ant"]


def test_what_is_not_to_grow_keeps_all_its_images_as_neighbours() -> None:
    dataset, embeddings = doubled({"ant": 8, "bee": 30}, by="vector")

    made = resample(TrainingSide(dataset, make_plan(dataset, "smote"), embeddings))

    assert np.array_equal(made.kept, dataset.training_rows)
