"""A question of another language carried into Japanese concepts, for searching.

Nothing is invented: what comes out are the Japanese names of the concepts that the question
names.  Figures, dates and names stay as they are typed, and so does a word that nothing here
knows: it stands in no entry, so the ranking sees that something was not understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

import regex

from intents.glossary import EASY, ROMAJI, SCRIPTS, Language, concepts, language
from intents.matching import Match, RunMatcher, WordMatcher, fold, longest_first, packed, without_ending
from intents.patterns import pattern_sources
from intents.romaji import LONG_NAME, spelling_of, spellings
from intents.text import normalize
from intents.whole_questions import whole_question

MOST_UNKNOWN = 3
"""More words than these that nothing knows say no more than they do."""

_SENTENCE_ENDS = re.compile(r"(?<=[.?!…।])\s+|(?<=[。？！\n])")
_LABEL = re.compile("〔[^〕]{1,20}〕")
_ERAS = ("令和", "平成")
_WRITTEN = pattern_sources("foreign_figures")
_UNITS = {
    unit: re.compile(rf"(?<![0-9])(?<![0-9][.,])([0-9]++(?:[.,][0-9]++)*+)\s?(?:{written})(?![a-zà-ỹ])", re.IGNORECASE)
    for unit, written in _WRITTEN.items()
    if unit not in _ERAS
}
_ERA_YEARS = {
    era: re.compile(rf"(?:{_WRITTEN[era]})\s?([0-9]{{1,2}})(?![0-9])\s?(?:年度?|년도?)?", re.IGNORECASE)
    for era in _ERAS
}
_AS_TYPED = re.compile(
    r"https?://\S+|(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]+)+|(?:令和|平成)[0-9]+年度"
    r"|(?<![0-9])[0-9]++(?:[.,][0-9]++)*+[%人件]|(?<![0-9])[0-9]++(?:[./:,-][0-9]++)++"
)
_NEPALI_FIGURE = re.compile(rf"[०-९]{{4}}|[०-९]+(?=\s?(?:{'|'.join(_WRITTEN[unit] for unit in _UNITS)}))")
_WESTERN_YEAR = re.compile("(?:19|20)[0-9]{2}")
_FISCAL_YEAR, _MEANING = "年度", "とは"
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}]+)*")
_SCRIPT_RUNS = re.compile(r"[0-9a-zÀ-ỹ]+|[㐀-鿿々]+|[가-힣]+|[^0-9a-zÀ-ỹ㐀-鿿々가-힣]+")
LONGEST_ROMAJI = 6
"""A Japanese term in Latin letters is typed in no more words."""
_SHORTEST_ROMAJI = 5
"""Within another language a shorter word is hardly Japanese: ken, kita."""
_CLEAR_TERM = 3
"""From this length on, a Korean term may be followed by anything; shorter ones only by a particle."""
_PARTICLES = "はがをのにでもとへやか"


@dataclass(frozen=True)
class Translation:
    """``text`` is searched; ``concepts`` are those found, ``unknown`` the words that nothing knows."""

    text: str
    concepts: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass
class _Reading:
    """What a sentence has come to so far."""

    parts: list[str] = field(default_factory=list)
    concepts: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def take(self, concept: str) -> None:
        if concept not in self.concepts:
            self.concepts.append(concept)
            self.keep(concepts()[concept])

    def keep(self, text: str) -> None:
        if text and text not in self.parts:
            self.parts.append(text)

    def wonder(self, word: str) -> None:
        if len(self.unknown) < MOST_UNKNOWN and word not in self.unknown:
            self.unknown.append(word)
            self.parts.append(word)


def translate(text: str, code: str, places: Mapping[str, str] | None = None) -> Translation:
    """``text`` of the language ``code`` as Japanese to search for.  ``places``: names by their Latin spelling."""
    if code == EASY:
        return _easy(text)
    sentences = _SENTENCE_ENDS.split(_with_figures(_LABEL.sub(" ", text)))
    read = [(_read(sentence, language(code), places or {}), sentence) for sentence in sentences]
    names = tuple(dict.fromkeys(concept for reading, _ in read for concept in reading.concepts))
    return Translation(
        _joined([(reading.parts, sentence) for reading, sentence in read if reading.parts]) or " ".join(names),
        names,
        tuple(dict.fromkeys(word for reading, _ in read for word in reading.unknown)),
    )


def _with_figures(text: str) -> str:
    """``text`` with its figures, units and years of an era as Japanese has them: 60 percent -> 60%."""
    plain = _NEPALI_FIGURE.sub(lambda found: str(int(found[0])), text)
    for unit, written in _UNITS.items():
        plain = written.sub(rf" \1{unit} ", plain)
    for era, written in _ERA_YEARS.items():
        plain = written.sub(rf" {era}\1年度 ", plain)
    return plain


def _in_japanese_order(parts: Sequence[str]) -> list[str]:
    """Fiscal years as one word, and what something means asked after it: 60% とは."""
    years = any(_WESTERN_YEAR.fullmatch(part) for part in parts)
    kept = [
        f"{part}{_FISCAL_YEAR}" if _WESTERN_YEAR.fullmatch(part) else part
        for part in parts
        if part != _MEANING and not (years and part == _FISCAL_YEAR)
    ]
    return [*kept, _MEANING] if _MEANING in parts else kept


def _joined(read: Sequence[tuple[Sequence[str], str]]) -> str:
    """What the sentences came to, each with its end where there are several."""
    if len(read) == 1:
        return " ".join(read[0][0])
    ends = ("？" if sentence.rstrip().endswith(("?", "？")) else "。" for _, sentence in read)
    return "".join(f"{' '.join(parts)}{end}" for (parts, _), end in zip(read, ends, strict=True))


def _read(sentence: str, spoken: Language, places: Mapping[str, str]) -> _Reading:
    reading = _Reading()
    for whole in _read_whole(sentence, spoken, places):
        reading.keep(whole)
    if reading.parts:
        return reading
    for kept in _AS_TYPED.findall(sentence):
        reading.keep(kept)
    rest = _AS_TYPED.sub(" ", sentence)
    if spoken.script in ("latin", "devanagari"):
        _read_words(_WORD.findall(rest), spoken, places, reading)
    else:
        _read_runs(rest, spoken, places, reading)
    reading.parts = _in_japanese_order(reading.parts)
    return reading


def _read_whole(sentence: str, spoken: Language, places: Mapping[str, str]) -> Iterator[str]:
    """A sentence that is understood as a whole, after the places that it names; a term alone is only that."""
    if normalize(sentence) in _terms(spoken.code):
        return
    rest, names = sentence, []
    if spoken.script == "latin":
        typed = list(_WORD.finditer(sentence))
        words = [normalize(word[0]).replace("’", "'").removesuffix("'s") for word in typed]
        for (start, end), name in reversed(list(_named_places(words, spoken, places))):
            names.append(name)
            rest = rest[: typed[start].start()] + rest[typed[end - 1].end() :]
    whole = whole_question(rest, spoken.code)
    if whole:
        yield from reversed(names)
        yield whole


def _read_words(typed: Sequence[str], spoken: Language, places: Mapping[str, str], reading: _Reading) -> None:
    """A sentence of a script with words."""
    words = [normalize(word).replace("’", "'") for word in typed]
    named = dict(_named_places(words, spoken, places))
    found = [match for code in (spoken.code, spoken.also) if code for match in _matcher(code).find(words)]
    taken = longest_first([*found, *_romaji(words, spoken), *(Match(*span, None) for span in named)])
    at = 0
    for match in [*taken, Match(len(words), len(words), None)]:
        for place in range(at, match.start):
            _read_word(typed[place], words[place], spoken, reading)
        if match.concept:
            reading.take(match.concept)
        elif name := named.get((match.start, match.end)):
            reading.keep(name)
        at = match.end


def _read_word(typed: str, word: str, spoken: Language, reading: _Reading) -> None:
    """A word that is no term: dropped, kept or wondered at."""
    if SCRIPTS["japanese"].search(word) or word.isdigit():
        reading.keep(typed)
    elif not _is_small(word, spoken.code) and not (spoken.also and _is_small(word, spoken.also)):
        reading.wonder(typed)


def _named_places(
    words: Sequence[str], spoken: Language, places: Mapping[str, str]
) -> Iterator[tuple[tuple[int, int], str]]:
    """Names of Japan among the words, long ones of several too; where somebody comes from is not asked about."""
    for at in range(len(words)):
        row = ""
        for end in range(at + 1, min(at + LONGEST_ROMAJI, len(words)) + 1):
            row += words[end - 1]
            if end > at + 1 and len(row) < LONG_NAME:
                continue
            name = next((places[form] for form in spellings(row) if form in places), None)
            if name:
                comes_from = at > 0 and words[at - 1] in spoken.words["origin"]
                yield (at, end), "" if comes_from else name


def _romaji(words: Sequence[str], spoken: Language) -> Iterator[Match]:
    """Japanese words that people write in Latin letters: juminhyo, inkan shomei."""
    table, ambiguous = romaji_terms(), language(ROMAJI).words["ambiguous"]
    shortest = 3 if spoken.code == ROMAJI else _SHORTEST_ROMAJI
    for start in range(len(words)):
        row = ""
        for end in range(start + 1, min(start + LONGEST_ROMAJI, len(words)) + 1):
            if not words[end - 1].isascii():
                break
            row += words[end - 1]
            for form in spellings(row):
                if form in table and len(form) >= shortest and (spoken.code == ROMAJI or form not in ambiguous):
                    yield Match(start, end, table[form])


@lru_cache(maxsize=1)
def romaji_terms() -> Mapping[str, str]:
    """The concepts by the spellings of their Japanese names in Latin letters."""
    found = {spelling: name for name in concepts() if (spelling := spelling_of(name)).isascii()}
    for name, terms in language(ROMAJI).terms.items():
        found |= {form: name for term in terms for form in spellings(term)}
    return found


@lru_cache(maxsize=1)
def clear_romaji() -> frozenset[str]:
    """The spellings that are Japanese whatever stands around them."""
    return frozenset(romaji_terms()) - frozenset(language(ROMAJI).words["ambiguous"])


def _read_runs(sentence: str, spoken: Language, places: Mapping[str, str], reading: _Reading) -> None:
    """A sentence of a script without words, or with loose ones (Korean)."""
    text, begins = packed(_simplified(sentence, spoken))
    matcher = _run_matcher(spoken.code)
    if spoken.script == "hangul":
        taken = list(_korean(text, begins, matcher, spoken))
    else:
        taken = longest_first(match for match in matcher.find(text, shortest=2) if _may_stand(text, match))
    at = 0
    for match in [*taken, Match(len(text), len(text), None)]:
        for start, piece in _pieces(text, at, match.start, begins):
            _read_piece(piece, spoken, places, reading, begins_word=start in begins)
        if match.concept:
            reading.take(match.concept)
        at = match.end


def _pieces(text: str, start: int, end: int, begins: frozenset[int]) -> Iterator[tuple[int, str]]:
    """The stretches of one script between matches, cut where words begin."""
    cuts = [start, *sorted(begin for begin in begins if start < begin < end), end]
    for left, right in pairwise(cuts):
        for run in _SCRIPT_RUNS.finditer(text, left, right):
            yield run.start(), run[0]


def _read_piece(
    piece: str, spoken: Language, places: Mapping[str, str], reading: _Reading, *, begins_word: bool
) -> None:
    if piece.isdigit():
        reading.keep(piece)
    elif SCRIPTS["latin"].search(piece):
        _read_words([piece], language("en"), places, reading)
    elif spoken.script == "hangul":
        stem = without_ending(piece, spoken.endings)
        if begins_word and len(stem) > 1 and not {piece, stem} & _small_words(spoken.code):
            reading.wonder(stem)
    else:
        _read_han(piece, spoken, reading)


def _read_han(piece: str, spoken: Language, reading: _Reading) -> None:
    """Chinese characters that are no term: as a Japanese would write them."""
    core = piece.strip("".join(spoken.words["particles"]))
    concept = _run_matcher(spoken.code).concept(core)
    if concept:
        reading.take(concept)
    elif len(core) > 1 and core not in _small_words(spoken.code):
        reading.wonder(core.translate(_characters(spoken.code, "chinese", "japanese")))


def _may_stand(text: str, match: Match) -> bool:
    """Whether a run is no part of a Latin word: ``ai`` is not in ``email``."""
    inside = text[match.start : match.end]
    before, after = text[match.start - 1 : match.start], text[match.end : match.end + 1]
    return not ((inside[0] + before).isascii() and before.isalpha()) and not (
        (inside[-1] + after).isascii() and after.isalpha()
    )


def _korean(text: str, begins: frozenset[int], matcher: RunMatcher, spoken: Language) -> Iterator[Match]:
    """Terms at the beginning of words or right after another term, with what may follow them."""
    at = 0
    while at < len(text):
        match = next((one for one in matcher.at(text, at) if _may_follow(text, one, begins, matcher, spoken)), None)
        if match:
            yield match
        at = match.end if match else next((begin for begin in sorted(begins) if begin > at), len(text))


def _may_follow(text: str, match: Match, begins: frozenset[int], matcher: RunMatcher, spoken: Language) -> bool:
    end = next((begin for begin in sorted(begins) if begin >= match.end), len(text))
    rest = text[match.end : end]
    if not rest or rest in spoken.endings:
        return True
    if match.concept is None:
        return False
    return match.end - match.start >= _CLEAR_TERM or any(one.concept for one in matcher.at(text, match.end))


def _easy(text: str) -> Translation:
    """やさしい日本語 as it stands, with the words that an official would use for the same."""
    plain, begins = packed(text)
    found = [match for match in _run_matcher(EASY).find(plain) if _stands_alone(plain, match, begins)]
    names = list(dict.fromkeys(match.concept for match in longest_first(found) if match.concept))
    added = [concepts()[name] for name in names if concepts()[name] not in plain]
    return Translation(" ".join((text, *added)), tuple(names))


def _stands_alone(text: str, match: Match, begins: frozenset[int]) -> bool:
    """A short kana word needs a space or a particle around it: はし is not in はしる."""
    if match.end - match.start > _CLEAR_TERM or not all("ぁ" <= char <= "ヺ" for char in text[match.start : match.end]):
        return True
    after = text[match.end : match.end + 1]
    begun = match.start in begins or text[match.start - 1] in _PARTICLES
    return begun and (match.end in begins or not after or after in _PARTICLES)


def _simplified(text: str, spoken: Language) -> str:
    return text.translate(_characters(spoken.code, "traditional", "simplified")) if spoken.script == "han" else text


@lru_cache
def _characters(code: str, given: str, wanted: str) -> dict[int, str]:
    words = language(code).words
    return dict(zip(map(ord, "".join(words[given])), "".join(words[wanted]), strict=True))


@lru_cache
def _terms(code: str) -> frozenset[str]:
    return frozenset(normalize(term) for terms in language(code).terms.values() for term in terms)


@lru_cache
def _matcher(code: str) -> WordMatcher:
    spoken = language(code)
    return WordMatcher(spoken.terms, spoken.endings, strict=spoken.strict_marks)


@lru_cache
def _run_matcher(code: str) -> RunMatcher:
    spoken = language(code)
    return RunMatcher(spoken.terms, spoken.small_words)


@lru_cache
def _small_words(code: str) -> frozenset[str]:
    spoken = language(code)
    return frozenset(_folded((*spoken.small_words, *spoken.words["romanised"])))


def _folded(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        yield word
        yield fold(word)


def _is_small(word: str, code: str) -> bool:
    """Whether a word carries nothing by itself, with or without an ending."""
    small = _small_words(code)
    return word in small or any(form in small for form in _matcher(code).forms(word))
