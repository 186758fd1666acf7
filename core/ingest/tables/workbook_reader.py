"""A program that writes the cells of a workbook as CSV, in a process that may run out of memory.

A workbook of two cells in far corners makes its reader ask for hundreds of gigabytes, which ends
the process: so that is not ours. It is started by `workbook`, with this file's path, and imports
nothing of this package.
"""

import csv
import datetime
import io
import sys
from collections.abc import Iterator, Sequence

MOST_MEMORY = 1_200_000_000  # bytes; a sheet of a million rows and three columns takes 424 MB
MOST_SECONDS = 60
# What the first cell of a line is.
SHEET, ROW, REFUSED = "sheet", "row", "refused"


def main(file: str, wanted: str, most_rows: str) -> None:
    """Write each visible sheet, or the one at place `wanted`, with at most `most_rows` rows."""
    _limit()
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    output = io.TextIOWrapper(
        sys.stdout.buffer, "utf-8", errors="replace", newline="", write_through=False
    )
    writer = csv.writer(output, lineterminator="\n")
    try:
        with CalamineWorkbook.from_path(file) as workbook:
            for place, sheet in enumerate(workbook.sheets_metadata):
                if wanted in {"", str(place)}:
                    is_visible = sheet.visible == SheetVisibleEnum.Visible
                    writer.writerow([SHEET, place, sheet.name, "" if is_visible else "hidden"])
                    rows = workbook.get_sheet_by_name(sheet.name).iter_rows()
                    writer.writerows(_lines(rows, int(most_rows)))
    except PasswordError:
        writer.writerow([REFUSED, "password"])
    except (CalamineError, OSError, ValueError) as error:
        writer.writerow([REFUSED, "damaged", str(error)[:200]])
    output.flush()


def text_of(value: object) -> str:
    """Return what a person sees in a cell: 1 for 1.0, a date without midnight."""
    if isinstance(value, str):
        return value.replace("\0", "\N{REPLACEMENT CHARACTER}").strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        # 0.1 + 0.2 is kept by Excel with 15 digits.
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime.datetime):
        is_date = value.time() == datetime.time()
        return value.date().isoformat() if is_date else value.isoformat(" ", "seconds")
    return str(value)


def _lines(rows: Iterator[Sequence[object]], most: int) -> Iterator[list[object]]:
    count = 0
    for number, row in enumerate(rows, 1):
        cells = [text_of(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield [ROW, number, *cells]
            count += 1
        if count == most:
            return


def _limit() -> None:
    try:
        import resource
    except ImportError:  # no such limits on Windows
        return
    for what, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, MOST_SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (allowed, hard))


if __name__ == "__main__":
    main(*sys.argv[1:])
