"""The chat page as a browser without JavaScript meets it."""

from __future__ import annotations

import re
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html import unescape
from urllib.parse import urlsplit

import pytest
from flask import Flask, render_template
from flask.testing import FlaskClient
from sqlalchemy import select

from bot.replies import answer_reply, details_reply
from bot.services import Services
from bot.web.chat import Turn
from bot.wording import say
from intents.decision import Decision
from knowledge.corpus import Corpus
from knowledge.models import LoggedQuestion
from knowledge.retention import TEXTS, days_kept, set_days
from tests.bot.web.page import Page
from tests.knowledge.test_content import CODES

CHAT = "/242047/"
NAMES = ["茂原市", "御前崎市", "津島市", "松阪市", "東温市"]


def rows(app: Flask) -> list[LoggedQuestion]:
    kit: Services = app.extensions["kotae"]
    with kit.database.reading() as session:
        return list(session.scalars(select(LoggedQuestion).order_by(LoggedQuestion.asked_at)))


def post(client: FlaskClient, fields: dict[str, str], path: str = CHAT) -> Page:
    response = client.post(path, data=fields)
    assert response.status_code == 200, response.text
    return Page(response.text)


def ask(client: FlaskClient, question: str, page: Page | None = None) -> Page:
    """Ask as the page's own form does."""
    page = page or Page(client.get(CHAT).text)
    return post(client, {**page.form("聞く"), "question": question})


def test_the_index_leads_to_every_municipality(visitor: FlaskClient) -> None:
    page = Page(visitor.get("/").text)
    links = [given["href"] for tag, given in page.tags if tag == "a"]
    assert [f"/{code}/" for code in CODES] == [link for link in links if link and link.strip("/") in CODES]
    assert all(name in page.text for name in NAMES)


@pytest.mark.parametrize(("code", "name"), list(zip(CODES, NAMES, strict=True)))
@pytest.mark.parametrize("path", ["", "privacy", "accessibility", "line-preview"])
def test_every_page_is_japanese_names_its_town_and_says_it_is_a_sample(
    visitor: FlaskClient, code: str, name: str, path: str
) -> None:
    response = visitor.get(f"/{code}/{path}")
    page = Page(response.text)
    assert response.status_code == 200
    assert ("html", {"lang": "ja"}) in page.tags
    assert sum(tag == "h1" for tag, _ in page.tags) == 1
    assert name in page.text
    if path != "accessibility":
        assert "見本です" in page.text
    ids = [given["id"] for _, given in page.tags if "id" in given]
    assert len(ids) == len(set(ids))


def test_every_link_that_leads_out_of_an_answer_shows_its_host(site: Flask, corpus: Corpus) -> None:
    knowledge = corpus.current("242047")
    links = (
        ("申請する", "https://WWW.city.example.jp/a?b=1&c=2"),
        ("国の案内（例え.jp）", "http://example.go.jp:8080/"),
    )
    for found in knowledge.answers.values():
        given = replace(found, links=links, plan=replace(found.plan, url="https://plan.example.jp/"))
        for reply in (answer_reply(knowledge, given, 0.9), details_reply(knowledge, given)):
            with site.test_request_context(CHAT):
                shown = render_template("chat/turn.html", turn=Turn("", reply, ""), knowledge=knowledge, token="t")
            out = [one for one in re.findall(r'<a href="(.*?)"[^>]*>(.*?)</a>', shown) if one[0].startswith("http")]
            assert [urlsplit(unescape(address)).hostname for address, _ in out] == [
                *("www.city.example.jp", "example.go.jp", "plan.example.jp")
            ]
            assert [words for address, words in out if not words.endswith(f"（{urlsplit(address).hostname}）")] == []


@pytest.mark.parametrize("path", ["/999999/", "/242047/none", "/none", "/999999/privacy", "/%00/", "/😀/"])
def test_a_page_that_does_not_exist_says_so_in_japanese(visitor: FlaskClient, path: str) -> None:
    response = visitor.get(path, follow_redirects=True)
    assert response.status_code == 404
    assert "ページが見つかりません" in response.text


def test_a_question_is_shown_with_its_answer_and_logged(
    app: Flask, client: FlaskClient, question_for: dict[Decision, str]
) -> None:
    page = ask(client, question_for[Decision.ANSWER])
    (row,) = rows(app)
    assert question_for[Decision.ANSWER] in page.text
    assert "出典：" in page.text
    assert (row.channel, row.decision, row.text) == ("web", "answer", question_for[Decision.ANSWER])
    assert row.event_key.startswith("web:")


@pytest.mark.parametrize(("said", "feedback"), [("解決した", "solved"), ("没有解决", "unsolved"), ("Đã rõ", "solved")])
def test_the_words_of_a_button_do_what_the_button_does(
    app: Flask, client: FlaskClient, question_for: dict[Decision, str], said: str, feedback: str
) -> None:
    asked = ask(client, question_for[Decision.ANSWER])
    told = ask(client, said, asked)
    (row,) = rows(app)
    assert row.feedback == feedback
    assert said in told.text


def test_choices_feedback_and_none_are_taps_that_are_noted(
    app: Flask, client: FlaskClient, question_for: dict[Decision, str]
) -> None:
    page = ask(client, question_for[Decision.SUGGEST])
    taken = page.taps("choose")[0]
    answered = post(client, taken)
    assert taken["label"] in answered.text
    assert rows(app)[0].tapped_entry_id == taken["e"]
    solved = answered.form("解決した")
    assert solved["q"] == rows(app)[0].id
    assert say("feedback_solved") in post(client, solved).text
    assert rows(app)[0].feedback == "solved"
    assert "計画の期間" in post(client, answered.form("くわしく")).text
    assert rows(app)[0].more_at is not None
    assert say("feedback_unsolved") in post(client, answered.form("解決しなかった")).text
    assert rows(app)[0].feedback == "unsolved"
    why = post(client, answered.form("解決しなかった"))
    assert "わからない" not in why.text, "it was asked why before"
    refused = post(client, page.taps("none")[0])
    assert say("none_of_these").splitlines()[0] in refused.text
    assert rows(app)[0].tapped_entry_id == ""


def test_why_it_was_not_solved_is_asked_once_and_kept(
    app: Flask, client: FlaskClient, question_for: dict[Decision, str]
) -> None:
    answered = ask(client, question_for[Decision.ANSWER])
    why = post(client, answered.form("解決しなかった"))
    assert say("why") in why.text
    assert say("why_thanks") in post(client, why.form("違う")).text
    assert rows(app)[0].reason == "different"
    post(client, why.form("古い"))
    assert rows(app)[0].reason == "different"


def test_a_choice_may_be_typed_as_a_number(visitor: FlaskClient, question_for: dict[Decision, str]) -> None:
    page = ask(visitor, question_for[Decision.SUGGEST])
    title = page.taps("choose")[0]["label"]
    assert ("h2", {}) in ask(visitor, "1", page).tags
    assert title in ask(visitor, "1", ask(visitor, question_for[Decision.SUGGEST], page)).text


@pytest.mark.parametrize("question", ["住民票 コンビニ", "なにこれ", "2番目"])
def test_the_same_turn_sent_twice_is_one_question(app: Flask, client: FlaskClient, question: str) -> None:
    """Whatever was answered, it is answered again as it was: it was never asked twice."""
    fields = {**Page(client.get(CHAT).text).form("聞く"), "question": question}
    pages = [post(client, fields) for _ in range(3)]
    assert len(rows(app)) == 1
    assert len({page.text for page in pages}) == 1


def test_the_same_turn_sent_twice_at_once_is_one_question(app: Flask) -> None:
    fields = {**Page(app.test_client().get(CHAT).text).form("聞く"), "question": "住民票 コンビニ"}
    together = threading.Barrier(3)

    def send() -> int:
        together.wait(30)
        return app.test_client().post(CHAT, data=fields).status_code

    with ThreadPoolExecutor(3) as pool:
        assert [done.result() for done in [pool.submit(send) for _ in range(3)]] == [200, 200, 200]
    assert len(rows(app)) == 1


def test_each_page_has_a_turn_of_its_own(app: Flask, client: FlaskClient) -> None:
    page = ask(client, "住民票 コンビニ")
    ask(client, "住民票 コンビニ", page)
    assert len(rows(app)) == 2


@pytest.mark.parametrize("turn", ["", "x", "1", "../..", "\x00", "x" * 1000])
def test_a_turn_of_another_shape_is_replaced(app: Flask, client: FlaskClient, turn: str) -> None:
    post(client, {"question": "こんにちは", "turn": turn})
    (row,) = rows(app)
    assert uuid.UUID(row.event_key.split(":")[1])


@pytest.mark.parametrize("token", ["", "forged", "w:0123", "InhvIg.aaaa.bbbb", "\x00", "😀"])
def test_a_forged_conversation_is_not_entered(
    visitor: FlaskClient, question_for: dict[Decision, str], token: str
) -> None:
    page = post(visitor, {"conversation": token, "question": question_for[Decision.SUGGEST]})
    new = page.form("聞く")["conversation"]
    assert new != token
    taken = post(visitor, {"conversation": page.taps("choose")[0]["conversation"], "question": "1"})
    alone, forged = (post(visitor, {"conversation": given, "question": "1"}) for given in ("", token))
    assert forged.words == alone.words != taken.words


def test_a_token_signed_for_another_service_is_not_taken(app: Flask, client: FlaskClient) -> None:
    from itsdangerous import URLSafeTimedSerializer

    foreign = str(URLSafeTimedSerializer("k" * 32, salt="conversation").dumps("w:" + "0" * 32))
    assert post(client, {"conversation": foreign, "question": "こんにちは"}).form("聞く")["conversation"] != foreign


def test_a_fragment_is_the_turn_alone(visitor: FlaskClient) -> None:
    response = visitor.post(CHAT, data={"question": "こんにちは"}, headers={"X-Kotae-Fragment": "1"})
    page = Page(response.text)
    assert page.tags[0] == ("section", page.tags[0][1])
    assert not any(tag in ("html", "head", "body", "script") for tag, _ in page.tags)
    assert "松阪市のデジタルの取り組み" in page.text


def test_personal_data_is_shown_and_kept_masked(app: Flask, client: FlaskClient) -> None:
    page = ask(client, "090-1234-5678です。住民票はコンビニで取れますか")
    (row,) = rows(app)
    assert say("personal_data") in page.text
    assert "090-1234-5678" not in page.text
    assert (row.text, row.personal_data) == ("〔電話番号〕です。住民票はコンビニで取れますか", True)


def test_an_emergency_shows_numbers_to_press(visitor: FlaskClient) -> None:
    page = Page(visitor.post(CHAT, data={"question": "死にたい"}).text)
    links = [given["href"] for tag, given in page.tags if tag == "a" and "href" in given]
    assert "tel:0120061338" in links


@pytest.mark.parametrize("fields", [{}, {"question": ""}, {"question": "  "}, {"question": "\x00"}])
def test_an_empty_question_is_asked_for_again(visitor: FlaskClient, fields: dict[str, str]) -> None:
    assert "質問を文字で送ってください" in Page(visitor.post(CHAT, data=fields).text).text


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"act": "explode"}, id="no such act"),
        pytest.param({"act": "choose", "e": "<script>"}, id="an id that is none"),
        pytest.param({"act": "choose", "e": "x" * 61}, id="an id too long"),
        pytest.param({"act": "solved", "q": "1; DROP TABLE query_log"}, id="a question's number that is none"),
        pytest.param({"act": "solved", "q": "\x00"}, id="NUL"),
    ],
)
def test_a_button_that_we_did_not_make_is_refused(visitor: FlaskClient, fields: dict[str, str]) -> None:
    assert visitor.post(CHAT, data=fields).status_code == 400


def test_a_button_of_an_entry_no_longer_published_says_so(visitor: FlaskClient) -> None:
    assert say("gone") in Page(visitor.post(CHAT, data={"act": "choose", "e": "long-gone"}).text).text


def test_a_tap_cannot_mark_another_municipalitys_question(app: Flask, client: FlaskClient) -> None:
    page = ask(client, "住民票 コンビニ")
    fields = page.form("解決した")
    post(client, fields, "/222232/")
    assert rows(app)[0].feedback is None


def test_residents_are_told_how_long_what_is_kept_as_the_municipality_set_it(app: Flask, client: FlaskClient) -> None:
    assert "<li>伏せ字にした質問の文：180日</li>" in client.get("/242047/privacy").text
    kit: Services = app.extensions["kotae"]
    with kit.database.writing() as session:
        set_days(session, "242047", {**days_kept(session, "242047"), TEXTS: 45})
    assert "<li>伏せ字にした質問の文：45日</li>" in client.get("/242047/privacy").text


def test_residents_are_told_of_the_backups(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is deleted at once is in them all the same; where there are none, nothing is said of them."""
    kit: Services = app.extensions["kotae"]
    for key, days, told in ((b"k" * 64, 35, True), (b"k" * 64, 14, True), (b"", 35, False)):
        settings = replace(kit.settings, backup_key=key, backup_days=days)
        monkeypatch.setitem(app.extensions, "kotae", replace(kit, settings=settings))
        page = client.get("/242047/privacy").text
        assert ("写し（バックアップ）" in page) is told
        assert (f"最長{days}日で写しごと消えます" in page) is told


def test_no_page_ever_sets_a_cookie(visitor: FlaskClient, question_for: dict[Decision, str]) -> None:
    responses = [
        visitor.get("/"),
        visitor.get(CHAT),
        visitor.post(CHAT, data={"question": question_for[Decision.SUGGEST]}),
        visitor.post(CHAT, data={"act": "none"}),
        visitor.get("/242047/privacy"),
        visitor.get("/242047/accessibility"),
        visitor.post("/242047/line-preview", data={"q": "住民票"}),
        visitor.get("/none"),
        visitor.post("/api/v1/242047/ask", json={"question": "こんにちは", "conversation": "c"}),
        visitor.get("/static/style.css"),
    ]
    responses[-1].close()
    assert [response.headers.getlist("Set-Cookie") for response in responses] == [[]] * len(responses)


def test_a_database_too_busy_to_write_still_answers(app: Flask, client: FlaskClient) -> None:
    kit: Services = app.extensions["kotae"]
    holds, may_go = threading.Event(), threading.Event()

    def hold() -> None:
        with kit.database.writing() as session:
            session.execute(select(LoggedQuestion))
            holds.set()
            may_go.wait(30)

    with ThreadPoolExecutor(1) as pool:
        holder = pool.submit(hold)
        assert holds.wait(10)
        page = ask(client, "住民票 コンビニ")
        may_go.set()
        holder.result(10)
    assert "出典：" in page.text
    assert rows(app) == []


@pytest.mark.parametrize(
    "query", ["", "q=住民票 コンビニ", "q=死にたい", "q=%00", "data=a=choose", "data=%FF", "data=a=none&label=x", "q=" + "x" * 5000]
)  # fmt: skip
def test_the_line_preview_draws_whatever_it_is_given(visitor: FlaskClient, query: str) -> None:
    response = visitor.post(
        "/242047/line-preview", data=query, content_type="application/x-www-form-urlencoded; charset=utf-8"
    )
    assert response.status_code == 200
    assert "LINEでの見え方" in response.text


def test_the_line_preview_logs_nothing(app: Flask, client: FlaskClient) -> None:
    client.post("/242047/line-preview", data={"q": "住民票"})
    assert rows(app) == []


def test_a_question_in_english_is_answered_with_english_buttons(client: FlaskClient) -> None:
    page = ask(client, "Can I get my certificate of residence at a convenience store?")
    assert ("div", {"class": "reply", "tabindex": "-1", "lang": "en"}) in page.tags
    assert "4-digit PIN (暗証番号)" in page.text
    assert say("unreviewed", language="en") in page.text
    solved = post(client, page.form("Solved"))
    assert say("feedback_solved", language="en") in solved.text


def test_a_language_that_is_off_is_answered_in_easy_japanese(client: FlaskClient) -> None:
    page = ask(client, "垃圾怎么分类")
    assert ("div", {"class": "reply", "tabindex": "-1", "lang": "ja"}) in page.tags
    assert say("language_off", language="zh", reply="やさしい日本語") in page.text


@pytest.mark.parametrize(
    "told",
    [
        *("LINEユーザ情報", "ユーザー識別子", "取得する項目", "伏せ字にした質問の文、たずねた日時"),
        *("利用目的", "質問にお答えすること", "保存する所", "会話の続き", "記録を消してほしいとき", "お問い合わせ"),
    ],
)
def test_the_privacy_page_names_what_lines_policy_asks_for(client: FlaskClient, told: str) -> None:
    assert told in client.get("/242047/privacy").text


def test_before_the_first_question_it_is_said_what_not_to_write_and_where_it_is_kept(client: FlaskClient) -> None:
    page = client.get("/242047/").text
    assert "氏名・住所・電話番号・マイナンバーなどは入力しないでください" in page
    assert "役所のデータベースに保存" in page


def first_page(client: FlaskClient) -> Page:
    return Page(client.get(CHAT).text)


def test_all_can_be_looked_through_without_a_question_and_without_javascript(app: Flask, client: FlaskClient) -> None:
    categories = post(client, first_page(client).form("分類から探す"))
    assert "一覧" in categories.text
    certificates = next(one for one in categories.taps("categories") if one.get("e") == "certificates")
    page = post(client, certificates)
    assert "証明書・コンビニ交付" in page.text
    assert page.taps("none") == [], "who looks through them has asked for nothing"
    plan = post(client, next(one for one in categories.taps("categories") if one.get("e") == "plan"))
    second = post(client, plan.form("次の8件"))
    assert "9件目から16件目です" in second.text
    opened = post(client, second.taps("choose")[0])
    assert "出典：" in opened.text
    assert rows(app) == [], "no question was asked"


def test_who_types_it_asks_no_question_and_what_is_chosen_is_marked(app: Flask, client: FlaskClient) -> None:
    page = ask(client, "よくある質問")
    (row,) = rows(app)
    assert (row.decision, row.need_signal) == ("smalltalk", None)
    taken = page.taps("choose")[0]
    post(client, taken)
    assert (rows(app)[0].tapped_entry_id, rows(app)[0].need_signal) == (taken["e"], None)


def test_whom_to_ask_is_one_press_away_and_counts_for_no_answer(
    app: Flask, client: FlaskClient, question_for: dict[Decision, str]
) -> None:
    answered = ask(client, question_for[Decision.ANSWER])
    page = post(client, answered.form("電話と窓口"))
    assert "課や会議" in page.text
    assert rows(app)[0].contact_at is None


@pytest.mark.parametrize("place", ["", "nowhere", "card--99", "all", "a" * 60])
def test_a_place_that_is_none_leads_somewhere(visitor: FlaskClient, place: str) -> None:
    fields = {**first_page(visitor).form("分類から探す"), "e": place}
    assert post(visitor, fields).text


@pytest.mark.parametrize("place", ["Card", "../etc", "card--2'", "a" * 61])
def test_a_place_that_no_button_carries_is_refused(visitor: FlaskClient, place: str) -> None:
    assert visitor.post(CHAT, data={**first_page(visitor).form("分類から探す"), "e": place}).status_code == 400
