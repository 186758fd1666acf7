"""Settings: one truth in two places, and who can reach the server."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from app.settings import STREAMLIT_OPTIONS, ServerSettings

CONFIG = Path(__file__).parents[2] / ".streamlit" / "config.toml"


def flat(tree: Mapping[str, object], before: str = "") -> Iterator[tuple[str, object]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def test_the_file_and_the_command_give_streamlit_the_same_options() -> None:
    assert dict(flat(tomllib.loads(CONFIG.read_text("utf-8")))) == STREAMLIT_OPTIONS


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "::1", "localhost"])
def test_loopback_is_local(host: str) -> None:
    assert ServerSettings(host=host).is_local


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "example.org", ""])
def test_everything_else_is_not_local(host: str) -> None:
    assert not ServerSettings(host=host).is_local


def test_two_servers_on_one_computer_have_two_cookies() -> None:
    assert ServerSettings(port=1).cookie_name != ServerSettings(port=2).cookie_name
