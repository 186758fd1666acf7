"""The points of a map: each there once, findable again, and selected by what it is."""

from base64 import b64decode
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from map_scenes import scene_of

from app.map.card import card
from app.map.colours import _SPLIT_COLOURS, NO_VALUE
from app.map.scene import JOINT_REAL, MADE, OTHER_MADE, REAL, Pick, PointLayer, Scene, Scenes
from app.map.selection import Selection
from app.map.table import label_counts, point_table, selected_indices
from app.session.session import Session
from core.dataset.edits import Edits
from core.project import Placement


def test_every_point_is_there_once_and_can_be_found(smote_session: Session) -> None:
    scene = scene_of(smote_session, twice=True)

    picks = [scene.pick_of(index) for index in range(len(scene.kinds))]

    assert len(set(picks)) == len(picks) == 19 + 2 * len(points(smote_session))
    assert [scene.index_of(pick) for pick in picks] == list(range(len(picks)))


def points(session: Session) -> np.ndarray:
    assert session.balanced is not None and session.balanced.synthetic is not None
    return session.balanced.synthetic.fractions


def test_a_point_that_is_not_drawn_has_no_place(embedded_session: Session) -> None:
    assert scene_of(embedded_session).index_of(Pick(0, MADE)) == -1
    assert scene_of(embedded_session).index_of(Pick(19)) == -1


def test_points_go_to_the_browser_as_they_lie(smote_session: Session) -> None:
    scene = scene_of(smote_session)
    count = len(scene.kinds)

    places = np.frombuffer(scene.geometry, np.float32, 2 * count).reshape(-1, 2)
    kinds = np.frombuffer(scene.geometry, np.uint8, count, 8 * count)

    assert len(scene.geometry) == 9 * count
    assert np.array_equal(places[:19], smote_session.projections["pca"].points)
    assert kinds.tolist() == [REAL] * 19 + [MADE] * (count - 19)


def test_parents_are_the_images_that_a_point_lies_between(smote_session: Session) -> None:
    scene = scene_of(smote_session)
    lines = np.frombuffer(scene.parents, np.int32).reshape(-1, 3)

    for child, base, neighbour in lines:
        ends, own = scene.points[[base, neighbour]], scene.points[child]
        fraction = points(smote_session)[scene.numbers[child]]
        assert own == pytest.approx(ends[0] + fraction * (ends[1] - ends[0]), abs=1e-5)
        assert scene.label_codes[child] == scene.label_codes[base] == scene.label_codes[neighbour]
        assert np.allclose(scene.parent_points(int(child)), ends)


def test_a_parent_off_the_map_has_no_line(smote_session: Session) -> None:
    whole = smote_session.projections["pca"]
    some = replace(whole, rows=whole.rows[:-8], points=whole.points[:-8].copy())
    assert smote_session.dataset is not None and smote_session.balanced is not None
    made = smote_session.balanced.synthetic
    assert made is not None
    everywhere = Placement(np.zeros((len(made), 2), np.float32), np.arange(len(made)), False)
    scene = Scene(smote_session.dataset, some, (PointLayer(MADE, "SMOTE", made, everywhere),))

    lines = np.frombuffer(scene.parents, np.int32).reshape(-1, 3)

    off = ~np.isin(made.parents, some.rows)
    assert off.any()
    assert np.array_equal(lines[:, 1:] == -1, off)


def test_images_of_a_joint_fit_are_the_same_images(smote_session: Session) -> None:
    plain = scene_of(smote_session, twice=True)
    moved = replace(plain.projection, points=plain.projection.points + 5)
    scene = replace(plain, joint=moved)
    again = len(plain.kinds)  # the first image's second place

    assert scene.kinds[again] == JOINT_REAL
    assert scene.pick_of(again) == Pick(int(moved.rows[0]))
    lines = np.frombuffer(scene.parents, np.int32).reshape(-1, 3)
    of_other = scene.kinds[lines[:, 0]] == OTHER_MADE
    assert (scene.kinds[lines[of_other, 1:]] == JOINT_REAL).all()
    assert (scene.kinds[lines[~of_other, 1:]] == REAL).all()
    both = Selection.of_rows(np.array([3]), "")
    assert len(selected_indices(scene, both)) == 1
    sent = np.unpackbits(np.frombuffer(b64decode(both.bits(scene)), np.uint8))
    assert sent.sum() == 2


def test_other_points_or_labels_have_another_key(smote_session: Session) -> None:
    scene = scene_of(smote_session)
    assert smote_session.dataset is not None
    labels = smote_session.dataset.table["label"].replace({"rare": "cat"})
    relabelled = replace(
        smote_session.dataset, table=smote_session.dataset.table.assign(label=labels)
    )

    assert scene.key == scene_of(smote_session).key
    assert scene.key != scene_of(smote_session, twice=True).key
    assert scene.key != replace(scene, dataset=relabelled).key


def test_points_in_the_same_places_with_other_parents_have_another_key(
    smote_session: Session,
) -> None:
    scene = scene_of(smote_session)
    layer = scene.layers[0]
    swapped = replace(layer.synthetic, parents=layer.synthetic.parents[:, ::-1].copy())

    other = replace(scene, layers=(replace(layer, synthetic=swapped),))

    assert other.geometry == scene.geometry
    assert other.key != scene.key


def test_the_card_of_an_image_says_that_it_is_left_out(embedded_session: Session) -> None:
    scene = scene_of(embedded_session.put(edits=Edits().leave_out([0])))

    assert card(scene, 0, "token")["lines"] == [scene.dataset.path(0), "left out"]
    assert card(scene, 1, "token")["lines"] == [scene.dataset.path(1)]


def test_no_split_has_the_grey_of_what_is_left_out() -> None:
    assert NO_VALUE not in _SPLIT_COLOURS
    assert len(set(_SPLIT_COLOURS)) == 3


def test_scenes_keep_the_last_few_and_their_parts(smote_session: Session) -> None:
    scenes, scene = Scenes(), scene_of(smote_session)
    scenes.keep(scene, colours=b"abc")
    assert scenes.part(scene.key, "colours") == b"abc"
    assert scenes.part(scene.key, "points") == scene.geometry
    assert scenes.part(scene.key, "parents") == scene.parents
    assert scenes.part(scene.key, "another") is None

    for shift in range(1, 5):
        moved = replace(scene.projection, points=scene.projection.points + shift)
        scenes.keep(replace(scene, projection=moved))

    assert scenes.find(scene.key) is None
    assert scenes.part(scene.key, "colours") is None


def test_what_is_drawn_again_is_not_made_again(smote_session: Session) -> None:
    scenes, scene = Scenes(), scene_of(smote_session)
    scenes.keep(scene)

    same = scenes.like(scene.dataset, scene.projection, scene_of(smote_session).layers, None)
    other = scenes.like(scene.dataset, scene.projection, [], None)

    assert same is scene
    assert other is not scene


@settings(max_examples=30)
@given(st.data())
def test_a_selection_comes_back_as_it_went(smote_session: Session, data: st.DataObject) -> None:
    scene = scene_of(smote_session, twice=True)
    numbers = st.lists(st.integers(0, len(points(smote_session)) - 1), unique=True).map(sorted)
    selection = Selection(
        np.array(data.draw(st.lists(st.integers(0, 18), unique=True).map(sorted)), np.intp),
        np.array(data.draw(numbers), np.intp),
        np.array(data.draw(numbers), np.intp),
    )

    back = Selection.from_bits(scene, selection.bits(scene), None)

    for name in ("rows", "made", "other_made"):
        assert getattr(back, name).tolist() == getattr(selection, name).tolist()
    chosen = selected_indices(scene, selection)
    assert len(chosen) == len(selection)
    assert sum(label_counts(scene, chosen).values()) == len(selection)


@pytest.mark.parametrize("text", ["%%%", "é", "AAA", ""])
def test_bits_that_cannot_be_read_select_nothing(smote_session: Session, text: str) -> None:
    assert len(Selection.from_bits(scene_of(smote_session), text, Pick(1))) == 0


def test_a_selection_leaves_out_what_another_map_does_not_have(smote_session: Session) -> None:
    selection = Selection(np.array([0, 5]), np.array([1]), np.array([2]), Pick(1, MADE), "x")

    left = selection.within(scene_of(replace(smote_session, balanced=None)))

    assert (left.rows.tolist(), len(left.made), len(left.other_made)) == ([0, 5], 0, 0)
    assert left.pick is None
    assert left.about == "x"


def test_the_table_names_images_and_the_parents_of_points(smote_session: Session) -> None:
    scene = scene_of(smote_session)
    table = point_table(smote_session, scene, np.array([0, 18, 19]))

    assert table["kind"].tolist() == ["image", "image", "synthetic"]
    assert table["path"].tolist()[:2] == ["cat/00.png", "rare/00.png"]
    assert table["row"].tolist()[:2] == [0, 18]
    assert table["synthetic_point"].tolist()[2] == 1
    assert table["base"].iloc[2].startswith(f"{table['label'].iloc[2]}/")
    assert 0 <= table["fraction"].iloc[2] <= 1
