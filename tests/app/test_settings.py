"""Settings: one truth in two places, and who can reach the server."""

import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path

import pytest

from app.cli import main
from app.cli.serve import run_serve
from app.settings import (
    SERVE_OPTIONS,
    STREAMLIT_OPTIONS,
    ServeOption,
    ServerSettings,
    default_cache,
    default_root,
    read_settings,
)
from core.errors import SettingError
from core.limits import Limits

CONFIG = Path(__file__).parents[2] / ".streamlit" / "config.toml"


def flat(tree: Mapping[str, object], before: str = "") -> Iterator[tuple[str, object]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def test_the_file_and_the_command_give_streamlit_the_same_options() -> None:
    assert dict(flat(tomllib.loads(CONFIG.read_text("utf-8")))) == STREAMLIT_OPTIONS


def test_a_repaint_does_not_stop_work_to_look_for_garbage() -> None:
    assert STREAMLIT_OPTIONS["runner.postScriptGC"] is False


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "::1", "localhost"])
def test_loopback_is_local(host: str) -> None:
    assert ServerSettings(host=host).is_local


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "example.org", ""])
def test_everything_else_is_not_local(host: str) -> None:
    assert not ServerSettings(host=host).is_local


def test_two_servers_on_one_computer_have_two_cookies() -> None:
    assert ServerSettings(port=1).cookie_name != ServerSettings(port=2).cookie_name


def settings_of(*options: str) -> ServerSettings:
    return read_settings(run_serve.make_context("serve", [*options]).params)


def test_without_options_the_usual_settings_hold() -> None:
    assert settings_of() == ServerSettings(host="127.0.0.1")


def test_each_option_sets_what_it_says(tmp_path: Path) -> None:
    settings = settings_of(
        *("--host", "0.0.0.0", "--port", "9000", "--data", "sample:parts"),
        *("--workspaces", str(tmp_path), "--max-megapixels", "100", "--max-gigabytes", "1.5"),
        *("--max-files", "7", "--max-classes", "8", "--max-ratio", "9", "--max-visitors", "10"),
        *("--jobs", "3", "--keep-days", "4", "--idle-minutes", "5", "--embed-on-request"),
    )

    assert settings == ServerSettings(
        host="0.0.0.0",
        port=9000,
        initial_source="sample:parts",
        limits=Limits(100_000_000, 1_500_000_000, 7, 8, 9),
        workspaces=10,
        jobs=3,
        keep_days=4,
        idle_minutes=5,
        embeds_ahead=False,
        root=tmp_path,
    )


def test_every_limit_has_an_option() -> None:
    assert {field.name for field in fields(Limits)} <= {option.field for option in SERVE_OPTIONS}


@pytest.mark.parametrize("option", SERVE_OPTIONS, ids=lambda option: option.name)
@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "1e30"])
def test_a_number_out_of_range_is_refused_by_name(option: ServeOption, value: str) -> None:
    with pytest.raises(SettingError, match=rf"^{option.flag} is .*; it must be .* to .*\.$"):
        settings_of(f"{option.flag}={value}")


@pytest.mark.parametrize("option", SERVE_OPTIONS, ids=lambda option: option.name)
def test_the_usual_value_may_be_given(option: ServeOption) -> None:
    assert settings_of(option.flag, str(option.default)) == settings_of()


def test_half_a_file_is_refused() -> None:
    with pytest.raises(SettingError, match=r"--max-files is 1\.5; it must be a whole number\."):
        settings_of("--max-files", "1.5")


def test_a_wrong_number_ends_the_command_with_one_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["serve", "--jobs", "0"]) == 1

    assert capsys.readouterr().err == "evenset: --jobs is 0; it must be 1 to 1,000 jobs.\n"


@pytest.mark.parametrize(("host", "seconds"), [("127.0.0.1", 14 * 24 * 3600), ("0.0.0.0", 30 * 60)])
def test_work_is_kept_longer_where_nobody_else_can_come(host: str, seconds: float) -> None:
    assert ServerSettings(host=host).keep_seconds == seconds


@pytest.mark.skipif(sys.platform != "linux", reason="the variables are those of Linux")
@pytest.mark.parametrize(
    ("place", "variable", "usual", "name"),
    [
        (default_root, "XDG_DATA_HOME", ".local/share", "workspaces"),
        (default_cache, "XDG_CACHE_HOME", ".cache", "embeddings"),
    ],
)
def test_what_is_kept_lies_with_the_persons_other_data(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    place: Callable[[], Path],
    variable: str,
    usual: str,
    name: str,
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv(variable, str(tmp_path))
    assert place() == tmp_path / "evenset" / name

    for nowhere in ("relative", ""):
        monkeypatch.setenv(variable, nowhere)
        assert place() == tmp_path / "home" / usual / "evenset" / name
