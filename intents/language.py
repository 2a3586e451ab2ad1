"""The language of a message: by its script, and for Latin letters by its small words and terms.

Words alone in Han characters count as Japanese (residents type 住民票), unless a character or
a word is Chinese beyond doubt.  やさしい日本語 is never recognised: it is chosen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from intents.glossary import ROMAJI, SCRIPTS, Language, language
from intents.matching import fold, words_of
from intents.patterns import word_list
from intents.remembered import remembered
from intents.romaji import spellings
from intents.text import normalize
from intents.translation import LONGEST_ROMAJI, clear_romaji

JAPANESE = "ja"

_KANA = re.compile("[ぁ-ゖァ-ヺ]")
_ABBREVIATION = re.compile("[A-Z]{1,3}")
_MARKED = re.compile("[À-ɏḀ-ỿ]")
_VIETNAMESE = re.compile("[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")
_PORTUGUESE = re.compile("[ãõç]")
_LATIN = ("en", "pt", "vi", "tl")
_UNMISTAKABLE, _SMALL, _TERM, _MARK, _MIXED_IN, _PARTICLE = 3.0, 1.0, 0.8, 1.5, 0.4, 0.5
_SYLLABLES = re.compile(
    r"(?:(?:[kgsztdnhbpmrwyfjv]?y?|[sc]h|ts|([kstpc])(?=\1|ch)|n)[aiueo]|n(?![aiueo])|[kstpc](?=[kstpc]))+"
)
"""A word that can be read as Japanese: hi and no are, need and quanto are not."""
_HIRAGANA, _KATAKANA_WORD = re.compile("[ぁ-ゖ]"), re.compile("[ァ-ヺー]{2}")
_STRANGERS = ("zh", "ne")
"""Whoever writes what does not tell its language goes on in theirs, whichever script it is in."""
_A_SENTENCE = 3
"""From so many foreign words on, Japanese characters among them are what is asked about."""
_SHORTEST_ROMAJI = 4
_TIE = 1e-9
_NEUTRAL = word_list("latin_in_japanese")
"""Words that Japanese write in Latin letters themselves: they tell nothing."""


@remembered
def language_of(text: str, before: str | None = None) -> str:
    """The code of a message's language; ``before``: what the dialogue was in, for a message that does not tell."""
    if _KANA.search(text):
        return _around_katakana(text) or JAPANESE
    plain = normalize(text)
    for code in ("ko", "ne"):
        if SCRIPTS[language(code).script].search(plain):
            return code
    if SCRIPTS["han"].search(plain):
        return _of_han(plain, before)
    told = None if _ABBREVIATION.fullmatch(text.strip()) else _of_latin(words_of(plain), before)
    return told or before or JAPANESE


def told_language(text: str) -> str | None:
    """The language that a message tells by itself; None where it would be that of whatever came before it."""
    found = language_of(text)
    return found if all(language_of(text, before) == found for before in _STRANGERS) else None


def _of_han(text: str, before: str | None) -> str:
    """Chinese where it is beyond doubt; a sentence of Latin words around some characters is theirs."""
    if before == "zh" or _is_chinese(text):
        return "zh"
    around = [word for word in words_of(text) if word.isascii() and word not in _NEUTRAL]
    return (_of_latin(around, before) if len(around) >= _A_SENTENCE else None) or JAPANESE


def _around_katakana(text: str) -> str | None:
    """The language of a sentence that takes a Japanese word in katakana as it stands: ゴミ怎么扔."""
    if _HIRAGANA.search(text) or not _KATAKANA_WORD.search(text):
        return None
    if SCRIPTS["hangul"].search(text):
        return "ko"
    return "zh" if any(word in text for word in language("zh").words["unmistakable"]) else None


def _is_chinese(text: str) -> bool:
    """Whether a character is none that Japanese is written with today, or a word only Chinese has.

    Old forms that live on in names (國, 澤, 齋) tell nothing: whoever is called so is Japanese.
    """
    words = language("zh").words
    if any(word in text for word in words["unmistakable"]) or any(
        char in "".join(words["unjapanese"]) for char in text
    ):
        return True
    try:
        "".join(SCRIPTS["han"].findall(text)).encode("cp932")
    except UnicodeEncodeError:
        return True
    return False


def _of_latin(words: Sequence[str], before: str | None) -> str | None:
    """The language that most words speak for; None where none does."""
    telling = [word for word in words if word not in _NEUTRAL and not word.isdigit()]
    points = {JAPANESE: 0.0 if any(map(_rules_out_japanese, telling)) else _in_romaji(telling)}
    for word in telling:
        for code, weight in _evidence(word).items():
            points[code] = points.get(code, 0.0) + weight
    best = max(points.values())
    if not best:
        return None
    return next(code for code in (before, *_LATIN, "ne", JAPANESE) if code and points.get(code, 0.0) >= best - _TIE)


@lru_cache(maxsize=20_000)
def _rules_out_japanese(word: str) -> bool:
    """Whether a small word of another language is none that Japanese could be: then juminhyo is a word in it."""
    found = _evidence(word)
    return max(found.values(), default=0) >= _SMALL and not _SYLLABLES.fullmatch(fold(word))


@lru_cache(maxsize=20_000)
def _evidence(word: str) -> Mapping[str, float]:
    """What a single word says for each language, less where several have it."""
    found = {code: weight for code in (*_LATIN, "ne") if (weight := _weight(word, code))}
    shared = sum(weight > _MIXED_IN for weight in found.values()) or 1
    evidence = {code: weight / shared for code, weight in found.items()}
    if _MARKED.search(word):
        for code, letters in (("vi", _VIETNAMESE), ("pt", _PORTUGUESE)):
            evidence[code] = evidence.get(code, 0.0) + (_MARK if letters.search(word) else _MIXED_IN)
    return evidence


def _weight(word: str, code: str) -> float:
    """1 for a small word, less for a word of a term, least where another language lends it."""
    vocabulary = _vocabulary(code)
    if word in vocabulary:
        return vocabulary[word]
    folded = fold(word)
    return vocabulary.get(folded, 0.0) if folded != word or code in ("vi", "pt") else 0.0


@lru_cache
def _vocabulary(code: str) -> Mapping[str, float]:
    """Every word of a language with what it tells, as it is written and without its marks."""
    spoken = language(code)
    if code == "ne":
        return _with_folded(dict.fromkeys(spoken.words["romanised"], _SMALL) | _unmistakable(spoken))
    lent = set(_term_words(language("en"))) if code != "en" else set()
    found: dict[str, float] = {}
    for word in _term_words(spoken):
        found[word] = _MIXED_IN if word in lent else _TERM
    found = _with_folded(found | dict.fromkeys(spoken.small_words, _SMALL) | _unmistakable(spoken))
    for ending in spoken.endings if code == "en" else ():
        for word in _term_words(spoken):
            found.setdefault(word + ending, _TERM)
    return found


def _unmistakable(spoken: Language) -> dict[str, float]:
    """The words that no other language here has, however many words it lends: ng, quanto, kasari."""
    return dict.fromkeys(spoken.words["unmistakable"], _UNMISTAKABLE)


def _with_folded(found: Mapping[str, float]) -> dict[str, float]:
    return {fold(word): weight for word, weight in found.items()} | dict(found)


def _term_words(spoken: Language) -> Iterable[str]:
    japanese = clear_romaji()
    for listed in spoken.terms.values():
        words = (word for term in listed for word in words_of(term))
        yield from (
            word
            for word in words
            if word not in _NEUTRAL and not word.isdigit() and japanese.isdisjoint(spellings(word))
        )


def _in_romaji(words: Sequence[str]) -> float:
    """What speaks for Japanese in Latin letters: a term of ours, and particles beside it."""
    small = language(ROMAJI).small_words
    named, total, at = False, 0.0, 0
    while at < len(words):
        length = next((n for n in range(min(len(words) - at, LONGEST_ROMAJI), 0, -1) if _spells(words[at : at + n])), 0)
        named = named or length > 0
        total += length or (_PARTICLE if words[at] in small else 0.0)
        at += length or 1
    return total if named else 0.0


def _spells(words: Sequence[str]) -> bool:
    """Whether words spell a Japanese term; short ones may be anything."""
    return any(len(form) >= _SHORTEST_ROMAJI and form in clear_romaji() for form in spellings("".join(words)))
