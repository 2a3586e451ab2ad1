"""Questions as people type them: every variant a pure function of a text and a seed.

What is broken here is broken as fingers and input methods break it: a key too many or too few,
the next key, the wrong one of the words that sound alike, kana left as they are.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from sudachipy import Dictionary, SplitMode

from intents.romaji import romaji
from intents.text import to_katakana
from intents.tokenizer import tokenize

Variant = Callable[[str, int], str]

_DATA = Path(__file__).parent.parent / "data"
_KANA = re.compile("[ぁ-ゖァ-ヺー]")
_ALL_KANJI = re.compile("[一-龥々]+")
_LATIN = re.compile(r"[\x00-\x7f]+")
_SIGNS = ("補助記号", "空白")
_ENDING = re.compile(r"[。?？!！\s]*$")


def hiragana(text: str, seed: int = 0) -> str:
    """All of it as it sounds; は, へ and を as they are written, figures and Latin letters as they are."""
    return "".join(_spoken(morpheme) for morpheme in _units().tokenize(text))


def partly_hiragana(text: str, seed: int = 0) -> str:
    """Every other word or so as it sounds, as input methods leave what nobody converted."""
    chance = random.Random(f"{seed} {text}")
    return "".join(_spoken(one) if chance.random() < 0.5 else one.surface() for one in _units().tokenize(text))


def slip(text: str, seed: int = 0) -> str:
    """One slip of the finger: a character left out, doubled, swapped with the next, or the wrong kana."""
    chance = random.Random(f"{seed} {text}")
    places = [at for at, char in enumerate(text) if char.isalnum()]
    if len(places) < 2:
        return text
    kinds = [_left_out, _doubled, _swapped, _mistyped]
    for _ in range(20):
        at = chance.choice(places)
        typed = chance.choice(kinds)(text, at, chance)
        if typed != text:
            return typed
    return text


def misconverted(text: str, seed: int = 0) -> str:
    """One word replaced by another that sounds the same; the text as it is where no word has one."""
    chance = random.Random(f"{seed} {text}")
    tokens = tokenize(text)
    places = [at for at, token in enumerate(tokens) if token.part[0] == "名詞" and _ALL_KANJI.fullmatch(token.surface)]
    chance.shuffle(places)
    for at in places:
        others = [word for word in homophones().get(tokens[at].reading, ()) if word != tokens[at].surface]
        if others:
            typed = [token.surface for token in tokens]
            typed[at] = chance.choice(others)
            return "".join(typed)
    return text


def half_width(text: str, seed: int = 0) -> str:
    """Katakana at half width, as old input methods and copied lists have it."""
    return "".join(_half(char) for char in text)


def half_width_only(text: str, seed: int = 0) -> str:
    """All of it as it sounds, in katakana at half width."""
    return half_width(to_katakana(hiragana(text)))


def keywords(text: str, seed: int = 0) -> str:
    """The content words alone, separated by spaces."""
    return " ".join(token.surface for token in tokenize(text) if token.content) or text


def without_particles(text: str, seed: int = 0) -> str:
    return "".join(token.surface for token in tokenize(text) if token.part[0] != "助詞") or text


def polite(text: str, seed: int = 0) -> str:
    """With the phrases around it that people write to an office."""
    phrases = _phrases()["polite"]
    chance = random.Random(f"{seed} {text}")
    return f"{chance.choice(phrases['before'])}{_ended(text)}{chance.choice(phrases['after'])}"


def story(text: str, seed: int = 0) -> str:
    """At the end of a long story of what happened."""
    chance = random.Random(f"{seed} {text}")
    return f"{chance.choice(_phrases()['stories'])}{_ended(text)}"


def dialect(region: str) -> Variant:
    """The variant that ends a question as people of a region do."""
    endings: Sequence[Mapping[str, str]] = _phrases()["dialects"][region]
    patterns = [(re.compile(ending["said"] + "$"), ending["there"]) for ending in endings]

    def spoken(text: str, seed: int = 0) -> str:
        stem = _ENDING.sub("", text)
        for pattern, there in patterns:
            if pattern.search(stem):
                return pattern.sub(there, stem)
        return text

    return spoken


def variants() -> dict[str, Variant]:
    """Every variant by the name that the table shows."""
    named: dict[str, Variant] = {
        "ひらがなだけ": hiragana,
        "ひらがなまじり": partly_hiragana,
        "一字の打ち間違い": slip,
        "誤変換": misconverted,
        "半角カナ": half_width,
        "半角カナだけ": half_width_only,
        "単語だけ": keywords,
        "助詞なし": without_particles,
        "丁寧な前後": polite,
        "長い話の終わり": story,
    }
    return named | {f"方言（{region}）": dialect(region) for region in _phrases()["dialects"]}


BY_CHANCE = frozenset({"ひらがなまじり", "一字の打ち間違い", "誤変換"})
"""What differs by seed so much that the mean of several is taken."""


@lru_cache
def _phrases() -> Any:
    return yaml.safe_load((_DATA / "typing.yaml").read_text(encoding="utf-8"))


@lru_cache
def homophones() -> Mapping[str, Sequence[str]]:
    """The nouns of two to four kanji that Sudachi's dictionary knows, by their reading in katakana."""
    found: dict[str, set[str]] = {}
    for entry in Dictionary(dict="core").entries():
        surface = entry.surface()
        if not (2 <= len(surface) <= 4 and _ALL_KANJI.fullmatch(surface) and entry.normalized_form() == surface):
            continue
        if entry.part_of_speech()[:2] == ("名詞", "普通名詞"):
            found.setdefault(entry.reading_form(), set()).add(surface)
    return {sound: sorted(words) for sound, words in found.items() if len(words) > 1}


@lru_cache
def _units() -> Any:
    # The longest units: the readings of their parts would miss what sounds otherwise together.
    return Dictionary(dict="core").tokenizer(SplitMode.C)


def _spoken(morpheme: Any) -> str:
    surface = morpheme.surface()
    sound = morpheme.reading_form()
    if morpheme.part_of_speech()[0] in _SIGNS or _LATIN.fullmatch(unicodedata.normalize("NFKC", surface)) or not sound:
        return str(surface)
    return to_hiragana(surface if all(map(_KANA.match, surface)) else sound)


def to_hiragana(text: str) -> str:
    """Katakana as hiragana, everything else as it is."""
    return "".join(chr(ord(char) - 0x60) if "ァ" <= char <= "ヶ" else char for char in text)


def _left_out(text: str, at: int, chance: random.Random) -> str:
    return text[:at] + text[at + 1 :]


def _doubled(text: str, at: int, chance: random.Random) -> str:
    return text[: at + 1] + text[at:]


def _swapped(text: str, at: int, chance: random.Random) -> str:
    return text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :]


def _mistyped(text: str, at: int, chance: random.Random) -> str:
    near = neighbours(text[at])
    return text[:at] + chance.choice(near) + text[at + 1 :] if near else text


_ROWS = (
    "あいうえお",
    "かきくけこ",
    "さしすせそ",
    "たちつてと",
    "なにぬねの",
    "はひふへほ",
    "まみむめも",
    "や・ゆ・よ",
    "らりるれろ",
    "わ・を・ん",
)
_PAD = {0: (0, 1), 1: (1, 1), 2: (2, 1), 3: (0, 2), 4: (1, 2), 5: (2, 2), 6: (0, 3), 7: (1, 3), 8: (2, 3), 9: (1, 4)}
_ALIKE = "ぁあ ぃい ぅう ぇえ ぉお っつづ ゃや ゅゆ ょよ かが きぎ くぐ けげ こご さざ しじ すず せぜ そぞ ただ ちぢ てで とど"
_ALIKE += " はばぱ ひびぴ ふぶぷ へべぺ ほぼぽ"
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


@lru_cache(maxsize=1000)
def neighbours(char: str) -> tuple[str, ...]:
    """The kana that a finger may hit instead: on a telephone's pad, on a keyboard, or voiced and small otherwise."""
    if not _KANA.match(char):
        return ()
    kana = to_hiragana(char)
    found = dict.fromkeys((*_on_pad(kana), *_on_keyboard(kana), *_alike(kana)))
    found.pop(kana, None)
    return tuple(to_katakana(one) for one in found) if char != kana else tuple(found)


def _alike(kana: str) -> list[str]:
    return [one for group in _ALIKE.split() if kana in group for one in group]


def _on_pad(kana: str) -> list[str]:
    """The key beside with the same flick, and another flick of the same key."""
    for number, row in enumerate(_ROWS):
        if kana in row:
            flick = row.index(kana)
            x, y = _PAD[number]
            beside = [other for other, (ox, oy) in _PAD.items() if abs(x - ox) + abs(y - oy) == 1]
            return [one for one in (*(_ROWS[other][flick] for other in beside), *row) if one != "・"]
    return []


@lru_cache
def _by_spelling() -> dict[str, str]:
    kana = "".join(_ROWS).replace("・", "") + "がぎぐげござじずぜぞだでどばびぶべぼぱぴぷぺぽ"
    return {romaji(one): one for one in kana}


def _on_keyboard(kana: str) -> list[str]:
    """The kana whose spelling differs by one key, which lies beside the right one."""
    spelt = romaji(kana)
    typed = (spelt[:at] + key + spelt[at + 1 :] for at, char in enumerate(spelt) for key in _beside(char))
    return [_by_spelling()[one] for one in typed if one in _by_spelling()]


def _beside(key: str) -> str:
    for row in _KEYS:
        if key in row:
            at = row.index(key)
            return row[max(at - 1, 0) : at] + row[at + 1 : at + 2]
    return ""


@lru_cache
def _half_forms() -> dict[str, str]:
    forms = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF66, 0xFF9E)}
    voiced = {chr(code): unicodedata.normalize("NFD", chr(code)) for code in range(0x30A1, 0x30FB)}
    marks = {"\u3099": "ﾞ", "\u309a": "ﾟ"}
    forms |= {
        char: forms[parts[0]] + marks[parts[1]]
        for char, parts in voiced.items()
        if len(parts) == 2 and parts[0] in forms
    }
    return forms


def _half(char: str) -> str:
    return _half_forms().get(char, char)


def _ended(text: str) -> str:
    return text if text.endswith(("。", "?", "？", "!", "！")) else f"{text}。"
