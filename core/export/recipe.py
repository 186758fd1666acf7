"""Every setting needed to make an export again."""

from dataclasses import dataclass, replace
from pathlib import Path

from core import records
from core.augment import AugmentPolicy
from core.dataset import Choices, Take
from core.dataset.edits_file import NamedEdit
from core.dataset.questions import decoding_of
from core.export.layouts import DEFAULT_LAYOUT, find_layout
from core.export.originals import DEFAULT_ORIGINALS, check_originals
from core.resample import Settings, Target

_VERSION = 5


@dataclass(frozen=True)
class Recipe:
    """What was chosen on the way from the source to the export."""

    source: records.FileName  # name of the dataset, not a path of this computer
    dataset_digest: str  # of the dataset after `take` and `edits`
    choices: Choices  # how its labels and pictures were read
    take: Take | None
    strategy: str
    target: Target | None
    settings: Settings  # of the strategy
    most_per_image: int | None
    encoder: str
    policy: AugmentPolicy
    seed: int
    edits: tuple[NamedEdit, ...] = ()  # of labels and splits, after `take`
    originals: str = DEFAULT_ORIGINALS  # one of ORIGINALS: how their files are written
    layout: str = DEFAULT_LAYOUT.name

    def __post_init__(self) -> None:
        # What there is not is refused here, not once all is read.
        decoding_of(self.choices)
        check_originals(self.originals)
        find_layout(self.layout)

    def to_text(self) -> str:
        """Return the recipe as JSON; it does not say where a labels file lies on this computer."""
        choices = replace(self.choices, labels_file=_without_place(self.choices.labels_file))
        return records.to_text(replace(self, choices=choices), _VERSION)


def read_recipe(path: Path) -> Recipe:
    """Read a recipe that an export wrote.

    Raises:
        SettingError: it is missing, is no recipe, or names what this version does not know.
    """
    content = records.read_file(path, "recipe")
    return records.read_text(Recipe, content, f"The recipe '{path}'", _VERSION)


def _without_place(labels_file: str | None) -> str | None:
    """Return the name of a labels file in its source; of one outside, not where it lies here."""
    if labels_file and (Path(labels_file).is_absolute() or labels_file.startswith("..")):
        return Path(labels_file).name
    return labels_file
