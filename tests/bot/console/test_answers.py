"""答え: found, written, sent for approval, sent back, approved, ended; and nothing of another 課."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from bot.console import forms
from knowledge.approvers import Approvers, approvers
from knowledge.calendar import now
from knowledge.db import Database
from knowledge.entry_versions import history, text_digest
from knowledge.models import (
    AuditLine,
    Department,
    Entry,
    EntryVersion,
    LoggedQuestion,
    Municipality,
    PlanSection,
    StaffAccount,
)
from knowledge.roles import Grant, Role
from tests.support.staff import HOST, ORIGIN, Colleague, add_colleague, check_page, signed_in, signed_in_as

CODE = "242047"
BASE = f"/staff/{CODE}/answers"
ENTRY = "online-procedures"


@pytest.fixture(scope="module")
def editor(office: Flask) -> Colleague:
    return signed_in(office, [Role.EDITOR], name="編集 花子")


@pytest.fixture(scope="module")
def approver(office: Flask) -> Colleague:
    return signed_in(office, [Role.APPROVER], name="承認 次郎")


class _Form(HTMLParser):
    """The fields of the writing form as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.inside = False
        self.area = self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self.inside = given.get("class") == "writing"
        elif not self.inside:
            return
        elif tag == "input" and (given.get("type") not in ("checkbox", "radio") or "checked" in given):
            self.fields.setdefault(name, given.get("value", ""))
        elif tag == "textarea":
            self.area, self.fields[name] = name, ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and ("selected" in given or self.select not in self.fields):
            self.fields[self.select] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self.area:
            self.fields[self.area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.area:
            self.fields[self.area] = self.fields[self.area].removeprefix("\n")
            self.area = ""
        elif tag == "form":
            self.inside = False


def form_of(page: str) -> dict[str, str]:
    form = _Form()
    form.feed(page)
    assert form.fields
    return {name: value for name, value in form.fields.items() if name not in (forms.FIELD, "")}


def opened(colleague: Colleague, entry_id: str | None = None) -> dict[str, str]:
    return form_of(colleague.get(f"{BASE}/{entry_id}/edit" if entry_id else f"/staff/{CODE}/new-answer").text)


def new_fields(**changes: str) -> dict[str, str]:
    return {
        "question": "図書館の本は予約できますか？",
        "answer": "図書館の本は、窓口で予約できます。",
        "kind": "計画の内容",
        "category": "その他",
        "source.plan": "dx-plan",
        "source.section": "計画全体",
        "checked_on": "令和8年4月1日",
        "audience": "public",
        "act": "save",
        **changes,
    }


@pytest.fixture(scope="module")
def plan_id(office: Flask) -> str:
    with office.extensions["kotae"].database.reading() as session:
        found = session.scalar(
            select(Entry.source_plan).where(Entry.municipality_code == CODE, Entry.entry_id == ENTRY)
        )
    assert found is not None
    return str(found)


def written(editor: Colleague, plan_id: str, **changes: str) -> str:
    """A new answer; its id."""
    response = editor.post(f"/staff/{CODE}/new-answer", new_fields(**{"source.plan": plan_id, **changes}))
    return str(response.location).rsplit("/", 1)[1]


def versions(database: Database, entry_id: str) -> list[EntryVersion]:
    with database.reading() as session:
        return history(session, CODE, entry_id)


def step(colleague: Colleague, entry_id: str, name: str, number: int, status: int = 303, **fields: str) -> Any:
    address = f"{BASE}/{entry_id}/steps/{name}"
    colleague.get(f"{address}?number={number}")
    return colleague.post(address, {"number": str(number), **fields}, status)


# --- Finding -----------------------------------------------------------------------------------------------------


def test_the_list_is_searched_as_residents_search(editor: Colleague) -> None:
    page = editor.get(f"{BASE}?words=ネットで申請できる手続き").text
    assert f"{BASE}/{ENTRY}" in page
    assert "近い順" in page
    assert "当てはまる答えはありません" in editor.get(f"{BASE}?state=ended").text


@pytest.mark.parametrize(
    "query",
    ["state=published", "state=requested", "expired=1", "unused=1", "low_rated=1", "blanks=1", "measure=1-1",
     "department=nothing", "words=住民票&unused=1&blanks=1", "page=99999", "state=nonsense&page=x"],
)  # fmt: skip
def test_every_filter_gives_a_page(editor: Colleague, query: str) -> None:
    assert "答え" in editor.get(f"{BASE}?{query}").text


def test_pages_follow_each_other(editor: Colleague) -> None:
    first, second = (editor.get(f"{BASE}?page={number}").text for number in (1, 2))
    links = [set(re.findall(rf'{BASE}/([a-z0-9-]+)"', page)) for page in (first, second)]
    assert len(links[0]) == 50
    assert not links[0] & links[1]


def test_an_answer_is_shown_with_all_that_is_known_of_it(editor: Colleague) -> None:
    page = editor.get(f"{BASE}/{ENTRY}").text
    for words in ("出典", "確認した日", "言い回し", "住民からの見え方", "fx-bubble", "履歴"):
        assert words in page
    editor.get(f"{BASE}/no-such-answer", 404)
    editor.get(f"{BASE}/{ENTRY}/history")


def test_of_another_department_nothing_is_seen_or_done(office: Flask, office_database: Database, plan_id: str) -> None:
    with office_database.reading() as session:
        rows = session.execute(
            select(Entry.department, Entry.entry_id).where(
                Entry.municipality_code == CODE, Entry.department.is_not(None), Entry.state == "published"
            )
        )
        owners: dict[str, str] = {}
        for department, entry_id in rows:
            owners.setdefault(str(department), entry_id)
    (own, mine), (other, theirs) = list(owners.items())[:2]
    limited = signed_in(office, [Role.EDITOR], department=own)
    limited.get(f"{BASE}/{mine}/edit")
    assert f"{BASE}/{theirs}" not in limited.get(BASE).text
    for path in ("", "/edit", "/history", "/compare", "/compare.xlsx", "/misguidance", "/steps/end?number=1"):
        limited.get(f"{BASE}/{theirs}{path}", 404)
    limited.post(f"{BASE}/{theirs}/edit", new_fields(based_on="1"), 404)
    limited.post(f"{BASE}/{theirs}/restore/1", {}, 404)
    limited.post(f"{BASE}/{theirs}/steps/end-urgently", {"number": "1", "reason": "x"}, 404)
    page = limited.post(f"/staff/{CODE}/new-answer", new_fields(**{"source.plan": plan_id, "department": other}), 422)
    assert "あなたの課を選んでください" in page.text
    viewer = signed_in(office, [Role.VIEWER])
    assert "書き直す" not in viewer.get(f"{BASE}/{theirs}").text


# --- Writing -----------------------------------------------------------------------------------------------------


def test_the_form_gives_back_what_it_was_given(editor: Colleague, office_database: Database) -> None:
    before = versions(office_database, ENTRY)[0]
    fields = opened(editor, ENTRY)
    editor.post(f"{BASE}/{ENTRY}/edit", {**fields, "act": "save"})
    after = versions(office_database, ENTRY)[0]
    assert after.number == before.number + 1
    assert after.content == before.content
    step(editor, ENTRY, "withdraw", after.number)


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(editor: Colleague, plan_id: str) -> None:
    given = new_fields(
        **{
            "source.plan": plan_id,
            "answer": "",
            "checked_on": "きのう",
            "publish_at": "いつか",
            "staff_note": "消えない",
        }
    )
    page = editor.post(f"/staff/{CODE}/new-answer", given, 422).text
    for name in ("checked_on", "publish_at"):
        assert f'href="#{name}"' in page
    assert "消えない" in page
    assert "図書館の本は予約できますか？" in page
    page = editor.post(f"/staff/{CODE}/new-answer", new_fields(**{"source.plan": plan_id, "answer": ""}), 422).text
    assert 'href="#answer"' in page
    kept = editor.get(f"/staff/{CODE}/new-answer").text
    assert "とってあります" in kept
    assert "図書館の本は予約できますか？" in editor.get(f"/staff/{CODE}/new-answer?kept=1").text
    editor.post(f"/staff/{CODE}/new-answer/discard")
    assert "とってあります" not in editor.get(f"/staff/{CODE}/new-answer").text


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        pytest.param({"checked_on": "2099-04-01"}, "checked_on", "まだ来ていない日", id="checked tomorrow"),
        pytest.param({"publish_at": "令和2年4月1日"}, "publish_at", "もう過ぎた日時", id="booked in the past"),
        pytest.param({"end_at": "令和2年4月1日"}, "end_at", "もう過ぎた日時", id="ended in the past"),
        pytest.param(
            {"publish_at": "2099-04-01 0:00", "valid_until": "2099-03-31"},
            "publish_at", "一度も住民に出ません", id="booked for after its last day",
        ),
        pytest.param({"publish_at": "2099-04-01", "end_at": "2099-03-31"}, "end_at", "より後の日時", id="ends first"),
        pytest.param({"phrasings": "あ" * 20_001}, "phrasings", "今は20,001字", id="more than a field takes"),
        pytest.param({"phrasings": f"一つ\n{'あ' * 81}"}, "phrasings", "2行目：長すぎます", id="one long wording"),
        pytest.param({"links.0.label": "市", "links.0.url": "www.city.jp"}, "links.0.url", "https://", id="no address"),
        pytest.param({"term.from": "2027-04-01"}, "term.from", "「受付の初日」と「受付前の文」は", id="half a term"),
    ],
)  # fmt: skip
def test_a_slip_is_told_at_its_field_in_the_words_of_the_form(
    editor: Colleague, plan_id: str, changes: dict[str, str], field: str, sentence: str
) -> None:
    page = editor.post(f"/staff/{CODE}/new-answer", new_fields(**{"source.plan": plan_id, **changes}), 422).text
    assert f'href="#{field}"' in page
    assert sentence in page
    editor.post(f"/staff/{CODE}/new-answer/discard")


def test_a_long_list_of_wordings_is_kept_whole(editor: Colleague, office_database: Database, plan_id: str) -> None:
    wordings = [f"言い回しの{number}番めで、ほかのどれとも違う{'長い' * 20}もの" for number in range(220)]
    entry_id = written(editor, plan_id, question="言い回しは全部残りますか？", phrasings="\n".join(wordings))
    assert versions(office_database, entry_id)[0].content["phrasings"] == wordings
    step(editor, entry_id, "withdraw", 1)


def test_a_booked_end_stays_when_what_is_live_is_mended(
    editor: Colleague, approver: Colleague, office_database: Database, plan_id: str
) -> None:
    entry_id = written(editor, plan_id, question="予約した終わりは残りますか？", end_at="令和81年3月31日 24:00")
    step(editor, entry_id, "request", 1)
    page = approver.get(f"{BASE}/{entry_id}/steps/approve?number=1").text
    assert 'value="2099-04-01 00:00"' in page
    assert "24:00 のように" in page
    assert "もう過ぎた日時" in step(approver, entry_id, "approve", 1, 422, end_at="2020-04-01").text
    step(approver, entry_id, "approve", 1, end_at="2099-04-01", publish_at="2098-04-01")
    assert "2099年4月1日 0:00に公開を終えます" in approver.get(f"{BASE}/{entry_id}").text.replace("令和81年", "2099年")
    step(editor, entry_id, "publish-urgently", 1)
    fields = opened(editor, entry_id)
    assert (fields["publish_at"], fields["end_at"]) == ("", "2099-04-01 00:00")
    editor.post(f"{BASE}/{entry_id}/edit", {**fields, "answer": "窓口と電話で予約できます。", "act": "save"})
    assert versions(office_database, entry_id)[0].end_at is not None
    step(editor, entry_id, "end-urgently", 1, reason="試験")


def test_whoever_writes_is_led_to_the_text_of_the_plan_where_it_is_lacking(editor: Colleague, plan_id: str) -> None:
    given = new_fields(**{"source.plan": plan_id, "source.section": "第1章 図書館", "act": "check"})
    page = editor.post(f"/staff/{CODE}/new-answer", given, 200).text
    assert "照らし合わせはできません" in page
    assert f'href="/staff/{CODE}/plans/{plan_id}/check"' in page
    text = "第1章 図書館\n本を10冊まで借りられます。\n"
    file = {"file": (io.BytesIO(text.encode()), "計画.txt")}
    editor.post(f"/staff/{CODE}/plans/{plan_id}/text", file, content_type="multipart/form-data")
    given["answer"] = "図書館の本は、20冊まで借りられます。"
    page = editor.post(f"/staff/{CODE}/new-answer", given, 200).text
    assert "「20」が出典の節にありません" in page
    editor.post(f"/staff/{CODE}/plans/{plan_id}/text/remove")
    editor.post(f"/staff/{CODE}/new-answer/discard")


def test_beside_the_text_stands_what_is_worth_a_look(
    editor: Colleague, office_database: Database, plan_id: str
) -> None:
    with office_database.writing() as session:
        session.add(
            PlanSection(
                municipality_code=CODE, plan_id=plan_id, section_id="s1", number=1, path=["第1章 図書館"],
                text="本を10冊まで借りられます。", updated_at=now(),
            )
        )  # fmt: skip
    fields = new_fields(
        **{
            "source.plan": plan_id,
            "source.section": "第1章 図書館",
            "question": "オンラインで申請できる手続きは何？",
            "answer": "本は12冊まで借りられます。電話番号を送ってください。" + "とても" * 25 + "長い文です。",
            "phrasings": "",
            "translations.easy.title": "本",
            "translations.easy.answer": "本は 12冊 かります。申請 してください。",
            "act": "check",
        }
    )
    page = editor.post(f"/staff/{CODE}/new-answer", fields, 200).text
    assert "「12」が出典の節にありません" in page
    assert "に似ています" in page
    assert "一文が" in page
    assert "申し込む" in page
    assert "個人情報" in page
    assert "ふりがなが" in page
    assert page.count("fx-bubble") >= 2
    assert "まだ保存していません" in page
    editor.post(f"/staff/{CODE}/new-answer/discard")
    with office_database.writing() as session:
        session.delete(session.get_one(PlanSection, (CODE, plan_id, "s1")))


def test_a_draft_of_another_department_is_not_named_as_alike(
    office: Flask, editor: Colleague, office_database: Database, plan_id: str
) -> None:
    with office_database.reading() as session:
        mine, others = session.scalars(
            select(Department.entry_id).where(Department.municipality_code == CODE, Department.state == "published")
        ).all()[:2]
        published = session.get_one(Entry, (CODE, ENTRY)).question
    draft = written(
        editor, plan_id, question="未公開の温泉券は、いくらで買えますか？", phrasings="温泉券の値段", department=others
    )
    writer = signed_in(office, [Role.EDITOR], department=mine)
    given = {"source.plan": plan_id, "department": mine, "act": "check"}
    like = new_fields(question="未公開の温泉券は、いくらで買えますか", phrasings=published.rstrip("か？"), **given)
    like["question"] = "未公開の温泉券はいくらで買えるか？"
    page = writer.post(f"/staff/{CODE}/new-answer", like, 200).text
    assert "いくらで買えますか" not in page
    assert f"「{published}」に似ています" in re.sub("<[^>]+>", "", page)
    assert f"/answers/{ENTRY}" not in page
    whole = editor.post(f"/staff/{CODE}/new-answer", like, 200).text
    assert f'/answers/{draft}">「未公開の温泉券は、いくらで買えますか？」' in whole
    same = {**like, "question": "ほかの質問です", "phrasings": "温泉券の値段"}
    refused = writer.post(f"/staff/{CODE}/new-answer", {**same, "act": "save"}, 422).text
    assert "「温泉券の値段」は、ほかの課がまだ公開していない答えにもあります" in refused
    assert draft not in refused
    assert "未公開の温泉券" not in refused
    assert "「未公開の温泉券は、いくらで買えますか？」" in editor.post(f"/staff/{CODE}/new-answer", same, 422).text
    editor.post(f"/staff/{CODE}/new-answer/discard")
    step(editor, draft, "withdraw", 1)


def test_a_link_without_encryption_is_warned_of_and_taken(
    editor: Colleague, office_database: Database, plan_id: str
) -> None:
    link = {"links.0.label": "市の案内", "links.0.url": "http://www.example.jp/annai"}
    given = new_fields(question="暗号のないリンクは書けますか？", **{"source.plan": plan_id}, **link)
    warning = "「http://www.example.jp/annai」は http:// から始まるリンクです"
    assert warning in editor.post(f"/staff/{CODE}/new-answer", {**given, "act": "check"}, 200).text
    assert warning in editor.post(f"/staff/{CODE}/new-answer/keep", given, 200, check=False).text
    entry_id = written(editor, plan_id, **given)
    assert warning in editor.get(f"{BASE}/{entry_id}").text
    assert versions(office_database, entry_id)[0].content["links"][0]["url"] == link["links.0.url"]
    safe = {**opened(editor, entry_id), "links.0.url": "https://www.example.jp/annai", "act": "check"}
    assert "http:// から始まる" not in editor.post(f"{BASE}/{entry_id}/edit", safe, 200).text
    editor.post(f"{BASE}/{entry_id}/discard")
    step(editor, entry_id, "withdraw", 1)


def test_two_who_write_at_once_are_told_with_both_texts(
    office: Flask, editor: Colleague, office_database: Database, plan_id: str
) -> None:
    entry_id = written(editor, plan_id, question="二人で直す答えですか？")
    other = signed_in(office, [Role.EDITOR], name="窓口 三郎")
    mine, theirs = opened(editor, entry_id), opened(other, entry_id)
    other.post(f"{BASE}/{entry_id}/edit", {**theirs, "answer": "三郎の答えです。", "act": "save"})
    response = editor.post(f"{BASE}/{entry_id}/edit", {**mine, "answer": "花子の答えです。", "act": "save"}, 409)
    check_page(response.text)
    assert "窓口 三郎" in response.text
    assert "三郎" in response.text
    assert "花子の答えです。" in response.text
    again = form_of(response.text)
    assert again["based_on"] == "2"
    editor.post(f"{BASE}/{entry_id}/edit", {**again, "act": "save"})
    assert [one.content["answer"] for one in versions(office_database, entry_id)][:2] == [
        "花子の答えです。",
        "三郎の答えです。",
    ]


def test_a_new_answer_shows_nothing_of_another_departments_draft_with_the_same_question(
    office: Flask, office_database: Database, plan_id: str
) -> None:
    with office_database.reading() as session:
        own, other = list(
            session.scalars(
                select(Department.entry_id).where(Department.municipality_code == CODE).order_by(Department.entry_id)
            )
        )[:2]
    fields = new_fields(**{"source.plan": plan_id, "question": "二つの課が同じことを書きますか？"})
    theirs = {**fields, "department": other, "answer": "まだ見せない文です。"}
    signed_in(office, [Role.EDITOR], department=other).post(f"/staff/{CODE}/new-answer", theirs)
    limited = signed_in(office, [Role.EDITOR], department=own)
    page = limited.post(f"/staff/{CODE}/new-answer", {**fields, "department": own}, 422).text
    assert "まだ見せない文です。" not in page
    assert "にもあります。どちらか一方にしてください" in page


def test_an_old_text_whose_department_is_gone_is_mended_in_the_form(
    editor: Colleague, office_database: Database, plan_id: str
) -> None:
    entry_id = written(editor, plan_id, question="なくなった課の古い版ですか？", answer="はじめの文です。")
    editor.post(f"{BASE}/{entry_id}/edit", {**opened(editor, entry_id), "answer": "次の文です。", "act": "save"})
    with office_database.writing() as session:
        old = session.get_one(EntryVersion, (CODE, entry_id, 1))
        old.content = {**old.content, "department": "dep-long-gone", "measure": "9-9"}
    page = editor.post(f"{BASE}/{entry_id}/restore/1", {}, 422).text
    assert "いまある課を選んで" in page
    address = f"{BASE}/{entry_id}/edit?from=1"
    assert address in page
    fields = form_of(editor.get(address).text)
    assert (fields["answer"], fields["based_on"]) == ("はじめの文です。", "2")
    assert "いまある課を選んで" in editor.post(f"{BASE}/{entry_id}/edit", {**fields, "act": "save"}, 422).text
    editor.post(f"{BASE}/{entry_id}/edit", {**fields, "department": "", "measure": "", "act": "save"})
    assert versions(office_database, entry_id)[0].content["answer"] == "はじめの文です。"
    editor.get(f"{BASE}/{entry_id}/edit?from=99", 404)
    step(editor, entry_id, "withdraw", 3)


def test_an_old_text_whose_plan_is_gone_is_mended_in_the_form(
    editor: Colleague, office_database: Database, plan_id: str
) -> None:
    entry_id = written(editor, plan_id, question="なくなった計画書の古い版ですか？", answer="はじめの文です。")
    editor.post(f"{BASE}/{entry_id}/edit", {**opened(editor, entry_id), "answer": "次の文です。", "act": "save"})
    with office_database.writing() as session:
        old = session.get_one(EntryVersion, (CODE, entry_id, 1))
        old.content = {**old.content, "source": {**old.content["source"], "plan": "plan-long-gone"}}
    # Looking at it and comparing with it still work.
    editor.get(f"{BASE}/{entry_id}/history?old=1&new=2")
    refused = editor.post(f"{BASE}/{entry_id}/restore/1", {}, 422).text
    assert "この計画書はありません。一覧から選んでください" in refused
    address = f"{BASE}/{entry_id}/edit?from=1"
    assert address in refused
    fields = form_of(editor.get(address).text)
    assert (fields["answer"], fields["source.plan"], fields["based_on"]) == ("はじめの文です。", "plan-long-gone", "2")
    again = editor.post(f"{BASE}/{entry_id}/edit", {**fields, "act": "save"}, 422).text
    assert 'href="#source.plan"' in again
    assert "plan-long-gone（いまはない計画書）" in again
    editor.post(f"{BASE}/{entry_id}/edit", {**fields, "source.plan": plan_id, "act": "save"})
    assert versions(office_database, entry_id)[0].content["answer"] == "はじめの文です。"
    step(editor, entry_id, "withdraw", 3)


def test_what_was_given_up_is_found_again_and_its_question_may_be_written_anew(
    editor: Colleague, office_database: Database, plan_id: str
) -> None:
    question = "取り下げた質問はどこにありますか？"
    entry_id = written(editor, plan_id, question=question)
    step(editor, entry_id, "withdraw", 1)
    assert entry_id not in editor.get(BASE).text
    assert entry_id in editor.get(f"{BASE}?state=deleted").text
    another = written(editor, plan_id, question=question)
    assert another != entry_id
    step(editor, another, "withdraw", 1)
    editor.post(f"{BASE}/{entry_id}/restore/1")
    assert f"{BASE}/{entry_id}" in editor.get(f"{BASE}?state=draft").text
    step(editor, entry_id, "request", 2)
    assert f"{BASE}/{entry_id}" in editor.get(f"{BASE}?state=requested").text
    step(editor, entry_id, "withdraw", 2)
    assert entry_id not in editor.get(BASE).text


def test_what_is_typed_is_kept_and_shown_as_residents_would_see_it(editor: Colleague, plan_id: str) -> None:
    fields = new_fields(**{"source.plan": plan_id, "answer": "書いている途中の文です。"})
    response = editor.client.post(
        f"/staff/{CODE}/new-answer/keep",
        data={**fields, forms.FIELD: forms.token_for(editor.secret_key, editor.session_id)},
        headers={"Host": HOST, "Origin": ORIGIN},
    )
    assert response.status_code == 200
    assert "書いている途中の文です。" in response.text
    assert "とっておきました" in response.text
    assert "書いている途中の文です。" in editor.get(f"/staff/{CODE}/new-answer?kept=1").text
    editor.post(f"/staff/{CODE}/new-answer/discard")


@pytest.mark.parametrize(
    ("changes", "gap"),
    [
        pytest.param({"links.0.label": "申込み"}, "「リンク1のURL」：空です", id="a link without its address"),
        pytest.param({"links.0.url": "example"}, "「リンク1の名前」：空です", id="an address without its name"),
        pytest.param({"facets.fee": "300円"}, "種類「手続き」", id="a facet of what is no procedure"),
        pytest.param(
            {"kind": "手続き", "facets.fee": "あ" * 99}, "「手数料」：長すぎます", id="a facet that is too long"
        ),
        pytest.param({"translations.en.title": "Books?"}, "「英語の答え」：空です", id="half a translation"),
        pytest.param(
            {"translations.en.title": "Books?", "translations.en.answer": "Within 5 days."},
            "英語の訳",
            id="a figure more",
        ),
        pytest.param({"phrasings": f"本\n{'あ' * 99}"}, "2行目：長すぎます", id="a wording that is too long"),
        pytest.param({"phrasings": "本\n本"}, "同じ言い回し", id="a wording twice"),
        pytest.param({"term.from": "2027-04-01"}, "「受付前の文」", id="half a term"),
        pytest.param({"valid_from": "2027-04-01", "valid_until": "2027-03-01"}, "「公開を始める日」", id="days"),
        pytest.param({"recheck_on": "来年"}, "「再確認日」", id="no day"),
    ],
)
def test_what_is_half_written_is_named_and_the_rest_is_shown(
    editor: Colleague, plan_id: str, changes: dict[str, str], gap: str
) -> None:
    fields = new_fields(**{"source.plan": plan_id, "answer": "途中でも見える文です。", **changes})
    page = editor.post(f"/staff/{CODE}/new-answer/keep", fields, 200, check=False).text
    assert gap in page
    assert "途中でも見える文です。" in page
    assert "fx-bubble" in page
    editor.post(f"/staff/{CODE}/new-answer/discard")


def test_every_language_and_each_side_of_a_term_is_shown(editor: Colleague, plan_id: str) -> None:
    fields = new_fields(
        **{
            "source.plan": plan_id,
            "answer": "受付中です。3日かかります。",
            "term.from": "2030-04-01",
            "term.until": "2030-04-30",
            "term.before": "受付は4月1日に始まります。",
            "term.after": "受付は4月30日に終わりました。",
            "translations.vi.title": "Mất bao lâu?",
            "translations.vi.answer": "Mất 3 ngày.",
            "translations.vi.before": "Bắt đầu ngày 1 tháng 4.",
            "translations.vi.after": "Đã kết thúc ngày 30 tháng 4.",
        }
    )
    page = editor.post(f"/staff/{CODE}/new-answer/keep", fields, 200, check=False).text
    for words in (
        "日本語（受付前）",
        "日本語（受付中）",
        "日本語（終了後）",
        "ベトナム語（いまは、この言葉で返事をしない設定です）",
    ):
        assert f"<h3>{words}</h3>" in page
    for words in ("4月1日に始まります", "受付中です。3日かかります。", "4月30日に終わりました", "tháng 4"):
        assert words in page
    editor.post(f"/staff/{CODE}/new-answer/discard")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"audience": "staff"}, "「職員のみ」なので、住民には出ません"),
        ({"valid_until": "2020-01-01"}, "「公開を終える日」を過ぎている"),
        ({"valid_from": "2090-04-01"}, "「公開を始める日」の"),
    ],
)
def test_what_residents_would_not_see_all_the_same_is_said(
    editor: Colleague, plan_id: str, changes: dict[str, str], sentence: str
) -> None:
    fields = new_fields(**{"source.plan": plan_id, **changes})
    assert sentence in editor.post(f"/staff/{CODE}/new-answer/keep", fields, 200, check=False).text
    assert sentence in editor.post(f"/staff/{CODE}/new-answer", {**fields, "act": "check"}, 200).text
    editor.post(f"/staff/{CODE}/new-answer/discard")


def test_how_plainly_a_text_speaks_is_told_while_it_is_written(editor: Colleague, plan_id: str) -> None:
    fields = new_fields(
        **{
            "source.plan": plan_id,
            "answer": "とても" * 25 + "長い文です。",
            "translations.easy.title": "本",
            "translations.easy.answer": "図書館に あります。",
        }
    )
    page = editor.post(f"/staff/{CODE}/new-answer/keep", fields, 200, check=False).text
    assert "一文が81字です" in page
    assert "「図書館」：ふりがながありません" in page
    editor.post(f"/staff/{CODE}/new-answer/discard")


def test_what_is_missing_before_anything_can_be_shown_is_named(editor: Colleague) -> None:
    page = editor.post(f"/staff/{CODE}/new-answer/keep", new_fields(**{"source.plan": ""}), 200, check=False).text
    assert "「出典の計画書」：空です" in page
    assert "fx-bubble" not in page
    editor.post(f"/staff/{CODE}/new-answer/discard")


def test_a_second_text_takes_the_place_of_none_that_was_typed_before(office: Flask, plan_id: str) -> None:
    writer = signed_in(office, [Role.EDITOR])
    first = {**opened(writer), "question": "先に書きかけた質問ですか？", "answer": "先の文"}
    writer.post(f"/staff/{CODE}/new-answer/keep", first, 200, check=False)
    second = {**opened(writer), "question": "あとから書いた質問ですか？", "answer": "あとの文", "source.plan": plan_id}
    writer.post(f"/staff/{CODE}/new-answer/keep", second, 200, check=False)
    page = writer.get(f"/staff/{CODE}/new-answer").text
    assert "先に書きかけた質問ですか？" in page
    assert "あとから書いた質問ですか？" in page
    writer.post(f"/staff/{CODE}/new-answer", {**second, "source.section": "計画全体", "act": "save"})
    page = writer.get(f"/staff/{CODE}/").text
    assert "先に書きかけた質問ですか？" in page
    assert "あとから書いた質問ですか？" not in page
    address = re.search(r'href="(/staff/[^"]*kept=1&amp;slot=\d+)"', page)
    assert address is not None
    again = form_of(writer.get(address[1].replace("&amp;", "&")).text)
    assert (again["answer"], again["slot"]) == ("先の文", first["slot"])
    writer.post(f"/staff/{CODE}/new-answer/discard", {"slot": again["slot"]})
    assert "とってあります" not in writer.get(f"/staff/{CODE}/new-answer").text


def test_whoever_opens_the_form_is_told_who_writes_there_already(
    office: Flask, editor: Colleague, plan_id: str
) -> None:
    entry_id = written(editor, plan_id, question="いま二人で書いている答えですか？")
    other = signed_in(office, [Role.EDITOR], name="窓口 四郎")
    theirs = {**opened(other, entry_id), "answer": "途中"}
    other.post(f"{BASE}/{entry_id}/keep", theirs, 200, check=False)
    assert "窓口 四郎さん" in editor.get(f"{BASE}/{entry_id}/edit").text
    mine = {**opened(editor, entry_id), "answer": "こちらも途中"}
    assert "窓口 四郎さん" in editor.post(f"{BASE}/{entry_id}/keep", mine, 200, check=False).text
    other.post(f"{BASE}/{entry_id}/discard", {"slot": theirs["slot"]})
    assert "窓口 四郎さん" not in editor.get(f"{BASE}/{entry_id}/edit").text
    assert "編集 花子さんの下書き（第1版）の続き" in other.get(f"{BASE}/{entry_id}/edit").text
    editor.post(f"{BASE}/{entry_id}/discard", {"slot": mine["slot"]})
    step(editor, entry_id, "withdraw", 1)


def test_the_form_tells_what_became_of_the_version_that_is_written_on(
    editor: Colleague, approver: Colleague, plan_id: str
) -> None:
    entry_id = written(editor, plan_id, question="差し戻しの理由は書く画面に出ますか？")
    step(editor, entry_id, "request", 1)
    assert "その依頼は取り消され" in editor.get(f"{BASE}/{entry_id}/edit").text
    step(approver, entry_id, "return", 1, reason="場所を書いてください")
    page = editor.get(f"{BASE}/{entry_id}/edit").text
    assert "差し戻されています" in page
    assert "場所を書いてください" in page
    step(editor, entry_id, "request", 1)
    step(approver, entry_id, "approve", 1, publish_at="2090-04-01")
    assert "予約はそのまま残ります" in editor.get(f"{BASE}/{entry_id}/edit").text
    step(editor, entry_id, "withdraw", 1)


# --- Deciding ----------------------------------------------------------------------------------------------------


def test_the_whole_way_of_an_answer(
    editor: Colleague, approver: Colleague, office_database: Database, plan_id: str
) -> None:
    entry_id = written(editor, plan_id, question="駅前の自転車置き場はどこですか？")
    assert ">承認</a>" not in approver.get(f"{BASE}/{entry_id}").text
    step(editor, entry_id, "request", 1)
    page = step(editor, entry_id, "approve", 1, 422).text
    assert "権限が要ります" in page
    page = step(approver, entry_id, "return", 1, 422).text
    assert 'href="#reason"' in page
    step(approver, entry_id, "return", 1, reason="場所がありません")
    assert "場所がありません" in editor.get(f"{BASE}/{entry_id}").text
    editor.post(
        f"{BASE}/{entry_id}/edit", {**opened(editor, entry_id), "answer": "駅の南口にあります。", "act": "save"}
    )
    step(editor, entry_id, "request", 2)
    step(approver, entry_id, "approve", 2, document_number="情第12号", decided_on="令和8年11月20日")
    newest = versions(office_database, entry_id)[0]
    assert (newest.state, newest.document_number, newest.decided_name) == ("published", "情第12号", "承認 次郎")
    step(approver, entry_id, "end", 2, reason="置き場がなくなったため")
    assert versions(office_database, entry_id)[0].state == "ended"
    editor.post(f"{BASE}/{entry_id}/restore/2")
    assert versions(office_database, entry_id)[0].content["answer"] == "駅の南口にあります。"
    with office_database.reading() as session:
        acts = session.scalars(select(AuditLine.action).where(AuditLine.subject == entry_id).order_by(AuditLine.number))
        assert list(acts) == [
            "answer_saved", "answer_requested", "answer_returned", "answer_saved", "answer_requested",
            "answer_approved", "answer_ended", "answer_restored",
        ]  # fmt: skip


def test_a_new_answer_is_read_whole_before_it_is_approved(editor: Colleague, approver: Colleague, plan_id: str) -> None:
    entry_id = written(
        editor,
        plan_id,
        **{
            "question": "承認の前に全部読めますか？",
            "answer": "はい、5冊まで読めます。",
            "phrasings": "ぜんぶ読みたい",
            "staff_note": "館長に確かめた",
            "translations.vi.title": "Tôi có thể đọc hết không?",
            "translations.vi.answer": "Có, tối đa 5 quyển.",
            "links.0.label": "案内",
            "links.0.url": "https://www.example.jp/read",
            "translations.en.title": "Can I read all of it?",
            "translations.en.answer": "Yes, up to 5 books.",
        },
    )
    step(editor, entry_id, "request", 1)
    page = approver.get(f"{BASE}/{entry_id}/steps/approve?number=1").text
    for words in (
        "ぜんぶ読みたい",
        "https://www.example.jp/read",
        "Yes, up to 5 books.",
        "Có, tối đa 5 quyển.",
        "館長に確かめた",
        "計画全体",
        "fx-bubble",
    ):
        assert words in page
    back = f"{BASE}/{entry_id}/steps/return?number=1"
    assert back in page
    approver.get(back)
    step(editor, entry_id, "withdraw", 1)


def test_the_log_holds_the_marks_of_the_text_before_and_after(
    editor: Colleague, approver: Colleague, office_database: Database, plan_id: str
) -> None:
    entry_id = written(editor, plan_id, question="記録に文の印は残りますか？")
    step(editor, entry_id, "request", 1)
    step(approver, entry_id, "approve", 1)
    editor.post(f"{BASE}/{entry_id}/edit", {**opened(editor, entry_id), "answer": "はい、残ります。", "act": "save"})
    step(editor, entry_id, "publish-urgently", 2)
    step(approver, entry_id, "end", 2, reason="試験")
    first, second = (text_digest(one) for one in reversed(versions(office_database, entry_id)[1:]))
    assert first != second
    with office_database.reading() as session:
        lines = session.scalars(select(AuditLine).where(AuditLine.subject == entry_id).order_by(AuditLine.number))
        marks = {line.action: (line.details["old"], line.details["new"]) for line in lines if "new" in line.details}
    assert marks == {
        "answer_saved": (first, second),
        "answer_approved": (None, first),
        "answer_published_urgently": (first, second),
        "answer_ended": (second, None),
    }


def test_nobody_approves_their_own_unless_the_municipality_says_so(
    approver: Colleague, office_database: Database, plan_id: str
) -> None:
    entry_id = written(approver, plan_id, question="自分で承認する答えですか？")
    step(approver, entry_id, "request", 1)
    assert "自分が書いた" in step(approver, entry_id, "approve", 1, 422).text
    with office_database.writing() as session:
        session.get_one(Municipality, CODE).separate_approver = False
    step(approver, entry_id, "approve", 1)
    with office_database.writing() as session:
        session.get_one(Municipality, CODE).separate_approver = True


def test_a_reason_of_many_lines_is_kept_to_its_last_letter(
    editor: Colleague, approver: Colleague, office_database: Database, plan_id: str
) -> None:
    entry_id = written(editor, plan_id, question="理由は最後の字まで残りますか？")
    step(editor, entry_id, "request", 1)
    lines = [f"{number}つ目の直すところです" for number in range(1, 70)]
    reason = "\n".join(lines)[:990] + "\n終わりの字"
    assert len(reason) <= 1000
    # As a browser sends it.
    step(approver, entry_id, "return", 1, reason=reason.replace("\n", "\r\n"))
    assert versions(office_database, entry_id)[0].reason == reason
    step(editor, entry_id, "withdraw", 1)


def test_a_version_for_staff_alone_is_not_said_to_reach_residents(
    editor: Colleague, approver: Colleague, plan_id: str
) -> None:
    entry_id = written(editor, plan_id, question="職員だけが使う答えですか？", audience="staff")
    asked = editor.get(f"{BASE}/{entry_id}/steps/request?number=1").text
    assert "この版は「職員のみ」です。職員だけが「ためしに聞く」で使えます。住民には出ません。" in asked
    assert "住民に出ます" not in asked
    step(editor, entry_id, "request", 1)
    step(approver, entry_id, "approve", 1)
    assert "いま「職員のみ」の答えになりました。" in approver.get(f"{BASE}/{entry_id}").text
    editor.post(f"{BASE}/{entry_id}/edit", {**opened(editor, entry_id), "audience": "public", "act": "save"})
    step(editor, entry_id, "request", 2)
    assert "すぐに住民に出ます" in approver.get(f"{BASE}/{entry_id}/steps/approve?number=2").text
    step(approver, entry_id, "approve", 2)
    editor.post(f"{BASE}/{entry_id}/edit", {**opened(editor, entry_id), "audience": "staff", "act": "save"})
    step(editor, entry_id, "request", 3)
    page = approver.get(f"{BASE}/{entry_id}/steps/approve?number=3").text
    assert "いま住民に出ている文は、出なくなります。" in page
    assert "すぐに住民に出ます" not in page
    step(approver, entry_id, "end", 2, reason="試験")


def test_a_version_is_booked_in_the_time_of_japan(
    editor: Colleague, approver: Colleague, office_database: Database, plan_id: str
) -> None:
    planned = {"publish_at": "令和72年4月1日", "end_at": "2090-05-01 17:15"}
    entry_id = written(editor, plan_id, question="予約して公開する答えですか？", **planned)
    assert "<dd>令和72年4月1日 0:00（公開予約）</dd>" in editor.get(f"{BASE}/{entry_id}/steps/request?number=1").text
    step(editor, entry_id, "request", 1)
    page = approver.get(f"{BASE}/{entry_id}").text
    assert "承認されると、令和72年4月1日 0:00に公開されます。令和72年5月1日 17:15に公開を終える予定です。" in page
    assert "過ぎた日時" in step(approver, entry_id, "approve", 1, 422, publish_at="2020-01-01 9:00").text
    assert "後の日時" in step(
        approver, entry_id, "approve", 1, 422, publish_at="2090-04-01 9:00", end_at="2090-03-01"
    ).text  # fmt: skip
    step(approver, entry_id, "approve", 1, publish_at="令和72年4月1日 0時", end_at="2090-05-01 17:15")
    booked = versions(office_database, entry_id)[0]
    assert booked.state == "approved"
    assert booked.publish_at is not None
    assert booked.publish_at.isoformat() == "2090-03-31T15:00:00+00:00"
    page = editor.get(f"{BASE}/{entry_id}").text
    assert "公開予約" in page
    assert "承認されると" not in page
    assert "令和72年4月1日 0:00（日本時間）に公開します。" in approver.get(f"{BASE}/{entry_id}").text
    step(approver, entry_id, "return", 1, reason="取りやめます")


def test_what_is_urgent_goes_out_first_and_is_judged_afterwards(
    editor: Colleague, approver: Colleague, office_database: Database, plan_id: str
) -> None:
    entry_id = written(editor, plan_id, question="急いで公開する答えですか？")
    step(editor, entry_id, "publish-urgently", 1)
    assert "事後承認待ち" in approver.get(f"{BASE}/{entry_id}").text
    step(editor, entry_id, "confirm", 1, 422)
    step(approver, entry_id, "confirm", 1)
    assert versions(office_database, entry_id)[0].confirmation == "given"


def test_whoever_sent_back_or_withdrew_is_not_said_to_have_approved(
    editor: Colleague, approver: Colleague, plan_id: str
) -> None:
    entry_id = written(editor, plan_id, question="だれが承認した答えですか？")
    step(editor, entry_id, "request", 1)
    step(approver, entry_id, "return", 1, reason="時間がありません")
    page = editor.get(f"{BASE}/{entry_id}").text
    assert "差し戻した人" in page
    assert "承認した人" not in page
    editor.post(f"{BASE}/{entry_id}/edit", {**opened(editor, entry_id), "answer": "朝9時からです。", "act": "save"})
    assert "承認 次郎" not in editor.get(f"{BASE}/{entry_id}/compare?old=2&new=1").text
    step(editor, entry_id, "request", 2)
    step(approver, entry_id, "approve", 2, publish_at="2090-04-01")
    page = editor.get(f"{BASE}/{entry_id}/compare?old=1&new=2").text
    assert "承認した人</dt><dd>承認 次郎" in page
    assert "4月1日 00:00に公開予約" in page
    step(editor, entry_id, "withdraw", 2)
    page = editor.get(f"{BASE}/{entry_id}").text
    assert "取り下げた人</dt><dd>編集 花子" in page
    assert "承認した人" not in page
    assert "誤案内を記録する" not in page


def test_what_was_urgent_and_refused_says_so_until_it_is_written_anew(
    editor: Colleague, approver: Colleague, plan_id: str
) -> None:
    entry_id = written(editor, plan_id, question="急いで出して、認められない答えですか？")
    step(editor, entry_id, "request", 1)
    step(approver, entry_id, "return", 1, reason="まだです")
    step(editor, entry_id, "publish-urgently", 1)
    assert "承認した人" not in editor.get(f"{BASE}/{entry_id}").text
    step(approver, entry_id, "refuse", 1, reason="営業していました")
    page = editor.get(f"{BASE}/{entry_id}").text
    assert "認められませんでした" in page
    assert "営業していました" in page
    assert "不承認にした人：承認 次郎" in editor.get(f"{BASE}/{entry_id}/history").text
    editor.post(f"{BASE}/{entry_id}/edit", {**opened(editor, entry_id), "answer": "営業しています。", "act": "save"})
    assert "認められませんでした" not in editor.get(f"{BASE}/{entry_id}").text


def test_whoever_asks_for_approval_reads_who_can_give_it(
    office: Flask, editor: Colleague, approver: Colleague, office_database: Database, plan_id: str
) -> None:
    with office_database.reading() as session:
        wanted = select(Department.entry_id).where(Department.municipality_code == CODE).order_by(Department.entry_id)
        own, other = list(session.scalars(wanted))[:2]
    signed_in(office, [Role.APPROVER], department=own, name="課長 五郎")
    signed_in(office, [Role.APPROVER], department=other, name="別課 六郎")
    grants = [Grant(Role.VIEWER, CODE), Grant(Role.APPROVER, CODE, other)]
    add_colleague(office_database, grants, name="代理 七郎")
    entry_id = written(editor, plan_id, question="だれが承認できますか？", department=own)
    page = editor.get(f"{BASE}/{entry_id}/steps/request?number=1").text
    assert "課長 五郎" in page
    assert "別課 六郎" not in page
    with office_database.reading() as session:
        today = now()
        but = {str(one) for one in session.scalars(select(StaffAccount.id))}
        people = approvers(session, CODE, own, today)
        assert {"課長 五郎", "承認 次郎"} <= set(people.own)
        assert "代理 七郎" in people.deputies
        assert "別課 六郎" not in people.deputies
        assert approvers(session, CODE, own, today, but) == Approvers((), ())
    mine = written(approver, plan_id, question="自分のほかにだれが承認できますか？", department=own)
    asked = approver.get(f"{BASE}/{mine}/steps/request?number=1").text.split("承認できる人：")[1].split("</p>")[0]
    assert "承認 次郎" not in asked
    for one in (entry_id, mine):
        step(editor, one, "withdraw", 1)


def test_an_approver_of_another_department_approves_as_a_deputy(
    office: Flask, editor: Colleague, office_database: Database, plan_id: str
) -> None:
    with office_database.reading() as session:
        departments = session.scalars(
            select(Department.entry_id).where(Department.municipality_code == CODE, Department.state == "published")
        ).all()
    entry_id = written(editor, plan_id, question="代理で承認する答えですか？", department=departments[0])
    step(editor, entry_id, "request", 1)
    own = signed_in(office, [Role.APPROVER], department=departments[0], name="自課 四郎")
    assert "steps/approve" in own.get(f"{BASE}/{entry_id}").text
    grants = [Grant(Role.APPROVER, CODE, departments[1]), Grant(Role.VIEWER, CODE)]
    account_id, login = add_colleague(office_database, grants, name="他課 五郎")
    deputy = signed_in_as(office, account_id, login)
    page = deputy.get(f"{BASE}/{entry_id}").text
    assert "steps/deputise" in page
    assert "steps/approve" not in page
    step(deputy, entry_id, "deputise", 1)
    newest = versions(office_database, entry_id)[0]
    assert (newest.state, newest.deputy, newest.decided_name) == ("published", True, "他課 五郎")


def test_an_unknown_step_or_version_is_not_there(editor: Colleague) -> None:
    editor.get(f"{BASE}/{ENTRY}/steps/save?number=1", 404)
    editor.get(f"{BASE}/{ENTRY}/steps/request?number=999", 404)
    editor.get(f"{BASE}/{ENTRY}/steps/request", 404)
    editor.get(f"{BASE}/{ENTRY}/compare?old=x", 404)


# --- History -----------------------------------------------------------------------------------------------------


def test_two_versions_are_compared_on_screen_and_as_a_sheet(editor: Colleague, plan_id: str) -> None:
    entry_id = written(editor, plan_id, question="比べる答えですか？", staff_note="外に出ないメモ")
    fields = opened(editor, entry_id)
    assert fields["staff_note"] == "外に出ないメモ"
    editor.post(f"{BASE}/{entry_id}/edit", {**fields, "answer": "図書館の本は、電話で予約できます。", "act": "save"})
    page = editor.get(f"{BASE}/{entry_id}/compare?old=1&new=2").text
    assert "<del>窓口</del>" in page
    assert "<ins>電話</ins>" in page
    assert "外に出ないメモ" not in page
    response = editor.get(f"{BASE}/{entry_id}/compare.xlsx?old=1&new=2")
    book = load_workbook(io.BytesIO(response.data))
    cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    assert any("「窓口」を「電話」に改める" in cell for cell in cells)
    assert not any("外に出ないメモ" in cell for cell in cells)
    assert "第1版から下書きを作る" in editor.get(f"{BASE}/{entry_id}/history").text


def test_a_note_of_staff_stands_on_no_page_of_residents(
    office: Flask, editor: Colleague, approver: Colleague, plan_id: str
) -> None:
    entry_id = written(editor, plan_id, question="メモのある答えですか？", staff_note="絶対に外に出ないメモ")
    step(editor, entry_id, "request", 1)
    step(approver, entry_id, "approve", 1)
    page = office.test_client().post(
        f"/{CODE}/", data={"question": "メモのある答えですか？"}, headers={"Host": "127.0.0.1"}
    )
    assert "図書館の本は、窓口で予約できます。" in page.text
    assert "絶対に外に出ないメモ" not in page.text


# --- What was told wrongly ---------------------------------------------------------------------------------------


def test_a_wrong_answer_is_put_on_record_counted_and_mended(
    office: Flask, editor: Colleague, approver: Colleague, office_database: Database, plan_id: str
) -> None:
    entry_id = written(editor, plan_id, question="まちがっていた答えですか？")
    address = f"{BASE}/{entry_id}/misguidance"
    page = editor.post(address, {"first": "1", "last": "1", "wrong": "数が違う", "done": "確認中"}, 422).text
    assert "一度も住民に公開されていません" in page
    step(editor, entry_id, "request", 1)
    step(approver, entry_id, "approve", 1)
    office.test_client().post(
        f"/{CODE}/", data={"question": "まちがっていた答えですか？"}, headers={"Host": "127.0.0.1"}
    )
    assert (
        'href="#wrong"' in editor.post(address, {"first": "1", "last": "1", "wrong": " ", "done": "確認中"}, 422).text
    )
    editor.post(address, {"first": "1", "last": "1", "wrong": "数が違う", "done": "確認中"})
    editor.post(f"{BASE}/{entry_id}/edit", {**opened(editor, entry_id), "answer": "直している文です。", "act": "save"})
    page = editor.get(address).text
    assert "いまも公開中）</option>" in page
    assert "第2版（" not in page
    assert (
        f'href="/staff/{CODE}/misguidance/'
        not in signed_in(office, [Role.VIEWER]).get(f"/staff/{CODE}/misguidance").text
    )
    page = editor.get(f"/staff/{CODE}/misguidance").text
    assert f'href="/staff/{CODE}/misguidance/1"' in page
    assert f"{BASE}/{entry_id}/history" in editor.get(f"/staff/{CODE}/misguidance/1").text
    assert "数が違う" in page
    assert "まちがっていた答えですか？" in page
    assert 'href="#done"' in editor.post(f"/staff/{CODE}/misguidance/1", {"done": ""}, 422).text
    editor.post(f"/staff/{CODE}/misguidance/1", {"done": "電話で知らせた"})
    book = load_workbook(io.BytesIO(editor.get(f"/staff/{CODE}/misguidance.xlsx").data))
    cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    assert "電話で知らせた" in cells
    editor.get(f"/staff/{CODE}/misguidance/99", 404)
    with office_database.reading() as session:
        assert session.scalar(select(LoggedQuestion.entry_id).where(LoggedQuestion.entry_id == entry_id)) == entry_id


# --- 関係課 ------------------------------------------------------------------------------------------------------


def test_a_related_department_reads_and_is_named_to_be_told_but_neither_writes_nor_approves(
    office: Flask, office_database: Database, editor: Colleague, plan_id: str
) -> None:
    with office_database.reading() as session:
        wanted = select(Department).where(Department.municipality_code == CODE, Department.state == "published")
        own, other, third = session.scalars(wanted.order_by(Department.entry_id).limit(3)).all()
    entry_id = written(
        editor,
        plan_id,
        question="関係課のある答えですか？",
        department=own.entry_id,
        related_departments=other.entry_id,
    )
    assert versions(office_database, entry_id)[0].content["related_departments"] == [other.entry_id]
    assert opened(editor, entry_id)["related_departments"] == other.entry_id
    colleague = signed_in(office, [Role.APPROVER], department=other.entry_id, name="知る 五郎")
    stranger = signed_in(office, [Role.APPROVER], department=third.entry_id)
    page = colleague.get(f"{BASE}/{entry_id}").text
    assert other.name in page
    assert "この答えは見るだけです" in page
    assert "関係課のある答えですか？" in colleague.get(BASE).text
    colleague.get(f"{BASE}/{entry_id}/history")
    colleague.get(f"{BASE}/{entry_id}/edit", 404)
    stranger.get(f"{BASE}/{entry_id}", 404)
    told = editor.get(f"{BASE}/{entry_id}/steps/request?number=1").text
    assert "知らせる関係課" in told
    assert "知る 五郎さん" in told
    step(editor, entry_id, "request", 1)
    for name in ("approve", "deputise", "return", "publish-urgently"):
        assert "権限が要ります" in step(colleague, entry_id, name, 1, 422, reason="だめ").text
    assert "関係課のある答えですか？" in editor.get(f"{BASE}?related={other.entry_id}").text
    assert "関係課のある答えですか？" not in editor.get(f"{BASE}?related={third.entry_id}").text
    fields = opened(editor, entry_id) | {"related_departments": "", "act": "save"}
    editor.post(f"{BASE}/{entry_id}/edit", fields)
    assert versions(office_database, entry_id)[0].content["related_departments"] == []
