"""What a file leaves open about its pixels, and one answer to it for a whole set."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import SettingError

# What lies behind transparent parts: name -> its brightness.
BACKGROUNDS: Mapping[str, int] = {"white": 255, "grey": 128}
WHITE_16_BIT = 65_535


@dataclass(frozen=True)
class Decoding:
    """How a set's pictures are decoded where a file alone does not say it.

    A background or a brightness of its own for each file would tell classes and splits apart.
    """

    background: str = "white"  # a key of BACKGROUNDS: behind transparent parts
    white_level: int = WHITE_16_BIT  # of 16-bit values, the one that becomes 255; 255 to 65,535

    def __post_init__(self) -> None:
        if self.background not in BACKGROUNDS:
            known = ", ".join(BACKGROUNDS)
            raise SettingError(
                f"There is no background '{self.background}'. The backgrounds are: {known}."
            )
        if not 255 <= self.white_level <= WHITE_16_BIT:
            raise SettingError(
                f"The white level is {self.white_level}; it must lie between 255 and "
                f"{WHITE_16_BIT:,}."
            )


DEFAULT_DECODING = Decoding()
