"""What a way to balance is: the record that page, command line, recipe and documents read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.errors import SettingError
from core.parameters import Choice, Parameter
from core.resample.effects import Effect
from core.resample.made import Made, TrainingSide
from core.resample.plan import BalancePlan
from core.resample.settings import Settings
from core.words import count_of, lowered

_STEEP = 10  # made for each image, from where it is told


def _warn_of_nothing(_: BalancePlan) -> list[str]:
    return []


@dataclass(frozen=True)
class Strategy:
    """One way to balance."""

    name: str
    title: str
    help: str
    avoid_when: str  # when not to use it
    source: str
    make: Callable[[TrainingSide], Made]
    effect: Effect  # on the files of the training split, and how it is said
    default_target: str = "largest"
    targets: tuple[str, ...] = ()  # named targets that make sense; empty: it has no target
    parameters: tuple[Parameter | Choice, ...] = ()
    is_default: bool = False  # has a row on Evaluate unless others are chosen
    needs_embeddings: bool = False
    cleans: bool = False  # leaves out what the data says, so counts are known afterwards
    # Label -> how much a mistake on an image of it counts, of label -> images.
    weigh: Callable[[Mapping[str, int], Settings], dict[str, float]] | None = None  # all alike
    adjusts_logits: bool = False
    warns: Callable[[BalancePlan], list[str]] = _warn_of_nothing  # beside what all are warned of
    # Plan and numbers of a vector -> how long it takes and how large it is; None: not known.
    estimate: Callable[[BalancePlan, int], str] | None = None

    @property
    def weighs(self) -> bool:
        """Return whether it changes how answers are learned, not what from."""
        return self.weigh is not None or self.adjusts_logits

    def button(self, plan: BalancePlan) -> str:
        """Return what a button says that carries the plan out: 'Make 12 synthetic points'."""
        return self.effect.button(self.title, plan)

    def proposed(self, plan: BalancePlan) -> str:
        """Return what carrying the plan out will do: 'With SMOTE, 12 points will be made.'."""
        return f"With {lowered(self.title)}, {self.effect.told(plan)}."

    def warnings(self, plan: BalancePlan) -> list[str]:
        """Return what a person should know before a plan is carried out."""
        texts = self.warns(plan)
        if self.targets and not plan.total_added and not plan.total_left_out:
            side = "above" if self.effect.leaves_out else "below"
            texts.append(f"No class is {side} the target, so no image is added or left out.")
        steep = {
            label: count / plan.before[label] for label, count in plan.add.items() if count > 0
        }
        if steep and max(steep.values()) > _STEEP:
            label = max(steep, key=steep.__getitem__)
            made = count_of(round(steep[label]), self.effect.noun(plan.before[label]))
            texts.append(
                f"'{label}' would have {made} for every real image. They repeat the same few "
                "images; use a smaller target."
            )
        return texts

    def complete(self, settings: Settings | None = None) -> dict[str, float | str]:
        """Return every setting: those given, and the default of the others.

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

    def changed(self, settings: Settings) -> str:
        """Return what is not the default, as 'neighbours: 7; between two images: on the arc'."""
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
        return float(number)  # one kind, whoever has written it: files hold the same text
    if not float(number).is_integer():
        raise SettingError(f"{parameter.title} is {number:g}; it must be a whole number.")
    return int(number)
