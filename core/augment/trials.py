"""What to try on the pictures of a class: one operation at one strength."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from core.augment.operations import OPERATIONS, find_operation
from core.augment.picture import DrawnStep
from core.dataset import TRAIN, ImageDataset
from core.embed import seconds_to_embed
from core.parameters import Range
from core.randomness import stream
from core.words import count_of, duration_of


@dataclass(frozen=True)
class Trial:
    """One operation, at one of its levels; without a level where it has no strength."""

    operation: str
    level: float | None = None

    @property
    def title(self) -> str:
        """Return 'Rotate 45°'."""
        record = OPERATIONS[self.operation]
        if self.level is None:
            return record.title
        unit = record.parameters[0].unit
        return f"{record.title} {self.level:g}{'' if unit in {'', '°'} else ' '}{unit}"

    def draw(self, *, image_key: str, seed: int) -> DrawnStep:
        """Draw this step for one picture: exactly as strong as the level, to either side.

        A parameter that may be negative takes either sign. What has no level is drawn from the
        range that an operation has by itself.
        """
        record = OPERATIONS[self.operation]
        rng = stream(seed, "evidence", image_key, self.operation, repr(self.level))
        values = {parameter.name: parameter.default for parameter in record.parameters}
        if self.level is not None:
            for parameter in leading(self.operation):
                sign = -1 if parameter.low < 0 and rng.random() < 0.5 else 1
                values[parameter.name] = (sign * self.level, sign * self.level)
        return DrawnStep(self.operation, record.draw(rng, values))


def list_trials(operations: Collection[str] | None = None) -> list[Trial]:
    """Return a trial for each level of each operation, in the order of the registry.

    Raises:
        SettingError: one of `operations` is unknown.
    """
    for name in operations or ():
        find_operation(name)
    chosen = [
        record for record in OPERATIONS.values() if operations is None or record.name in operations
    ]
    return [Trial(record.name, level) for record in chosen for level in (record.levels or (None,))]


def trying_text(
    dataset: ImageDataset,
    trials: Sequence[Trial],
    *,
    images_per_class: int,
    encoder: str,
    to_embed: int,
) -> str:
    """Return a sentence about the time that trying takes, which is the encoder's.

    Args:
        dataset: The images.
        trials: What is tried.
        images_per_class: At most so many of each class.
        encoder: What looks at the pictures.
        to_embed: Images that have no vector yet.
    """
    tried = sum(min(count, images_per_class) for count in dataset.counts(TRAIN).values())
    pictures = tried * len(trials)
    seconds = seconds_to_embed(encoder, pictures + to_embed)
    return f"{count_of(pictures, 'augmented picture')} to make and judge: {duration_of(seconds)}."


def leading(operation: str) -> list[Range]:
    """Return the parameters that a level sets: the first, and those that are like it."""
    parameters = OPERATIONS[operation].parameters
    first = parameters[0]
    return [one for one in parameters if (one.low, one.high) == (first.low, first.high)]
