"""Find what a text is written in: by its mark, as UTF-8, else by how its words read."""

import codecs
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from core.ingest.tables.table import unopened

_BLOCK_BYTES = 1 << 20
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_SAMPLE_BYTES = 16 << 20  # in which words are looked for
_MOST_WORDS = 1_000
# Below it nothing reads like words; then it is the encoding that most programs mean.
_LEAST_SCORE = 0.35
_USUAL = "cp1252"
# The share of words that are UTF-8 in a text of which some are damaged.
_LEAST_UTF_8 = 0.5
# None of these parts two words and is the second half of a character in any of the encodings.
_WORD = re.compile(rb"[^\s,;:\"/]+")
_SIGNS = frozenset("°µ²³½€–—‘’“”…")
_FOREIGN = re.compile(r"[^\x00-\x7f]+")


def find_encoding(path: str, file: Path) -> str:
    """Return what a text is written in: by its mark, else UTF-8 if all of it is, else a guess."""
    try:
        with file.open("rb") as stream:
            head = stream.read(4)
            for mark, encoding in _MARKS.items():
                if head.startswith(mark):
                    return encoding
        if _is_in(file, "utf-8"):
            return "utf-8"
        words = _words(file)
        if _are_mostly_utf_8(words):
            return "utf-8"  # its damage is told by its line
        return next((one for one in _ranked(words) if _is_in(file, one)), _USUAL)
    except OSError as error:
        raise unopened(path, error) from error


def about_encoding(encoding: str) -> str:
    """Return a sentence for an encoding that was guessed, or ''."""
    if encoding not in ENCODINGS:
        return ""
    return f"Its text is not UTF-8: read as {ENCODINGS[encoding].script} ({encoding}), a guess."


def _is_in(file: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with file.open("rb") as stream:
            while block := stream.read(_BLOCK_BYTES):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _words(file: Path) -> list[bytes]:
    """Return different words that are not ASCII, from the beginning of a text."""
    words: dict[bytes, None] = {}
    with file.open("rb") as stream:
        left = _SAMPLE_BYTES
        while left > 0 and len(words) < _MOST_WORDS and (line := stream.readline(_BLOCK_BYTES)):
            left -= len(line)
            if not line.isascii():
                found = (word for word in _WORD.findall(line) if not word.isascii())
                words.update(dict.fromkeys(found))
    return list(words)[:_MOST_WORDS]


def _are_mostly_utf_8(words: list[bytes]) -> bool:
    def is_utf_8(word: bytes) -> bool:
        try:
            word.decode()
        except UnicodeDecodeError:
            return False
        return True

    return sum(map(is_utf_8, words)) > _LEAST_UTF_8 * len(words)


def _ranked(words: list[bytes]) -> list[str]:
    """Return the encodings in which the words read well, the best first."""
    scores: dict[str, float] = {}
    for name, encoding in ENCODINGS.items():
        try:
            read = [word.decode(name) for word in words]
        except UnicodeDecodeError:
            continue
        if read:
            scores[name] = mean(encoding.score(text) for text in read)
    good = [name for name, score in scores.items() if score >= _LEAST_SCORE]
    return sorted(good, key=scores.__getitem__, reverse=True)


def _latin(usual: str) -> Callable[[str], float]:
    """Score words of Latin letters: few have an accent, beside others that have none."""
    letters = frozenset(usual + usual.upper())

    def score(word: str) -> float:
        found = []
        for place, letter in enumerate(word):
            if letter.isascii():
                continue
            if letter in _SIGNS:
                found.append(0.7)
                continue
            around = word[max(0, place - 1) : place] + word[place + 1 : place + 2]
            is_inside = any(other.isascii() and other.isalpha() for other in around)
            is_mixed = place > 0 and letter.isupper() and any(other.islower() for other in around)
            worth = 1.0 if letter in letters else 0.4 if letter.isalpha() else 0.0
            found.append(worth * (1.0 if is_inside else 0.2) * (0.1 if is_mixed else 1.0))
        return mean(found)

    return score


def _alphabet(common: str, letters: range, vowels: str = "") -> Callable[[str], float]:
    """Score words of another alphabet: all of it, of one case, of letters that are common.

    Args:
        common: Small letters that most words have.
        letters: Code points of all letters.
        vowels: Of which nearly every word has one; '' where they are not written.
    """
    worths_of = {letter: 1.0 if place < 8 else 0.8 for place, letter in enumerate(common)}

    def score(word: str) -> float:
        worths = []
        for found in _FOREIGN.finditer(word):
            run = found[0]
            around = word[: found.start()][-1:] + word[found.end() :][:1]
            worth = mean(
                worths_of.get(one.lower(), 0.4 if ord(one) in letters else 0.0) for one in run
            )
            is_loud = run == run.upper() != run.lower()
            is_mixed = run[1:] != run[1:].lower() and not is_loud
            worth *= 0.2 if is_mixed else 0.8 if is_loud else 1.0
            worth *= 0.5 if vowels and not any(one in vowels for one in run.lower()) else 1.0
            worth *= 0.3 if len(run) == 1 else 1.0
            worths.append(worth * (0.3 if around.isalpha() else 1.0))
        return mean(worths)

    return score


def _ideographs(common: str, codec: str, leads: range) -> Callable[[str], float]:
    """Score East Asian words: common characters, and those of the first level of a standard.

    Args:
        common: Characters that labels often hold.
        codec: Of the standard.
        leads: First bytes of the characters of its first level.
    """
    known = frozenset(common)

    def worth(character: str) -> float:
        if character in known:
            return 1.0
        try:
            written = character.encode(codec)
        except UnicodeEncodeError:
            return 0.05
        return 0.6 if len(written) == 2 and written[0] in leads else 0.1

    def score(word: str) -> float:
        return mean(worth(character) for character in word if not character.isascii())

    return score


@dataclass(frozen=True)
class Encoding:
    """An encoding that texts are guessed to have."""

    script: str  # for people
    score: Callable[[str], float]  # of a word that is not ASCII, 0..1


_CYRILLIC = _alphabet("оеаинтсрвлкмдпуія", range(0x400, 0x530), "аеёиоуыэюяіїє")
_JAPANESE = (
    # Of the kana, the half-width forms are hardly used any more.
    "".join(map(chr, (*range(0x3041, 0x3097), *range(0x30A1, 0x30FD))))
    + "犬猫鳥魚馬牛豚羊虎熊狐兎猿象鼠鶏花木草葉果物車船人男女子大小赤青白黒黄緑良品不否正常異常有無"
    "画像名称分類種類番号病気健康傷汚割欠破損合格他未その年月日動植食料理飛行機自転車山川海空建物"
)
_HANZI = (
    "猫狗犬鸟鱼马牛猪羊虎熊狐兔猴象鼠鸡鸭花树草叶果苹香蕉橙葡萄草莓车船人男女孩子大小红蓝白黑黄绿"
    "文件名标签类别图片像编号名称路径正常异常良好坏缺陷划痕裂纹污渍合格不是有无病健康害虫斑锈霉"
    "玫瑰向日葵郁金蒲公英雏菊桌椅子门窗床灯老鼠鹿狼猪狮骆驼杯瓶碗手脚头脸眼衣裤鞋帽球书笔桥道路街楼"
    "水稻小麦玉米番茄土豆黄瓜山河海天空建筑飞机汽自行公交卡火动植物食品一二三四五六七八九十其他的中"
)
_HANZI_TRADITIONAL = (
    "貓狗犬鳥魚馬牛豬羊虎熊狐兔猴象鼠雞鴨花樹草葉果蘋香蕉橙葡萄草莓車船人男女孩子大小紅藍白黑黃綠"
    "檔案名標籤類別圖片像編號名稱路徑正常異常良好壞缺陷劃痕裂紋污漬合格不是有無病健康害蟲斑鏽黴"
    "玫瑰向日葵鬱金蒲公英雛菊桌椅子門窗床燈老鼠鹿狼豬獅駱駝杯瓶碗手腳頭臉眼衣褲鞋帽球書筆橋道路街樓"
    "水稻小麥玉米番茄土豆黃瓜山河海天空建築飛機汽自行公交卡火動植物食品一二三四五六七八九十其他的中"
)
_HANGUL = (
    "고양이개강아지새물기말소돼양호랑곰여우토끼원숭코리쥐닭오꽃나무풀잎과일사바귀딸차배람남자큰작은"
    "빨간파란흰검노란초록일름라벨분류미번경로정상비불량합격결함균열긁힘없있병건해충점녹곡벼밀옥수수토마"
    "감오이산강바다하늘건동식음가나다라마거너더러머도로모보주구그스시치트프전기자행대중한국인의"
)
# Of two that read equally well, the earlier is taken.
ENCODINGS: Mapping[str, Encoding] = {
    "cp1252": Encoding("Western European", _latin("äöüßéèêçñáíóúàâãõåøæëïîôûìòùœ")),
    "cp1250": Encoding("Central European", _latin("ąćęłńóśźżáčďéěíňřšťúůýžőűäöüßăâîșțşţđôľĺŕ")),
    "cp1254": Encoding("Turkish", _latin("çğıöşüİâîû")),
    "cp1251": Encoding("Cyrillic", _CYRILLIC),
    "koi8_r": Encoding("Cyrillic", _CYRILLIC),
    "cp866": Encoding("Cyrillic", _CYRILLIC),
    "cp1253": Encoding(
        "Greek", _alphabet("αοιετσνηρπκάίός", range(0x370, 0x400), "αειηουωάέίήόύώ")
    ),
    "cp1255": Encoding("Hebrew", _alphabet("יוהלאתמבשנר", range(0x590, 0x600))),
    "cp1256": Encoding("Arabic", _alphabet("اليمونترسبةع", range(0x600, 0x700))),
    "cp874": Encoding("Thai", _alphabet("านรอกเงมยวลหแ", range(0xE00, 0xE80))),
    "cp932": Encoding("Japanese", _ideographs(_JAPANESE, "euc_jp", range(0xB0, 0xD0))),
    "euc_jp": Encoding("Japanese", _ideographs(_JAPANESE, "euc_jp", range(0xB0, 0xD0))),
    "gb18030": Encoding("Chinese", _ideographs(_HANZI, "gb2312", range(0xB0, 0xD8))),
    "big5": Encoding("Chinese", _ideographs(_HANZI_TRADITIONAL, "big5", range(0xA4, 0xC7))),
    "cp949": Encoding("Korean", _ideographs(_HANGUL, "euc_kr", range(0xB0, 0xC9))),
    "mac_roman": Encoding("Western European", _latin("äöüßéèêçñáíóúàâãõåøæëïîôûìòù")),
    "cp850": Encoding("Western European", _latin("äöüßéèêçñáíóúàâãõåøæëïîôûìòù")),
}
