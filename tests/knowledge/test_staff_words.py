"""Words that staff lay down: used from the next question on, in their own municipality, nothing else moved."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from bot.conversation import answer
from bot.explanation import explain
from bot.many_questions import Side
from bot.reply_memory import side_mark
from intents.lexicon import bundled_lexicon, with_synonyms
from intents.ranker import rank
from intents.vectors import Vectors
from knowledge.bundle import read_bundle
from knowledge.corpus import Corpus, Knowledge
from knowledge.db import Database
from knowledge.index_files import IndexFiles
from knowledge.loading import load_bundle
from knowledge.models import Municipality
from knowledge.staff_words import (
    ABBREVIATION,
    FOREIGN,
    IGNORED,
    NO_WORDS,
    READING,
    SYNONYM,
    Word,
    WordError,
    keep_word,
    listed_words,
    remove_word,
    words_of,
)
from tests.knowledge.small_town import CODE, write_town

MOMENT = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
SHORT = Word(ABBREVIATION, "メロメロ券", "住民票")


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Database:
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT)
    return database


@pytest.fixture
def corpus(town: Database, vectors: Vectors, tmp_path: Path) -> Corpus:
    return Corpus(town, vectors, index_files=IndexFiles(tmp_path / "indexes"))


def keep(database: Database, *words: Word) -> list[bool]:
    with database.writing() as session:
        return [keep_word(session, CODE, word, MOMENT, "h.yamada") for word in words]


def entry(knowledge: Knowledge, question: str) -> str | None:
    reply = answer(knowledge, question).reply
    return reply.answer.entry_id if reply.answer else None


def searched_words(knowledge: Knowledge, question: str) -> list[str]:
    found = explain(knowledge, question).understood
    return [word for word, _ in found.words] if found else []


def test_a_synonym_finds_what_it_means_from_the_next_question_on(town: Database, corpus: Corpus) -> None:
    question = "メロメロ券はコンビニで取れますか"
    before = corpus.current(CODE)
    assert "メロメロ券" not in str(explain(before, question).understood and explain(before, question).candidates)
    coverage = rank(before.index, question).candidates[0].features.coverage
    assert keep(town, SHORT, SHORT) == [True, False]
    after = corpus.current(CODE)
    assert after.version == before.version + 1
    assert entry(after, question) == "juki"
    found = rank(after.index, question).candidates[0]
    assert found.document.id == "juki"
    assert found.features.coverage > coverage
    shown = explain(after, question).understood
    assert shown is not None
    assert any("メロメロ券" in one.same and "住民票" in one.same for one in shown.synonyms)


def test_a_word_that_the_texts_do_not_say_is_read_as_what_it_means(town: Database, corpus: Corpus) -> None:
    keep(town, Word(ABBREVIATION, "ペンギン電車", "コンビニ交付"))
    after = corpus.current(CODE)
    assert (
        rank(after.index, "ペンギン電車").candidates[0].features
        == rank(after.index, "コンビニ交付").candidates[0].features
    )
    shown = explain(after, "ペンギン電車").understood
    assert shown is not None
    assert shown.mended == ("ペンギン 電車", "コンビニ 交付")


def test_a_word_joins_the_group_of_what_it_means(town: Database) -> None:
    lexicon = with_synonyms(bundled_lexicon(), [("さつき証", "マイナカード"), ("くるりん", "コミュニティバス号")])
    group = next(group for group in lexicon.groups if "さつき証" in group)
    assert "マイナンバーカード" in group, "and so finds the others of it, too"
    assert lexicon.groups[-1] == ("コミュニティバス号", "くるりん")
    assert with_synonyms(bundled_lexicon(), []) is bundled_lexicon()
    assert "さつき証" not in str(bundled_lexicon().groups)


def test_a_word_that_was_laid_down_is_no_slip_of_another(town: Database, corpus: Corpus) -> None:
    keep(town, Word(ABBREVIATION, "ジュミンヒャウ", "計画"))
    assert rank(corpus.current(CODE).index, "ジュミンヒャウ").candidates[0].document.id == "goal"


def test_an_ignored_word_counts_for_nothing(town: Database, corpus: Corpus) -> None:
    keep(town, Word(IGNORED, "コンビニ"))
    found = explain(corpus.current(CODE), "コンビニで住民票")
    assert found.understood is not None
    assert "コンビニ" in found.understood.ignored
    assert "コンビニ" not in [word for word, _ in found.understood.words]


def test_a_term_of_another_language_is_searched_by_what_it_means(town: Database, corpus: Corpus) -> None:
    question = "How can I get a zunda paper?"
    assert "住民" not in searched_words(corpus.current(CODE), question)
    keep(town, Word(FOREIGN, "Zunda Paper", "住民票", "en"))
    after = corpus.current(CODE)
    assert "住民" in searched_words(after, question)
    assert "住民" not in searched_words(after, "How can I get a big zunda papers?"), "not as a part of a longer word"


def test_a_word_that_is_removed_is_used_no_more(town: Database, corpus: Corpus) -> None:
    before = corpus.current(CODE)
    keep(town, SHORT)
    with town.writing() as session:
        assert remove_word(session, CODE, SHORT)
        assert not remove_word(session, CODE, SHORT)
    after = corpus.current(CODE)
    assert after.words == NO_WORDS
    assert after.index.lexicon is before.index.lexicon
    assert rank(after.index, "メロメロ券") == rank(before.index, "メロメロ券")


def test_another_municipality_knows_nothing_of_it(town: Database, corpus: Corpus, tmp_path: Path) -> None:
    other = {"municipality.yaml": ("011002", "012025")}
    load_bundle(town, read_bundle(write_town(tmp_path / "other", other, code="012025")), MOMENT)
    keep(town, SHORT)
    assert corpus.current("012025").words == NO_WORDS


def test_an_index_file_of_other_words_is_not_opened(town: Database, corpus: Corpus, tmp_path: Path) -> None:
    """Whatever the version says: a restored backup may have other words under the same number."""
    old = corpus.current(CODE)
    keep(town, SHORT, Word(IGNORED, "目標"))
    with town.writing() as session:
        session.get_one(Municipality, CODE).knowledge_version = old.version
    again = Corpus(town, corpus._vectors, index_files=IndexFiles(tmp_path / "indexes")).current(CODE)
    assert again.index.lexicon.own
    assert "目標" in again.index.ignored
    assert len(list((tmp_path / "indexes" / CODE).glob("*.index"))) == 2
    assert side_mark(Side(again)) != side_mark(Side(old))


def test_what_is_only_tried_changes_nothing(town: Database, corpus: Corpus) -> None:
    before = corpus.current(CODE)
    tried = corpus.tried(CODE, lambda session: keep_word(session, CODE, SHORT, MOMENT))
    assert entry(tried, "メロメロ券はコンビニで取れますか") == "juki"
    assert corpus.current(CODE) is before
    with town.reading() as session:
        assert listed_words(session, CODE) == []


@pytest.mark.parametrize(
    ("word", "field"),
    [
        (Word("wish", "住民票"), "kind"),
        (Word(SYNONYM, "住民票", ""), "means"),
        (Word(SYNONYM, "住民票", "住民票"), "means"),
        (Word(SYNONYM, "、", "住民票"), "word"),
        (Word(SYNONYM, "あ" * 61, "住民票"), "word"),
        (Word(SYNONYM, "resident card", "住民票", "en"), "language"),
        (Word(IGNORED, "市役所の窓口"), "word"),
        (Word(IGNORED, "の"), "word"),
        (Word(IGNORED, "窓口", "カウンター"), "means"),
        (Word(FOREIGN, "card", "カード"), "language"),
        (Word(FOREIGN, " ", "カード", "en"), "word"),
        (Word(READING, "まつり", "まつり"), "word"),
        (Word(READING, "小町", "コマチ"), "means"),
        (Word(READING, "小町", "小まち"), "means"),
        (Word(READING, "小町", ""), "means"),
        (Word(READING, "小町", "こまち", "en"), "language"),
        (Word(READING, "町" * 61, "まち"), "word"),
    ],
)
def test_a_word_that_cannot_be_used_is_refused_with_the_remedy(town: Database, word: Word, field: str) -> None:
    with pytest.raises(WordError) as raised:
        keep(town, word)
    assert raised.value.field == field


def test_a_reading_holds_from_the_next_question_in_its_own_municipality_and_leaves_the_search_alone(
    town: Database, corpus: Corpus
) -> None:
    before = corpus.current(CODE)
    assert keep(town, Word(READING, "住民票", "じゅうみんのひょう")) == [True]
    after = corpus.current(CODE)
    assert (before.readings.get("住民票"), after.readings["住民票"]) == (None, "じゅうみんのひょう")
    assert (after.words.synonyms, after.words.ignored) == ((), ())
    with town.writing() as session:
        remove_word(session, CODE, Word(READING, "住民票"))
    assert "住民票" not in corpus.current(CODE).readings


def test_no_words_cost_nothing(town: Database) -> None:
    with town.reading() as session:
        assert words_of(session, CODE) is NO_WORDS
