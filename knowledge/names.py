"""The names in a text: proper nouns, words in Latin letters, and what stands in quotation marks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import yaml

from intents.tokenizer import tokenize

_DATA = Path(__file__).parent / "data"
_LATIN = re.compile(r"(?<![A-Za-z0-9@./])[A-Z][A-Za-z]+(?:[-.]?[A-Za-z0-9]+)*(?![A-Za-z@])")
_QUOTED = re.compile("[「『]([^「」『』]{2,60})[」』]")
_SENTENCE = re.compile(r"[。?？!！]$|[。]")
_LETTER = re.compile(r"[^\W_]")


def names(text: str) -> tuple[str, ...]:
    """The names in a text, each once, in their order; a name within a quoted one is not told again."""
    plain = unicodedata.normalize("NFKC", text)
    quoted = [match[1] for match in _QUOTED.finditer(plain) if not _SENTENCE.search(match[1])]
    rest = _QUOTED.sub(" ", plain)
    found = [*quoted, *_LATIN.findall(rest), *_proper_nouns(rest)]
    return tuple(name for name in dict.fromkeys(found) if name not in everyday_names())


def stands_in(name: str, letters: str) -> bool:
    """Whether a name, or another name of the same thing, is among the ``letters`` of a text."""
    return any(_written(spelling) in letters for spelling in spellings(_written(name)))


def name_letters(text: str) -> str:
    """A text as names are looked for in it: its letters and digits without spaces and marks."""
    return _written(text)


@lru_cache
def everyday_names() -> frozenset[str]:
    """Names that need no source."""
    return frozenset((_DATA / "everyday_names.txt").read_text(encoding="utf-8").split())


@lru_cache(maxsize=10_000)
def spellings(written: str) -> tuple[str, ...]:
    """A name with every other name of the same thing put in its place."""
    found = [written]
    for name, others in _same().items():
        if name in written:
            found += [written.replace(name, other) for other in others]
    return tuple(found)


@lru_cache
def _same() -> Mapping[str, tuple[str, ...]]:
    groups = yaml.safe_load((_DATA / "same_names.yaml").read_text(encoding="utf-8"))
    return {
        _written(name): tuple(_written(other) for other in group if other != name) for group in groups for name in group
    }


def _written(text: str) -> str:
    return "".join(_LETTER.findall(unicodedata.normalize("NFKC", text))).casefold()


def _proper_nouns(text: str) -> Iterator[str]:
    """Proper nouns; neighbours make one name (松阪 + 市)."""
    for line in re.split(r"[\n。、]", text):
        run = ""
        for token in tokenize(line):
            proper = token.part[1] == "固有名詞" and not re.fullmatch(r"[A-Za-z0-9ａ-ｚ]+", token.surface)
            if run and not proper:
                yield run
            run = run + token.surface if proper else ""
        if run:
            yield run


def known_names(texts: Iterable[str]) -> str:
    """The letters of names that need no source in every section: the municipality's and its plans'."""
    return "\n".join(_written(text) for text in texts)
