"""同義語・略語, 無視する語 and terms of other languages: the words that a municipality's staff lay down."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from intents.glossary import LANGUAGES
from intents.language import JAPANESE
from intents.lexicon import phrase_words
from intents.text import normalize
from intents.tokenizer import tokenize
from knowledge.models import Municipality, StaffWord
from knowledge.sheet_kinds import LANGUAGES as NAMES

SYNONYM, ABBREVIATION, IGNORED, FOREIGN, READING = "synonym", "abbreviation", "ignored", "foreign", "reading"
KINDS = MappingProxyType(
    {
        SYNONYM: "同義語",
        ABBREVIATION: "略語",
        IGNORED: "無視する語",
        FOREIGN: "ほかの言葉での言い方",
        READING: "ふりがな",
    }
)
LONGEST = 60
_KANJI = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff々〆]")
_HIRAGANA = re.compile("[ぁ-ゖー]+")


@dataclass(frozen=True)
class Word:
    """A word with what it means; ``means`` is empty for one that is ignored."""

    kind: str
    word: str
    means: str = ""
    language: str = JAPANESE


@dataclass(frozen=True)
class Words:
    """All words of a municipality as the search uses them; ``foreign`` by language, normalized.

    ``readings``: how words are read (hiragana), for ふりがな; the search does not use them.
    """

    synonyms: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()
    foreign: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    readings: Mapping[str, str] = field(default_factory=dict)


NO_WORDS = Words()


class WordError(ValueError):
    """A word cannot be kept; the message names the remedy."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def listed_words(session: Session, code: str) -> list[Word]:
    """Every word of a municipality, by kind."""
    rows = session.scalars(
        select(StaffWord)
        .where(StaffWord.municipality_code == code)
        .order_by(StaffWord.kind, StaffWord.language, StaffWord.word)
    )
    return [Word(row.kind, row.word, row.means, row.language) for row in rows]


def same_word(one: Word, other: Word) -> bool:
    """Whether they are the same word, whatever they mean."""
    return (one.kind, one.word, one.language) == (other.kind, other.word, other.language)


def words_of(session: Session, code: str) -> Words:
    """The words by which a municipality's knowledge is searched."""
    listed = listed_words(session, code)
    if not listed:
        return NO_WORDS
    foreign: dict[str, tuple[tuple[str, str], ...]] = {}
    for one in listed:
        if one.kind == FOREIGN:
            foreign[one.language] = (*foreign.get(one.language, ()), (normalize(one.word), one.means))
    return Words(
        tuple((one.word, one.means) for one in listed if one.kind in (SYNONYM, ABBREVIATION)),
        tuple(one.word for one in listed if one.kind == IGNORED),
        MappingProxyType(foreign),
        MappingProxyType({one.word: one.means for one in listed if one.kind == READING}),
    )


def same_words(words: Iterable[Word], new: Word) -> list[Word]:
    """Those of ``words`` that are spelt as ``new`` is, whatever their width and case, without ``new`` itself."""
    spelt = normalize(new.word)
    return [one for one in words if one != new and one.language == new.language and normalize(one.word) == spelt]


def replaced_by(words: Iterable[Word], new: Word) -> Word | None:
    """The word that ``new`` takes the place of: it has one meaning of a kind."""
    return next((one for one in same_words(words, new) if (one.kind, one.word) == (new.kind, new.word)), None)


def spelt_otherwise(words: Iterable[Word], new: Word) -> Iterator[tuple[str, str]]:
    """What keeps a word from being kept beside its own other spelling, as (field, sentence)."""
    for one in same_words(words, new):
        if one.kind == new.kind and one.word != new.word:
            yield "word", f"「{one.word}」と書いて、もう登録してあります。先にそれを使うのをやめてください"


def keep_word(session: Session, code: str, word: Word, moment: dt.datetime, by: str | None = None) -> bool:
    """Use ``word`` from the next question on; whether that changes anything.  Raises LookupError and WordError."""
    town = _town(session, code)
    for name, message in faults_of(word):
        raise WordError(name, message)
    for name, message in spelt_otherwise(listed_words(session, code), word):
        raise WordError(name, message)
    row = session.get(StaffWord, (code, word.kind, word.language, word.word), with_for_update=True)
    if row is not None and row.means == word.means:
        return False
    if row is None:
        row = StaffWord(municipality_code=code, kind=word.kind, language=word.language, word=word.word)
        session.add(row)
    row.means, row.changed_by, row.changed_at = word.means, by, moment
    town.knowledge_version += 1
    return True


def remove_word(session: Session, code: str, word: Word) -> bool:
    """Use it no more; whether it was used.  Raises LookupError."""
    town = _town(session, code)
    row = session.get(StaffWord, (code, word.kind, word.language, word.word), with_for_update=True)
    if row is None:
        return False
    session.delete(row)
    town.knowledge_version += 1
    return True


def faults_of(word: Word) -> Iterator[tuple[str, str]]:
    """What keeps a word from being kept, as (field, sentence)."""
    if word.kind not in KINDS:
        yield "kind", f"{'・'.join(KINDS.values())} のどれかを選んでください"
        return
    for name, text in (("word", word.word), ("means", word.means)):
        if len(text) > LONGEST:
            yield name, f"{LONGEST}字までで書いてください（今は {len(text)}字）"
    yield from _FAULTS_OF.get(word.kind, _meaning_faults)(word)


def _meaning_faults(word: Word) -> Iterator[tuple[str, str]]:
    if normalize(word.word) == normalize(word.means):
        yield "means", "語と意味が同じです。別の語を書いてください"
    if word.kind == FOREIGN:
        yield from _foreign_faults(word)
    elif word.language != JAPANESE:
        yield "language", f"日本語の語です。ほかの言葉の語は「{KINDS[FOREIGN]}」に書いてください"
    elif not phrase_words(tokenize(word.word)):
        yield "word", "ものや行いの名前を書いてください（助詞や記号だけの語は使えません）"
    if not phrase_words(tokenize(word.means)):
        yield "means", "何を指すかを、答えにある日本語の語で書いてください"


def _ignored_faults(word: Word) -> Iterator[tuple[str, str]]:
    tokens = tokenize(word.word)
    if word.means:
        yield "means", "無視する語に意味は要りません。空にしてください"
    if len(tokens) != 1 or not tokens[0].content or len(tokens[0].surface) < 2:
        yield "word", "2文字以上の一つの語を書いてください（いくつかの語からできていれば、分けて書きます）"


def _reading_faults(word: Word) -> Iterator[tuple[str, str]]:
    if word.language != JAPANESE:
        yield "language", f"日本語の語です。ほかの言葉の語は「{KINDS[FOREIGN]}」に書いてください"
    if not _KANJI.search(word.word):
        yield "word", "漢字のある語を、答えにあるとおりに書いてください（例 御前崎市）"
    if not _HIRAGANA.fullmatch(word.means):
        yield "means", "読み方を、ひらがなだけで書いてください（例 おまえざきし）"


def _foreign_faults(word: Word) -> Iterator[tuple[str, str]]:
    if word.language not in LANGUAGES:
        yield "language", f"{'・'.join(NAMES[one] for one in LANGUAGES)} のどれかを選んでください"
    if not word.word.strip():
        yield "word", "その言葉での言い方を書いてください"


_FAULTS_OF = MappingProxyType({IGNORED: _ignored_faults, READING: _reading_faults})


def _town(session: Session, code: str) -> Municipality:
    town = session.get(Municipality, code, with_for_update=True)
    if town is None:
        raise LookupError(code)
    return town
