"""What is done with selected images on the map: refusals are said, and names are data."""

from functools import partial

import pytest
import streamlit as st
from opened_page import open_view, picked, remember_begun, visitor

from app.map.scene import Pick
from app.session.session import Session
from core.dataset.edits import Edits


@pytest.mark.parametrize("label", ["", "   ", "two\x00words"])
def test_what_is_no_label_is_refused_in_a_sentence(
    label: str, embedded_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, real = visitor(embedded_session), st.selectbox

    def typed(title: str, *args: object, **options: object) -> object:
        return label if title == "Change the label" else real(title, *args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(st, "selectbox", typed)
    page = open_view("balance", workspace, **picked(embedded_session, Pick(0)))

    page.button(key="map_relabel").click().run()

    assert not page.exception
    assert any("is no label" in warning.value for warning in page.warning)
    assert not workspace.session.edits.done


def test_a_label_is_shown_letter_by_letter_where_it_can_be_undone(
    embedded_session: Session,
) -> None:
    relabelled = embedded_session.put(edits=Edits().relabel([0], "*md* :red[x]"))

    page = open_view("balance", visitor(relabelled), balance_tab="selection")

    assert page.button(key="map_undo").label == (
        r"Undo: 1 image relabelled to \'\*md\* \:red\[x\]\'"
    )


def test_a_label_that_the_image_has_already_drops_nothing_and_is_said(
    embedded_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert embedded_session.dataset is not None
    label, real = embedded_session.dataset.label(0), st.selectbox

    def typed(title: str, *args: object, **options: object) -> object:
        return label if title == "Change the label" else real(title, *args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(st, "selectbox", typed)
    workspace = visitor(embedded_session)
    page = open_view("balance", workspace, **picked(embedded_session, Pick(0)))

    page.button(key="map_relabel").click().run()

    assert workspace.session is embedded_session
    assert any("Nothing to change" in warning.value for warning in page.warning)


def test_a_click_on_images_that_another_tab_has_changed_is_answered(
    embedded_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = visitor(embedded_session)
    page = open_view("balance", workspace, **picked(embedded_session, Pick(0)))
    elsewhere = embedded_session.put(edits=Edits().leave_out([1]))

    def quicker(*asked: object) -> object:
        workspace.session = elsewhere
        remember_begun(workspace)
        return partial(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr("app.pages.balance.edits.partial", quicker)
    page.button(key="map_leave_out").click().run()

    assert workspace.session is elsewhere
    assert workspace.message.startswith("Something else has changed in the meantime.")
