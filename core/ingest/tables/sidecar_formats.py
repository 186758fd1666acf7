"""The formats of files that tell about one picture, and the names of the classes in them."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.ingest.tables.annotations_xml import voc_labels
from core.ingest.tables.table import as_text

_MOST_NAMES_BYTES = 200_000
_LEAST_NUMBERS = 4  # of a box
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_LONGEST_LABEL = 60
_MOST_NAMES = 100_000


@dataclass(frozen=True)
class SidecarFormat:
    """A format of files that tell about one picture each."""

    kind: str  # for people
    suffix: str
    # Returns the labels in such a file, [] for none; None: it has another format.
    labels: Callable[[str], list[str] | None]
    # Whether the labels of several files can be those of this format.
    fits: Callable[[Sequence[Sequence[str]]], bool] = any


def box_labels(text: str) -> list[str] | None:
    """Return the number of the class of each box, or its name; None: these are no boxes."""
    labels = []
    for line in text.splitlines():
        label, *numbers = line.split() or [""]
        if not label:
            continue
        if len(numbers) < _LEAST_NUMBERS or not all(map(_NUMBER.fullmatch, numbers)):
            return None
        # Some programs write 3.0 for 3.
        labels.append(label.removesuffix(".0") if _NUMBER.fullmatch(label) else label)
    return labels


def are_boxes(file: Path) -> bool:
    """Return whether a text holds boxes in parts of a picture's size, and nothing else."""
    try:
        with file.open("rb") as stream:
            text = stream.read(_MOST_NAMES_BYTES).decode("utf-8-sig", "replace")
    except OSError:
        return False
    if not box_labels(text):
        return False
    words = [line.split() for line in text.splitlines() if line.strip()]
    return all(
        line[0].isdecimal() and all(-0.5 <= float(word) <= 1.5 for word in line[1:])
        for line in words
    )


def shape_labels(text: str) -> list[str] | None:
    """Return the labels of LabelMe's shapes, else its set flags, or of Supervisely's objects.

    None: neither wrote it.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    shapes = value.get("shapes", value.get("objects"))
    if not isinstance(shapes, list):
        return None
    labels = [
        as_text(shape.get("label", shape.get("classTitle")))
        for shape in shapes
        if isinstance(shape, Mapping)
    ]
    if not labels and isinstance(flags := value.get("flags"), dict):
        labels = [as_text(key) for key, is_set in flags.items() if is_set is True]
    return [label for label in labels if label]


def one_label(text: str) -> list[str] | None:
    """Return the only line of a text as a label; None: it is a longer text."""
    lines = text.split("\n", 2)
    label = lines[0].strip()
    if len(label) > _LONGEST_LABEL or any(line.strip() for line in lines[1:]):
        return None
    return [as_text(label)] if label else []


def _are_numbers(labels: Sequence[Sequence[str]]) -> bool:
    return all(label.isdecimal() for of_file in labels for label in of_file)


def _are_few(labels: Sequence[Sequence[str]]) -> bool:
    """Return whether labels repeat, as those of classes do and captions do not."""
    told = [of_file[0] for of_file in labels if of_file]
    return 2 * len(set(told)) <= len(told)


# The first that fits nearly all files of a suffix is taken.
SIDECAR_FORMATS: tuple[SidecarFormat, ...] = (
    SidecarFormat("YOLO labels", ".txt", box_labels, _are_numbers),
    SidecarFormat("boxes in a text beside each picture", ".txt", box_labels),
    SidecarFormat("a label in a text beside each picture", ".txt", one_label, _are_few),
    SidecarFormat(
        "a label in a file beside each picture, as in WebDataset", ".cls", one_label, _are_few
    ),
    SidecarFormat("Pascal VOC annotations", ".xml", voc_labels),
    SidecarFormat("LabelMe annotations", ".json", shape_labels),
)


def is_names_file(path: str) -> bool:
    """Return whether a file may hold the names of YOLO's classes, by its name."""
    name = path[path.rfind("/") + 1 :].lower()
    return name.endswith((".yaml", ".yml", ".names", ".labels")) or name in {
        "classes.txt",
        "predefined_classes.txt",
    }


def class_names(path: str, file: Path) -> list[str]:
    """Return the names of the classes by their numbers, as YOLO's programs keep them; [] for none.

    A YAML has them as `names`, a list or an object by number; other files have one a line.
    """
    try:
        with file.open("rb") as stream:
            text = stream.read(_MOST_NAMES_BYTES).decode("utf-8-sig", "replace")
    except OSError:
        return []
    if path.lower().endswith((".yaml", ".yml")):
        return _names_in_yaml(text)
    return [line.strip() for line in text.strip().splitlines()]


def _names_in_yaml(text: str) -> list[str]:
    import yaml

    try:
        # All scalars stay text: a class may be called 'no' or '010'.
        value = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - the base loader makes texts only
    except (yaml.YAMLError, RecursionError, ValueError):
        return []
    names = value.get("names") if isinstance(value, dict) else None
    if isinstance(names, list):
        return [as_text(name) for name in names]
    if not isinstance(names, dict):
        return []
    numbered = {int(key): as_text(name) for key, name in names.items() if str(key).isdecimal()}
    most = min(max(numbered, default=-1), _MOST_NAMES)
    return [numbered.get(number, str(number)) for number in range(most + 1)]
