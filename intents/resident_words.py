"""Residents' words beside the office's: which word of a question stands for which word of the answer it led to.

A word counts for an answer where it comes with it far more often than else; what comes with everything
(手続き, 場所) says nothing, and what one or two people say is nobody's usage, and may be a name.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from intents.grouping import Background
from intents.lexicon import Lexicon
from intents.text import clean, kana_share, normalize, to_katakana
from intents.tokenizer import Token, tokenize
from intents.vectors import NO_VECTORS, Vectors

FEWEST_ASKERS = 3
"""Below that a word is never shown."""
LONGEST_RUN = 3
"""Nouns side by side that are looked at as one word."""
SURE = 1.96
"""Standard errors by which the log-odds of a word must lie above those of chance."""
LEAST_ODDS = math.log(4)
"""And how much more often it must surely come with the answer than else."""
NEAR_ENOUGH = 0.4
"""The cosine from which on a word of the title may be what the resident's word means."""
NEARER_THAN_OTHERS = 0.4
"""By how much the two must be nearer to each other than to the words of other titles: some words are near to all."""
OTHERS = 1 / 18
"""The share of the words of other titles, the nearest, that they are held against: of many answers as of few."""
FEWEST_FOR_SYNONYM, FEWEST_WORDINGS = 4, 2
"""People, and ways in which they put it, before a word is proposed as a synonym: one phrase may be one leaflet's."""
MOSTLY = 0.75
LEAST_SHARE = 1 / 3
"""Of those who say a word in vain, so many must have come to the answer: people tap on what does not help, too."""
MOST_BESIDE = 0.5
"""Where the official word stands in more of the questions than this, residents use it themselves."""
KANA_SHARE = 0.85
"""From this share of hiragana on a text is cut wrongly: what comes of it is no word."""
MOST_TEXTS = 50
"""Wordings with a word that are kept, to see what else stands in them."""
_LABEL = re.compile("〔[^〕]{1,20}〕")
_WHERE = "場所 所 処 窓口 市役所 役所 役場 会場 近く 近所"
_WHEN = (
    "時間 時 日 日時 期間 期限 期日 締め切り 今日 明日 昨日 今年 来年 去年 今月 来月 先月 週間 週 月 年 年度 "
    "平日 土日 休日 朝 昼 夜 最近 当日 予定 時期"
)
_WISHED = (
    "事 こと 物 もの 者 人 方 方法 やり方 仕方 遣り方 為方 手続き 手続 申請 申し込み 申込 届 届け 届け出 届出 提出 "
    "変更 予約 相談 連絡 問い合わせ 電話 利用 使用 受付 受け付け 案内 確認 必要 用意 準備 書類 用紙 紙 願い お願い "
    "希望 質問 意味 理由 種類 一覧 番号 名前 内容 対象 条件 請求 交付 発行 再発行 募集 対応 情報"
)
_MONEY = "費用 料金 お金 金 金額 値段 代金 代 費 補助 助成 支給 支援 制度"
GENERAL = frozenset(normalize(word) for words in (_WHERE, _WHEN, _WISHED, _MONEY) for word in words.split())
"""Words of place, time, wish and money, as the dictionary has them: they come with everything and stand for nothing."""
_NOUNS = frozenset({"名詞", "接頭辞", "接尾辞"})
_NO_USAGE = frozenset({"固有名詞", "数詞"})
"""Names of people and places stand among the proper nouns: none of them is shown."""
_SHORTEST = 2
_AND_SO_ON = ("等", "など", "類", "達")


@dataclass(frozen=True)
class Led:
    """A question that was not answered at once and led to an answer later.  ``text`` masked; ``asker`` None: unknown.

    ``source``: by which way it led there.
    """

    text: str
    asker: str | None
    day: dt.date
    entry_id: str
    source: str


@dataclass(frozen=True)
class Failed:
    """A question that led nowhere yet; ``need``: the card that it belongs to."""

    text: str
    asker: str | None
    day: dt.date
    need: int | None = None


@dataclass(frozen=True)
class Official:
    """An answer in the office's words; ``wordings``: residents' phrasings that it holds already."""

    title: str
    texts: tuple[str, ...]
    wordings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pair:
    """A resident's word for what an answer calls ``official`` (empty: no word of its title is near enough).

    ``known``: why it needs no synonym: ``synonym`` (laid down already) or ``wording`` (the answer has it among its
    phrasings); empty where it is proposed.
    """

    word: str
    official: str
    entry_id: str
    questions: int
    askers: int
    months: int
    score: float
    sources: tuple[str, ...]
    known: str


@dataclass(frozen=True)
class Unknown:
    """A word of questions that led nowhere.  ``in_answers``: some answer holds it, and was not found, or not enough.

    ``need``: the card that most of its questions belong to.
    """

    word: str
    questions: int
    askers: int
    months: int
    in_answers: bool
    need: int | None


@dataclass
class _Held:
    """The questions that hold a word, as far as they are counted."""

    questions: int = 0
    askers: set[str] = field(default_factory=set)
    months: set[tuple[int, int]] = field(default_factory=set)
    spelt: Counter[str] = field(default_factory=Counter)
    sources: set[str] = field(default_factory=set)
    texts: Counter[str] = field(default_factory=Counter)
    needs: Counter[int] = field(default_factory=Counter)


def words_in(text: str) -> dict[str, str]:
    """The nouns and runs of nouns of a text: what they are compared by -> how they are written there."""
    found: dict[str, str] = {}
    if kana_share(text) >= KANA_SHARE:
        return found
    for run in _runs(tokenize(normalize(_LABEL.sub(" 。", clean(text))))):
        for start, end in itertools.combinations(range(len(run) + 1), 2):
            part = run[start:end]
            if len(part) > LONGEST_RUN or part[0].part[0] == "接尾辞" or part[-1].part[0] == "接頭辞":
                continue
            spelt = "".join(token.surface for token in part)
            if len(spelt) >= _SHORTEST and any(token.content and token.part[0] == "名詞" for token in part):
                found.setdefault(_key("".join(token.normalized for token in part)), spelt)
    return found


def _runs(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Nouns right beside each other; names and numbers part them."""
    for is_noun, run in itertools.groupby(tokens, _is_noun):
        if is_noun:
            yield list(run)


def _is_noun(token: Token) -> bool:
    return token.part[0] in _NOUNS and token.part[1] not in _NO_USAGE and (token.content or token.part[0] != "名詞")


def _key(word: str) -> str:
    """ごみ and ゴミ are one."""
    return to_katakana(normalize(word)).replace(" ", "")


def pairs(
    led: Iterable[Led],
    officials: Mapping[str, Official],
    background: Background,
    *,
    failed: Iterable[Failed] = (),
    is_synonym: Callable[[str, str], bool] = lambda word, title: False,
    vectors: Vectors = NO_VECTORS,
) -> list[Pair]:
    """Each word with the answer that it stands for, the surest first.

    ``background``: how common words are in what is asked here; ``failed``: questions that led nowhere, for a word
    that mostly leads nowhere stands for no answer; ``is_synonym``: whether a word and a title are
    joined by a synonym already.
    """
    known = _read_officials(officials)
    held: dict[tuple[str, str], _Held] = defaultdict(_Held)
    by_entry: Counter[str] = Counter()
    by_word: Counter[str] = Counter()
    counted: set[tuple[str | None, str, str]] = set()
    total = 0
    for one in led:
        if one.entry_id not in officials:
            continue
        words = _remembered(one.text)
        # Of one person the same question counts once: nobody makes a usage by asking again.
        fresh = one.asker is not None and (one.asker, one.text, one.entry_id) not in counted
        counted.add((one.asker, one.text, one.entry_id))
        if fresh:
            total += 1
            by_entry[one.entry_id] += 1
            by_word.update(words.keys())
        for word, spelt in words.items():
            here = held[word, one.entry_id]
            _hold(here, one.asker, one.day, spelt)
            here.sources.add(one.source)
            if len(here.texts) < MOST_TEXTS or one.text in here.texts:
                here.texts[one.text] += 1
    in_vain = _people_by_word(failed)
    likeness = _Likeness({entry_id: one.title for entry_id, one in officials.items()}, vectors)
    found = []
    for (word, entry_id), here in held.items():
        said_by = by_word[word] + in_vain[word]
        if len(here.askers) < max(FEWEST_ASKERS, LEAST_SHARE * said_by) or _says_nothing(
            here, word, known[entry_id][0]
        ):
            continue
        score = _score(
            len(here.askers), by_entry[entry_id], by_word[word], total, background, here.spelt.most_common(1)[0][0]
        )
        if score < LEAST_ODDS:
            continue
        spelt = min(here.spelt, key=lambda one: (-here.spelt[one], one))
        enough = len(here.askers) >= FEWEST_FOR_SYNONYM and len(here.texts) >= FEWEST_WORDINGS
        official = likeness.official(spelt, entry_id, here.texts) if enough else ""
        reason = "wording" if _stands_in(word, known[entry_id][1]) else ""
        if is_synonym(spelt, officials[entry_id].title):
            reason = "synonym"
        sources = tuple(sorted(here.sources))
        found.append(
            Pair(
                *(spelt, official, entry_id, here.questions, len(here.askers), len(here.months)),
                *(round(score, 3), sources, reason),
            )
        )
    found.sort(key=lambda pair: (-pair.score, -pair.askers, -len(pair.word), pair.word, pair.entry_id))
    return _without_parts(found)


def _says_nothing(here: _Held, word: str, answer: str) -> bool:
    """Of a word that the answer has itself, or that is general."""
    return _stands_in(word, answer) or is_general(here.spelt.most_common(1)[0][0])


def unknown_words(failed: Iterable[Failed], background: Background, asked: Background) -> list[Unknown]:
    """The words that stand out among questions that led nowhere, those of most people first.

    ``background``: words in the answers; ``asked``: in all that was asked.
    """
    held: dict[str, _Held] = defaultdict(_Held)
    total = 0
    for one in failed:
        total += 1
        for word, spelt in _remembered(one.text).items():
            here = held[word]
            _hold(here, one.asker, one.day, spelt)
            if one.need is not None:
                here.needs[one.need] += 1
    found = []
    for here in held.values():
        if len(here.askers) < FEWEST_ASKERS:
            continue
        spelt = min(here.spelt, key=lambda one: (-here.spelt[one], one))
        usual = _usual(asked, spelt)
        if _odds(here.questions, total, max(usual - here.questions, 0), max(asked.texts - total, 0)) <= 0:
            continue
        need = min(here.needs, key=lambda one: (-here.needs[one], one), default=None)
        known = _usual(background, spelt) > 0
        found.append(Unknown(spelt, here.questions, len(here.askers), len(here.months), known, need))
    found.sort(key=lambda one: (-one.askers, -one.questions, one.word))
    wholes = [
        one
        for one in found
        if not any(
            _is_whole(other.word, other.askers, one.word, one.askers) for other in found if one.word in other.word
        )
    ]
    return sorted(wholes, key=lambda one: (one.in_answers, -one.askers, -one.questions, one.word))


def _people_by_word(failed: Iterable[Failed]) -> Counter[str]:
    """How many people say each word in questions that led nowhere, a question each."""
    found: Counter[str] = Counter()
    for _, text in {(one.asker, one.text) for one in failed if one.asker is not None}:
        found.update(_remembered(text).keys())
    return found


@lru_cache(maxsize=50_000)
def _remembered(text: str) -> Mapping[str, str]:
    """The same text is asked again and again."""
    return words_in(text)


def _hold(here: _Held, asker: str | None, day: dt.date, spelt: str) -> None:
    here.questions += 1
    here.months.add((day.year, day.month))
    here.spelt[spelt] += 1
    if asker is not None:
        here.askers.add(asker)


def _score(with_both: int, with_entry: int, with_word: int, total: int, background: Background, word: str) -> float:
    """By how much the word surely comes with the answer more often than with the others and in what is asked else.

    The lower bound of the log of the odds ratio; counts of people, not of questions.
    """
    elsewhere = max(with_word - with_both, 0) + _usual(background, word)
    others = max(total - with_entry, 0) + background.texts
    return _odds(with_both, with_entry, elsewhere, others)


def _odds(part: int, whole: int, other_part: int, other_whole: int) -> float:
    cells = (part, max(whole - part, 0), other_part, max(other_whole - other_part, 0))
    one, rest, other, other_rest = (cell + 0.5 for cell in cells)
    ratio = math.log(one / rest) - math.log(other / other_rest)
    return ratio - SURE * math.sqrt(1 / one + 1 / rest + 1 / other + 1 / other_rest)


def _usual(background: Background, word: str) -> int:
    """In how many texts of the background a word stands, at most: as often as its rarest part, in either kana."""
    parts = [token.normalized for token in tokenize(word) if token.content]
    held = background.frequencies
    return min((max(held.get(part, 0), held.get(to_katakana(part), 0)) for part in parts), default=0)


def _read_officials(officials: Mapping[str, Official]) -> dict[str, tuple[str, str]]:
    """Of each answer what it says and what its phrasings say, as words are compared."""
    return {
        entry_id: (
            "\n".join(_spellings((one.title, *one.texts))),
            "\n".join(_spellings(one.wordings)),
        )
        for entry_id, one in officials.items()
    }


def _spellings(texts: Iterable[str]) -> Iterator[str]:
    """As written, and in the dictionary's form: 引越し is 引っ越し."""
    for text in texts:
        yield _key(text)
        yield _key("".join(token.normalized for token in tokenize(text)))


def _stands_in(word: str, text: str) -> bool:
    return word in text


def is_general(word: str) -> bool:
    """Whether it is made of words of place, time, wish and money alone."""
    parts = [token.normalized for token in tokenize(word) if token.content or token.part[0] in _NOUNS]
    return bool(parts) and all(normalize(part) in GENERAL for part in parts)


class _Likeness:
    """Which word of a title a resident's word may stand for: nearer to it than both are to other titles' words."""

    def __init__(self, titles: Mapping[str, str], vectors: Vectors) -> None:
        self._vectors = vectors
        self._titles = titles
        every = list(dict.fromkeys(word for title in titles.values() for word in words_in(title).values()))
        self._place = {word: place for place, word in enumerate(every)}
        self._all = np.stack([_direction(word, vectors) for word in every]) if every else None

    def official(self, word: str, entry_id: str, texts: Mapping[str, int]) -> str:
        """The nearest, unless residents mostly say that one beside it, or the word is made of it already."""
        title, total = self._titles[entry_id], sum(texts.values())
        own = _key("".join(token.normalized for token in tokenize(word)))
        mine = self._others_of(word, title)
        best, best_near = "", NEARER_THAN_OTHERS
        for key, spelt in _whole_words(title).items():
            near = nearness(word, spelt, self._vectors)
            if near < NEAR_ENOUGH or is_general(spelt):
                continue
            distinct = 2 * near - mine - self._others_of(spelt, title)
            if distinct < best_near or (distinct == best_near and len(spelt) <= len(best)):
                continue
            beside = sum(count for text, count in texts.items() if key in _remembered(text))
            taken = own in key or key in own or beside > MOST_BESIDE * total
            best, best_near = "" if taken else spelt, distinct
        return best

    def _others_of(self, word: str, title: str) -> float:
        """How near ``word`` is to the nearest words of other titles, on the average."""
        if self._all is None:
            return 0.0
        near = self._all @ _direction(word, self._vectors)
        near[[self._place[one] for one in words_in(title).values()]] = -1.0
        others = np.sort(near[near > -1.0])
        return float(others[-max(1, round(len(others) * OTHERS)) :].mean()) if len(others) else 0.0


def _whole_words(title: str) -> dict[str, str]:
    """The words of a title that begin where nouns do and are not cut within: 補聴器, not 補聴; 予防接種, not 接種."""
    whole = set[str]()
    for run in _runs(tokenize(normalize(_LABEL.sub(" 。", clean(title))))):
        for end in range(1, min(LONGEST_RUN, len(run)) + 1):
            after = run[end] if end < len(run) else None
            is_cut = end == 1 and after is not None and after.part[0] == "接尾辞" and after.surface not in _AND_SO_ON
            if not is_cut and run[end - 1].surface not in _AND_SO_ON:
                whole.add("".join(token.surface for token in run[:end]))
    return {key: spelt for key, spelt in words_in(title).items() if spelt in whole}


def nearness(word: str, other: str, vectors: Vectors) -> float:
    """From 0 to 1: 1 for a short form (原発 of 原子力発電), else the cosine of what the words are made of."""
    one, two = _key(word), _key(other)
    if _shortens(one, two) or _shortens(two, one):
        return 1.0
    mine, theirs = _direction(word, vectors), _direction(other, vectors)
    return max(0.0, float(mine @ theirs))


def _shortens(short: str, whole: str) -> bool:
    """Whether all letters of the one stand in the other, in their order, and begin alike."""
    rest = iter(whole)
    return len(short) >= _SHORTEST and short[:1] == whole[:1] and all(letter in rest for letter in short)


def _direction(word: str, vectors: Vectors) -> NDArray[np.float32]:
    parts = [token.normalized for token in tokenize(word) if token.content]
    total: NDArray[np.float32] = vectors.rows_for(parts).sum(axis=0)
    length = float(np.linalg.norm(total))
    return total / length if length else total


def _without_parts(found: Sequence[Pair]) -> list[Pair]:
    """Of words of one answer that hold each other the whole one (粗大ごみ, not 粗大), else the surest alone."""
    kept: dict[str, list[Pair]] = defaultdict(list)
    for pair in found:
        own = kept[pair.entry_id]
        same = [place for place, other in enumerate(own) if pair.word in other.word or other.word in pair.word]
        if not same:
            own.append(pair)
        elif len(same) == 1 and _is_whole(pair.word, pair.askers, own[same[0]].word, own[same[0]].askers):
            own[same[0]] = pair
    every = [pair for own in kept.values() for pair in own]
    return sorted(every, key=lambda pair: (-pair.score, -pair.askers, pair.word, pair.entry_id))


def _is_whole(word: str, askers: int, part: str, part_askers: int) -> bool:
    """Whether those who say the part mostly say the whole."""
    return part in word and part != word and askers >= MOSTLY * part_askers


def joined_by(lexicon: Lexicon) -> Callable[[str, str], bool]:
    """Whether a word and a title name one thing by ``lexicon``."""

    def concepts(text: str) -> set[int]:
        named = [token.normalized for token in tokenize(text) if token.naming]
        return {concept for concept, _, _ in lexicon.concepts(named)}

    return lambda word, title: bool(concepts(word) & concepts(title))
