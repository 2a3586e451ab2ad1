"""Japanese text as words: Sudachi's short units with their normalized forms."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count

from sudachipy import Dictionary, Morpheme, SplitMode, Tokenizer

from intents.mapped_pages import give_back, mapped
from intents.patterns import word_list
from intents.remembered import remembered
from intents.text import normalize, shorten


@dataclass(frozen=True, slots=True)
class Token:
    """One short unit.  ``reading`` is katakana; ``part`` the two upper levels of its word class.

    ``content``: whether it says what the text is about.  ``naming``: that, or a question word
    (いつ, 何件) that stands for a concept.
    """

    surface: str
    normalized: str
    reading: str
    part: tuple[str, str]
    content: bool = field(init=False, compare=False, repr=False)
    naming: bool = field(init=False, compare=False, repr=False)
    hiragana: bool = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        # Told once: a question's words are looked at a dozen times.
        content = _says_something(self.normalized, self.part)
        object.__setattr__(self, "content", content)
        object.__setattr__(self, "naming", content or self.part[0] == "代名詞" or self.normalized == "何")
        object.__setattr__(self, "hiragana", _HIRAGANA.fullmatch(self.surface) is not None)


_CONTENT_CLASSES = frozenset({"名詞", "動詞", "形容詞", "形状詞", "副詞", "接頭辞", "接尾辞"})
_EMPTY_SUBCLASSES = frozenset({"助動詞語幹", "非自立可能"})
_HIRAGANA = re.compile("[ぁ-ゖー]*")
_FUNCTION_WORDS = word_list("function_words")


def _says_something(normalized: str, part: tuple[str, str]) -> bool:
    if part[0] not in _CONTENT_CLASSES or normalized in _FUNCTION_WORDS:
        return False
    if part[0] == "接尾辞" and len(normalized) == 1 and part[1] != "名詞的":
        return False
    return part[1] not in _EMPTY_SUBCLASSES or part[0] in ("動詞", "形容詞", "形状詞")


_MOST_CHARACTERS = 12_000
"""Sudachi refuses more than 49,149 bytes at a time."""

_FIELDS = {"pos", "normalized_form", "reading_form"}
"""What is read of each word of the dictionary: all of it takes a fifth longer."""

_local = threading.local()
_dictionary_lock = threading.Lock()
_dictionary: Dictionary | None = None
_parts: dict[int, tuple[str, str]] = {}
"""Word classes by the dictionary's numbers: asking for a class by name costs as much as tokenizing."""
_seen: dict[tuple[int, str], Token] = {}
"""Tokens by their number in the dictionary and how they were written: asking for their forms costs a third more."""
_MOST_SEEN = 30_000
_taken_apart = count(1)
_GIVEN_BACK_EVERY = 256
"""Texts: what they were read from is some 100 MB of the dictionary then.  The next few come slower by 1 ms or 2."""
_DEPUTY = "副"
_SPLIT_NAMES = (("幼稚", "園"), ("待ち", "時間"), ("税務", "署"), ("法務", "局"), ("消防", "団"))
"""Names of one thing of which short units leave another: 幼稚 is childish, 時間 may be when a place is open."""
_JOINING = (_DEPUTY, *(first for first, _ in _SPLIT_NAMES))


def _tokenizer() -> Tokenizer:
    """The tokenizer of this thread: they may not be shared, the dictionary behind them may."""
    global _dictionary
    tokenizer = getattr(_local, "tokenizer", None)
    if tokenizer is None:
        with _dictionary_lock:
            if _dictionary is None:
                _dictionary = Dictionary(dict="core")
            tokenizer = _dictionary.tokenizer(SplitMode.A, fields=_FIELDS)
        _local.tokenizer = tokenizer
    return tokenizer


@lru_cache(maxsize=1)
def _dictionary_pages() -> list[tuple[int, int]]:
    return mapped("system.dic")


def _within_limit(text: str) -> str:
    """``text`` normalized, which may lengthen it, and then cut: a character takes four bytes at most."""
    return shorten(normalize(text), _MOST_CHARACTERS)


def tokenize(text: str) -> list[Token]:
    """``text``, normalized and at most as long as Sudachi takes, as tokens in order."""
    return list(_tokens(text))


@remembered
def _tokens(text: str) -> tuple[Token, ...]:
    if next(_taken_apart) % _GIVEN_BACK_EVERY == 0:
        give_back(_dictionary_pages())
    morphemes = _tokenizer().tokenize(_within_limit(text))
    tokens = [_seen.get((morpheme.word_id(), morpheme.surface())) or _look_at(morpheme) for morpheme in morphemes]
    return tuple(_joined(tokens) if any(part in text for part in _JOINING) else tokens)


def read_aloud(text: str) -> list[tuple[str, str]]:
    """The longest words that the dictionary knows, as they are written, each with its reading in katakana.

    Together they are ``text``.  What is longer than Sudachi takes at a time is read piece by piece.
    """
    return [(one.surface(), one.reading_form()) for one in _as_written(text, SplitMode.C)]


def shortest_words(text: str) -> list[str]:
    """The shortest words that the dictionary knows, as they are written.  Together they are ``text``."""
    return [one.surface() for one in _as_written(text, SplitMode.A)]


def _as_written(text: str, mode: SplitMode) -> Iterator[Morpheme]:
    tokenizer = _tokenizer()
    for start in range(0, len(text), _MOST_CHARACTERS):
        yield from tokenizer.tokenize(text[start : start + _MOST_CHARACTERS], mode)


def _joined(tokens: Iterable[Token]) -> list[Token]:
    """``tokens`` with those as one that are no name apart: a 副市長 is no 市長, a 幼稚園 no other 園."""
    joined: list[Token] = []
    for token in tokens:
        before = joined[-1] if joined else None
        if before is not None and _is_one_name(before, token):
            normalized = before.normalized + token.normalized
            noun = ("名詞", "普通名詞")
            joined[-1] = token_of(before.surface + token.surface, normalized, before.reading + token.reading, noun)
        else:
            joined.append(token)
    return joined


def _is_one_name(before: Token, token: Token) -> bool:
    if before.surface == _DEPUTY:
        return before.part[0] == "接頭辞" and token.part[0] == "名詞"
    return (before.surface, token.surface) in _SPLIT_NAMES


def _look_at(morpheme: Morpheme) -> Token:
    surface, part = morpheme.surface(), _parts.get(morpheme.part_of_speech_id()) or _part(morpheme)
    token = token_of(surface, morpheme.normalized_form(), morpheme.reading_form(), part)
    # A number is put together of its digits, and read as they were.
    if len(_seen) < _MOST_SEEN and not morpheme.is_oov():
        _seen[morpheme.word_id(), surface] = token
    return token


@lru_cache(maxsize=30_000)
def token_of(surface: str, normalized: str, reading: str, part: tuple[str, str]) -> Token:
    """One and the same for the same word: a large knowledge base has millions."""
    return Token(surface, normalized.lower(), reading, part)


def _part(morpheme: Morpheme) -> tuple[str, str]:
    found = morpheme.part_of_speech()
    return _parts.setdefault(morpheme.part_of_speech_id(), (found[0], found[1]))


def content_tokens(text: str) -> list[Token]:
    return [token for token in tokenize(text) if token.content]


@lru_cache(maxsize=50_000)
def reading_of(word: str) -> str:
    """How a single word is read, in katakana."""
    return "".join(token.reading for token in tokenize(word))


_STEM_ENDS = {
    "く": "きかい",
    "ぐ": "ぎがい",
    "す": "しさ",
    "つ": "ちたっ",
    "る": "りらっ",
    "う": "いわっ",
    "ぬ": "になん",
    "ぶ": "びばん",
    "む": "みまん",
}
_ENDINGS = ("た", "だ", "て", "ます", "ない", "たい", "れる")


def phrase_forms(phrase: str) -> Iterator[list[Token]]:
    """A phrase as tokens, and, where it ends in a verb, as it is said of what was, is not and is wished."""
    plain = tokenize(phrase)
    yield plain
    if not plain or plain[-1].part[0] != "動詞" or phrase[-1] not in _STEM_ENDS:
        return
    for stem in ("", *_STEM_ENDS[phrase[-1]]):
        for ending in _ENDINGS:
            form = tokenize(phrase[:-1] + stem + ending)
            # Only what Sudachi takes for a form of the same verb is one.
            if len(form) == len(plain) + 1 and form[-2].normalized == plain[-1].normalized:
                yield form


def reading(text: str) -> str:
    """How a text is read, in katakana, without punctuation."""
    return spoken(tokenize(text))


def spoken(tokens: Iterable[Token]) -> str:
    """How tokens are read together, in katakana, without punctuation."""
    return "".join([token.reading for token in tokens if token.part[0] not in ("補助記号", "空白")])


def ngrams(text: str, sizes: tuple[int, ...] = (2, 3, 4)) -> Iterator[str]:
    """Every run of ``sizes`` characters."""
    for size in sizes:
        for start in range(len(text) - size + 1):
            yield text[start : start + size]


_PLACE_SUFFIXES = frozenset("都道府県市区町村")


@remembered
def place_names(text: str) -> tuple[tuple[str, str], ...]:
    """Places named in ``text``: (with its 市・町・県 where one follows, without)."""
    return tuple(_place_names(text))


def _place_names(text: str) -> Iterator[tuple[str, str]]:
    morphemes = list(_tokenizer().tokenize(_within_limit(text)))
    for at, morpheme in enumerate(morphemes):
        part = morpheme.part_of_speech()
        if part[1] != "固有名詞" or part[2] != "地名":
            continue
        stem = morpheme.surface()
        following = morphemes[at + 1].surface() if at + 1 < len(morphemes) else ""
        if following in _PLACE_SUFFIXES:  # first, for the sake of 四日市市
            yield stem + following, stem
        elif stem[-1] in _PLACE_SUFFIXES and len(stem) > 2:
            yield stem, stem[:-1]
        else:
            yield stem, stem


@lru_cache(maxsize=512)  # a text is looked through twice and more, and asks for the same few words each time
def name_classes(word: str) -> frozenset[str]:
    """What the dictionary has under exactly this word: 姓, 名 and 人 for names of people, 他 for anything else."""
    _tokenizer()  # opens the dictionary
    assert _dictionary is not None
    return frozenset(_name_class(morpheme.part_of_speech_id()) for morpheme in _dictionary.lookup(word))


def name_readings(word: str, of: str) -> frozenset[str]:
    """How the word is read where it is a 姓, or where it is a 名; in katakana."""
    _tokenizer()
    assert _dictionary is not None
    found = _dictionary.lookup(word)
    return frozenset(each.reading_form() for each in found if _name_class(each.part_of_speech_id()) == of)


@lru_cache(maxsize=2_000)
def _name_class(number: int) -> str:
    assert _dictionary is not None
    part = _dictionary.pos_of(number)
    if part is None or part[2] != "人名":
        return "地" if part is not None and part[2] == "地名" else "他"
    return part[3] if part[3] in ("姓", "名") else "人"
