"""`evenset serve`: open the app in the browser."""

from app.cli.options import command, option, together
from app.cli.shared_options import SOURCE_TEXT, number_option
from app.settings import SERVE_OPTIONS, read_settings


@command()
@option("--host", default="127.0.0.1", metavar="NAME", help="listen here (default 127.0.0.1)")
@option("--port", type=int, default=8501, metavar="N", help="listen at this port (default 8501)")
@option("--data", metavar="SOURCE", help=f"open at the start: {SOURCE_TEXT}")
@option("--no-browser", is_flag=True, help="do not open a browser")
@option("--workspaces", metavar="DIR", help="keep what visitors bring and make here")
@option(
    "--embed-on-request",
    is_flag=True,
    help="embed images only when asked, not by itself after a load",
)
@together(*(number_option(one) for one in SERVE_OPTIONS))
def run_serve(*, no_browser: bool, **values: object) -> None:
    """Open the app in the browser."""
    settings = read_settings(values)
    from app.server import serve

    def say(address: str) -> None:
        print(f"Evenset opens at {address}; Ctrl+C ends it.", flush=True)

    serve(settings, opens_browser=not no_browser, say=say)
