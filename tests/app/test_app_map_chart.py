"""The map: every point there once, findable again, and told apart without colour."""

import numpy as np
import plotly.graph_objects as go
import pytest
from drawn_sets import draw_dataset, embedded, loaded, smote_made

from app.map_chart import Pick, point_map
from app.palette import class_colours
from app.session import Session
from core.dataset import TRAIN
from core.resample import SyntheticPoints


def drawn(session: Session, shown: list[str] | None = None, pick: Pick | None = None) -> go.Figure:
    """Return the map of a session."""
    dataset, projection = session.dataset, session.projections["pca"]
    assert dataset is not None
    points = session.balanced.synthetic if session.balanced else None
    return point_map(
        dataset,
        projection,
        class_colours(dataset.counts(TRAIN)),
        shown=dataset.classes if shown is None else shown,
        synthetic=points,
        placement=projection.place(points) if points else None,
        pick=pick,
    )


def ids(figure: go.Figure) -> list[int]:
    return sorted(
        int(number)
        for one in figure.data
        if one.customdata is not None
        for number in one.customdata
    )


def made(session: Session) -> SyntheticPoints:
    assert session.balanced is not None and session.balanced.synthetic is not None
    return session.balanced.synthetic


@pytest.mark.parametrize("number", [0, 7, -1, -8])
def test_an_id_names_a_row_or_a_synthetic_point(number: int) -> None:
    pick = Pick.from_id(number)

    assert (pick.row, pick.synthetic) == ((number, None) if number >= 0 else (None, -1 - number))


def test_every_point_is_there_once_with_its_id(smote_session: Session) -> None:
    assert ids(drawn(smote_session)) == [*range(-len(made(smote_session)), 0), *range(19)]


def test_a_dot_lies_where_its_row_lies(embedded_session: Session) -> None:
    points = embedded_session.projections["pca"].points

    for one in drawn(embedded_session).data:
        assert np.array_equal(one.x, points[one.customdata, 0])
        assert np.array_equal(one.y, points[one.customdata, 1])


def test_synthetic_points_are_crosses_and_real_ones_are_not(smote_session: Session) -> None:
    for one in drawn(smote_session).data:
        is_synthetic = bool((np.asarray(one.customdata) < 0).all())
        assert (one.marker.symbol == "cross-thin") is is_synthetic


def test_classes_that_are_not_shown_stay_as_grey_dots(smote_session: Session) -> None:
    figure = drawn(smote_session, shown=["dog"])

    names = {one.name: len(one.x) for one in figure.data}
    assert names == {"other classes": 13, "dog": 6, "dog, synthetic": 6}


def test_a_picked_cross_shows_its_parents(smote_session: Session) -> None:
    figure = drawn(smote_session, pick=Pick(synthetic=2))

    traces = {one.name: one for one in figure.data}
    points = smote_session.projections["pca"].points
    assert np.array_equal(traces["parents"].x, points[made(smote_session).parents[2], 0])
    assert {"between parents", "picked point"} <= set(traces)


def test_a_picked_dot_has_a_ring(embedded_session: Session) -> None:
    ring = next(
        one for one in drawn(embedded_session, pick=Pick(row=3)).data if one.name == "picked image"
    )

    assert ring.marker.symbol == "circle-open"
    assert ring.x[0] == embedded_session.projections["pca"].points[3, 0]


def test_a_pick_that_is_not_on_the_map_draws_nothing(embedded_session: Session) -> None:
    plain = drawn(embedded_session)

    assert len(drawn(embedded_session, pick=Pick(row=999)).data) == len(plain.data)


def test_names_are_escaped_everywhere(hostile_session: Session) -> None:
    shown = drawn(hostile_session).to_json()

    assert "<img" not in shown
    assert "\\u003cimg" not in shown


def test_many_classes_share_one_entry_and_keep_their_colours(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("many")
    counts = {f"class {number:02d}": 2 + number % 2 for number in range(13)}
    dataset = draw_dataset(folder / "set", counts)
    session = smote_made(loaded(dataset).with_embeddings(*embedded(dataset, folder / "cache")))

    real, synthetic = drawn(session).data

    assert (real.name, synthetic.name) == ("real images", "synthetic points")
    assert len(set(real.marker.color)) == 13
    assert len(set(real.text)) == 13
    assert len(set(synthetic.marker.line.color)) == 7
