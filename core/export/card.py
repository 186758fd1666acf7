"""The export's README.md: for people, and the dataset card that Hugging Face `datasets` reads."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from core.dataset import SPLITS
from core.export.index_files import IndexFile, Written
from core.words import count_of

_MOST_LISTED = 100  # classes
_MARKS = frozenset("\\`*_[]<>#|&")  # signs that mean something in Markdown

FrontMatter = Callable[[Written], list[str]]


def make_card(
    readers: Sequence[str],
    caveat: str,
    *,
    front_matter: FrontMatter | None = None,
    folders: Callable[[Written], Mapping[str, str]] = lambda written: {},  # noqa: ARG005
    has_pictures: bool = True,
) -> IndexFile:
    """Return the card of a layout.

    Args:
        readers: Code that reads it, with FOLDER for its place.
        caveat: What does not, or what else one has to know.
        front_matter: The lines of YAML by which Hugging Face reads it.
        folders: The folder of each class -> its label, where folders say the labels.
        has_pictures: Whether the pictures are in it.
    """

    def card(written: Written) -> bytes:
        lines = ["---", *front_matter(written), "---", ""] if front_matter else []
        lines += _told(written, has_pictures=has_pictures)
        lines += ["", *(f"    {reader}" for reader in readers)]
        lines += ["", caveat] if caveat else []
        lines += _renamed(folders(written))
        return ("\n".join(lines) + "\n").encode("utf-8", "replace")

    return IndexFile("README.md", card)


def splits_at(written: Written, places: Mapping[str, str]) -> list[str]:
    """Return the lines that say where the pictures of each split lie.

    Without them `datasets` guesses splits from names anywhere in a path, so that a class called
    'test tube' becomes a test split. The patterns name no class: '[' or '*' in a name would count
    for more than itself.
    """
    present = {row.split for row in written.rows}
    lines = ["  data_files:"]
    for split in SPLITS:
        if split in present:
            lines += [f"  - split: {split}", f"    path: {places[split]}"]
    return lines


def label_names(names: Iterable[str], indent: str = "") -> list[str]:
    """Return the lines that give each label its code: one of a split alone has the same in all."""
    lines = ["- name: label", "  dtype:", "    class_label:", "      names:"]
    lines += [f"        '{code}': {quoted(name)}" for code, name in enumerate(names)]
    return [indent + line for line in lines]


def _told(written: Written, *, has_pictures: bool) -> list[str]:
    """Return what the set is and how it is made."""
    pictures = dict.fromkeys(SPLITS, 0)
    for row in written.rows:
        pictures[row.split] += 1
    what = "picture" if has_pictures else "row"
    counts = [f"{count_of(count, what)} in `{split}`" for split, count in pictures.items() if count]
    classes = count_of(len({row.label for row in written.rows}), "class")
    table, unpack = "`manifest.csv` says where each picture came from", "Unpack a zip into a new "
    if not has_pictures:
        table = "`index.csv` names the pictures by their paths in the source, and holds none"
    unpack += "folder first. Then load it for training, with its path as FOLDER:"
    return [
        "# A set of pictures, balanced by Evenset",
        "",
        f"{', '.join(counts)}; {classes}. How it is made:",
        "",
        *(f"- {_as_text(line)}" for line in written.told),
        "",
        f"{table}; `recipe.json` makes the same set again.",
        "",
        unpack,
    ]


def _renamed(folders: Mapping[str, str]) -> list[str]:
    renamed = {folder: label for folder, label in sorted(folders.items()) if folder != label}
    if not renamed:
        return []
    lines = [
        "",
        "Classes whose folder has another name, because not every system supports theirs:",
        "",
    ]
    listed = list(renamed.items())[:_MOST_LISTED]
    return lines + [f"- `{folder}`: {quoted(label)}" for folder, label in listed]


def _as_text(line: str) -> str:
    """Return a line in which Markdown finds nothing: a name may hold anything."""
    return "".join(f"\\{sign}" if sign in _MARKS else sign for sign in line)


def quoted(text: str) -> str:
    """Return `text` as YAML's quoted form, which JSON's escapes of large characters are not."""
    escaped = (
        char if char.isprintable() and char not in '"\\' else f"\\U{ord(char):08x}"
        for char in text
    )  # fmt: skip
    return f'"{"".join(escaped)}"'
