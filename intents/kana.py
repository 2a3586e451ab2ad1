"""The words meant by kana: an input method's conversion, learnt from the knowledge base alone.

Sudachi takes a question in hiragana for other words than its writer had in mind (いんかん is
いん + かん).  Here all ways to read a run of kana as words of the corpus stand in a lattice,
together with Sudachi's own reading for what the corpus never says; word pairs and word classes
weigh them, and every word gets the probability that it is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from intents.lattice import BOUNDARY, Edge, Grammar, Lattice, Pairs, best_row, weigh
from intents.lists import Lists
from intents.text import to_katakana
from intents.tokenizer import Token, tokenize

WORDING_COUNT = 3
"""What a token of a wording counts, beside 1 for one of an answer: questions are asked like questions."""

KANA_SHARE = 0.85

_SILENT = ("補助記号", "空白", "記号")
_GRAMMAR = frozenset({"助詞", "助動詞", "代名詞", "副詞", "連体詞", "接続詞", "感動詞"})
_SMALL_VERBS = "非自立可能"

_PAIR_DOUBT = 1.0
"""Of a word seen n times before t words, n / (n + this times t) is left to its pairs; its class tells the rest."""
_CLASS_SMOOTHING = 0.05
_MISHEARD = 0.02
"""What a kana typed without its voice mark or in the other size costs; a word of one kana may not be mistyped so."""
_GRAMMAR_UNSEEN, _UNSEEN, _LONG_UNSEEN = 1e-3, 1e-8, 1e-5
_LONG_WORD = 7
_UNKNOWN_KANA = 1e-7
_OTHER_SCRIPT = 1e-2
_SCALE = 100.0
"""Probabilities are scaled by this per kana, to stay within what a float holds."""
_LONGEST_RUN, _MOST_HEARD = 48, 400
_LEAST = 0.05
"""A word less likely than this is not searched for."""
_MOST_REMEMBERED = 5_000
"""Words of which it is remembered whether the texts have them: particles and endings come with every question."""
_SHORTEST_MISHEARD = 2
_SHORTEST_UNCONVERTED = 3
_SHORTEST_HEARD = 4
"""Kana in a row that may be a word of several kanji."""

_CLOSED = "\0"
_HIRAGANA, _OTHERS = re.compile("[ぁ-ゖ]"), re.compile("[^ぁ-ゖァ-ヺー]+")
_LONG_HIRAGANA = re.compile(f"[ぁ-ゖー]{{{_SHORTEST_HEARD}}}")
_ALL_KANA = re.compile("[ぁ-ゖァ-ヺー]*")
_EVERYDAY = Path(__file__).parent / "data" / "everyday.txt"

_FOLDED = str.maketrans(
    "ガギグゲゴザジズゼゾダヂヅデドバビブベボパピプペポァィゥェォッャュョヴヂヅ",
    "カキクケコサシスセソタチツテトハヒフヘホハヒフヘホアイウエオツヤユヨウチツ",
)


def in_kana(text: str) -> bool:
    """Whether a text is typed in kana alone, or nearly so; in either kana."""
    others = _OTHERS.findall(text)
    kana = len(text) - sum(map(len, others))
    return kana > 0 and kana >= KANA_SHARE * (kana + sum(map(str.isalpha, "".join(others))))


@dataclass(frozen=True, slots=True)
class Heard:
    """A question as it was heard: its tokens on the likeliest reading, and how likely each word is."""

    tokens: tuple[Token, ...]
    words: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Words:
    """The words of the texts by number; each becomes a token when it is first asked for."""

    surfaces: Sequence[str]
    normalized: Sequence[str]
    readings: Sequence[str]
    parts: Sequence[tuple[str, str]]
    _made: dict[int, Token] = field(default_factory=dict, compare=False)

    def __len__(self) -> int:
        return len(self.surfaces)

    def __getitem__(self, number: int) -> Token:
        found = self._made.get(number)
        if found is None:
            found = self._made[number] = Token(
                self.surfaces[number], self.normalized[number], self.readings[number], self.parts[number]
            )
        return found


def _words(tokens: Sequence[Token]) -> Words:
    return Words(
        [token.surface for token in tokens],
        [token.normalized for token in tokens],
        [token.reading for token in tokens],
        [token.part for token in tokens],
    )


@dataclass(frozen=True)
class KanaModel:
    """``readings``: each beginning of a folded reading -> the words that it is the whole of."""

    readings: dict[str, tuple[int, ...]]
    words: Words
    kinds: Sequence[int]
    classes: dict[tuple[str, str], int]
    grammar: Grammar
    content: frozenset[int]
    _known: dict[Token, bool] = field(default_factory=dict, compare=False, repr=False)

    def hear(self, tokens: Sequence[Token]) -> Heard | None:
        """The words meant by a text that Sudachi took for ``tokens``; None where nothing speaks against these."""
        tokens, open_ = self._open(tokens)
        if not any(open_):
            return None
        # Who types kanji elsewhere would have typed them here too: かね is not 金.
        shortest = 1 if in_kana("".join(token.surface for token in tokens)) else _SHORTEST_UNCONVERTED
        heard: list[Token] = []
        likely: dict[str, float] = {}
        for start, end in _runs(tokens, open_):
            if any(open_[start:end]):
                path, words = self._hear_run(tokens[start:end], open_[start:end], shortest)
            else:
                path = tokens[start:end]
                words = [(token.normalized, 1.0) for token in path if token.content]
            heard += path
            for word, chance in words:
                likely[word] = likely.get(word, 0.0) + chance
        return Heard(tuple(heard), tuple(likely.items()))

    def _open(self, tokens: Sequence[Token]) -> tuple[list[Token], list[bool]]:
        """The tokens, and of each whether it is to be read anew.

        In a text in kana all of it is, save katakana among hiragana, which are words as they
        stand; in another, each run of hiragana in which Sudachi found what the texts never say.
        """
        text = "".join([token.surface for token in tokens])
        if not in_kana(text):
            found = list(tokens)
            opened = self._doubted(tokens) if _LONG_HIRAGANA.search(text) else [False] * len(found)
        elif _HIRAGANA.search(text):
            found = list(tokens)
            opened = [token.hiragana for token in tokens]
        else:
            # Of a sentence in katakana Sudachi makes one long name.
            found = [part for token in tokens for part in _taken_apart(token)]
            opened = [_is_kana(token.surface) for token in found]
        if any(opened):
            _close_what_is_long(found, opened)
        return found, opened

    def _doubted(self, tokens: Sequence[Token]) -> list[bool]:
        doubted = [False] * len(tokens)
        start = 0
        while start < len(tokens):
            end = start
            while end < len(tokens) and tokens[end].hiragana:
                end += 1
            run = tokens[start:end]
            if sum(len(token.surface) for token in run) >= _SHORTEST_HEARD and not all(map(self.knows, run)):
                doubted[start:end] = [True] * len(run)
            start = end + 1
        return doubted

    def knows(self, token: Token) -> bool:
        """Whether the texts have a token as it is."""
        found = self._known.get(token)
        if found is None:
            found = bool(self._numbers(token))
            if len(self._known) < _MOST_REMEMBERED:
                self._known[token] = found
        return found

    def joins(self, first: Token, second: Token) -> bool:
        """Whether the texts say one word right before another, neither of them a particle or an ending."""
        if first.part[0] in _GRAMMAR or second.part[0] in _GRAMMAR:
            return False
        after = self._numbers(second)
        return any(word in self.grammar.pairs[number] for number in self._numbers(first) for word in after)

    def sounding(self, reading: str) -> list[int]:
        """The numbers of the words that are read so, in katakana."""
        found = self.readings.get(reading.translate(_FOLDED), ())
        return [number for number in found if self.words.readings[number] == reading]

    def _numbers(self, token: Token) -> list[int]:
        key = (token.normalized, token.part)
        return [n for n in self.sounding(token.reading) if (self.words[n].normalized, self.words[n].part) == key]

    def _hear_run(
        self, tokens: Sequence[Token], open_: Sequence[bool], shortest: int
    ) -> tuple[list[Token], list[tuple[str, float]]]:
        lattice = self._lattice(tokens, open_, shortest)
        if not weigh(lattice, self.grammar):
            return list(tokens), [(token.normalized, 1.0) for token in tokens if token.content]
        likely = (edge for edges in lattice for edge in edges if edge.chance > _LEAST)
        words = [(edge.token.normalized, edge.chance) for edge in likely if self._is_content(edge)]
        return best_row(lattice), words

    def _is_content(self, edge: Edge) -> bool:
        return edge.word in self.content if edge.word >= 0 else edge.token.content

    def _lattice(self, tokens: Sequence[Token], open_: Sequence[bool], shortest: int) -> Lattice:
        """Per place the words that may begin there: where it is open those of the texts, and all that Sudachi read."""
        pairs = list(zip(tokens, open_, strict=True))
        sound = "".join(to_katakana(token.surface) if free else _CLOSED * len(token.surface) for token, free in pairs)
        folded = sound.translate(_FOLDED)
        lattice = [self._beginning(sound, folded, start, shortest) for start in range(len(sound))]
        lattice.append([])
        start = 0
        for token, free in pairs:
            end = start + len(token.surface)
            if not any(edge.end == end and edge.token.normalized == token.normalized for edge in lattice[start]):
                lattice[start].append(self._read_by_sudachi(token, end, free, end - start))
            start = end
        return lattice

    def _beginning(self, sound: str, folded: str, start: int, shortest: int) -> list[Edge]:
        """The words of the texts that may begin at a place."""
        if sound[start] == _CLOSED:
            return []
        edges: list[Edge] = []
        for end in range(start + 1, len(sound) + 1):
            found = self.readings.get(folded[start:end])
            if found is None:
                break
            spoken = sound[start:end]
            for word in found:
                if end - start < shortest and word in self.content:
                    continue
                token = self.words[word]
                chance = self.grammar.chances[word] * _SCALE ** (end - start)
                if token.reading != spoken:
                    if end - start < _SHORTEST_MISHEARD:
                        continue
                    chance *= _MISHEARD ** sum(map(str.__ne__, spoken, token.reading))
                edges.append(Edge(end, token, word, self.kinds[word], chance))
        unknown = Token(sound[start], sound[start], sound[start], ("補助記号", "一般"))
        edges.append(Edge(start + 1, unknown, -1, BOUNDARY, _UNKNOWN_KANA * _SCALE))
        return edges

    def _read_by_sudachi(self, token: Token, end: int, free: bool, length: int) -> Edge:
        if not free:
            known = self._numbers(token)
            if known:
                word = known[0]
                return Edge(end, token, word, self.kinds[word], self.grammar.chances[word] * _SCALE**length)
        return Edge(end, token, -1, self.classes.get(token.part, BOUNDARY), _unseen(token) * _SCALE**length)


_SILENCE = -1
"""In the place of a word: what has no sound, and what stands before the first."""


def make_kana_model(wordings: Iterable[Sequence[Token]], answers: Iterable[Sequence[Token]] = ()) -> KanaModel:
    """Learn from the tokens of all texts, and of what people say every day."""
    lessons = _Lessons()
    for text in wordings:
        lessons.learn(text, WORDING_COUNT)
    for text in (*answers, *everyday()):
        lessons.learn(text, 1)
    return lessons.model()


@lru_cache
def everyday() -> tuple[tuple[Token, ...], ...]:
    """What stands around the words of a question: kept as data, so that officials can add to it."""
    lines = _EVERYDAY.read_text(encoding="utf-8").splitlines()
    return tuple(tuple(tokenize(line)) for line in lines if not line.startswith("#"))


class _Lessons:
    """How often words, and pairs of words, were seen."""

    def __init__(self) -> None:
        self._ids: dict[tuple[str, str, tuple[str, str]], int] = {}
        self._words: list[Token] = []
        self._counts: list[int] = []
        self._kinds: list[int] = []
        self._classes: dict[tuple[str, str], int] = {("", ""): BOUNDARY}
        self._pairs: dict[tuple[int, int], int] = {}
        self._met: dict[int, int] = {}
        """A word comes again and again, nearly always as the same object: what it is, is found out once."""
        self._held: list[Token] = []
        """The objects met, so that no other takes the place of one."""

    def learn(self, text: Sequence[Token], count: int) -> None:
        before = _SILENCE
        for token in text:
            word = self._met.get(id(token))
            if word is None:
                word = self._met[id(token)] = self._word(token) if _is_spoken(token) else _SILENCE
                self._held.append(token)
            if word != _SILENCE:
                self._counts[word] += count
                pair = (before, word)
                self._pairs[pair] = self._pairs.get(pair, 0) + count
            before = word

    def _word(self, token: Token) -> int:
        key = (token.reading, token.normalized, token.part)
        word = self._ids.get(key)
        if word is None:
            word = self._ids[key] = len(self._words)
            self._words.append(token)
            self._counts.append(0)
            self._kinds.append(self._classes.setdefault(token.part, len(self._classes)))
        return word

    def model(self) -> KanaModel:
        totals = [0] * len(self._classes)
        for kind, count in zip(self._kinds, self._counts, strict=True):
            totals[kind] += count
        pairs = _pairs(self._pairs, len(self._words))
        kinds_after = np.diff(pairs.followers.starts).tolist()
        counted = list(zip(self._counts, self._kinds, kinds_after, strict=True))
        return KanaModel(
            _readings(self._words),
            _words(self._words),
            self._kinds,
            self._classes,
            Grammar(
                [count / totals[kind] for count, kind, _ in counted],
                [count / (count + _PAIR_DOUBT * after) for count, _, after in counted],
                pairs,
                _moves(self._pairs, self._kinds, len(self._classes)),
            ),
            frozenset(number for number, word in enumerate(self._words) if word.content),
        )


def _readings(words: Sequence[Token]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for number, word in enumerate(words):
        folded = word.reading.translate(_FOLDED)
        for end in range(1, len(folded)):
            found.setdefault(folded[:end], ())
        found[folded] = (*found.get(folded, ()), number)
    return found


def _pairs(counts: Mapping[tuple[int, int], int], size: int) -> Pairs:
    """Of each word's followers, the share that each is of all."""
    rows = np.array([(*pair, count) for pair, count in counts.items() if pair[0] >= 0], np.int64).reshape(-1, 3)
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    starts = np.searchsorted(rows[:, 0], np.arange(size + 1))
    totals = np.bincount(rows[:, 0], rows[:, 2], size)
    shares = rows[:, 2] / np.maximum(totals[rows[:, 0]], 1)
    return Pairs(Lists(starts.astype(np.int64), rows[:, 1].astype(np.int32)), shares.astype(np.float32))


def _moves(pairs: Mapping[tuple[int, int], int], kinds: Sequence[int], size: int) -> list[list[float]]:
    counts = [[_CLASS_SMOOTHING] * size for _ in range(size)]
    for (before, word), count in pairs.items():
        counts[kinds[before] if before >= 0 else 0][kinds[word]] += count
    # Any class may end a sentence, and an unknown kana may stand anywhere.
    for row in counts:
        row[0] = max(row[0], 0.05 * sum(row))
    return [[count / sum(row) for count in row] for row in counts]


def _runs(tokens: Sequence[Token], open_: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """From where to where tokens are weighed together: no sign between them, and no more than a float bears.

    What is to be read anew takes the word before and the word after with it.
    """
    start, length = 0, 0
    before: tuple[bool, bool] | None = None
    for at, token in enumerate(tokens):
        silent = token.part[0] in _SILENT and not _is_kana(token.surface)
        kind = (silent, any(open_[max(at - 1, 0) : at + 2]))
        if at > start and (silent or kind != before or length + len(token.surface) > _LONGEST_RUN):
            yield start, at
            start, length = at, 0
        length += len(token.surface)
        before = kind
    if start < len(tokens):
        yield start, len(tokens)


def _close_what_is_long(tokens: Sequence[Token], open_: list[bool]) -> None:
    """Leave what nobody types in earnest to Sudachi: one word of many kana, and all but the end of a long text."""
    length = 0
    for at in range(len(tokens) - 1, -1, -1):
        length += len(tokens[at].surface)
        if length > _MOST_HEARD or len(tokens[at].surface) > _LONGEST_RUN:
            open_[at] = False


def _taken_apart(token: Token) -> list[Token]:
    """What Sudachi makes of a long run of katakana when it stands in hiragana."""
    if len(token.surface) <= _LONG_WORD or not _is_kana(token.surface):
        return [token]
    return tokenize(_to_hiragana(token.surface))


def _unseen(token: Token) -> float:
    """How likely a word of Sudachi's reading is that the corpus never says."""
    if not _is_kana(token.surface):
        return _OTHER_SCRIPT
    if token.part[0] in _GRAMMAR or token.part[1] == _SMALL_VERBS:
        return _GRAMMAR_UNSEEN
    return min(_UNSEEN * 10.0 ** len(token.surface), _LONG_UNSEEN)


def _to_hiragana(text: str) -> str:
    return "".join(chr(ord(char) - 0x60) if "ァ" <= char <= "ヶ" else char for char in text)


def _is_kana(text: str) -> bool:
    return _ALL_KANA.fullmatch(text) is not None


def _is_spoken(token: Token) -> bool:
    """Whether the reading of a token says how it sounds; that of a sign is its name."""
    return token.part[0] not in _SILENT and _is_kana(token.reading) and not token.surface.isdecimal()
