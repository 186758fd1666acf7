"""The command line: `evenset audit pictures.zip`, and the like.

Read `entry` first: the registry of commands, where a new one is an entry, and how a command ends.
Each command is a module of its name: `serve`, `audit`, `report`, `augment`, `embed`, `resample`,
`map`, `evaluate` (with `further`: what it is asked besides), `balance`, `snippets`. They share
`options` and `shared_options` (declared once, each group with its record), `listings` (what their
help lists of the registries), `usage` (what is wrong with a command line), `source` (what was
named, opened) and `terminal` (bars, tables, JSON).

`main` alone leaves it. The package loads no library before a command is chosen.
"""

from app.cli.entry import main

__all__ = ["main"]
