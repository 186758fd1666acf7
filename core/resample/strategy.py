"""What a way to balance is: the record that page, command line, recipe and README read."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from core.errors import SettingError
from core.parameters import Choice, Parameter
from core.words import lowered

Settings = Mapping[str, float | str]


class Exports(StrEnum):
    """What a strategy adds to or takes from the files of the training split."""

    ORIGINALS = "originals"
    COPIES = "copies"
    AUGMENTED = "augmented"
    FEWER = "fewer"
    SYNTHETIC = "synthetic"  # vectors, and one augmented picture for each


class Weighs(StrEnum):
    """How a strategy lets mistakes on rare classes count for more."""

    NOTHING = "nothing"
    BALANCED = "balanced"
    EFFECTIVE = "effective"


@dataclass(frozen=True)
class Strategy:
    """One way to balance."""

    name: str
    title: str
    help: str
    bad_idea: str  # when not to use it
    source: str
    exports: Exports
    default_target: str = "largest"
    targets: tuple[str, ...] = ()  # named targets that make sense; empty: it has no target
    parameters: tuple[Parameter | Choice, ...] = ()
    is_usual: bool = False  # has a row on Evaluate unless others are chosen
    needs_embeddings: bool = False
    cleans: bool = False  # leaves out what the data says, so counts are known afterwards
    weighs: Weighs = Weighs.NOTHING
    adjusts_logits: bool = False

    def complete(self, settings: Settings | None = None) -> dict[str, float | str]:
        """Return every setting: those given, and the usual value of the others.

        Raises:
            SettingError: a setting that the strategy does not have, or a value out of range.
        """
        given = dict(settings or {})
        values = {}
        for parameter in self.parameters:
            value = given.pop(parameter.name, parameter.default)
            values[parameter.name] = _checked(parameter, value)
        if given:
            known = ", ".join(parameter.name for parameter in self.parameters)
            has = f"Its settings are: {known}." if known else "It has none."
            raise SettingError(f"{self.title} has no setting '{next(iter(given))}'. {has}")
        return values

    def unusual(self, settings: Settings) -> str:
        """Return what is not as usual, as 'neighbours: 7; between two images: on the arc'."""
        texts = []
        for parameter in self.parameters:
            value = settings.get(parameter.name, parameter.default)
            if value == parameter.default:
                continue
            shown = f"{value}"
            if isinstance(parameter, Choice):
                shown = lowered(parameter.options[shown])
            texts.append(f"{lowered(parameter.title)}: {shown}")
        return "; ".join(texts)

    def parse(self, texts: Mapping[str, str]) -> Settings:
        """Return the settings that texts such as {'k_neighbors': '7'} name; see `complete`."""
        kinds = {parameter.name: parameter for parameter in self.parameters}
        values: dict[str, float | str] = {}
        for name, text in texts.items():
            values[name] = text
            if isinstance(kinds.get(name), Parameter):
                try:
                    values[name] = float(text)
                except ValueError as error:
                    raise SettingError(
                        f"{kinds[name].title} is '{text}'; it must be a number."
                    ) from error
        return MappingProxyType(values)


def _checked(parameter: Parameter | Choice, value: float | str) -> float | str:
    if isinstance(parameter, Choice):
        return parameter.check(str(value))
    # A recipe that was changed by hand may hold anything.
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SettingError(f"{parameter.title} is '{value}'; it must be a number.")
    number = parameter.check(value)
    if not float(parameter.step).is_integer():
        return number
    if not float(number).is_integer():
        raise SettingError(f"{parameter.title} is {number:g}; it must be a whole number.")
    return int(number)
