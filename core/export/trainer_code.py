"""Code that trains on an export as it was written, to be pasted: files in `snippets`.

Each runs as it stands, with plain libraries; one line of it names the folder of the export.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import SettingError
from core.export.layouts import LAYOUTS
from core.export.training import CLASS_WEIGHT, LOG_PRIORS, Training

_PLACE = 'FOLDER = "FOLDER"\n'
_DRAWS, _VECTORS, _NOTHING = "draws", "vectors", "nothing"


def _has_files(training: Training) -> bool:
    """Return whether each path of the manifest is a file below the folder of the export."""
    return training.layout in LAYOUTS and LAYOUTS[training.layout].folder is not None


def _has_folders(training: Training) -> bool:
    """Return whether these files lie in a folder for each class."""
    return _has_files(training) and not LAYOUTS[training.layout].is_numbered


def _is_uneven(training: Training) -> bool:
    return not training.is_even


def _is_even(training: Training) -> bool:
    return training.is_even and _has_files(training)


def _has_uneven_files(training: Training) -> bool:
    return _is_uneven(training) and _has_files(training)


def _has_uneven_folders(training: Training) -> bool:
    return _is_uneven(training) and _has_folders(training)


def _has_vectors(training: Training) -> bool:
    return training.vectors is not None


def _has_straight_points(training: Training) -> bool:
    return training.vectors is not None and training.vectors.interpolation == "linear"


@dataclass(frozen=True)
class Snippet:
    """One piece of code, the file of its name in `snippets`."""

    name: str
    title: str
    library: str
    uses: str  # what it corrects by: of these an export needs one
    fits: Callable[[Training], bool]  # whether an export is what it reads

    def code(self, folder: str) -> str:
        """Return the code for an export in `folder`."""
        place = Path(__file__).parent / "snippets" / f"{self.name}.py"
        return place.read_text("utf-8").replace(_PLACE, f"FOLDER = {folder!r}\n")


_PYTORCH, _KERAS, _SKLEARN, _TRANSFORMERS = "PyTorch", "Keras", "scikit-learn", "transformers"

# To add one: a file in `snippets`, and an entry here.
SNIPPETS: Mapping[str, Snippet] = {
    snippet.name: snippet
    for snippet in (
        Snippet("torch_pictures", "Pictures in random order", _PYTORCH, _NOTHING, _is_even),
        Snippet("torch_sampler", "Draw by weight", _PYTORCH, _DRAWS, _has_uneven_files),
        Snippet(
            "torch_distributed",
            "Draw by weight, or repeat, in several processes",
            _PYTORCH,
            _DRAWS,
            _has_uneven_files,
        ),
        Snippet(
            "torch_balanced_batches", "Every class in each batch", _PYTORCH, _DRAWS, _has_files
        ),
        Snippet(
            "torch_class_weights", "Class weights in the loss", _PYTORCH, CLASS_WEIGHT, _is_uneven
        ),
        Snippet("torch_logit_adjustment", "Logit adjustment", _PYTORCH, LOG_PRIORS, _is_uneven),
        Snippet(
            "transformers_sampler",
            "Trainer that draws by weight",
            _TRANSFORMERS,
            _DRAWS,
            _has_uneven_files,
        ),
        Snippet(
            "transformers_class_weights",
            "Trainer with class weights in the loss",
            _TRANSFORMERS,
            CLASS_WEIGHT,
            _has_uneven_files,
        ),
        Snippet(
            "keras_class_weight", "class_weight of fit", _KERAS, CLASS_WEIGHT, _has_uneven_folders
        ),
        Snippet(
            "keras_sample_weight",
            "sample_weight of each picture",
            _KERAS,
            CLASS_WEIGHT,
            _has_uneven_files,
        ),
        Snippet("sklearn_vectors", "Real and synthetic vectors", _SKLEARN, _VECTORS, _has_vectors),
        Snippet(
            "torch_vectors",
            "Balanced batches of vectors, made as they are drawn",
            _PYTORCH,
            _VECTORS,
            _has_straight_points,
        ),
        Snippet(
            "keras_vectors",
            "Balanced batches of vectors, made as they are drawn",
            _KERAS,
            _VECTORS,
            _has_straight_points,
        ),
    )
}


def fitting_snippets(training: Training) -> list[Snippet]:
    """Return the snippets that an export fits, those that do what its plan asks for first."""
    asked = _VECTORS if training.vectors else training.use
    found = [snippet for snippet in SNIPPETS.values() if snippet.fits(training)]
    return sorted(found, key=lambda snippet: snippet.uses != asked)


def find_snippet(name: str, training: Training) -> Snippet:
    """Return the snippet of that name, for an export.

    Raises:
        SettingError: there is none, or the export is not what it reads.
    """
    fitting = {snippet.name: snippet for snippet in fitting_snippets(training)}
    if name not in fitting:
        known = ", ".join(fitting)
        why = "does not fit this export" if name in SNIPPETS else "does not exist"
        raise SettingError(f"The snippet '{name}' {why}. Those that fit are: {known}.")
    return fitting[name]
