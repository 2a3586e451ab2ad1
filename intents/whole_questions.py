"""Questions of other languages that are understood as a whole, where word by word they would come to something else.

「How many years is the plan?」 names no period, and 「60%是什么数字」 reads as 数字 (digital).
The patterns stand in the language files, ``{plan}`` and ``{figure}`` in the place of what they
speak of; ``data/whole_questions.yaml`` has the Japanese that each kind is searched by.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import regex

from intents.foreign import plain_in
from intents.glossary import language
from intents.matching import fold
from intents.patterns import pattern_sources

_FIGURE = r"(?P<figure>[0-9]+(?:[.,][0-9]+)*[%人件]?)"
_TOKEN = regex.compile(r"[0-9]+(?:[.,][0-9]+)*[%人件]?|[\p{L}\p{M}]+(?:['-][\p{L}\p{M}]+)*")
_LONGEST = 90
"""Sentences of more letters tell more than these questions do."""
_PARTS = ("plan", "begin", "end")
"""What the patterns of a language share: the plan by its names, and what may stand around a question."""
_SPACELESS = frozenset(("han", "hangul"))


def whole_question(sentence: str, code: str) -> str | None:
    """The Japanese that ``sentence`` of the language ``code`` is searched by; None for any other question."""
    plain = _plain(sentence, code) if len(sentence) <= _LONGEST else ""
    for kind, pattern in _patterns(code).items():
        found = pattern.fullmatch(plain)
        if found:
            return _templates()[kind].format(**found.groupdict())
    return None


def _plain(sentence: str, code: str) -> str:
    """A sentence without its punctuation and accents, as its language is written: with spaces or without."""
    words = [fold(word) for word in _TOKEN.findall(plain_in(sentence, code).replace("’", "'"))]
    return ("" if language(code).script in _SPACELESS else " ").join(words)


@lru_cache(maxsize=1)
def _templates() -> Mapping[str, str]:
    return pattern_sources("whole_questions")


@lru_cache
def _patterns(code: str) -> Mapping[str, regex.Pattern[str]]:
    given = language(code).patterns["whole_questions"]
    parts = {f"{{{name}}}": f"(?:{given.get(name, '')})" for name in _PARTS} | {"{figure}": _FIGURE}
    return {
        kind: regex.compile(fold(f"{parts['{begin}']}(?:{_filled(source, parts)}){parts['{end}']}"))
        for kind, source in given.items()
        if kind not in _PARTS
    }


def _filled(source: str, parts: Mapping[str, str]) -> str:
    for name, pattern in parts.items():
        source = source.replace(name, pattern)
    return source
