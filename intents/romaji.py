"""Japanese in Latin letters: how a reading is spelt, and one spelling for the many that people type.

Juminhyo, juuminhyou, jūminhyō and zyuminhyo are one word: long vowels and systems do not count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from intents.patterns import word_list
from intents.text import normalize, to_katakana
from intents.tokenizer import reading

_ROWS = {
    "アイウエオ": "a i u e o",
    "カキクケコ": "ka ki ku ke ko",
    "サシスセソ": "sa shi su se so",
    "タチツテト": "ta chi tsu te to",
    "ナニヌネノ": "na ni nu ne no",
    "ハヒフヘホ": "ha hi fu he ho",
    "マミムメモ": "ma mi mu me mo",
    "ヤユヨ": "ya yu yo",
    "ラリルレロ": "ra ri ru re ro",
    "ワヲン": "wa o n",
    "ガギグゲゴ": "ga gi gu ge go",
    "ザジズゼゾ": "za ji zu ze zo",
    "ダヂヅデド": "da ji zu de do",
    "バビブベボ": "ba bi bu be bo",
    "パピプペポ": "pa pi pu pe po",
    "ヴ": "vu",
}
_KANA = {kana: latin for row, spelt in _ROWS.items() for kana, latin in zip(row, spelt.split(), strict=True)}
_SMALL = {"ャ": "ya", "ュ": "yu", "ョ": "yo", "ァ": "a", "ィ": "i", "ゥ": "u", "ェ": "e", "ォ": "o"}

_SUFFIXES = {"市": "shi", "区": "ku", "都": "to", "府": "fu", "県": "ken"}
_SHORTEST_PLACE = 4
LONG_NAME = 8
"""From so many letters on, words that spell a name together are meant as that."""
_LONG = re.compile(r"o[ou]|uu")
_SYSTEMS = (
    (re.compile(r"([sztj])y([auo])"), lambda found: {"s": "sh", "z": "j", "t": "ch", "j": "j"}[found[1]] + found[2]),
    (re.compile(r"(?<![s])si"), lambda _: "shi"),
    (re.compile(r"ti"), lambda _: "chi"),
    (re.compile(r"tu"), lambda _: "tsu"),
    (re.compile(r"zi|di"), lambda _: "ji"),
    (re.compile(r"(?<![sc])hu"), lambda _: "fu"),
    (re.compile(r"tch"), lambda _: "cch"),
    (re.compile(r"m(?=[bpm])"), lambda _: "n"),
    (re.compile(r"wo"), lambda _: "o"),
    (re.compile(r"oh(?![aeiouy])"), lambda _: "o"),
    (re.compile(r"ou|oo"), lambda _: "o"),
    (re.compile(r"([aiue])\1+"), lambda found: found[1]),
)


def romaji(kana: str) -> str:
    """A reading in kana as it is spelt in Latin letters."""
    spelt = ""
    double = False
    for char in to_katakana(kana):
        if char in _SMALL:
            spelt = _with_small(spelt, _SMALL[char])
        elif char == "ッ":
            double = True
        elif char in _KANA:
            latin = _KANA[char]
            spelt += latin[0] + latin if double and latin[0] not in "aiueon" else latin
            double = False
        elif char != "ー":
            spelt += char
    return spelt


def _with_small(spelt: str, small: str) -> str:
    """``shi`` and ``ya`` -> ``sha``; ``fu`` and ``a`` -> ``fa``."""
    stem = spelt[:-1]
    if stem.endswith(("sh", "ch", "j")) and small[0] == "y":
        return stem + small[1:]
    return stem + small if spelt[-1:] in "iueo" else spelt + small


def one_spelling(latin: str) -> str:
    """What all spellings of a Japanese word come to, without spaces."""
    plain = "".join(char for char in unicodedata.normalize("NFD", latin.lower()) if char.isascii() and char.isalnum())
    for pattern, spelling in _SYSTEMS:
        plain = pattern.sub(spelling, plain)
    return plain


def spelling_of(term: str) -> str:
    """The one spelling of a Japanese term."""
    return one_spelling(romaji(reading(normalize(term))))


@lru_cache(maxsize=20_000)
def spellings(latin: str) -> tuple[str, ...]:
    """By which spellings a word that somebody typed is looked up: Toon is as good as Touon."""
    plain = "".join(filter(str.isalnum, latin.lower()))
    return tuple(dict.fromkeys((plain, one_spelling(latin))))


@lru_cache(maxsize=2_000)
def latin_name(name: str) -> str:
    """A municipality's name as signs have it: 松阪市 -> Matsusaka-shi, 東温市 -> Toon-shi."""
    suffix = _SUFFIXES.get(name[-1:], "")
    stem = name[:-1] if suffix and len(name) > 1 else name
    spelt = _LONG.sub(lambda found: found[0][0], romaji(reading(normalize(name))))
    if suffix and spelt.endswith(suffix) and stem != name:
        return f"{spelt[: -len(suffix)].capitalize()}-{suffix}"
    return spelt.capitalize() if spelt.isascii() else name


@lru_cache(maxsize=2_000)
def reading_in_hiragana(name: str) -> str:
    """How a name is read, in hiragana."""
    return "".join(chr(ord(char) - 0x60) if "ァ" <= char <= "ヶ" else char for char in reading(normalize(name)))


@lru_cache(maxsize=1)
def known_places() -> Mapping[str, str]:
    """The prefectures and larger cities of Japan by their names in Latin letters."""
    return latin_names(sorted(word_list("places")))


def latin_names(names: Iterable[str]) -> dict[str, str]:
    """Places by their spelling: ``matsusaka`` and ``matsusakashi`` -> 松阪市."""
    found: dict[str, str] = {}
    for name in names:
        for latin in (latin_name(name), latin_name(name).partition("-")[0]):
            for form in spellings(latin):
                if form.isascii() and len(form) >= _SHORTEST_PLACE:
                    found.setdefault(form, name)
    return found


def latin_terms(names: Iterable[str]) -> dict[str, str]:
    """The names of things by their spelling: ``chachattotetsuzuki`` -> ちゃちゃっと手続き.  No short ones."""
    japanese = {name for name in names if not name.isascii()}
    spelt = {name: spelling_of(name) for name in sorted(japanese)}
    return {form: name for name, form in spelt.items() if form.isascii() and len(form) >= LONG_NAME}
