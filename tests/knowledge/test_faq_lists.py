"""A city's own list of questions: its columns, its duplicates, its drafts, and the page made of what is published."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from knowledge.bundle import read_bundle
from knowledge.calendar import now
from knowledge.common_content import common_content
from knowledge.curated_rows import CORRECTED
from knowledge.db import Database
from knowledge.faq_drafts import (
    FaqPlan,
    NoDraftError,
    faq_drafts,
    list_source,
    planned_list,
    publish_drafts,
    taken_in,
)
from knowledge.faq_lists import FaqList, FaqRow, MappingError, compared, list_of_page, read_list
from knowledge.faq_pages import embeddable, faq_page, read_faq_page
from knowledge.loading import load_bundle
from knowledge.models import Entry, Municipality, Plan, Term
from knowledge.notices import NewNotice, begin_notice
from knowledge.plain_html import plain
from knowledge.sheet_places import ImportFaultsError
from knowledge.tabular import Row, Sheet
from knowledge.upload_limits import UploadError
from tests.knowledge.small_town import CODE, write_town

MOMENT = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
DAY = dt.date(2026, 11, 21)


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Database:
    load_bundle(database, read_bundle(write_town(tmp_path / "town")), MOMENT)
    return database


def sheet(*rows: tuple[str, ...]) -> list[Sheet]:
    return [Sheet("一覧", tuple(Row(number, row) for number, row in enumerate(rows, 1)))]


def a_list(*questions: tuple[str, str], **more: str) -> FaqList:
    rows = (FaqRow(f"{number}行目", question, answer) for number, (question, answer) in enumerate(questions, 2))
    return FaqList(tuple(replace(row, **more) for row in rows))


def take(database: Database, found: FaqList) -> FaqPlan:
    with database.reading() as session:
        source = list_source(session, CODE, plan=None, title=None, url=None)
        planned = planned_list(session, CODE, found, source, DAY)
    taken = taken_in(database, CODE, found, source, DAY, MOMENT)
    assert taken == planned
    return taken


def actions(plan: FaqPlan) -> list[str]:
    return [change.action for change in plan.changes]


HEADINGS = [
    pytest.param(("質問", "回答"), {}, ("質問", "回答"), id="plain"),
    pytest.param(("No.", "Q", "A"), {}, ("Q", "A"), id="Q and A"),
    pytest.param(("ＦＡＱ", "本　文"), {}, ("ＦＡＱ", "本　文"), id="full width and spaces"),
    pytest.param(("件名", "内容", "質問"), {}, ("質問", "内容"), id="the surer heading wins"),
    pytest.param(("見出し", "質問", "答え"), {"question": "見出し"}, ("見出し", "答え"), id="named by heading"),
    pytest.param(("あ", "い", "う"), {"question": "B", "answer": "c"}, ("い", "う"), id="named by letter"),
]


@pytest.mark.parametrize(("headings", "named", "taken"), HEADINGS)
def test_columns_are_guessed_from_their_headings_or_named(
    headings: tuple[str, ...], named: dict[str, str], taken: tuple[str, str]
) -> None:
    found = read_list(sheet(("よくある質問の一覧",), headings, tuple(f"{heading}の値" for heading in headings)), named)
    assert (found.rows[0].question, found.rows[0].answer) == tuple(plain(f"{heading}の値") for heading in taken)
    assert found.rows[0].place == "シート「一覧」3行目"
    assert found.guessed == {"question", "answer"} - set(named)


def test_the_headings_of_another_chatbot_are_told_below_a_title() -> None:
    head = Row(3, ("No.", "大カテゴリ", "ご質問内容", "ご回答内容", "担当部署", "参照URL"))
    row = Row(4, ("1", "くらし", "Q. ごみの日は？", "A. 月曜です。", "環境課", "https://example.jp"))
    found = read_list([Sheet("faq", (Row(1, ("川瀬町の一覧",)), head, row))], {})
    assert [(one.question, one.answer, one.department, one.url) for one in found.rows] == [
        ("ごみの日は？", "月曜です。", "環境課", "https://example.jp")
    ]
    with pytest.raises(MappingError, match="見出しは A列「あ」、B列「い」"):
        read_list([Sheet("faq", (Row(1, ("題名のつもりの行",)), Row(2, ("あ", "い"))))], {"question": "う"})


def test_columns_that_nobody_can_tell_are_asked_for_with_the_headings_there_are() -> None:
    with pytest.raises(MappingError, match="--question・--answer で指定してください。見出しは A列「あ」、B列「い」"):
        read_list(sheet(("あ", "い"), ("1", "2")), {})
    with pytest.raises(MappingError, match="--question 題 の列が見つかりません"):
        read_list(sheet(("質問", "答え"), ("1", "2")), {"question": "題"})


SAME = [
    ("ごみの日はいつですか？", "ゴミの日は いつですか"),
    ("ＤＸとは", "dxとは？"),
    ("手数料を教えてください", "手数料"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_questions_of_one_meaning_are_compared_alike(one: str, other: str) -> None:
    assert compared(one) == compared(other)


MARKUP = [
    ("<p>はい。</p><p>できます。</p>", "はい。\nできます。"),
    ("はい<br>できます", "はい\nできます"),
    ("<ul><li>一</li><li>二</li></ul>", "・一\n・二"),
    ('<a href="https://example.jp/a?b=1&amp;c=2">こちら</a>へ', "こちら（https://example.jp/a?b=1&c=2）へ"),
    ('<a href="javascript:alert(1)">こちら</a>', "こちら"),
    ("<script>alert(1)</script>はい<style>a{}</style>", "はい"),
    ("<table><tr><td>平日</td><td>9時</td></tr></table>", "平日 9時"),
    ("3&lt;5 &amp; A&nbsp;B", "3<5 & A B"),
    ("15歳<20歳、1<2>0", "15歳<20歳、1<2>0"),
    ("\r\nはい\r\n\r\n\r\n\r\nできます  ", "はい\n\nできます"),
]


@pytest.mark.parametrize(("given", "text"), MARKUP)
def test_markup_becomes_lines_for_a_phone(given: str, text: str) -> None:
    assert plain(given) == text


def test_a_list_comes_in_as_drafts_that_no_resident_sees(town: Database) -> None:
    assert actions(
        take(town, a_list(("駐車場はありますか", "あります。"), category="施設", department="情報政策課"))
    ) == ["added"]
    with town.reading() as session:
        (row,) = faq_drafts(session, CODE)
        assert (row.state, row.by_staff, row.phrasings, row.category, row.department) == (
            "draft",
            True,
            [],
            "その他",
            "dep-it",
        )
        plan = session.get_one(Plan, (CODE, row.source_plan))
        assert (plan.kind, plan.title, row.source_section) == ("reference", "小さい市の「よくある質問」", "施設")
        assert session.get_one(Municipality, CODE).knowledge_version == 1
        assert row.question not in embeddable(faq_page(session, CODE, DAY))


def test_publishing_shows_what_was_chosen_and_moves_the_version_once(town: Database) -> None:
    take(town, a_list(("駐車場はありますか", "あります。"), ("傘は借りられますか", "借りられます。")))
    with town.reading() as session:
        first = faq_drafts(session, CODE)[0]
    with pytest.raises(NoDraftError, match="juki"):
        publish_drafts(town, CODE, {first.entry_id, "juki"}, DAY, MOMENT)
    assert publish_drafts(town, CODE, {first.entry_id}, DAY, MOMENT) == [first.question]
    assert len(publish_drafts(town, CODE, None, DAY, MOMENT)) == 1
    assert publish_drafts(town, CODE, None, DAY, MOMENT) == []
    with town.reading() as session:
        assert session.get_one(Municipality, CODE).knowledge_version == 3


def test_the_source_of_a_list_survives_a_new_bundle(town: Database, tmp_path: Path) -> None:
    take(town, a_list(("駐車場はありますか", "あります。")))
    newer = {"plans.yaml": ("デジタル計画\n", "デジタル計画（改訂）\n")}
    load_bundle(town, read_bundle(write_town(tmp_path / "newer", newer)), MOMENT)
    with town.reading() as session:
        assert len(session.scalars(select(Plan).where(Plan.municipality_code == CODE)).all()) == 2


def test_a_list_read_again_adds_nothing_and_a_changed_draft_is_renewed(town: Database) -> None:
    take(town, a_list(("駐車場はありますか", "あります。")))
    assert actions(take(town, a_list(("駐車場はありますか", "あります。")))) == ["unchanged"]
    assert actions(take(town, a_list(("駐車場はありますか", "ありません。")))) == ["changed"]
    publish_drafts(town, CODE, None, DAY, MOMENT)
    assert actions(take(town, a_list(("駐車場はありますか", "二台分あります。")))) == ["left"]
    with town.reading() as session:
        assert [row.answer for row in session.scalars(select(Entry).where(Entry.question == "駐車場はありますか"))] == [
            "ありません。"
        ]


def test_duplicates_are_told_exact_and_near(town: Database) -> None:
    plan = take(town, a_list(("住民票　コンビニ", "はい。"), ("ごみの収集日はいつですか", "月曜。"), ("ゴミの収集日はいつですか？", "火曜。"), ("住民票はコンビニで取れるのですか？", "はい。")))  # fmt: skip
    assert actions(plan) == ["left", "added", "left", "added"]
    assert "「juki」と同じ質問です" in plan.changes[0].why
    assert "3行目 と同じ質問です。答えが違うので" in plan.changes[2].why
    assert [(question, near.owner) for _, question, near in plan.near] == [
        ("住民票はコンビニで取れるのですか？", "juki")
    ]


def test_what_staff_should_know_is_told(town: Database) -> None:
    plan = take(town, a_list(("駐車場はありますか", "あ" * 500), category="施設", department="管財課"))
    assert [notice for notice in plan.notices if "500字" in notice]
    assert [notice for notice in plan.notices if "担当課「管財課」は登録がない" in notice]
    assert [notice for notice in plan.notices if "分類「施設」は「その他」に入れます" in notice]


FAULTY = FaqList(
    (
        FaqRow("2行目", "", "はい"),
        FaqRow("3行目", "あ" * 81, "はい"),
        FaqRow("4行目", "駐車場はありますか", "あります。"),
        FaqRow("5行目", "窓口はいつまでですか", "{終了日}までです。"),
        FaqRow("6行目", "手数料はいくらですか", "{convenience-fee}です。"),
    )
)


def test_rows_at_fault_are_told_all_at_once_and_nothing_comes_in_unasked(town: Database) -> None:
    with town.reading() as session:
        source = list_source(session, CODE, plan=None, title=None, url=None)
        plan = planned_list(session, CODE, FAULTY, source, DAY)
    assert [change.action for change in plan.changes] == ["faulty", "faulty", "added", "faulty", "faulty"]
    told = (
        "2行目「質問」: 空です。書くか、行を消してください",
        "3行目「質問」: 長すぎます（80字まで）。元の表で直してください",
        "5行目: {終了日} を使うには、「受付の初日」か「受付の最終日」にその日を書いてください。元の表で直してください",
        "6行目: {convenience-fee} は共通の答えだけで使える穴埋めの印です。値を書いてください。元の表で直してください",
    )
    assert tuple(change.why for change in plan.faulty) == told
    with pytest.raises(ImportFaultsError) as caught:
        taken_in(town, CODE, FAULTY, source, DAY, MOMENT)
    assert caught.value.faults == told
    with town.reading() as session:
        assert faq_drafts(session, CODE) == []


def test_one_row_at_fault_holds_up_no_other_where_the_rest_is_wanted(town: Database) -> None:
    with town.reading() as session:
        source = list_source(session, CODE, plan=None, title=None, url=None)
    assert taken_in(town, CODE, FAULTY, source, DAY, MOMENT, rest=True).count("added") == 1
    with town.reading() as session:
        assert [row.question for row in faq_drafts(session, CODE)] == ["駐車場はありますか"]


def test_addresses_that_no_phone_opens_are_left_out_and_told(town: Database) -> None:
    given = (
        "https://a.example.jp/\nhttps://b.example.jp/ ｈｔｔｐｓ://c.example.jp/\njavascript:alert(1)\nhttps://x.jp/a b"
    )
    plan = take(town, a_list(("駐車場はありますか", "あります。"), url=given))
    with town.reading() as session:
        (row,) = faq_drafts(session, CODE)
    assert [(link["label"], link["url"]) for link in row.links] == [
        ("くわしいページ", "https://a.example.jp/"),
        ("くわしいページ2", "https://b.example.jp/"),
        ("くわしいページ3", "https://c.example.jp/"),
    ]
    left_out = [notice for notice in plan.notices if "リンクは入れずに取り込みます" in notice]
    assert ["javascript" in notice for notice in left_out] == [True, False]
    assert "https://x.jp/a b" in left_out[1]


def test_a_row_that_the_list_itself_does_not_show_is_told(town: Database) -> None:
    found = read_list(
        sheet(("質問", "回答", "公開フラグ"), ("庁内の質問", "庁内の答え", "非公開"), ("市民の質問", "答え", "公開")),
        {},
    )
    assert [row.hidden for row in found.rows] == ["非公開", ""]
    assert [notice for notice in take(town, found).notices if "元の一覧では「非公開」です" in notice]


# --- FAQPage -----------------------------------------------------------------------------------------------------


def question(name: str, text: object) -> dict[str, object]:
    return {"@type": "Question", "name": name, "acceptedAnswer": {"@type": "Answer", "text": text}}


PAGE = {
    "@context": "https://schema.org",
    "@type": "FAQPage",
    "name": "市の質問",
    "mainEntity": [question("駐車場は？", "<p>あります。</p>")],
}
FORMS = [
    pytest.param("a.json", json.dumps(PAGE), id="alone"),
    pytest.param("a.json", json.dumps([{"@type": "Organization"}, PAGE]), id="in an array"),
    pytest.param("a.json", json.dumps({"@context": "https://schema.org", "@graph": [{"@type": "WebSite"}, PAGE]}), id="in @graph"),
    pytest.param("a.json", json.dumps(PAGE | {"@type": ["WebPage", "https://schema.org/FAQPage"], "mainEntity": PAGE["mainEntity"][0]}), id="types as a list, one question"),
    pytest.param("a.json", json.dumps(PAGE | {"mainEntity": [{"@type": "Question", "name": "駐車場は？", "acceptedAnswer": [{"text": "あります。"}]}]}), id="answers as a list"),
    pytest.param("a.json", json.dumps({"@graph": [{"@type": ["WebPage", "FAQPage"], "mainEntity": [{"@id": "#q"}, {"@id": "#gone"}]}, {"@id": "#q"} | question("駐車場は？", "あります。")]}), id="questions named by their @id, as WordPress writes them"),
    pytest.param("a.json", json.dumps(PAGE | {"mainEntity": {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": PAGE["mainEntity"][0]}]}}), id="in an ItemList"),
    pytest.param("a.json", json.dumps({"@graph": [PAGE | {"mainEntity": [{"@id": "#l"}, *PAGE["mainEntity"]]}, {"@id": "#l", "itemListElement": [{"@id": "#l"}] * 10}]}), id="a list that holds itself"),
    pytest.param("a.html", f'<html><script>var a="<b>";</script><script type="application/ld+json">{{"@type":"Event"}}</script><script type="application/ld+json">{json.dumps(PAGE)}</script></html>', id="in a page"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text"), FORMS)
def test_a_faq_page_is_read_in_the_forms_that_sites_use(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    _, questions = read_faq_page(path)
    assert [(one.question, one.answer) for one in questions] == [("駐車場は？", "あります。")]


BAD_PAGES = [
    pytest.param("a.json", "{", "JSON として読めません", id="no json"),
    pytest.param("a.json", "[" * 200_000, "深すぎて|JSON として", id="too deep"),
    pytest.param(
        "a.json", '{"@type": "Event"}', "FAQPage（schema.org のよくある質問）が見つかりません", id="something else"
    ),
    pytest.param("a.html", "<html><p>質問</p></html>", "見つかりません", id="a page without data"),
]


@pytest.mark.parametrize(("name", "text", "said"), BAD_PAGES)
def test_a_page_without_questions_is_told(tmp_path: Path, name: str, text: str, said: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UploadError, match=said):
        read_faq_page(path)


def test_other_broken_data_on_a_page_keeps_no_question_back(tmp_path: Path) -> None:
    page = '{"@type": "FAQPage", "mainEntity": {"@type": "Question", "name": "何時まで？", "acceptedAnswer": {"text": "7時"}}}'
    script = '<script type="application/ld+json">{}</script>'
    (tmp_path / "a.html").write_text(script.format("{broken") + script.format(page), encoding="utf-8")
    _, (question,) = read_faq_page(tmp_path / "a.html")
    assert (question.question, question.answer) == ("何時まで？", "7時")
    (tmp_path / "b.html").write_text(script.format("{broken"), encoding="utf-8")
    with pytest.raises(UploadError, match="JSON として読めません"):
        read_faq_page(tmp_path / "b.html")


def test_a_page_of_ours_is_valid_safe_in_a_script_and_comes_back(town: Database, tmp_path: Path) -> None:
    with town.writing() as session:
        session.get_one(Entry, (CODE, "goal")).answer = "5 < 6 & </script><script>alert(1)</script>\n二行目です。"
    with town.reading() as session:
        page = faq_page(session, CODE, DAY)
        assert faq_page(session, CODE, DAY, ["計画のあらまし"])["mainEntity"] == [
            one for one in page["mainEntity"] if one["name"] == "計画の目標は何ですか？"
        ]
    text = embeddable(page)
    assert "<" not in text
    assert json.loads(text) == page
    path = tmp_path / "a.html"
    path.write_text(f'<script type="application/ld+json">{text}</script>', encoding="utf-8")
    name, questions = read_faq_page(path)
    back = {one.question: one.answer for one in list_of_page(name, questions).rows}
    assert name == "小さい市のよくある質問"
    assert back["計画の目標は何ですか？"] == "5 < 6 & </script><script>alert(1)</script>\n二行目です。"
    assert back["住民票はコンビニで取れますか？"].endswith("必要なもの：マイナンバーカード")


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (dt.date(2026, 5, 31), "申請は令和8年6月1日からです。"),
        (dt.date(2026, 6, 1), "はい、令和8年9月30日まで申請できます。"),
        (dt.date(2026, 10, 1), "受付は令和8年9月30日で終わりました。"),
    ],
)
def test_the_page_tells_what_residents_are_told_on_the_day(town: Database, day: dt.date, told: str) -> None:
    with town.writing() as session:
        row = session.get_one(Entry, (CODE, "goal"))
        row.answer = "はい、{終了日}まで申請できます。"
        row.term = {
            "from": "2026-06-01",
            "until": "2026-09-30",
            "before": "申請は{開始日}からです。",
            "after": "受付は{終了日}で終わりました。",
        }
    with town.reading() as session:
        texts = {one["name"]: one["acceptedAnswer"]["text"] for one in faq_page(session, CODE, day)["mainEntity"]}
    assert texts["計画の目標は何ですか？"] == told


def test_what_a_notice_pauses_is_not_on_the_page(town: Database) -> None:
    with town.writing() as session:
        begin_notice(session, CODE, NewNotice({"ja": "大雨です。"}, hours=1, paused=("goal",)), "juki", now())
    with town.reading() as session:
        assert "計画の目標は何ですか？" not in embeddable(faq_page(session, CODE, DAY))


def test_the_page_shows_no_slot_and_no_question_twice(town: Database, tmp_path: Path) -> None:
    load_bundle(town, read_bundle(write_town(tmp_path / "again")), MOMENT, common_content())
    with town.writing() as session:
        session.get_one(Entry, (CODE, "goal")).question = "マイナンバーカードとは何ですか？"
        session.scalars(select(Term).where(Term.municipality_code == CODE)).first().term = "RPA"
    with town.reading() as session:
        page = faq_page(session, CODE, DAY)
    asked = [one["name"] for one in page["mainEntity"]]
    # A word that the plan itself explains is told in its own words, and no question of the page.
    assert "RPAとは何ですか？" not in asked
    texts = [one["acceptedAnswer"]["text"] for one in page["mainEntity"]]
    assert len(asked) > 40
    assert len(asked) == len(set(asked))
    assert not [text for text in texts if "{" in text]
    assert all("連絡先：" in text for text in texts if "下の連絡先" in text)


OTHER_MAKES = [
    pytest.param(
        (("No.", "更新日", "大分類", "中分類", "担当部署", "タイトル", "本文", "関連リンク"), ("1", "2026-04-01", "くらし", "ごみ", "環境課", "Ｑ２．粗大ごみは？", "<p>電話で<b>申し込み</b>ます。</p><ul><li>月曜</li></ul>", "https://example.jp")),
        FaqRow("シート「一覧」2行目", "粗大ごみは？", "電話で申し込みます。\n・月曜", "くらし › ごみ", "環境課", "https://example.jp"),
        id="another order, two levels, HTML, a question with its sign",
    ),
    pytest.param(
        (("公開", "ID", "回答（概要）", "回答（詳細）", "カテゴリ1", "カテゴリ2", "ご質問（標題）", "回答（英語）"), ("○", "7", "はい。", "窓口へどうぞ。", "子育て", "保育", "【質問】保育園に入れますか", "Yes")),
        FaqRow("シート「一覧」2行目", "保育園に入れますか", "はい。\n窓口へどうぞ。", "子育て › 保育"),
        id="an answer over two columns, another language beside it",
    ),
    pytest.param(
        (("質問番号", "ご質問", "ご回答", "所管", "備考"), ("1", "問1 A4の用紙で出せますか", "A.M.9時から出せます。", "税務課", "")),
        FaqRow("シート「一覧」2行目", "A4の用紙で出せますか", "A.M.9時から出せます。", "", "税務課"),
        id="a number for each question",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "expected"), OTHER_MAKES)
def test_lists_of_other_makes_are_read(rows: tuple[tuple[str, ...], ...], expected: FaqRow) -> None:
    (row,) = read_list(sheet(*rows), {}).rows
    assert row == expected


def test_several_columns_may_be_named_for_an_answer() -> None:
    rows = (("見出し", "要点", "くわしく"), ("プール", "月曜休み。", "祝日は開きます。"))
    found = read_list(sheet(*rows), {"question": "見出し", "answer": "B+くわしく"})
    assert found.rows[0].answer == "月曜休み。\n祝日は開きます。"
    assert found.mapping["answer"] == "B列「要点」・C列「くわしく」"


def test_three_thousand_rows_with_repeats_come_in_once(town: Database) -> None:
    questions = [
        (f"{number % 2500}番の集会所の休みはいつですか", f"{number % 2500}番は月曜です。") for number in range(3000)
    ]
    plan = take(town, a_list(*questions))
    assert (plan.count("added"), plan.count("left")) == (2500, 500)


def test_a_draft_that_staff_corrected_is_not_overwritten_by_its_list(town: Database) -> None:
    take(town, a_list(("プールの休みは？", "月曜です。")))
    with town.writing() as session:
        (draft,) = faq_drafts(session, CODE)
        draft.answer, draft.bundled_digest = "月曜と祝日です。", CORRECTED
    (change,) = take(town, a_list(("プールの休みは？", "火曜です。"))).changes
    assert (change.action, change.why) == ("left", "下書きを職員が表で直しているので、そのままにします")
