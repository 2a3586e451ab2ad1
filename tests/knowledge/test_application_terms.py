"""Entries with a term of application: their text, title and languages by the day in Japan."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import time_machine

from bot.conversation import answer
from bot.replies import plain_text
from intents.vectors import NO_VECTORS
from knowledge.application_terms import ApplicationTerm, Phase
from knowledge.bundle import BundleError, read_bundle
from knowledge.corpus import Corpus
from knowledge.db import Database
from knowledge.loading import load_bundle
from knowledge.models import BundledDraft, Entry
from tests.knowledge.small_town import CODE, write_town

MOMENT = dt.datetime(2026, 5, 1, 3, 0, tzinfo=dt.UTC)
FIRST, LAST = dt.date(2026, 6, 1), dt.date(2026, 9, 30)

OLD = "- id: goal\n"
# A grant of an invented town, as a city office would write one.
NEW = """\
- id: grant
  kind: plan
  category: その他
  question: "{今年度}のくらし応援給付金は申請できますか？"
  phrasings: [給付金, くらし応援給付金, 給付金の申請, 給付金はいつまで, きゅうふきん]
  term:
    from: 2026-06-01
    until: 2026-09-30
    before: まだ受け付けていません。申請は{開始日}からです。
    open: はい、{終了日}まで申請できます。市役所2階の窓口で受け付けます。
    after: 受付は{終了日}で終わりました。来年度（{来年度}）の予定は決まっていません。
  translations:
    en:
      title: "Can I apply for the living support grant of fiscal {今年度}?"
      answer: "Yes, until {終了日}, on the 2nd floor of the city hall. (市役所2階)"
      before: "Not yet. Applications open on {開始日}."
    easy:
      title: "くらし応援給付金（おうえんきゅうふきん）は？"
      answer: "はい。{終了日}まで できます。市役所（しやくしょ）の 2階（かい）です。"
      after: "{終了日}で 終（お）わりました。"
  department: dep-it
  source: {plan: plan, section: くらし応援給付金のお知らせ}
  checked_on: 2026-05-01
- id: goal
"""


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Database:
    load_bundle(database, read_bundle(write_town(tmp_path, {"entries.yaml": (OLD, NEW)})), MOMENT)
    return database


TEXTS = [
    pytest.param("2026-05-31", "まだ受け付けていません。申請は令和8年6月1日からです。", ["en"], id="the day before"),
    pytest.param("2026-06-01", "はい、令和8年9月30日まで申請できます。市役所2階の窓口で受け付けます。", ["easy", "en"], id="the first day"),
    pytest.param("2026-09-30", "はい、令和8年9月30日まで申請できます。市役所2階の窓口で受け付けます。", ["easy", "en"], id="the last day"),
    pytest.param("2026-10-01", "受付は令和8年9月30日で終わりました。来年度（令和9年度）の予定は決まっていません。", ["easy"], id="the day after"),
    pytest.param("2028-01-05", "受付は令和8年9月30日で終わりました。来年度（令和10年度）の予定は決まっていません。", ["easy"], id="until staff end it"),
]  # fmt: skip


@pytest.mark.parametrize(("day", "text", "languages"), TEXTS)
def test_the_text_is_that_of_the_day(town: Database, day: str, text: str, languages: list[str]) -> None:
    knowledge = Corpus(town, NO_VECTORS, clock=lambda: dt.date.fromisoformat(day)).current(CODE)
    found = knowledge.answers["grant"]
    assert found.text == text
    assert sorted(found.translations) == languages, "a language without a text of the day is not made up"
    assert text in plain_text(answer(knowledge, "くらし応援給付金は申請できますか").reply)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        pytest.param("2026-05-31T14:59:59Z", "まだ受け付けていません。", id="a second before the first day in Japan"),
        pytest.param("2026-05-31T15:00:00Z", "はい、", id="the first day's first second"),
        pytest.param("2026-09-30T14:59:59Z", "はい、", id="the last day's last second"),
        pytest.param("2026-09-30T15:00:00Z", "受付は", id="a second later"),
    ],
)
def test_midnight_in_japan_switches_the_text_with_no_change_by_staff(town: Database, moment: str, text: str) -> None:
    corpus = Corpus(town, NO_VECTORS)
    with time_machine.travel("2026-05-01T00:00:00Z", tick=False):
        corpus.current(CODE)
    with time_machine.travel(moment, tick=False):
        assert corpus.current(CODE).answers["grant"].text.startswith(text)


def test_years_in_a_text_move_with_the_fiscal_year(town: Database) -> None:
    titles = {
        day: Corpus(town, NO_VECTORS, clock=lambda day=day: dt.date.fromisoformat(day)).current(CODE).answers["grant"]
        for day in ("2027-03-31", "2027-04-01")
    }
    assert [found.title for found in titles.values()] == [
        "令和8年度のくらし応援給付金は申請できますか？",
        "令和9年度のくらし応援給付金は申請できますか？",
    ]


def test_another_language_gets_western_years_and_days(town: Database) -> None:
    found = Corpus(town, NO_VECTORS, clock=lambda: FIRST).current(CODE).answers["grant"].translations
    assert found["en"].title == "Can I apply for the living support grant of fiscal 2026?"
    assert found["en"].text == "Yes, until 2026-09-30, on the 2nd floor of the city hall. (市役所2階)"
    assert found["easy"].text.startswith("はい。令和8年9月30日まで")


@pytest.mark.parametrize(
    ("day", "language", "shown", "missing"),
    [
        pytest.param(FIRST, "en", "Yes, until 2026-09-30", "only in Japanese", id="open, in English"),
        pytest.param(
            LAST + dt.timedelta(1), "en", "終（お）わりました", "Yes, until", id="over, easy Japanese stands in"
        ),
        pytest.param(
            FIRST - dt.timedelta(1), "easy", "まだ受け付けていません", "できます", id="not yet, only the Japanese"
        ),
    ],
)
def test_a_language_without_a_text_of_the_day_falls_back_honestly(
    town: Database, day: dt.date, language: str, shown: str, missing: str
) -> None:
    knowledge = Corpus(town, NO_VECTORS, clock=lambda: day).current(CODE)
    said = plain_text(answer(knowledge, "くらし応援給付金は申請できますか", language=language).reply)
    assert shown in said
    assert missing not in said


def test_how_to_apply_is_not_shown_for_what_is_over(database: Database, tmp_path: Path) -> None:
    term = "{from: 2026-06-01, until: 2026-09-30, before: まだ受け付けていません。, after: 受付は終わりました。}"
    changes = {"entries.yaml": ("  facets:\n", f"  term: {term}\n  facets:\n")}
    load_bundle(database, read_bundle(write_town(tmp_path, changes)), MOMENT)
    facts = {
        day: Corpus(database, NO_VECTORS, clock=lambda day=day: day).current(CODE).answers["juki"].facts
        for day in (FIRST, LAST + dt.timedelta(1))
    }
    assert [len(found) for found in facts.values()] == [1, 0]


@pytest.mark.parametrize(
    ("opens", "closes", "phases"),
    [
        pytest.param(FIRST, None, [Phase.BEFORE, Phase.OPEN, Phase.OPEN, Phase.OPEN], id="no last day"),
        pytest.param(None, LAST, [Phase.OPEN, Phase.OPEN, Phase.OPEN, Phase.AFTER], id="no first day"),
        pytest.param(FIRST, LAST, [Phase.BEFORE, Phase.OPEN, Phase.OPEN, Phase.AFTER], id="both"),
    ],
)
def test_a_phase_begins_on_its_day(opens: dt.date | None, closes: dt.date | None, phases: list[Phase]) -> None:
    term = ApplicationTerm(opens, closes, "前", "後")
    one = dt.timedelta(1)
    assert [term.phase(day) for day in (FIRST - one, FIRST, LAST, LAST + one)] == phases


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param("    from: 2026-06-01\n", "", "from（受付の初日）と before（受付前の文）は、両方を書くか", id="a text without its day"),
        pytest.param("    after: 受付は{終了日}で終わりました。来年度（{来年度}）の予定は決まっていません。\n", "", "until（受付の最終日）と after（終了後の文）は、両方を書くか", id="a day without its text"),
        pytest.param("    until: 2026-09-30\n", "    until: 2026-05-30\n", "from は until より後の日にできません", id="the wrong way round"),
        pytest.param("    from: 2026-06-01\n", "    from: 2026-06-31\n", "日付は 2026-04-01 のように書きます", id="no such day"),
        pytest.param("  term:\n", "  valid_until: 2026-09-30\n  term:\n", "valid_until は term.until より後の日に", id="ended before the last text"),
        pytest.param("  term:\n", "  answer: いつでも申請できます。\n  term:\n", "answer か term.open のどちらか一方", id="two texts while open"),
        pytest.param("      before: \"Not yet. Applications open on {開始日}.\"\n", "      before: \"Not yet. Come at 10.\"\n", "translations.en.before の数字が、元の文と違います: 10", id="a figure out of nothing"),
        pytest.param("  checked_on: 2026-05-01\n", "  checked_on: 2026-05-01\n  recheck_on: 2026-04-01\n", "recheck_on は checked_on より前の日にできません", id="checked before"),
    ],
)  # fmt: skip
def test_a_faulty_term_is_refused_with_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in NEW
    with pytest.raises(BundleError) as refused:
        read_bundle(write_town(tmp_path, {"entries.yaml": (OLD, NEW.replace(old, new))}))
    assert said in refused.value.problems[0]
    assert refused.value.problems[0].startswith("entries.yaml:")


def test_a_day_in_a_text_needs_that_day_in_the_term(tmp_path: Path) -> None:
    changes = {"entries.yaml": ("だれも取り残さない市をめざします。", "計画は{終了日}までです。")}
    with pytest.raises(BundleError, match=r"\{終了日\} を使うには、term にその日を書いてください"):
        read_bundle(write_town(tmp_path, changes))


def test_loading_twice_changes_nothing_and_what_staff_edited_gets_a_draft(town: Database, tmp_path: Path) -> None:
    with town.writing() as session:
        session.get_one(Entry, (CODE, "grant")).by_staff = True
    again = read_bundle(write_town(tmp_path / "again", {"entries.yaml": (OLD, NEW)}))
    assert not load_bundle(town, again, MOMENT).changed
    longer = read_bundle(write_town(tmp_path / "longer", {"entries.yaml": (OLD, NEW.replace("2026-09-30", "2026-12-25"))}))  # fmt: skip
    assert load_bundle(town, longer, MOMENT).drafts == 1
    with town.reading() as session:
        draft = session.get_one(BundledDraft, (CODE, "grant"))
        assert draft.differences["term"][1]["until"] == "2026-12-25"
