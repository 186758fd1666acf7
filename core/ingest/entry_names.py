"""Names in an archive that do not say how they are encoded: read all together, or not at all.

A zip made by Windows has names in the code page of that computer, and says nothing of it; so have
some tars. UTF-8 is told from all of these by its form. Between the others it is a guess, by how
much each reading looks like words, and the guess is said.

Source:
    APPNOTE.TXT 6.3.10 (PKWARE), 4.4.4 and 4.6.9; the frequent parts of JIS X 0208, GB 2312,
    Big5 and KS X 1001, by which encodings of these languages are told apart.
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.words import count_of

_MOST_BYTES = 20_000  # of names are looked at: more make the guess no better
# Encoding -> for whom it is, as people are told. In case of a tie the first one is taken.
ENCODINGS: Mapping[str, str] = {
    "cp932": "Japanese",
    "gbk": "simplified Chinese",
    "cp950": "traditional Chinese",
    "cp949": "Korean",
    "cp1251": "Cyrillic",
    "cp866": "Cyrillic of DOS",
    "koi8-r": "Cyrillic of Unix",
    "cp437": "Western of DOS",
    "cp1252": "Western",
    "cp850": "Western of DOS, the later one",
    "cp852": "Central European of DOS",
    "cp1250": "Central European",
    "cp1253": "Greek",
}
_STANDARD = "cp437"  # what the specification of zip names; it reads every byte
_MANY_PAIRS = 12  # the score of six characters
_CLOSE = 0.9  # of the best reading: another one is as likely


@dataclass(frozen=True)
class Reading:
    """How names are read, and what else they may be."""

    encoding: str
    others: tuple[str, ...]  # encodings in which they look nearly as much like words


def read_names(raw: Sequence[bytes]) -> Reading:
    """Return how names that are not UTF-8 are best read, by all of them together."""
    text = b"\n".join(dict.fromkeys(raw))
    cut = text.rfind(b"\n", 0, _MOST_BYTES)
    sample = text if len(text) <= _MOST_BYTES or cut < 0 else text[:cut]
    scores = {encoding: score for encoding in ENCODINGS if (score := _score(sample, encoding)) > 0}
    able = [encoding for encoding in scores if _decodes(text, encoding)]
    if not able:
        return Reading(_STANDARD, ())
    best = max(able, key=scores.__getitem__)
    if best == "gbk" and scores.get("cp949", 0) >= scores["gbk"] >= _MANY_PAIRS:
        best = "cp949"  # so many Chinese characters would not all lie where Korean ones do
    close = [each for each in able if each != best and scores[each] >= _CLOSE * scores[best]]
    same = text.decode(best)
    return Reading(best, tuple(each for each in close if text.decode(each) != same))


class OpenNames:
    """Names of one archive that may be UTF-8 or not, held until all of them are known."""

    def __init__(self) -> None:
        self._utf8: dict[str, bytes] = {}  # name as it is held -> its bytes
        self._foreign: dict[str, bytes] = {}

    def hold(self, name: str) -> str:
        """Take a name, in which bytes that are not UTF-8 are surrogates; return it as it is held.

        Of a foreign name nothing is changed: a byte of its letters may be that of a backslash.
        """
        try:
            raw = name.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            return plain_path(spelled_out(name))
        is_utf8 = _decodes(raw, "utf-8")
        held = plain_path(spelled_out(name) if is_utf8 else name)
        (self._utf8 if is_utf8 else self._foreign)[held] = raw
        return held

    def read(self, archive: str) -> tuple[dict[str, str], str]:
        """Return the text of each name that is not what it is held as, and what is said of it."""
        if not self._foreign:
            return {}, ""
        # A short name of another encoding may have the form of UTF-8 by chance.
        are_most = len(self._foreign) > len(self._utf8)
        guessed = {**self._foreign, **(self._utf8 if are_most else {})}
        reading = read_names(list(guessed.values()))
        texts = {held: raw.decode(reading.encoding) for held, raw in guessed.items()}
        others = " or ".join(f"{ENCODINGS[each]} ({each})" for each in reading.others)
        may_be = f"; {others} would fit as well" if others else ""
        note = (
            f"'{archive}' does not say how {count_of(len(guessed), 'name')} of files "
            f"{'is' if len(guessed) == 1 else 'are'} encoded: read as "
            f"{ENCODINGS[reading.encoding]} ({reading.encoding}), a guess{may_be}."
        )
        return {held: plain_path(spelled_out(text)) for held, text in texts.items()}, note


def spelled_out(name: str) -> str:
    """Return a name with '/' between its parts, and bytes that are no text spelled out."""
    return name.replace("\\", "/").encode("utf-8", "backslashreplace").decode()


def plain_path(path: str) -> str:
    """Return 'cat/1.jpg' of './cat//1.jpg'."""
    return "/".join(part for part in path.split("/") if part not in {"", "."})


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _score(raw: bytes, encoding: str) -> float:
    """Return how much bytes look like words in an encoding; below 0 where not at all."""
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return -1
    is_frequent = _FREQUENT.get(encoding)
    score, before = 0.0, "\n"
    for letter in text:
        if not letter.isascii():
            if is_frequent is not None:
                score += _of_pair(letter.encode(encoding), is_frequent)
                score -= 2 * (before.isascii() and before.isalpha())  # a word of two scripts
            else:
                score += _of_letter(letter, before)
        elif before.isalpha() and letter.isalpha() and _is_foreign(before):
            score -= 1  # a word of two scripts
        before = letter
    return score


def _of_pair(pair: bytes, is_frequent: Callable[[int, int], bool]) -> float:
    """Return how likely a character of one or two bytes is; two bytes count as much as two."""
    if len(pair) == 1:
        return -0.5
    return 2 if is_frequent(pair[0], pair[1]) else -1


def _of_letter(letter: str, before: str) -> float:
    """Return how likely a character of one byte is behind another one."""
    if not letter.isalpha() or letter in "ªºµƒ":
        return -1
    score = 1.0
    if before.isalpha():
        if _is_foreign(letter) != _is_foreign(before):
            score -= 1  # a word of two scripts
        elif not _is_foreign(letter) and not before.isascii():
            score -= 0.75  # accents seldom follow each other
        if letter.isupper() and before.islower():
            score -= 1
    return score


def _is_foreign(letter: str) -> bool:
    return not letter.isascii() and "LATIN" not in unicodedata.name(letter, "")


# Of encodings with two bytes a character, where the frequent ones lie: lead byte, trail byte.
_FREQUENT: Mapping[str, Callable[[int, int], bool]] = {
    "cp932": lambda lead, _: 0x82 <= lead <= 0x83 or 0x88 <= lead <= 0x97,
    "gbk": lambda lead, trail: 0xB0 <= lead <= 0xD7 and trail >= 0xA1,
    "cp950": lambda lead, _: 0xA4 <= lead <= 0xC6,
    "cp949": lambda lead, trail: 0xB0 <= lead <= 0xC8 and trail >= 0xA1,
}
