"""How a registry's record describes its settings to sliders, command line, recipe and tests."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import SettingError


@dataclass(frozen=True)
class Parameter:
    """One number between `low` and `high`."""

    name: str
    title: str
    unit: str  # '' for a plain number
    low: float
    high: float
    step: float
    default: float
    help: str

    def check(self, value: float) -> float:
        """Return `value`, or raise SettingError when it is out of range."""
        if not self.low <= value <= self.high:
            raise SettingError(
                f"{self.title} is {value:g}; it must lie between {self.low:g} and {self.high:g}."
            )
        return value


@dataclass(frozen=True)
class Range:
    """Two numbers between `low` and `high`; a value is drawn evenly between them."""

    name: str
    title: str
    unit: str
    low: float
    high: float
    step: float
    default: tuple[float, float]
    help: str

    def check(self, value: tuple[float, float]) -> tuple[float, float]:
        """Return `value`, or raise SettingError when an end is out of range or they are swapped."""
        start, end = value
        if not self.low <= start <= end <= self.high:
            raise SettingError(
                f"{self.title} runs from {start:g} to {end:g}; it must rise and lie between "
                f"{self.low:g} and {self.high:g}."
            )
        return start, end


@dataclass(frozen=True)
class Choice:
    """One of a few named ways."""

    name: str
    title: str
    options: Mapping[str, str]  # value -> its name for people
    default: str
    help: str

    def check(self, value: str) -> str:
        """Return `value`, or raise SettingError when it is none of the options."""
        if value not in self.options:
            known = ", ".join(self.options)
            raise SettingError(f"{self.title} has no option '{value}'. The options are: {known}.")
        return value


RangeValues = Mapping[str, tuple[float, float]]
