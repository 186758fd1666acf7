"""What the server is told: Streamlit's options, and what a visitor may do."""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from platformdirs import user_cache_path, user_data_path

from core.errors import SettingError
from core.limits import DEFAULT_LIMITS, Limits

_NAME = "evenset"  # of the folders
ASSETS = Path(__file__).parent / "shell"  # the mark and the style of every page

# `.streamlit/config.toml` says the same for people who run Streamlit by hand; a test compares.
# The file is not read when the command is run from another folder, so `serve` passes these.
STREAMLIT_OPTIONS: dict[str, object] = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.toolbarMode": "viewer",
    # With it goes Streamlit's offer, over each page, to install tools for coding agents.
    "logger.hideWelcomeMessage": True,
    # Each repaint of the job line would look through all objects, a third of a second once torch
    # is there, and no other thread runs meanwhile: a network learned fifteen times slower.
    "runner.postScriptGC": False,
    "server.address": "127.0.0.1",
    # Else any web page could reach the server under a name of its own that leads to loopback.
    "server.allowedHosts": ["localhost", "127.0.0.1", "::1"],
    "server.enableStaticServing": False,
    "server.fileWatcherType": "none",
    "server.maxUploadSize": 2000,
    "theme.baseRadius": "6px",
    "theme.showWidgetBorder": True,
    "theme.headingFontSizes": ["1.75rem", "1.375rem", "1.125rem", "1rem", "0.875rem", "0.875rem"],
    "theme.headingFontWeights": [650, 600, 600, 600, 600, 600],
    "theme.metricValueFontSize": "1.75rem",
    "theme.metricValueFontWeight": 600,
    "theme.light.primaryColor": "#0B6BA8",
    "theme.light.backgroundColor": "#FFFFFF",
    "theme.light.secondaryBackgroundColor": "#F4F6F8",
    "theme.light.textColor": "#1A2129",
    "theme.light.borderColor": "#DCE2E8",
    # One accent: what Streamlit tells and links to has it too, not a second blue.
    "theme.light.linkColor": "#0B6BA8",
    "theme.light.blueColor": "#0B6BA8",
    "theme.light.blueBackgroundColor": "#F0F6FB",
    "theme.light.blueTextColor": "#1D4667",
    "theme.light.grayTextColor": "#5B6672",
    "theme.light.dataframeBorderColor": "#E9EDF1",
    "theme.light.dataframeHeaderBackgroundColor": "#FFFFFF",
    "theme.light.dataframeHeaderTextColor": "#5B6672",
    "theme.light.sidebar.backgroundColor": "#F4F6F8",
    "theme.light.sidebar.secondaryBackgroundColor": "#FFFFFF",
    "theme.dark.primaryColor": "#58A9E0",
    "theme.dark.backgroundColor": "#12171D",
    "theme.dark.secondaryBackgroundColor": "#1B222A",
    "theme.dark.textColor": "#E8EDF2",
    "theme.dark.borderColor": "#313B46",
    "theme.dark.linkColor": "#6DB6EA",
    "theme.dark.blueColor": "#58A9E0",
    "theme.dark.blueBackgroundColor": "#17283A",
    "theme.dark.blueTextColor": "#C3DFF5",
    "theme.dark.grayTextColor": "#A3ADB8",
    "theme.dark.dataframeBorderColor": "#232B34",
    "theme.dark.dataframeHeaderBackgroundColor": "#12171D",
    "theme.dark.dataframeHeaderTextColor": "#A3ADB8",
    "theme.dark.sidebar.backgroundColor": "#1B222A",
    "theme.dark.sidebar.secondaryBackgroundColor": "#12171D",
}


@dataclass(frozen=True)
class ServerSettings:
    """How this server was started."""

    host: str = ""  # unknown unless `serve` was told, and then not taken for loopback
    port: int = 8501
    initial_source: str | None = None  # opened for each new visitor
    limits: Limits = DEFAULT_LIMITS
    workspaces: int = 100  # visitors with files at one time
    jobs: int = 2  # that run at one time
    embeds_ahead: bool = True  # by itself after a load, where that is quick
    keep_days: int = 14  # on loopback
    idle_minutes: int = 30  # elsewhere
    root: Path | None = None  # of the workspaces; None: the default place

    @property
    def cookie_name(self) -> str:
        """Return the name of the visitor's cookie; browsers share cookies between ports."""
        return f"evenset_{self.port}"

    @property
    def is_local(self) -> bool:
        """Return whether only this computer can reach the server."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def keep_seconds(self) -> float:
        """Return how long a workspace is kept that nobody uses."""
        return self.keep_days * 86_400 if self.is_local else self.idle_minutes * 60


@dataclass(frozen=True)
class ServeOption:
    """An option of `evenset serve` that is a number: what it sets, and what it may be."""

    flag: str
    field: str  # of Limits or ServerSettings
    unit: str  # of the option's value, for messages
    help: str
    high: float
    low: float = 1
    factor: int = 1  # from the option's unit to the field's

    @property
    def name(self) -> str:
        """Return the name under which a parser keeps the value."""
        return self.flag.removeprefix("--").replace("-", "_")

    @property
    def default(self) -> float:
        """Return the default, in the option's unit."""
        record = DEFAULT_LIMITS if self.field in _LIMIT_FIELDS else ServerSettings()
        return float(getattr(record, self.field)) / self.factor

    def check(self, value: float) -> int:
        """Return what the field is set to.

        Raises:
            SettingError: the value is out of range.
        """
        if not self.low <= value <= self.high:
            raise SettingError(
                f"{self.flag} is {value:g}; it must be {self.low:g} to {self.high:,.0f} "
                f"{self.unit}."
            )
        if self.factor == 1 and value != int(value):
            raise SettingError(f"{self.flag} is {value:g}; it must be a whole number.")
        return round(value * self.factor)


_LIMIT_FIELDS = {field.name for field in fields(Limits)}

SERVE_OPTIONS = (
    ServeOption("--max-megapixels", "image_pixels", "megapixels", "of one picture", 1_000,
                low=0.01, factor=1_000_000),
    ServeOption("--max-gigabytes", "unpacked_bytes", "gigabytes", "of one set, unpacked", 100_000,
                low=0.001, factor=1_000_000_000),
    ServeOption("--max-files", "files", "files", "in one set", 100_000_000),
    ServeOption("--max-classes", "classes", "classes", "in one set", 1_000_000),
    ServeOption("--max-ratio", "compression_ratio", "times",
                "that a file of an archive may be compressed", 100_000),
    ServeOption("--max-visitors", "workspaces", "visitors", "with images at a time", 100_000),
    ServeOption("--jobs", "jobs", "jobs", "that run at a time; others wait", 1_000),
    ServeOption("--keep-days", "keep_days", "days",
                "that work is kept on this computer when nobody resumes it", 36_500),
    ServeOption("--idle-minutes", "idle_minutes", "minutes",
                "that work is kept when the server is open to others", 10_000_000),
)  # fmt: skip


LIMIT_OPTIONS = tuple(option for option in SERVE_OPTIONS if option.field in _LIMIT_FIELDS)


def read_limits(options: Mapping[str, object]) -> Limits:
    """Return the limits that options ask for, by their names.

    Raises:
        SettingError: a number is out of range.
    """
    return Limits(**_read_numbers(options, LIMIT_OPTIONS))


def read_settings(options: Mapping[str, object]) -> ServerSettings:
    """Return the settings that the options of `evenset serve` ask for, by their names.

    Raises:
        SettingError: a number is out of range.
    """
    others = _read_numbers(options, [o for o in SERVE_OPTIONS if o not in LIMIT_OPTIONS])
    root, source = options.get("workspaces"), options.get("data")
    return ServerSettings(
        host=str(options["host"]),
        port=int(str(options["port"])),
        initial_source=None if source is None else str(source),
        limits=read_limits(options),
        root=None if root is None else Path(str(root)).absolute(),
        embeds_ahead=not options["embed_on_request"],
        **others,
    )


def _read_numbers(options: Mapping[str, object], wanted: Sequence[ServeOption]) -> dict[str, int]:
    return {
        option.field: option.check(float(str(options[option.name])))
        for option in wanted
        if options.get(option.name) is not None
    }


def default_root() -> Path:
    """Return where a person's workspaces are kept unless another place is named.

    Raises:
        RuntimeError: nobody knows whose home it is.
    """
    return user_data_path(_NAME, appauthor=False).expanduser() / "workspaces"


def default_cache() -> Path:
    """Return where a person's vectors are kept, for the app and the command line alike.

    Raises:
        RuntimeError: nobody knows whose home it is.
    """
    # On Windows the one place is for data and cache alike; elsewhere each has its own.
    return user_cache_path(_NAME, appauthor=False, opinion=False).expanduser() / "embeddings"
