"""What messages of other languages say beside questions: cries for help, wishes for a person, greetings.

The patterns stand in the language files.  They are tried by script, whatever language a message
was taken for: a cry for help must not depend on that.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache

from intents.glossary import LANGUAGES, SCRIPTS, language
from intents.text import normalize

_KANA = re.compile("[ぁ-ゖァ-ヺ]")
_SPACED_OUT = re.compile(r"\S(?: +\S){2,}")
"""Some put a space between all letters."""
_DEAF = re.compile(r"[.!?,;:…~。！？、，।\"“”()]+")


def spoken_in(text: str) -> list[str]:
    """The languages whose script occurs in ``text``; none for Japanese."""
    if _KANA.search(text):
        return []
    return [code for code in LANGUAGES if SCRIPTS[language(code).script].search(text)]


def plain_in(text: str, code: str) -> str:
    """``text`` as the patterns of a language are written: without accents, or in simplified characters."""
    plain = normalize(text)
    spoken = language(code)
    if spoken.script == "latin":
        bare = "".join(char for char in unicodedata.normalize("NFD", plain) if not unicodedata.combining(char))
        return bare.replace("đ", "d").replace("’", "'")
    if spoken.script == "han":
        return plain.translate(_simplifying(code)).replace(" ", "")
    return plain.replace(" ", "") if _SPACED_OUT.fullmatch(plain) else plain


@lru_cache
def _simplifying(code: str) -> dict[int, str]:
    words = language(code).words
    return dict(zip(map(ord, "".join(words["traditional"])), "".join(words["simplified"]), strict=True))


@lru_cache
def patterns_in(code: str, section: str) -> Mapping[str, re.Pattern[str]]:
    """The patterns of a section by kind, as they are searched for."""
    return {kind: re.compile(source) for kind, source in language(code).patterns[section].items()}


def readings(text: str, section: str) -> Iterator[tuple[str, Mapping[str, re.Pattern[str]]]]:
    """``text`` as each language it may be in would have it, with that language's patterns."""
    for code in spoken_in(text):
        yield plain_in(text, code), patterns_in(code, section)


def small_talk_in(text: str) -> str | None:
    """The kind of small talk, where a message is nothing else in some language; the last where it is several."""
    return next(filter(None, (_small_talk(plain_in(text, code), code) for code in spoken_in(text))), None)


def _small_talk(plain: str, code: str) -> str | None:
    rest = _DEAF.sub(" ", plain).strip()
    kind = None
    while rest:
        step, length = max(_begins(rest, code), key=lambda found: found[1], default=(None, 0))
        if not length:
            return None
        kind = step if step != "filler" else kind
        rest = rest[length:].lstrip()
    return kind


def _begins(text: str, code: str) -> Iterator[tuple[str, int]]:
    """What kinds of small talk ``text`` begins with, and how much of it they take."""
    separate = language(code).script in ("latin", "devanagari")
    for kind, source in language(code).patterns["small_talk"].items():
        found = _whole_words(source, separate).match(text)
        if found and found.end():
            yield kind, found.end()


@lru_cache(maxsize=200)
def _whole_words(source: str, separate: bool) -> re.Pattern[str]:
    return re.compile(rf"(?:{source})(?:(?=\s)|$)" if separate else f"(?:{source})")
