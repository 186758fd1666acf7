"""Learning curves show what was watched, and the loss where nothing was."""

from dataclasses import replace

import pytest
from comparisons import compare

from app.charts.evaluation import learning_curves, without_line
from app.session.session import Session
from core.evaluate import Epoch, EvaluationReport


def learned(session: Session, *curves: tuple[Epoch, ...]) -> EvaluationReport:
    """Return a comparison in which each fold of doing nothing was learned as told."""
    assert session.dataset is not None and session.embeddings is not None
    report = compare(session.dataset, session.embeddings, strategies=[])
    none, floor = report.strategies
    return replace(report, strategies=(replace(none, curves=curves), floor))


def test_a_line_is_the_mean_of_the_folds_that_still_learned(embedded_session: Session) -> None:
    long, short = (Epoch(0.9, 0.4), Epoch(0.5, 0.6)), (Epoch(0.7, 0.5),)

    figure = learning_curves(learned(embedded_session, long, short))

    assert [one.name for one in figure.data] == ["None"]
    assert list(figure.data[0].x) == [1, 2]
    assert list(figure.data[0].y) == pytest.approx([45, 60])


def test_where_nothing_was_held_back_the_loss_is_shown(embedded_session: Session) -> None:
    figure = learning_curves(learned(embedded_session, (Epoch(0.9, None), Epoch(0.5, None))))

    assert list(figure.data[0].y) == pytest.approx([0.9, 0.5])
    assert figure.layout.yaxis.title.text == "loss"


def test_a_strategy_that_left_nothing_to_hold_back_has_no_line(embedded_session: Session) -> None:
    report = learned(embedded_session, (Epoch(0.9, 0.4),))
    none, floor = report.strategies
    few = replace(none, name="random_undersampling", curves=((Epoch(0.9, None),),))
    report = replace(report, strategies=(none, few, floor))

    figure = learning_curves(report)

    assert [list(one.y) for one in figure.data] == [[pytest.approx(40)]]
    assert without_line(report) == [few]
