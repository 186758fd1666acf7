"""Every setting needed to make an export again."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from core import __version__
from core.augment import AugmentPolicy
from core.dataset import Choices, Take
from core.dataset.edits_file import NamedEdit, edits_from_json, edits_to_json
from core.dataset.questions import decoding_of
from core.dataset.store import take_from_json, take_to_json
from core.errors import SettingError
from core.export.layouts import DEFAULT_LAYOUT, find_layout
from core.export.originals import DEFAULT_ORIGINALS, ENCODED_ANEW, check_originals
from core.resample import Settings, Target, read_target
from core.resample.settings import LEAST_SHARE

_VERSION = 4


@dataclass(frozen=True)
class Recipe:
    """What was chosen on the way from the source to the export."""

    source: str  # name of the dataset, not a path of this computer
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

    def to_text(self) -> str:
        """Return the recipe as JSON."""
        data = {
            "version": _VERSION,
            "evenset": __version__,
            "source": self.source,
            "dataset_digest": self.dataset_digest,
            "choices": {
                **asdict(self.choices),
                "labels_file": _without_place(self.choices.labels_file),
                "decisions": dict(self.choices.decisions),
            },
            "take": take_to_json(self.take),
            "strategy": self.strategy,
            "target": dict(self.target) if isinstance(self.target, Mapping) else self.target,
            "settings": dict(self.settings),
            "most_per_image": self.most_per_image,
            "encoder": self.encoder,
            "policy": self.policy.to_json(),
            "seed": self.seed,
            "edits": edits_to_json(self.edits),
            "originals": self.originals,
            "layout": self.layout,
        }
        text = json.dumps(data, indent=2, ensure_ascii=False) + "\n"
        # A file name may hold bytes that no text can: JSON's escapes can.
        return text.encode("utf-8", "backslashreplace").decode()


def read_recipe(path: Path) -> Recipe:
    """Read a recipe that an export wrote.

    Raises:
        SettingError: it is missing, is no recipe, or names what this version does not know.
    """
    try:
        data = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise SettingError(f"There is no recipe '{path}'. Check the path.") from error
    except OSError as error:
        raise SettingError(
            f"The recipe '{path}' cannot be read ({error.strerror}). Choose another file."
        ) from error
    except (ValueError, RecursionError) as error:
        raise SettingError(f"'{path}' is not a recipe: it is not JSON. Choose another.") from error
    if not isinstance(data, dict) or data.get("version") != _VERSION:
        raise SettingError(
            f"'{path}' is not a recipe of version {_VERSION}. Export again to make a new one."
        )
    try:
        return Recipe(
            source=str(data["source"]),
            dataset_digest=str(data["dataset_digest"]),
            choices=_read_choices(data["choices"]),
            take=_read_take(data["take"]),
            strategy=str(data["strategy"]),
            target=read_target(data["target"]),
            settings=_read_settings(data),
            most_per_image=None if data["most_per_image"] is None else int(data["most_per_image"]),
            encoder=str(data["encoder"]),
            policy=AugmentPolicy.from_json(data["policy"]),
            seed=int(data["seed"]),
            edits=edits_from_json(data["edits"]),
            originals=check_originals(str(data.get("originals", _old_originals(data)))),
            layout=find_layout(str(data.get("layout", DEFAULT_LAYOUT.name))).name,
        )
    except KeyError as error:
        raise SettingError(
            f"The recipe '{path}' has no {error}. Export again to make a new one."
        ) from error
    except (TypeError, ValueError, OverflowError) as error:
        raise SettingError(f"A value in the recipe '{path}' has the wrong type.") from error


def _without_place(labels_file: str | None) -> str | None:
    """Return the name of a labels file in its source; of one outside, not where it lies here."""
    if labels_file and (Path(labels_file).is_absolute() or labels_file.startswith("..")):
        return Path(labels_file).name
    return labels_file


def _read_choices(data: object) -> Choices:
    if not isinstance(data, Mapping) or not isinstance(data.get("decisions"), Mapping):
        raise SettingError(
            "The 'choices' of the recipe are damaged. Export again to make a new one."
        )
    texts = {
        field.name: None if data.get(field.name) is None else str(data[field.name])
        for field in fields(Choices)
        if field.name not in {"decisions", "white_level"}
    }
    decisions = {str(kind): str(decision) for kind, decision in data["decisions"].items()}
    level = data.get("white_level")
    white_level = None if level is None else int(level)
    choices = Choices(**texts, decisions=decisions, white_level=white_level)
    decoding_of(choices)  # what there is not is refused here, not once all is read
    return choices


def _read_take(data: object) -> Take | None:
    is_take = isinstance(data, Mapping) and isinstance(data.get("counts"), Mapping)
    if data is not None and not is_take:
        raise SettingError("The 'take' of the recipe is damaged. Export again to make a new one.")
    return take_from_json(data)


def _old_originals(data: Mapping[str, object]) -> str:
    """Return how an older recipe, without that word, wants originals to be written."""
    top_up = data.get("top_up", {})
    is_anew = isinstance(top_up, Mapping) and bool(top_up.get("normalises_originals", False))
    return ENCODED_ANEW if is_anew else DEFAULT_ORIGINALS


def _read_settings(data: Mapping[str, Any]) -> dict[str, float | str]:
    """Return the settings of the strategy; a share of an older recipe stood beside them."""
    settings, top_up = dict(data["settings"]), data.get("top_up", {})
    if isinstance(top_up, Mapping) and float(top_up.get("least_share", 0)):
        settings.setdefault(LEAST_SHARE.name, float(top_up["least_share"]))
    return settings
