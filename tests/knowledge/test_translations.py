"""Answers in other languages: their figures survive, they are loaded, and the languages are switched by staff."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from intents.vectors import NO_VECTORS
from knowledge.bundle import Bundle, BundleError, read_bundle
from knowledge.corpus import Corpus
from knowledge.db import Database, migration_config
from knowledge.loading import load_bundle
from knowledge.models import Entry, Municipality
from knowledge.reply_languages import UnknownLanguageError, reply_languages, set_reply_languages
from knowledge.translations import added_figures, lost_figures, translated
from tests.knowledge.small_town import CODE, write_town

MOMENT = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
OLD = "  answer: はい、取れます。マイナンバーカードを使います。\n"
NEW = """\
  answer: はい、令和4年4月から300円で取れます。
  translations:
    en: {title: "Certificate of residence (住民票)?", answer: "Yes, since April 2022 (令和4年4月), for 300 yen.", reviewed: true}
    easy: {title: 住民票（じゅうみんひょう）は？, answer: はい。令和（れいわ）4年（ねん）4月（がつ）から 300円（えん）です。}
"""


@pytest.fixture
def town(tmp_path: Path) -> Bundle:
    return read_bundle(write_town(tmp_path, {"entries.yaml": (OLD, NEW)}))


@pytest.mark.parametrize(
    ("japanese", "translation", "lost", "added"),
    [
        pytest.param("手数料は300円です。", "The fee is 300 yen.", [], [], id="a fee"),
        pytest.param("手数料は300円です。", "The fee is 400 yen.", ["300"], ["400"], id="another fee"),
        pytest.param("年間42,906回", "42906 times a year", [], [], id="thousands"),
        pytest.param("年間42906回", "42,906 times a year", [], [], id="thousands, the other way round"),
        pytest.param("３％", "3 percent", [], [], id="wide digits"),
        pytest.param("12.5％", "12,5 %", ["12.5"], ["12", "5"], id="a decimal comma"),
        pytest.param(
            "平成30年1月から", "since January 2018 (平成30年1月)", [], [], id="an era year and the Western one"
        ),
        pytest.param("令和元年7月", "July 2019 (令和元年7月)", [], [], id="the first year of an era"),
        pytest.param("令和4年", "2021 (令和4年)", [], ["2021"], id="the wrong Western year"),
        pytest.param("6時30分から23時まで", "from 6:30 to 23:00", [], [], id="hours"),
        pytest.param("毎週開きます。", "Open twice a week, at 10.", [], ["10"], id="a figure out of nothing"),
        pytest.param("電話は 0475-20-1519 です。", "Call 0475-20-1519.", [], [], id="a telephone number"),
        pytest.param("電話は 0475-20-1519 です。", "Call 0475-20-1591.", ["1519"], ["1591"], id="a slip in one"),
        pytest.param("数字はありません。", "No figures.", [], [], id="none"),
    ],
)
def test_the_figures_of_an_answer_survive_translation(
    japanese: str, translation: str, lost: list[str], added: list[str]
) -> None:
    assert lost_figures(japanese, translation) == lost
    assert added_figures(japanese, translation) == added


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        pytest.param(
            ("for 300 yen", "for 30 yen"), "translations.en に、元の文の数字がありません: 300", id="a figure lost"
        ),
        pytest.param(
            ("for 300 yen", "for 300 yen, 5 copies"),
            "translations.en に、元の文にない数字があります: 5",
            id="a figure added",
        ),
        pytest.param(
            ("    en: {", "    fr: {"), "次のどれかにしてください: 'en', 'easy'", id="a language that we do not have"
        ),
        pytest.param(('title: "Certificate of residence (住民票)?", ', ""), "必要な項目がありません", id="no title"),
    ],
)
def test_a_faulty_translation_is_refused_with_its_place(tmp_path: Path, change: tuple[str, str], sentence: str) -> None:
    old, new = change
    assert old in NEW
    with pytest.raises(BundleError) as refused:
        read_bundle(write_town(tmp_path, {"entries.yaml": (OLD, NEW.replace(old, new))}))
    (problem,) = refused.value.problems
    assert sentence in problem
    assert problem.startswith("entries.yaml:")


def test_what_staff_wrote_is_loaded_and_answered_with(database: Database, town: Bundle) -> None:
    load_bundle(database, town, MOMENT)
    with database.reading() as session:
        row = session.get_one(Entry, (CODE, "juki"))
        assert translated(row.translations)["en"].reviewed
    answer = Corpus(database, NO_VECTORS).current(CODE).answers["juki"]
    assert answer.translations["en"].title == "Certificate of residence (住民票)?"
    assert not answer.translations["easy"].reviewed


def test_a_town_begins_with_english_and_easy_japanese(database: Database, town: Bundle) -> None:
    load_bundle(database, town, MOMENT)
    with database.reading() as session:
        assert reply_languages(session, CODE) == ["en", "easy"]


def test_loading_leaves_alone_what_staff_switched_on(database: Database, town: Bundle, tmp_path: Path) -> None:
    load_bundle(database, town, MOMENT)
    with database.writing() as session:
        set_reply_languages(session, CODE, ["zh", "en"])
    changed = write_town(tmp_path / "changed", {"municipality.yaml": ("aliases: [小さい]", "aliases: [ちいさい]")})
    load_bundle(database, read_bundle(changed), MOMENT)
    with database.reading() as session:
        assert reply_languages(session, CODE) == ["en", "zh"]


def test_switching_a_language_is_live_at_once(database: Database, town: Bundle) -> None:
    load_bundle(database, town, MOMENT)
    corpus = Corpus(database, NO_VECTORS)
    assert corpus.current(CODE).town.reply_languages == ("en", "easy")
    with database.writing() as session:
        set_reply_languages(session, CODE, ["pt"])
    assert corpus.current(CODE).town.reply_languages == ("pt",)


def test_only_languages_with_sentences_can_be_switched_on(database: Database, town: Bundle) -> None:
    load_bundle(database, town, MOMENT)
    with database.writing() as session, pytest.raises(UnknownLanguageError, match="fr"):
        set_reply_languages(session, CODE, ["en", "fr"])
    with database.writing() as session, pytest.raises(LookupError):
        set_reply_languages(session, "999999", ["en"])


def test_an_entry_that_nobody_translated_counts_as_unchanged(database: Database, tmp_path: Path) -> None:
    """Its digest is the one from before there were translations, terms and days to recheck: staff get no empty drafts."""
    bundle = read_bundle(write_town(tmp_path))
    load_bundle(database, bundle, MOMENT)
    (goal,) = (entry for entry in bundle.entries if entry.id == "goal")
    newer = {"translations", "recheck_on", "term", "explained"}
    before = json.dumps([goal.model_dump(mode="json", exclude=newer)], ensure_ascii=False, sort_keys=True)
    with database.reading() as session:
        assert session.get_one(Entry, (CODE, "goal")).bundled_digest == hashlib.sha256(before.encode()).hexdigest()


def test_what_was_there_before_the_languages_gets_the_usual_ones(database: Database, town: Bundle) -> None:
    load_bundle(database, town, MOMENT)
    with database.writer.begin() as connection:
        config = migration_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0004")
        command.upgrade(config, "head")
        assert connection.execute(text("SELECT count(*) FROM entries")).scalar() == 2
    with database.reading() as session:
        assert session.get_one(Municipality, CODE).reply_languages == ["en", "easy"]
        assert session.get_one(Entry, (CODE, "juki")).translations == {}
