"""What is done to make an augmented picture: which operations, how strong, for which classes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from core.augment.drawing import Drawn
from core.augment.operations import OPERATIONS, find_operation
from core.errors import SettingError
from core.images import Pixels
from core.parameters import RangeValues
from core.randomness import stream

_VERSION = 1


@dataclass(frozen=True)
class Step:
    """One operation of a policy. Its values name every parameter, each within its range."""

    operation: str
    probability: float
    values: RangeValues
    except_labels: frozenset[str] = frozenset()  # classes that this step leaves alone

    def __post_init__(self) -> None:
        operation = find_operation(self.operation)
        if not 0 <= self.probability <= 1:
            raise SettingError(
                f"{operation.title}: the probability is {self.probability:g}; it must lie between "
                "0 and 1."
            )
        known = [parameter.name for parameter in operation.parameters]
        _check_names(self.values, known, f"{operation.title}: values")
        for parameter in operation.parameters:
            try:
                parameter.check(self.values[parameter.name])
            except SettingError as error:
                raise SettingError(f"{operation.title}: {error}") from error


@dataclass(frozen=True)
class AugmentPolicy:
    """The steps that make augmented pictures, at most one per operation, and the seed."""

    steps: tuple[Step, ...]
    seed: int = 0

    def __post_init__(self) -> None:
        names = [step.operation for step in self.steps]
        for name in names:
            if names.count(name) > 1:
                raise SettingError(f"Operation '{name}' stands in two steps. Keep one of them.")
        if self.seed < 0:
            raise SettingError(f"The seed is {self.seed}; it must be 0 or more.")

    @cached_property
    def ordered_steps(self) -> list[Step]:
        """Return the steps in the order in which they are applied."""
        steps = {step.operation: step for step in self.steps}
        return [steps[name] for name in OPERATIONS if name in steps]

    def to_json(self) -> dict[str, object]:
        """Return what `from_json` reads."""
        return {
            "version": _VERSION,
            "seed": self.seed,
            "steps": [
                {
                    "operation": step.operation,
                    "probability": step.probability,
                    "values": {name: list(ends) for name, ends in step.values.items()},
                    "except_labels": sorted(step.except_labels),
                }
                for step in self.steps
            ],
        }

    @classmethod
    def from_json(cls, data: object) -> "AugmentPolicy":
        """Return the policy that `to_json` described.

        Raises:
            SettingError: something is missing, unknown, of another type or out of range.
        """
        fields = _object(data, ("version", "seed", "steps"), "The policy")
        version = _whole_number(fields["version"], "The version")
        if version != _VERSION:
            raise SettingError(
                f"The policy has version {version}; this program reads version {_VERSION}."
            )
        steps = tuple(
            _step(item, f"Step {place}")
            for place, item in enumerate(_list(fields["steps"], "The steps"), start=1)
        )
        return cls(steps, _whole_number(fields["seed"], "The seed"))


@dataclass(frozen=True)
class DrawnStep:
    """One operation as it was done to one picture."""

    operation: str
    values: Drawn


def make_step(
    operation: str,
    values: RangeValues | None = None,
    *,
    probability: float | None = None,
    except_labels: Collection[str] = (),
) -> Step:
    """Return a step; what is not given is taken from the operation's record.

    Raises:
        SettingError: the operation or a value is unknown or out of range.
    """
    record = find_operation(operation)
    defaults = {parameter.name: parameter.default for parameter in record.parameters}
    return Step(
        operation,
        record.probability if probability is None else probability,
        {**defaults, **(values or {})},
        frozenset(except_labels),
    )


def draw(policy: AugmentPolicy, *, image_key: str, copy: int, label: str) -> tuple[DrawnStep, ...]:
    """Draw what is done to make one augmented picture; at least one step, never an idle one.

    Each step has its own stream of random numbers, so that another step, another picture or
    another order of work moves none of its values.

    Args:
        policy: The steps to draw from.
        image_key: Names the picture that is augmented, the same in every run.
        copy: Number of the augmented picture among those made from that picture.
        label: The picture's label; steps that except it are left out.

    Returns:
        The steps in the order in which they are applied.

    Raises:
        SettingError: no step of the policy changes pictures with this label.
    """
    fired: list[DrawnStep] = []
    nearest, nearest_ratio = None, float("inf")
    for step in policy.ordered_steps:
        if step.probability == 0 or label in step.except_labels:
            continue
        operation = OPERATIONS[step.operation]
        rng = stream(policy.seed, "augment", image_key, copy, step.operation)
        chance = rng.random()
        drawn = DrawnStep(step.operation, operation.draw(rng, step.values))
        if operation.is_idle(drawn.values):
            continue
        if chance < step.probability:
            fired.append(drawn)
        elif chance / step.probability < nearest_ratio:
            nearest, nearest_ratio = drawn, chance / step.probability
    if fired:
        return tuple(fired)
    if nearest is None:
        raise SettingError(
            f"No step of the policy changes pictures of class '{label}'. Add an operation that "
            "may be used on it, or raise a probability or a strength above zero."
        )
    # An augmented picture that is a plain copy would be a duplicate under another name: the step
    # that came nearest to its probability is done.
    return (nearest,)


def apply(image: Pixels, drawn: Sequence[DrawnStep]) -> Pixels:
    """Return a new picture of the same size to which the drawn steps were done, in their order.

    Raises:
        SettingError: a step names an unknown operation.
    """
    for step in drawn:
        image = find_operation(step.operation).apply(image, step.values)
    return image if drawn else image.copy()


def _step(data: object, where: str) -> Step:
    fields = _object(data, ("operation", "probability", "values", "except_labels"), where)
    name = fields["operation"]
    if not isinstance(name, str):
        raise SettingError(f"{where}: the operation is {name!r}; it must be a name.")
    where = f"{where} ({name})"
    known = [parameter.name for parameter in find_operation(name).parameters]
    values = _object(fields["values"], known, f"{where}: values")
    labels = _list(fields["except_labels"], f"{where}: except_labels")
    for label in labels:
        if not isinstance(label, str):
            raise SettingError(f"{where}: except_labels holds {label!r}; a label is a text.")
    return Step(
        name,
        _number(fields["probability"], f"{where}: the probability"),
        {key: _pair(value, f"{where}: {key}") for key, value in values.items()},
        frozenset(str(label) for label in labels),
    )


def _object(data: object, names: Collection[str], where: str) -> Mapping[str, object]:
    if not isinstance(data, Mapping):
        raise SettingError(f"{where}: found {data!r}; it must be an object with names and values.")
    _check_names(data, names, where)
    return data


def _check_names(found: Mapping[str, object], names: Collection[str], where: str) -> None:
    """Raise SettingError unless `found` has exactly these names."""
    wanted = f"It has {', '.join(names)}." if names else "It has none."
    for name in found:
        if name not in names:
            raise SettingError(f"{where}: '{name}' is unknown. {wanted}")
    for name in names:
        if name not in found:
            raise SettingError(f"{where}: '{name}' is missing. {wanted}")


def _list(data: object, where: str) -> list[object]:
    if not isinstance(data, list):
        raise SettingError(f"{where}: found {data!r}; it must be a list.")
    return data


def _pair(data: object, where: str) -> tuple[float, float]:
    ends = _list(data, where)
    if len(ends) != 2:
        raise SettingError(f"{where}: found {data!r}; it must be a list of two numbers.")
    return _number(ends[0], where), _number(ends[1], where)


def _number(data: object, where: str) -> float:
    # JSON's true is no number, though Python's True is one. A whole number may be too long for
    # a float, and is out of every range.
    if isinstance(data, bool) or not isinstance(data, int | float) or abs(data) > 1e300:
        raise SettingError(f"{where}: found {data!r}; it must be a number.")
    return data


def _whole_number(data: object, where: str) -> int:
    if isinstance(data, bool) or not isinstance(data, int):
        raise SettingError(f"{where}: found {data!r}; it must be a whole number.")
    return data
