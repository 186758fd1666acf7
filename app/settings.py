"""What the server is told: Streamlit's options, and what a visitor may do."""

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from core.limits import DEFAULT_LIMITS, Limits

ASSETS = Path(__file__).parent

# `.streamlit/config.toml` says the same for people who run Streamlit by hand; a test compares.
# The file is not read when the command is run from another folder, so `serve` passes these.
STREAMLIT_OPTIONS: dict[str, object] = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.toolbarMode": "viewer",
    "server.address": "127.0.0.1",
    # Else any web page could reach the server under a name of its own that leads to loopback.
    "server.allowedHosts": ["localhost", "127.0.0.1", "::1"],
    "server.enableStaticServing": False,
    "server.fileWatcherType": "none",
    "server.maxUploadSize": 2000,
    "theme.baseRadius": "medium",
    "theme.showWidgetBorder": True,
    "theme.light.primaryColor": "#0B6BA8",
    "theme.light.backgroundColor": "#FFFFFF",
    "theme.light.secondaryBackgroundColor": "#F4F6F8",
    "theme.light.textColor": "#1A2129",
    "theme.light.borderColor": "#DCE2E8",
    "theme.light.sidebar.backgroundColor": "#F4F6F8",
    "theme.light.sidebar.secondaryBackgroundColor": "#FFFFFF",
    "theme.dark.primaryColor": "#2584C4",
    "theme.dark.backgroundColor": "#12171D",
    "theme.dark.secondaryBackgroundColor": "#1B222A",
    "theme.dark.textColor": "#E8EDF2",
    "theme.dark.borderColor": "#313B46",
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
    folder_picker_files: int = 500  # beyond, Streamlit's picker loses files without a word

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
