"""The addresses of a map: for the token's owner alone, names as data."""

import json

import numpy as np
import pytest
from map_scenes import scene_of
from opened_page import visitor
from starlette.applications import Starlette
from test_server import get

from app.map.routes import MAP_PATH, MAP_ROUTES
from app.map.scene import Scenes
from app.session.session import Session

APP = Starlette(routes=MAP_ROUTES)


def address(session: Session, part: str) -> str:
    """Return the address of a part for a new visitor whose page shows the map."""
    workspace, scene = visitor(session), scene_of(session)
    workspace.of(Scenes).keep(scene, colours=b"abc")
    return f"{MAP_PATH}/{workspace.route_token}/{scene.key}/{part}"


def test_parts_are_sent_as_they_are(smote_session: Session) -> None:
    scene = scene_of(smote_session)

    assert get(APP, address(smote_session, "points")).body == scene.geometry
    assert get(APP, address(smote_session, "parents")).body == scene.parents
    answer = get(APP, address(smote_session, "colours"))
    assert answer.body == b"abc"
    assert answer.header("cache-control") == "private, max-age=86400, immutable"
    assert answer.header("x-content-type-options") == "nosniff"


@pytest.mark.parametrize(
    "part", ["other", "point-99999.json", "point--1.json", "point-1.json.json", "point-x.json"]
)
def test_what_is_not_there_is_not_found(part: str, smote_session: Session) -> None:
    assert get(APP, address(smote_session, part)).status == 404


@pytest.mark.parametrize("part", ["points", "parents", "colours", "point-0.json"])
def test_another_visitors_token_finds_nothing(part: str, smote_session: Session) -> None:
    path = address(smote_session, part)
    own = path.split("/")[3]
    stranger = visitor(smote_session).route_token

    assert get(APP, path).status == 200  # once it was sent, others still do not see it
    assert get(APP, path.replace(own, stranger)).status == 404
    assert get(APP, path.replace(own, "x" * 22)).status == 404


def test_a_card_names_an_image(hostile_session: Session) -> None:
    card = json.loads(get(APP, address(hostile_session, "point-0.json")).body)

    assert hostile_session.dataset is not None
    assert card["title"] == f"'{hostile_session.dataset.label(0)}'"
    assert card["lines"][0] == hostile_session.dataset.path(0)
    assert len(card["pictures"]) == 1
    assert card["fraction"] is None


def test_a_card_of_a_synthetic_point_has_both_parents(smote_session: Session) -> None:
    scene = scene_of(smote_session)
    index = int(np.flatnonzero(scene.kinds)[0])
    card = json.loads(get(APP, address(smote_session, f"point-{index}.json")).body)

    layer = scene.layers[0]
    number = scene.numbers[index]
    assert card["title"].startswith(f"Synthetic point {number + 1}")
    assert card["fraction"] == pytest.approx(float(layer.synthetic.fractions[number]))
    assert [picture["role"] for picture in card["pictures"]] == ["base", "neighbour"]
    assert len(card["parents"]) == 2
