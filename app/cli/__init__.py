"""The command line: one module a command."""

from app.cli.entry import main

__all__ = ["main"]
