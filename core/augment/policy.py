"""What is done to make an augmented picture: which operations, how strong, for which classes."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from core import records
from core.augment.operation import Operation
from core.augment.operations import OPERATIONS, find_operation
from core.augment.warp import BORDERS
from core.errors import SettingError
from core.parameters import RangeValues

_VERSION = 1
LARGEST_SEED = 2**53 - 1  # the largest whole number that a browser keeps exactly


@dataclass(frozen=True)
class Step:
    """One operation of a policy. Its values name every parameter, each within its range."""

    operation: str
    probability: float
    values: RangeValues
    except_labels: frozenset[str] = frozenset()  # classes that this step leaves alone
    # Classes that a mirror makes of each other: a left arrow is a right one in it.
    swapped_labels: frozenset[tuple[str, str]] = frozenset()

    def __post_init__(self) -> None:
        operation = find_operation(self.operation)
        if not 0 <= self.probability <= 1:
            raise SettingError(
                f"{operation.title}: the probability is {self.probability:g}; it must lie between "
                "0 and 1."
            )
        self._check_names(operation)
        for parameter in operation.parameters:
            try:
                parameter.check(self.values[parameter.name])
            except SettingError as error:
                raise SettingError(f"{operation.title}: {error}") from error
        self._check_pairs(operation.title, is_mirror=operation.is_mirror)

    def partner_of(self, label: str) -> str | None:
        """Return the class that this step makes of `label`; None where it stays what it is."""
        for first, second in self.swapped_labels:
            if label in {first, second}:
                return second if label == first else first
        return None

    def _check_names(self, operation: Operation) -> None:
        known = [parameter.name for parameter in operation.parameters]
        wanted = f"It has {', '.join(known)}." if known else "It has none."
        for name in self.values:
            if name not in known:
                raise SettingError(f"{operation.title}: value '{name}' is unknown. {wanted}")
        for name in known:
            if name not in self.values:
                raise SettingError(f"{operation.title}: value '{name}' is missing. {wanted}")

    def _check_pairs(self, title: str, *, is_mirror: bool) -> None:
        if self.swapped_labels and not is_mirror:
            raise SettingError(f"{title} swaps no classes; only flips do. Remove the pairs.")
        labels = [label for pair in self.swapped_labels for label in pair]
        for label in sorted(labels):
            if labels.count(label) > 1:
                raise SettingError(f"{title}: class '{label}' is in two pairs. Keep one.")
            if label in self.except_labels:
                raise SettingError(
                    f"{title}: class '{label}' is both skipped and swapped. Choose one."
                )


@dataclass(frozen=True)
class AugmentPolicy:
    """The steps that make augmented pictures, at most one per operation, and the seed."""

    steps: tuple[Step, ...]
    seed: int = 0
    pick: int | None = None  # so many steps a picture; None: each by its own probability
    border: str = "reflect"  # of BORDERS: what fills the empty areas of a moved picture

    def __post_init__(self) -> None:
        names = [step.operation for step in self.steps]
        for name in names:
            if names.count(name) > 1:
                raise SettingError(f"Operation '{name}' is in two steps. Keep one of them.")
        if not 0 <= self.seed <= LARGEST_SEED:
            raise SettingError(f"The seed is {self.seed}; take 0 to {LARGEST_SEED}.")
        if self.pick is not None and self.pick < 1:
            raise SettingError(f"{self.pick} steps a picture: take 1 or more.")
        if self.border not in BORDERS:
            known = ", ".join(BORDERS)
            raise SettingError(f"There is no border '{self.border}'. The borders are: {known}.")

    @cached_property
    def ordered_steps(self) -> list[Step]:
        """Return the steps in the order in which they are applied."""
        steps = {step.operation: step for step in self.steps}
        return [steps[name] for name in OPERATIONS if name in steps]

    def partners_of(self, label: str) -> set[str]:
        """Return the classes whose pictures become `label` in a mirror that may be used."""
        used = [step for step in self.steps if step.probability > 0]
        return {partner for step in used if (partner := step.partner_of(label)) is not None}

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        return records.to_json(self, _VERSION)

    def to_text(self) -> str:
        """Return a file that `from_text` reads."""
        return records.to_text(self, _VERSION)

    @classmethod
    def from_json(cls, data: object, where: str = "The policy") -> "AugmentPolicy":
        """Return the policy that `to_json` described; what has a default may be missing.

        Raises:
            SettingError: something is missing, unknown, of another kind or out of range.
        """
        return records.read(cls, data, where, _VERSION)

    @classmethod
    def from_text(cls, content: bytes | str, where: str = "The policy") -> "AugmentPolicy":
        """Return the policy of a file; see `from_json`."""
        return cls.from_json(records.parse(content, where), where)


def make_step(
    operation: str,
    values: RangeValues | None = None,
    *,
    probability: float | None = None,
    except_labels: Collection[str] = (),
    swapped_labels: Iterable[tuple[str, str]] = (),
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
        frozenset(swapped_labels),
    )
