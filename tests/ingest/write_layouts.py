"""Write what is read of the well-known layouts into `docs/sources.md`: run it, look at the diff."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from documents import section  # noqa: E402
from known_layouts import KNOWN_LAYOUTS, layout, read_layout, wrong_in  # noqa: E402

PAGE = ROOT / "docs" / "sources.md"
TITLE = "Well-known layouts"


def main() -> None:
    """Write the rows of the table into the page; there is none for a reading that is wrong."""
    rows = [
        f"| {name} | {layout(name).about} | {read_layout(name).told} |"
        for name in sorted(KNOWN_LAYOUTS, key=str.casefold)
        if not wrong_in(name)
    ]
    old = section("sources", TITLE)
    lines = [line for line in old.splitlines() if line.startswith("| ")]
    new = old.replace("\n".join([*lines[:1], "|---|---|---|", *lines[1:]]), "")
    table = "\n".join(["| set | what lies there | what is read |", "|---|---|---|", *rows])
    text = PAGE.read_text("utf-8")
    PAGE.write_text(text.replace(old, f"{new.rstrip()}\n\n{table}\n\n"), "utf-8")


if __name__ == "__main__":
    main()
