"""Japanese text as words: Sudachi's short units with their normalized forms."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from sudachipy import Dictionary, SplitMode, Tokenizer

from intents.text import normalize, shorten


@dataclass(frozen=True, slots=True)
class Token:
    """One short unit.  ``reading`` is katakana; ``part`` the two upper levels of its word class."""

    surface: str
    normalized: str
    reading: str
    part: tuple[str, str]
    synonyms: tuple[int, ...]


_CONTENT_CLASSES = frozenset({"名詞", "動詞", "形容詞", "形状詞", "副詞", "接頭辞", "接尾辞"})
_EMPTY_SUBCLASSES = frozenset({"助動詞語幹", "非自立可能"})
_FUNCTION_WORDS = frozenset(
    """為る 有る 出来る 成る 居る 下さる 頂く 貰う 呉れる 遣る 行く 来る 見る 置く 仕舞う 御座る
    教える 知る 思う 言う 聞く 願う 欲しい 良い 御 様 さん 事 物 所 方 時 為 訳 筈 積もり 等 的 性 化 者
    何 如何 此れ 其れ 済む 申す 致す 分かる 困る もう ちょっと 又 まだ まず とても 大変 について 関する 因る 於く
    出る 掛かる 付く 点 場合 今 今日 みたい 質問 ん の 達 ござる いる ある する なる できる くださる""".split()
)

_local = threading.local()
_dictionary_lock = threading.Lock()
_dictionary: Dictionary | None = None


def _tokenizer() -> Tokenizer:
    """This thread's tokenizer: they may not be shared, the dictionary behind them may."""
    global _dictionary
    tokenizer = getattr(_local, "tokenizer", None)
    if tokenizer is None:
        with _dictionary_lock:
            if _dictionary is None:
                _dictionary = Dictionary(dict="core")
            tokenizer = _dictionary.tokenizer(SplitMode.A)
        _local.tokenizer = tokenizer
    return tokenizer  # type: ignore[no-any-return]


def tokenize(text: str) -> list[Token]:
    """``text``, normalized and at most as long as Sudachi takes, as tokens in order."""
    morphemes = _tokenizer().tokenize(normalize(shorten(text, 16_000)))
    tokens = []
    for morpheme in morphemes:
        part = morpheme.part_of_speech()
        tokens.append(
            Token(
                morpheme.surface(),
                morpheme.normalized_form().lower(),
                morpheme.reading_form(),
                (part[0], part[1]),
                tuple(morpheme.synonym_group_ids()),
            )
        )
    return tokens


def is_content(token: Token) -> bool:
    """Whether a token says what the text is about."""
    if token.part[0] not in _CONTENT_CLASSES or token.normalized in _FUNCTION_WORDS:
        return False
    if token.part[0] == "接尾辞" and len(token.normalized) == 1 and token.part[1] != "名詞的":
        return False
    return token.part[1] not in _EMPTY_SUBCLASSES or token.part[0] in ("動詞", "形容詞", "形状詞")


def content_tokens(text: str) -> list[Token]:
    return [token for token in tokenize(text) if is_content(token)]


@lru_cache(maxsize=50_000)
def reading_of(word: str) -> str:
    """How a single word is read, in katakana."""
    return "".join(token.reading for token in tokenize(word))


def reading(text: str) -> str:
    """How a text is read, in katakana, without punctuation."""
    return "".join(token.reading for token in tokenize(text) if token.part[0] not in ("補助記号", "空白"))


def ngrams(text: str, sizes: tuple[int, ...] = (2, 3, 4)) -> Iterator[str]:
    """Every run of ``sizes`` characters."""
    for size in sizes:
        for start in range(len(text) - size + 1):
            yield text[start : start + size]


_PLACE_SUFFIXES = frozenset("都道府県市区町村")


def place_names(text: str) -> Iterator[tuple[str, str]]:
    """Places named in ``text``: (with its 市・町・県 where one follows, without)."""
    morphemes = list(_tokenizer().tokenize(normalize(shorten(text, 16_000))))
    for at, morpheme in enumerate(morphemes):
        part = morpheme.part_of_speech()
        if part[1] != "固有名詞" or part[2] != "地名":
            continue
        stem = morpheme.surface()
        following = morphemes[at + 1].surface() if at + 1 < len(morphemes) else ""
        if stem[-1] in _PLACE_SUFFIXES and len(stem) > 2:
            yield stem, stem[:-1]
        elif following in _PLACE_SUFFIXES:
            yield stem + following, stem
        else:
            yield stem, stem
