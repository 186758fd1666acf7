"""Operations are chosen inside each training side, and the gain is that of choosing so."""

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from evaluate_sets import clusters
from image_sets import read_folder, write_files
from numpy.typing import NDArray
from prediction_sets import kept

from core.augment import AugmentPolicy, Pictures, make_step
from core.dataset import ImageDataset
from core.embed import embed
from core.errors import SettingError
from core.evaluate import Experiment, Outcome, bench, find_head
from core.evaluate.augmentation_answer import INNER_FOLDS, INNER_REPEATS, Tried
from core.evaluate.chosen_augmentation import (
    COPIES,
    choose_augmentation,
    choose_policy,
    draw_inner_design,
    judge_operations,
)
from core.evaluate.experiment import draw_design
from core.evaluate.picture_cache import PictureCache
from core.pictures.encode import encode
from core.progress import silent

ACTUAL = np.repeat([0, 1, 2], [60, 40, 20])


def answers(right: dict[int, int], first: int = 0) -> NDArray[np.intp]:
    """Return labels of which so many of each class are right, from its `first` image on."""
    given = (ACTUAL + 1) % 3
    for code, count in right.items():
        given[np.flatnonzero(code == ACTUAL)[first : first + count]] = code
    return given


@pytest.mark.parametrize(
    ("right", "is_chosen", "worst"),
    [
        ({0: 40, 1: 20, 2: 16}, True, None),  # the rare class gains, no other loses
        ({0: 38, 1: 20, 2: 16}, True, "a"),  # two of sixty lost: chance
        ({0: 25, 1: 20, 2: 20}, False, "a"),  # the mean gains, and 'a' pays
        ({0: 40, 1: 20, 2: 8}, False, "c"),  # no gain
        ({0: 40, 1: 20, 2: 10}, False, None),  # identical: no gain either
    ],
)
def test_an_operation_has_to_gain_and_to_spare_each_class(
    right: dict[int, int], is_chosen: bool, worst: str | None
) -> None:
    labels = {COPIES: answers({0: 40, 1: 20, 2: 10}), "augment:crop": answers(right)}

    (tried,) = judge_operations(kept(labels, ACTUAL), {"augment:crop": "crop"})

    assert tried.operation == "crop"
    assert tried.is_chosen == is_chosen
    assert tried.drop == 0 if worst is None else tried.worst == worst


def test_the_policy_has_the_chosen_steps_as_strong_as_they_were() -> None:
    crop, turn = make_step("crop", probability=0.3), make_step("rotate", {"degrees": (-5, 5)})
    policy = AugmentPolicy((crop, turn, make_step("grey")), seed=7)
    tried = [Tried("crop", 0.02, "a", 0.5), Tried("rotate", 0.01, "a", 1.9)]
    tried += [Tried("grey", -0.01, "a", 0.0)]

    chosen = choose_policy(tried, policy)

    assert chosen is not None
    assert [step.operation for step in chosen.steps] == ["crop", "rotate"]
    assert chosen.steps[1].values == {"degrees": (-5, 5)}
    assert (chosen.seed, chosen.pick) == (7, 2)
    assert choose_policy(tried[2:], policy) is None


def test_no_class_is_left_without_pictures_and_the_border_stays() -> None:
    crop = make_step("crop", except_labels=["a", "b"])
    turn = make_step("rotate", except_labels=["b", "c"])
    policy = AugmentPolicy((crop, turn), border="edge")

    chosen = choose_policy([Tried("crop", 0.1, "a", 0), Tried("rotate", 0.1, "a", 0)], policy)

    assert chosen is not None
    assert [step.except_labels for step in chosen.steps] == [{"a"}, {"b", "c"}]
    assert chosen.border == "edge"


def test_nothing_is_chosen_by_images_that_score_it() -> None:
    experiment = Experiment(*clusters({"a": 30, "b": 15, "c": 9}, apart=1.0), n_splits=3, repeats=2)
    outer = draw_design(experiment, silent)

    inner = draw_inner_design(experiment, outer)

    runs = list(outer.runs)
    assert len(inner.repeats) == (len(runs) + 1) * INNER_REPEATS
    for place, repeat in enumerate(inner.repeats[: len(runs) * INNER_REPEATS]):
        side = runs[place // INNER_REPEATS].fold
        assert len(repeat) == INNER_FOLDS
        for run in repeat:
            assert np.isin(np.concatenate([run.fold.train, run.fold.test]), side.train).all()
    numbers = [run.number for run in inner.runs]
    assert numbers == list(range(len(numbers)))


def arrow(number: int, *, to_the_left: bool) -> bytes:
    rng = np.random.default_rng(number)
    picture = np.full((48, 48, 3), 210 + int(rng.integers(0, 20)), np.uint8)
    x, y = 8 + int(rng.integers(0, 4)), 24 + int(rng.integers(-4, 5))
    cv2.arrowedLine(picture, (x, y), (x + 26, y), (30, 30, 30), 3, tipLength=0.4)
    return encode(picture[:, ::-1].copy() if to_the_left else picture, "PNG")


@pytest.mark.release
def test_a_mirror_is_not_chosen_for_arrows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"left/{n}.png": arrow(n, to_the_left=True) for n in range(30)}
    files |= {f"right/{n}.png": arrow(n, to_the_left=False) for n in range(8)}
    dataset = read_folder(write_files(tmp_path / "set", files))
    embeddings = embed(dataset, encoder="classical")
    experiment = Experiment(dataset, embeddings, n_splits=3, repeats=2)
    policy = AugmentPolicy((make_step("horizontal_flip", probability=1.0), make_step("brightness")))
    made: list[Pictures] = []
    fill = bench.fill_cache

    def spy(dataset: ImageDataset, pictures: Pictures, *rest: object) -> PictureCache:
        made.append(pictures)
        return fill(dataset, pictures, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(bench, "fill_cache", spy)

    found = choose_augmentation(experiment, policy)

    assert len(found.chosen) == 6
    assert not any("horizontal_flip" in one for one in found.chosen)
    flip, brightness = found.operations
    assert (flip.operation, flip.standing.outcome) == ("horizontal_flip", Outcome.WORSE)
    assert brightness.standing.gain.estimate > flip.standing.gain.estimate
    assert found.policy is None or [one.operation for one in found.policy.steps] == ["brightness"]
    # Those of single operations are made once for all sides, those of each choice once.
    assert len(made) == 2 + len({names for names in found.chosen if names})
    again = json.loads(json.dumps(found.to_json()))
    assert again["sentences"] == found.sentences


def test_what_cannot_choose_is_refused() -> None:
    experiment = Experiment(*clusters({"a": 12, "b": 8}, apart=1.0))

    with pytest.raises(SettingError, match="no operation to choose from"):
        choose_augmentation(experiment, AugmentPolicy(()))
    with pytest.raises(SettingError, match="learns from pictures"):
        choose_augmentation(
            replace(experiment, head=find_head("network")), AugmentPolicy((make_step("crop"),))
        )
