"""The export's README.md: for people, and the dataset card that Hugging Face `datasets` reads."""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from core.dataset import SPLITS
from core.export.index_files import IndexFile, Written
from core.words import count_of

_MOST_RENAMED = 100  # classes that are listed
_MARKS = frozenset("\\`*_[]<>#|&")  # signs that mean something in Markdown

# How the set is read, with FOLDER in the place of its own; also on the page and in docs/export.md.
CLASS_FOLDER_READERS = (
    'torchvision.datasets.ImageFolder(FOLDER + "/train")',
    'keras.utils.image_dataset_from_directory(FOLDER + "/train")',
    "datasets.load_dataset(FOLDER)",
)
CLASS_FOLDER_CAVEAT = (
    'Do not use load_dataset("imagefolder", data_dir=FOLDER): it does not read README.md, and '
    "guesses splits from names."
)


def _card(written: Written) -> bytes:
    """Return the card of an export with a folder per split and class.

    Without it `datasets` guesses splits from names anywhere in a path, so that a class called
    'test tube' becomes a test split. The patterns name no class: '[' or '*' in a name would count
    for more than itself.
    """
    folders: dict[str, str] = {}  # folder -> label
    pictures = dict.fromkeys(SPLITS, 0)
    for row in written.rows:
        folders[PurePosixPath(row.path).parts[1]] = row.label
        pictures[row.split] += 1
    splits = [split for split in SPLITS if pictures[split]]
    text = "\n".join([*_front_matter(splits, sorted(folders)), *_body(written, pictures, folders)])
    return (text + "\n").encode("utf-8", "replace")


def _front_matter(splits: Sequence[str], folders: Sequence[str]) -> list[str]:
    lines = ["---", "configs:", "- config_name: default", "  drop_labels: false", "  data_files:"]
    for split in splits:
        lines += [f"  - split: {split}", f"    path: {split}/*/*"]
    # Said here, a class that stands in one split alone has the same code in all.
    lines += ["  features:", "  - name: image", "    dtype: image"]
    lines += ["  - name: label", "    dtype:", "      class_label:", "        names:"]
    lines += [f"          '{code}': {_quoted(folder)}" for code, folder in enumerate(folders)]
    return [*lines, "---", ""]


def _body(written: Written, pictures: Mapping[str, int], folders: Mapping[str, str]) -> list[str]:
    counts = [
        f"{count_of(count, 'picture')} in `{split}`" for split, count in pictures.items() if count
    ]
    lines = [
        "# A set of pictures, balanced by Evenset",
        "",
        f"{', '.join(counts)}; {count_of(len(folders), 'class')}. How it is made:",
        "",
        *(f"- {_as_text(line)}" for line in written.told),
        "",
        "`manifest.csv` says where each picture came from; `recipe.json` makes the same set again.",
        "",
        "Unpack a zip into a new folder first. Then load it for training, with its path as FOLDER:",
        "",
        *(f"    {reader}" for reader in CLASS_FOLDER_READERS),
        "",
        CLASS_FOLDER_CAVEAT,
    ]
    renamed = {folder: label for folder, label in sorted(folders.items()) if folder != label}
    if renamed:
        lines += [
            "",
            "Classes whose folder has another name, because not every system supports theirs:",
            "",
        ]
        for folder, label in list(renamed.items())[:_MOST_RENAMED]:
            lines.append(f"- `{folder}`: {_quoted(label)}")
    return lines


def _as_text(line: str) -> str:
    """Return a line in which Markdown finds nothing: a name may hold anything."""
    return "".join(f"\\{sign}" if sign in _MARKS else sign for sign in line)


def _quoted(text: str) -> str:
    """Return `text` as YAML's quoted form, which JSON's escapes of large characters are not."""
    escaped = (
        char if char.isprintable() and char not in '"\\' else f"\\U{ord(char):08x}"
        for char in text
    )  # fmt: skip
    return f'"{"".join(escaped)}"'


CLASS_FOLDER_CARD = IndexFile("README.md", _card)
