"""Counts, sizes and lists of classes as they are written in sentences."""

from collections.abc import Mapping, Sequence
from unicodedata import bidirectional

_IRREGULAR = {
    "batch": "batches",
    "class": "classes",
    "copy": "copies",
    "mismatch": "mismatches",
    "more": "more",
    "strategy": "strategies",
}


def count_of(count: int, noun: str) -> str:
    """Return '1 image', '1,245 images'; the last word of `noun` takes the plural."""
    if count == 1:
        return f"1 {noun}"
    *before, last = noun.split(" ")
    return f"{count:,} " + " ".join([*before, _IRREGULAR.get(last, last + "s")])


def times(ratio: float) -> str:
    """Return '4x', '2.5x', '27x'."""
    return f"{ratio:,.0f}x" if ratio >= 10 or abs(ratio - round(ratio)) < 0.05 else f"{ratio:.1f}x"


def signed(points: float, *, is_apart: bool = False) -> str:
    """Return '+4.2', '-0.6'; what rounds to nothing has no sign: '0.0'.

    What is said to lie apart from 0 gets as many places as show it, up to three: '+0.04'.
    """
    text = f"{points:+.1f}"
    for places in (2, 3):
        if is_apart and float(text) == 0:
            text = f"{points:+.{places}f}"
    return "0.0" if float(text) == 0 else text


def named(labels: Sequence[str], most: int = 4) -> str:
    """Return class names in quotes, the first `most` by name."""
    quoted = [f"'{label}'" for label in labels]
    if len(quoted) == 1:
        return quoted[0]
    if len(quoted) <= most:
        return ", ".join(quoted[:-1]) + " and " + quoted[-1]
    return ", ".join(quoted[:most]) + f" and {count_of(len(quoted) - most, 'more class')}"


def largest_first(counts: Mapping[str, int]) -> list[str]:
    """Return the classes by how many images they have, ties by name; the rarest is the last."""
    return sorted(counts, key=lambda label: (-counts[label], label))


def listed(parts: Sequence[str]) -> str:
    """Return 'one', 'one and two', 'one, two and three'."""
    *before, last = parts
    return f"{', '.join(before)} and {last}" if before else last


def isolated(name: str) -> str:
    """Return a name that keeps its own direction beside others: two from right to left swap else.

    The marks around it are not seen (Unicode Standard Annex 9).
    """
    is_to_the_left = any(bidirectional(letter) in {"R", "AL"} for letter in name)
    return f"\u2068{name}\u2069" if is_to_the_left else name


def lowered(title: str) -> str:
    """Return a title as it stands inside a sentence: 'class weights', 'SMOTE', 'NearMiss'."""
    first = title.split(" ")[0]
    is_name = any(letter.isupper() for letter in first[1:])
    return title if is_name else title[:1].lower() + title[1:]


def size_of(byte_count: float) -> str:
    """Return '18 MB', '1.3 GB'."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        value = byte_count / factor
        # What rounds up to 1,000 of the smaller unit is 1.0 of this one.
        if value >= 0.9995:
            return f"{value:.1f} {unit}" if value < 9.95 else f"{value:,.0f} {unit}"
    return count_of(round(byte_count), "byte")


def duration_of(seconds: float) -> str:
    """Return 'a few seconds', '40 s', '3 min', '2 h 5 min'."""
    if seconds < 5:
        return "a few seconds"
    if seconds < 90:
        return f"{round(seconds, -1) if seconds > 20 else round(seconds):.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def shortened(text: str, longest: int) -> str:
    """Return a text of at most `longest` letters, its middle left out: names differ at the ends."""
    if len(text) <= longest:
        return text
    after = (longest - 3) // 2
    return f"{text[: longest - 3 - after]}...{text[-after:]}"
