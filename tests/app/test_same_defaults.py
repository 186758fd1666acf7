"""Whoever leaves all as it is gets the same, on the page and by the command."""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest
from opened_page import finish_jobs, open_view, visitor

from app.cli import main
from app.session.session import Session
from core.errors import EvensetError
from core.evaluate import Experiment

# Told on the way, or of the screen: they change no figure.
_BESIDE = {"progress", "on_done", "device", "kept", "embeddings"}


class StoppedError(EvensetError):
    """The work was asked for, and that is enough."""


@pytest.fixture
def asked_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[dict[str, object]]]:
    """Return what notes the settings that a function is called with, in place of its work."""

    def watch(place: str) -> list[dict[str, object]]:
        asked: list[dict[str, object]] = []

        def note(*given: object, **settings: object) -> None:
            for one in given:
                if isinstance(one, Experiment):
                    settings |= {field.name: getattr(one, field.name) for field in fields(one)}
                elif isinstance(one, list):
                    settings["candidates"] = one
            asked.append({k: v for k, v in settings.items() if k not in _BESIDE})
            raise StoppedError("Enough.")

        monkeypatch.setattr(place, note)
        return asked

    return watch


@pytest.mark.parametrize(
    ("page", "button", "of_page", "command", "of_command"),
    [
        (
            "evaluate", "evaluate_start", "app.pages.evaluate.comparison.evaluate",
            ["evaluate"], "app.cli.evaluate.evaluate",
        ),
        (
            "augment", "evidence_start", "app.pages.augment.evidence.measure_evidence",
            ["augment", "--evidence", "found.csv"], "app.cli.augment.measure_evidence",
        ),
    ],
)  # fmt: skip
def test_page_and_command_ask_core_for_the_same(
    embedded_session: Session, asked_of: Callable[[str], list[dict[str, object]]], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, page: str, button: str, of_page: str, command: list[str],
    of_command: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    by_page, by_command = asked_of(of_page), asked_of(of_command)

    workspace = visitor(embedded_session)
    open_view(page, workspace).button(key=button).click().run()
    finish_jobs(workspace)
    name, *options = command
    assert embedded_session.source is not None
    root = str(embedded_session.source.root)
    main([name, root, "--encoder", "classical", "--no-cache", *options])

    assert by_page and by_command
    assert plain(by_page[0]) == plain(by_command[0])


def plain(settings: dict[str, object]) -> dict[str, object]:
    """Return settings as they can be compared: records by their name, what is left out as that."""
    named = {name: getattr(value, "name", value) for name, value in settings.items()}
    return {name: value for name, value in named.items() if value not in (None, {}, 0, False)}
