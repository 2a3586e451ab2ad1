"""What a question is about, by the office of a city hall that sees to it: ごみ, 保育, 水道 …

Only words that give a subject away count, and a question may have none: a wrong office costs a
resident a telephone call, no office costs nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate, combinations, count
from pathlib import Path
from typing import Any

import yaml

from intents.common_needs import CommonNeeds, make_common_needs
from intents.homophones import as_meant
from intents.kana import KanaModel, in_kana, make_kana_model
from intents.lexicon import is_a_word
from intents.text import clean, shorten
from intents.tokenizer import Token, phrase_forms, tokenize

_BUNDLED = Path(__file__).parent / "data" / "subjects.yaml"

MOST = 2
"""Subjects of one question."""

_AND = re.compile(
    r"\s*(?:(?:の[^はがをで、。]{1,6}?)?\s*(?:と|や|とか|も|・|/|&|及び|および|並びに|それと|それから|あと)\s*[、,]?\s*)?[、,・\s]*"
)
"""What stands between two subjects that are asked for side by side (国保と年金, ごみの出し方と水道, 国保 年金)."""

_NOT_MEANT = re.compile(
    r"(?:のこと|の話)?(?:じゃな|ではな|でな[くい]|以外|みたい|のよう[なに])|(?:前|大|中央)?(?:通り|[とど]おり|駅|橋)"
)
"""What follows a word that is denied (不法投棄ではなく), a likeness (ごみみたいな) or in a place's name (公園通り)."""

_ONLY_WITH = re.compile(r"から|で(?![きすはも]|しょ)")
"""What follows that from which, by which or where something is done."""

_CLAUSE = re.compile(r"[^。、!?！？\n]+[。、!?！？\n]*")
_ASKS = re.compile(
    r"[?？]|(?:か|かしら|の|たい|たいです|たいのですが|たいんですが|たいんだけど|ほしい|欲しい|下さい|ください|教えて)[。、!！\s]*$"
)


@dataclass(frozen=True, order=True)
class Subject:
    """``id`` is what tables are keyed by; ``name`` is shown in Japanese."""

    id: str
    name: str


@dataclass(frozen=True)
class Subjects:
    """``rows``: one a row of the data: its subject, None for words that only look like one.

    ``ending``: the rows that leave a question without any subject.  ``weak``: those that count where
    no other row does.  ``kana``: what the signs'
    words sound like.
    """

    rows: tuple[Subject | None, ...]
    ending: frozenset[int]
    weak: frozenset[int]
    needs: CommonNeeds
    kana: KanaModel

    def of(self, question: str) -> tuple[Subject, ...]:
        """At most one subject, two where both are asked for; in the order of the question."""
        tokens = self._heard(tokenize(as_meant(shorten(clean(question)))))
        spans = self.needs.spans(tokens)
        if any(row in self.ending for row, _ in spans):
            return ()
        if any(self.rows[row] and row not in self.weak for row, _ in spans):
            spans = [(row, span) for row, span in spans if row not in self.weak]
        text = "".join(token.surface for token in tokens)
        apart = _apart([(self.rows[row], span) for row, span in spans], text)
        return _meant([(subject, span) for subject, span in apart if subject and _is_named(text, span)], text)

    def named(self, text: str) -> tuple[Subject, ...]:
        """What ``text`` names and nothing besides; nothing where it says more."""
        tokens = self._heard(tokenize(as_meant(shorten(clean(text)))))
        covered = frozenset[int]().union(*(span for row, span in self.needs.spans(tokens) if self.rows[row]))
        ends = accumulate(len(token.surface) for token in tokens)
        named = (end for token, end in zip(tokens, ends, strict=True) if token.content)
        return self.of(text) if all(end - 1 in covered for end in named) else ()

    def _heard(self, tokens: list[Token]) -> Sequence[Token]:
        """The words meant by a question in kana alone: Sudachi cuts it wrongly."""
        heard = self.kana.hear(tokens) if in_kana("".join(token.surface for token in tokens)) else None
        return heard.tokens if heard else tokens


def _apart(
    found: Sequence[tuple[Subject | None, frozenset[int]]], text: str
) -> Iterator[tuple[Subject | None, frozenset[int]]]:
    """Without what only stands within another sign's word (税 in ふるさと納税, 水道 in 下水道)."""
    runs = [[frozenset(range(*run)) for run in _runs(span)] for _, span in found]
    for (subject, _), own in zip(found, runs, strict=True):
        others = [run for (other, _), theirs in zip(found, runs, strict=True) if other != subject for run in theirs]
        kept = [run for run in own if not any(run < other for other in others)]
        words = {text[min(run) : max(run) + 1] for run in kept}
        if kept and all(text[min(run) : max(run) + 1] in words for run in own):
            yield subject, frozenset().union(*kept)


def _is_named(text: str, span: frozenset[int]) -> bool:
    """Whether a sign stands for itself: not denied, no likeness, and no part of a place's name."""
    return not _NOT_MEANT.match(text, max(span) + 1)


def _meant(found: Sequence[tuple[Subject, frozenset[int]]], text: str) -> tuple[Subject, ...]:
    """Of several: those asked for side by side, else the last, which the others only describe (道路のごみ).

    What is asked goes before what is told, and both before what something is only done with (年金から).
    """
    whole = sorted((min(span), max(span) + 1, subject) for subject, span in found)
    for (_, end, first), (start, _, second) in combinations(whole, 2):
        if first != second and end <= start and _AND.fullmatch(text[end:start]):
            return first, second
    told = [one for one in found if not _ONLY_WITH.match(text, max(one[1]) + 1)] or found
    asking = [range(*clause.span()) for clause in _CLAUSE.finditer(text) if _ASKS.search(clause[0])]
    asked = [one for one in told if any(max(one[1]) in clause for clause in asking)] or told
    last = max(asked, key=lambda one: (max(one[1]), len(one[1])), default=None)
    return (last[0],) if last else ()


def _runs(span: frozenset[int]) -> Iterator[tuple[int, int]]:
    """The stretches of neighbouring characters in a span: (from, to before)."""
    for place in span:
        if place - 1 not in span:
            yield place, next(end for end in count(place + 1) if end not in span)


def make_subjects(rows: Sequence[Mapping[str, Any]]) -> Subjects:
    """``rows`` as in ``data/subjects.yaml``."""
    needs = make_common_needs([{"name": row["name"], "signs": row["signs"]} for row in rows], is_a_word)
    return Subjects(
        tuple(Subject(row["id"], row["name"]) if "id" in row else None for row in rows),
        _marked(rows, "ends"),
        _marked(rows, "weak"),
        replace(needs, sounds=()),  # words in kana are heard before
        make_kana_model(form for group in needs.phrases.groups for phrase in group for form in phrase_forms(phrase)),
    )


def _marked(rows: Sequence[Mapping[str, Any]], mark: str) -> frozenset[int]:
    return frozenset(number for number, row in enumerate(rows) if row.get(mark))


@lru_cache(maxsize=1)
def _bundled() -> Subjects:
    return make_subjects(yaml.safe_load(_BUNDLED.read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def all_subjects() -> Mapping[str, Subject]:
    """Every subject by its id, in the order in which officials read them."""
    return {subject.id: subject for subject in _bundled().rows if subject}


@lru_cache(maxsize=2_000)
def subjects_of(question: str) -> tuple[Subject, ...]:
    """What ``question`` is about: nothing, one subject, or two that are both asked for."""
    return _bundled().of(question)


@lru_cache(maxsize=500)
def subjects_named(text: str) -> tuple[Subject, ...]:
    """The same, where ``text`` names nothing besides."""
    return _bundled().named(text)


_MOST_OF_THEM = 0.6


def subject_of_most(texts: Sequence[str]) -> Subject | None:
    """The subject of an entry by its wordings: what at least six in ten of them are about, and no two."""
    named = Counter(found[0] for text in texts if len(found := subjects_of(text)) == 1)
    subject, times = next(iter(named.most_common(1)), (None, 0))
    return subject if times >= _MOST_OF_THEM * len(texts) else None
