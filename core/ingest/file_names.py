"""Labels in the names of files: by patterns that are tried on every source, or a person's own."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

import regex

from core.dataset import TRAIN
from core.errors import SettingError
from core.ingest.names import SPLIT_WORDS

# Each as a person could write it, so that a recipe, the page and the command line name it alike.
BEFORE_NUMBER = r"([^/]*?[^\W_])(?:[ _.(-]+|(?<=[^\W\d_]))\d+\)?(?:\.\w+)?$"
BEFORE_CODE = r"([^/]*?[^\W\d_])[ _.-]+(?=[0-9a-f]*\d)[0-9a-f]{3,}(?:\.\w+)?$"
FIRST_WORD = r"(?:^|/)([^\W\d_]+)[^/]*$"
AFTER_NUMBER = r"\d[ _.-]*([^\W\d_][^/]*?)(?:\.\w+)?$"
PATTERNS: Mapping[str, str] = {
    BEFORE_NUMBER: "the beginnings of file names",
    BEFORE_CODE: "the beginnings of file names",
    FIRST_WORD: "the first words of file names",
    AFTER_NUMBER: "the ends of file names",
}
# Words that say how a file was made, and nothing about what it shows.
_GENERIC = frozenset(
    {"img", "image", "images", "dsc", "dscn", "dscf", "pic", "picture", "photo", "p", "im", "frame",
     "file", "scan", "pxl", "screenshot", "sample", "untitled", "copy", "mvi", "gopr", "dji", "vid",
     "left", "right", "mask", "jpg", "png", *SPLIT_WORDS}
)  # fmt: skip
_NEVER = _GENERIC - {word for word, split in SPLIT_WORDS.items() if split == TRAIN}
_MOST_WORDS = 500
_LEAST_FILES_A_WORD = 3
_LEAST_SHARE = 0.5
# For one name, and for all: an expression can take for ever on a name that somebody made for it.
# Those above are known to be quick.
_NAME_TIMEOUT_S = 0.5
_TOTAL_TIMEOUT_S = 5.0
_TIMEOUT_S_A_NAME = 2e-5  # more, for each name of a large source
_LONGEST_PATTERN = 1_000


def labels_in(paths: Sequence[str], pattern: str) -> list[str]:
    """Return what `pattern` finds in each path: its group 'label', else its first; '' for nothing.

    Raises:
        SettingError: it is no regular expression, has no group, or takes too long.
    """
    expression = _compiled(pattern)
    group: str | int = "label" if "label" in expression.groupindex else 1
    search = expression.search
    timeout_s = None if pattern in PATTERNS else _NAME_TIMEOUT_S
    ends = time.monotonic() + _TOTAL_TIMEOUT_S + _TIMEOUT_S_A_NAME * len(paths)
    labels = []
    for number, path in enumerate(paths):
        if timeout_s and number % 16 == 0 and time.monotonic() > ends:
            raise _slow(pattern)
        try:
            found = search(path, timeout=timeout_s)
        except TimeoutError as error:
            raise _slow(pattern) from error
        labels.append((found[group] or "").strip() if found else "")
    if pattern in PATTERNS:
        # 'IMG_1' and 'test_1' beside 'cat_1': pictures without a label. 'train' may be a vehicle.
        return ["" if label.lower() in _NEVER else label for label in labels]
    return labels


def words_quality(labels: Sequence[str]) -> float:
    """Return how likely the words that a pattern found are labels, 0 to 1: few, of many files."""
    counts = Counter(label for label in labels if label)
    named = sum(counts.values())
    if len(counts) < 2 or named < _LEAST_SHARE * len(labels) or len(counts) > _MOST_WORDS:
        return 0.0
    if named < _LEAST_FILES_A_WORD * len(counts):
        return 0.0
    bare = {word.lower().rstrip("0123456789 _-.") for word in counts}
    if bare <= _GENERIC:
        return 0.0
    repeated = sum(count for count in counts.values() if count > 1) / named
    quality = repeated * (1.0 if bare - {""} else 0.5)  # words, or numbers alone
    generic = sum(n for word, n in counts.items() if word.lower() in _GENERIC) / named
    return quality * (1 - generic)


@lru_cache(maxsize=16)
def _compiled(pattern: str) -> "regex.Pattern[str]":
    if len(pattern) > _LONGEST_PATTERN:
        raise SettingError(
            f"The pattern has {len(pattern):,} characters; at most {_LONGEST_PATTERN:,} are read. "
            "Write a shorter one."
        )
    try:
        expression = regex.compile(pattern)
    except (regex.error, OverflowError, RecursionError, ValueError) as error:
        raise SettingError(
            f"'{pattern}' is not a regular expression ({error}). Write one with a group around "
            r"the label, such as '(\w+)_\d+'."
        ) from error
    if not expression.groups:
        raise SettingError(
            f"The pattern '{pattern}' has no group. Put parentheses around the label, such as "
            r"'(\w+)_\d+', or name it: '(?P<label>\w+)_\d+'."
        )
    return expression


def _slow(pattern: str) -> SettingError:
    return SettingError(
        f"The pattern '{pattern}' takes too long on the names of this source. Write it without "
        "repeats inside of repeats."
    )
