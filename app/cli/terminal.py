"""What the command line draws on a terminal: progress bars, tables, JSON."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from tqdm import tqdm

from core.storage import write_bytes


class Bars:
    """A progress bar per stage on a terminal, silent in a pipe. Keeps the bar that is drawn."""

    def __init__(self) -> None:
        self._bar: tqdm[None] | None = None
        self._stage = ""

    def __enter__(self) -> "Bars":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Move the bar of `stage`; a new stage begins a new bar."""
        if self._bar is None or stage != self._stage:
            self._close()
            self._bar = tqdm(desc=stage, total=total or None, disable=None, leave=False)
            self._stage = stage
        self._bar.update(done - self._bar.n)

    def say(self, text: str) -> None:
        """Write a line beside the screen's own output, above the bar that is drawn."""
        tqdm.write(text, file=sys.stderr)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def write_json(data: object, name: str | None) -> None:
    """Write `data` to the file `name`, to the screen for '-', nowhere for None."""
    if name is None:
        return
    text = json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    if name == "-":
        sys.stdout.write(text)
    else:
        write_bytes(Path(name), text.encode("utf-8", "surrogatepass"))


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table; the first column is text, the others are numbers."""
    widths = [max(len(line[column]) for line in (header, *rows)) for column in range(len(header))]
    for line in (header, *rows):
        cells = [line[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)]
        print("  " + "  ".join(cells).rstrip())
