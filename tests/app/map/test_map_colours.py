"""What points are coloured by: a colour for each, and grey where there is nothing to say."""

from dataclasses import replace

import numpy as np
import pytest
from map_scenes import scene_of

from app.map.colours import COLOURINGS, NO_VALUE, Colours
from app.session.session import Session
from core.colours import class_colours
from core.dataset import TRAIN
from core.project import find_clusters
from core.resample import make_plan
from core.resample.difficulty import measure_difficulty
from core.resample.quality import measure_quality


@pytest.fixture(scope="module")
def whole(smote_session: Session) -> Session:
    """Return a session that has all that points can be coloured by."""
    dataset, embeddings = smote_session.dataset, smote_session.embeddings
    assert dataset is not None and embeddings is not None and smote_session.balanced is not None
    made = smote_session.balanced.synthetic
    assert made is not None
    add = make_plan(dataset, "smote").add
    session = smote_session.put(difficulty=measure_difficulty(dataset, embeddings, add))
    session = session.put(clusters=find_clusters(embeddings, 3))
    return session.put(quality=measure_quality(dataset, embeddings, made))


def painted(session: Session, name: str) -> Colours:
    scene = scene_of(session, twice=True)
    assert COLOURINGS[name].is_there(session, scene)
    return COLOURINGS[name].paint(session, scene)


@pytest.mark.parametrize("name", sorted(set(COLOURINGS) - {"split"}))
def test_each_point_has_a_colour(name: str, whole: Session) -> None:
    colours = painted(whole, name)
    scene = scene_of(whole, twice=True)

    assert colours.name == name
    assert colours.codes.shape == scene.kinds.shape
    assert (colours.codes >= 0).all() and (colours.codes < len(colours.entries)).all()
    assert len(colours.bytes) == len(scene.kinds)


@pytest.mark.parametrize("twice", [False, True])
def test_the_legend_counts_images_and_synthetic_points_apart(
    smote_session: Session, *, twice: bool
) -> None:
    colours = COLOURINGS["class"].paint(smote_session, scene_of(smote_session, twice=twice))

    counts = {entry.label: (entry.images, entry.made) for entry in colours.entries}
    assert counts == {"cat": (12, 0), "dog": (6, 6), "rare": (1, 0)}


def test_what_is_not_measured_is_not_offered(embedded_session: Session) -> None:
    scene = scene_of(embedded_session)

    offered = {name for name, one in COLOURINGS.items() if one.is_there(embedded_session, scene)}

    assert not offered & {"kind", "split", "type", "margin"}


def test_classes_have_the_colours_of_the_bars(whole: Session) -> None:
    assert whole.dataset is not None
    colours, scene = painted(whole, "class"), scene_of(whole, twice=True)
    wanted = class_colours(whole.dataset.counts(TRAIN))

    for index, code in enumerate(colours.codes):
        label = whole.dataset.classes[scene.label_codes[index]]
        assert colours.entries[code].label == label
        assert colours.entries[code].colour == wanted[label]


def test_a_left_out_image_is_grey(embedded_session: Session) -> None:
    session = embedded_session.put(edits=embedded_session.edits.leave_out([2, 4]))
    colours = painted(session, "class")

    grey = [colours.entries[code].colour == NO_VALUE for code in colours.codes]

    assert np.flatnonzero(grey).tolist() == [2, 4]
    assert colours.entries[-1].label == "left out"


def test_a_split_has_a_colour_and_synthetic_points_their_own(
    smote_session: Session, split_dataset: object
) -> None:
    assert smote_session.dataset is not None
    table = smote_session.dataset.table
    split = table["split"].astype("str").where(table.index > 3, "test").astype("category")
    dataset = replace(smote_session.dataset, table=table.assign(split=split))
    scene = replace(scene_of(smote_session), dataset=dataset)

    colours = COLOURINGS["split"].paint(smote_session, scene)

    names = [colours.entries[code].label for code in colours.codes]
    assert names[:19] == ["test"] * 4 + ["train"] * 15
    assert set(names[19:]) == {"synthetic point"}


def test_a_figure_of_images_leaves_points_grey_and_runs_from_low_to_high(whole: Session) -> None:
    assert whole.dataset is not None
    colours, sizes = painted(whole, "bytes"), whole.dataset.table["bytes"].to_numpy()

    order = np.argsort(sizes, kind="stable")
    assert (np.diff(colours.codes[:19][order]) >= 0).all()
    assert {colours.entries[code].colour for code in colours.codes[19:]} == {NO_VALUE}
    assert colours.ramp is not None


def test_a_margin_is_that_of_the_point(whole: Session) -> None:
    assert whole.quality is not None
    colours, margin = painted(whole, "margin"), whole.quality.margin
    made = colours.codes[19 : 19 + len(margin)]

    assert (np.diff(made[np.argsort(margin, kind="stable")]) >= 0).all()
    assert {colours.entries[code].colour for code in colours.codes[:19]} == {NO_VALUE}


def test_more_than_a_byte_of_colours_takes_two(whole: Session) -> None:
    colours = painted(whole, "class")
    many = replace(colours, entries=colours.entries * 90)

    assert len(many.bytes) == 2 * len(colours.bytes)
