"""`evenset snippets`: code that trains on an export."""

from pathlib import Path

import click

from app.cli.listings import SNIPPET_LIST
from app.cli.options import PATH, command, option
from app.cli.terminal import print_table
from core.export import find_snippet, fitting_snippets, read_training
from core.storage import write_bytes


@command()
@click.argument("export", type=PATH, metavar="EXPORT", help="a folder or zip of 'evenset balance'")
@option(
    "--show", metavar="NAME", lists=[SNIPPET_LIST],
    help="print the code of one; without it, those that fit are listed",
)  # fmt: skip
@option("--out", type=PATH, metavar="DIR", help="write those that fit into this folder")
def run_snippets(export: Path, show: str | None, out: Path | None) -> None:
    """List code that trains on an export, print it or write it."""
    training = read_training(export)
    # A zip is unpacked where the code runs.
    folder = str(export.absolute()) if export.is_dir() else export.stem
    if show is not None:
        print(find_snippet(show, training).code(folder), end="")
        return
    snippets = fitting_snippets(training)
    print(training.advice)
    print_table(
        ["name", "for", "what it does"],
        [[snippet.name, snippet.library, snippet.title] for snippet in snippets],
    )
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for snippet in snippets:
            write_bytes(out / f"{snippet.name}.py", snippet.code(folder).encode())
