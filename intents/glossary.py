"""What residents ask about, in other languages: the words kept in ``data/languages``.

``concepts.yaml`` lists the concepts by their Japanese names; a file per language gives the
words that people type for each.  Words that no fluent speaker has checked (``reviewed: false``)
carry a question into Japanese and are shown to nobody.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parent / "data" / "languages"
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

LANGUAGES = ("en", "zh", "ko", "pt", "vi", "tl", "ne")
"""The languages of questions beside Japanese."""

ROMAJI, EASY = "romaji", "easy"
"""Japanese in Latin letters, and やさしい日本語: ways of writing Japanese, kept like languages."""

SCRIPTS = {
    "latin": re.compile("[A-Za-zÀ-ỹ]"),
    "han": re.compile("[㐀-鿿々]"),
    "hangul": re.compile("[가-힣ㄱ-ㅎㅏ-ㅣ]"),
    "devanagari": re.compile("[\u0900-\u097f]"),
    "japanese": re.compile("[ぁ-ゖァ-ヺ㐀-鿿々]"),
}

_TEXTS = {"name", "script", "reviewed_by"}
_WORDS = {"small_words", "unmistakable", "particles", "origin", "ambiguous", "traditional", "simplified"}
_WORDS |= {"chinese", "japanese", "romanised", "unjapanese"}
_GROUPS = {"small_talk", "handoff", "emergencies", "judgements", "whole_questions"}
_FIELDS = _TEXTS | _WORDS | _GROUPS | {"reviewed", "also", "strict_marks", "endings", "terms"}


class GlossaryError(ValueError):
    """A language file cannot be used.  ``problems`` is a line per fault."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Language:
    """One language: its words for the concepts, and the small words that carry nothing.

    ``endings``: what a word may end with -> what stands there in its basic form.  ``also``: the
    language whose words its speakers mix in.  ``patterns``: regular expressions of greetings,
    of wishes for a person, of cries for help and of questions read as a whole, by section and kind.
    """

    code: str
    name: str
    script: str
    reviewed: bool
    reviewed_by: str | None
    also: str | None
    strict_marks: bool
    endings: Mapping[str, tuple[str, ...]]
    words: Mapping[str, tuple[str, ...]]
    patterns: Mapping[str, Mapping[str, str]]
    terms: Mapping[str, tuple[str, ...]]

    @property
    def small_words(self) -> tuple[str, ...]:
        return self.words["small_words"]


@lru_cache(maxsize=1)
def concepts() -> Mapping[str, str]:
    """Each concept by its Japanese name, with the words that are searched for it."""
    return read_concepts(_FOLDER / "concepts.yaml")


@lru_cache
def language(code: str) -> Language:
    """The words of one language."""
    return read_language(_FOLDER / f"{code}.yaml", concepts())


def read_concepts(path: Path) -> Mapping[str, str]:
    """A list per topic; ``name`` alone is searched as it stands, ``name: words`` by those words."""
    found: dict[str, str] = {}
    problems: list[str] = []
    for topic, listed in _mapping(path).items():
        for item in listed or ():
            pair = item if isinstance(item, dict) else {item: item}
            for name, searched in pair.items():
                if name in found:
                    problems.append(f"{path.name}: {topic}: 同じ概念が二度あります: {name}")
                found[str(name)] = str(searched)
    if problems:
        raise GlossaryError(problems)
    return found


def read_language(path: Path, known: Mapping[str, str]) -> Language:
    """One language file, checked.  Raises GlossaryError with every fault found."""
    given = _mapping(path)
    problems = [f"{path.name}: {fault}" for fault in _faults(given, known, path.stem)]
    if problems:
        raise GlossaryError(problems)
    return Language(
        code=path.stem,
        name=given["name"],
        script=given["script"],
        reviewed=given["reviewed"],
        reviewed_by=given.get("reviewed_by"),
        also=given.get("also"),
        strict_marks=given.get("strict_marks", False),
        endings={str(ending): tuple(basic) for ending, basic in given.get("endings", {}).items()},
        words={name: tuple(str(given.get(name, "")).split()) for name in _WORDS},
        patterns={name: _joined(given.get(name, {})) for name in _GROUPS},
        terms={name: tuple(map(str, terms)) for name, terms in given["terms"].items()},
    )


def _mapping(path: Path) -> dict[str, Any]:
    loader = _Loader(path.read_text(encoding="utf-8"))
    try:
        found = loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise GlossaryError([f"{path.name}:{line}: YAML として読めません（{error.problem}）"]) from error
    finally:
        loader.dispose()
    if not isinstance(found, dict):
        raise GlossaryError([f"{path.name}: 「項目名: 値」の形で書きます"])
    return found


def _joined(groups: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    return {kind: "|".join(alternatives) for kind, alternatives in groups.items()}


def _faults(given: Mapping[str, Any], known: Mapping[str, str], code: str) -> Iterator[str]:
    yield from (f"この項目名は使えません: {name}" for name in sorted(set(given) - _FIELDS))
    if not isinstance(given.get("name"), str) or given.get("script") not in SCRIPTS:
        yield f"name と script（{'、'.join(SCRIPTS)}）が必要です"
        return
    if not isinstance(given.get("reviewed"), bool):
        yield "reviewed は true か false と書きます"
    elif given["reviewed"] and not given.get("reviewed_by"):
        yield "reviewed: true のときは、だれが確かめたかを reviewed_by に書きます"
    yield from _pattern_faults(given)
    terms = given.get("terms")
    if not isinstance(terms, dict):
        yield "terms（概念ごとの語）が必要です"
        return
    yield from _term_faults(terms, known, code)


def _pattern_faults(given: Mapping[str, Any]) -> Iterator[str]:
    for section in sorted(_GROUPS & set(given)):
        for kind, alternatives in given[section].items():
            for alternative in alternatives:
                try:
                    re.compile(alternative)
                except re.error as error:
                    yield f"{section}.{kind}: 正規表現として読めません（{error}）: {alternative}"


def _term_faults(terms: Mapping[str, Any], known: Mapping[str, str], code: str) -> Iterator[str]:
    yield from (f"terms: concepts.yaml にない概念です: {name}" for name in terms if name not in known)
    if code != ROMAJI:
        yield from (f"terms: この概念の語がありません: {name}" for name in known if name not in terms)
    counts: Counter[str] = Counter()
    for name, listed in terms.items():
        if not isinstance(listed, list) or not listed or not all(isinstance(term, str) for term in listed):
            yield f"terms.{name}: 語の一覧を [ ] で書きます（数字だけの語は引用符で囲みます）"
            continue
        counts.update({term.lower() for term in listed})
        yield from (f"terms.{name}: 空の語があります" for term in listed if not term.strip())
    yield from (f"terms: 二つの概念に同じ語があります: {term}" for term, count in counts.items() if count > 1)
