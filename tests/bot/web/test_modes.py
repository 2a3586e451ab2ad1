"""ふりがな, the languages and large letters on the chat page, as a browser without JavaScript meets them."""

from __future__ import annotations

from html import unescape

from flask.testing import FlaskClient

from tests.bot.web.page import Page
from tests.bot.web.test_chat import CHAT, ask, post

ASKED = "住民票はコンビニで取れますか"
RUBY = '<ruby>住民票<rp>（</rp><rt aria-hidden="true">じゅうみんひょう</rt><rp>）</rp></ruby>'
LARGER, USUAL = "文字を大きく", "文字をもとの大きさに"


def html(client: FlaskClient, fields: dict[str, str], path: str = CHAT) -> str:
    response = client.post(path, data=fields)
    assert response.status_code == 200
    return response.text


def test_readings_stand_above_the_words_once_and_are_not_read_out(visitor: FlaskClient) -> None:
    page = ask(visitor, "ふりがなをつけて")
    shown = html(visitor, {**page.form("聞く"), "question": ASKED})
    turn = shown[shown.index('<section class="turn"') : shown.index("</section>")]
    assert turn.count(RUBY) == 1
    assert 'value="住民票' not in turn
    off = html(visitor, {**Page(shown).form("聞く"), "question": "ふりがなをやめて"})
    assert "<ruby>" not in off


def test_what_a_resident_or_staff_wrote_stays_text_with_readings(visitor: FlaskClient) -> None:
    page = ask(visitor, "ふりがなをつけて")
    shown = html(visitor, {**page.form("聞く"), "question": "<b>申請</b><ruby>"})
    assert "<b>申請" not in shown
    assert "<b>申請</b><ruby>" in unescape(shown)


def test_the_button_for_languages_offers_them_and_one_tap_switches(visitor: FlaskClient) -> None:
    first = Page(visitor.get(CHAT).text)
    menu = post(visitor, first.taps("languages")[0])
    spoken = menu.taps("speak")
    assert [one["e"] for one in spoken] == ["ja", "easy", "en"]
    assert [one["e"] for one in menu.taps("readings")] == ["on"]
    english = post(visitor, spoken[2])
    assert "From now on, replies come in English." in english.text
    asked = post(visitor, {**english.form("聞く"), "question": ASKED})
    assert "Solved" in asked.text


def test_large_letters_are_carried_by_the_address_and_the_conversation_goes_on(visitor: FlaskClient) -> None:
    answered = ask(visitor, ASKED)
    toggle = answered.form(LARGER)
    large = Page(html(visitor, toggle, f"{CHAT}?large=1"))
    assert ("html", {"lang": "ja", "class": "large"}) in large.tags
    assert "マイナンバーカードがあれば" in large.text
    actions = [given["action"] for tag, given in large.tags if tag == "form"]
    assert [one for one in actions if one != CHAT and "large=1" not in str(one)] == []
    assert actions.count(CHAT) == 1  # the button back
    assert large.form("聞く")["conversation"] == answered.form("聞く")["conversation"]
    asked = html(visitor, {**large.form("聞く"), "question": "手数料は？"}, f"{CHAT}?large=1")
    assert "手数料" in asked
    assert USUAL in asked
    assert 'class="large"' not in html(visitor, Page(asked).form(USUAL))


def test_large_letters_within_another_site_stay_there(visitor: FlaskClient) -> None:
    shown = visitor.get(f"{CHAT}?embed=1&large=1").text
    actions = [str(given["action"]) for tag, given in Page(shown).tags if tag == "form"]
    assert all("embed=1" in one for one in actions)
    assert sum("large=1" in one for one in actions) == len(actions) - 1


def test_larger_letters_with_a_forged_or_old_conversation_show_a_new_page(visitor: FlaskClient) -> None:
    shown = html(visitor, {"conversation": "forged", "show": "1"}, f"{CHAT}?large=1")
    assert "質問をどうぞ" in shown
    assert "この答えについて" not in shown


def test_what_was_chosen_is_carried_by_the_address_to_the_next_conversation(visitor: FlaskClient) -> None:
    """There is no cookie: who comes back by the address that stands above is answered as before."""
    menu = post(visitor, Page(visitor.get(CHAT).text).taps("languages")[0])
    english = post(visitor, menu.taps("speak")[2])
    assert {
        given["action"] for tag, given in english.tags if tag == "form" and "large" not in str(given["action"])
    } == {f"{CHAT}?lang=en"}
    again = Page(visitor.get(f"{CHAT}?lang=en").text)
    asked = html(visitor, {**again.form("聞く"), "question": ASKED}, f"{CHAT}?lang=en")
    assert "Solved" in asked
    assert 'data-modes="lang=en"' in asked


def test_readings_are_carried_too_and_go_when_they_are_switched_off(visitor: FlaskClient) -> None:
    begun = Page(visitor.get(f"{CHAT}?ruby=1").text)
    shown = html(visitor, {**begun.form("聞く"), "question": ASKED}, f"{CHAT}?ruby=1")
    assert RUBY in shown
    off = html(visitor, {**Page(shown).form("聞く"), "question": "ふりがなをやめて"}, f"{CHAT}?ruby=1")
    assert 'data-modes=""' in off
    assert "ruby=1" not in off


def test_an_address_that_asks_for_what_is_not_there_begins_as_any_other(visitor: FlaskClient) -> None:
    for odd in ("lang=vi", "lang=xx", "lang=ja", "lang=%22%3E%3Cscript%3E", "ruby=2", "lang=en&lang=easy"):
        text = visitor.get(f"{CHAT}?{odd}").text
        assert "script>%" not in text
        assert "<script>" not in text
        assert ("lang=en" in text) is (odd == "lang=en&lang=easy")
        assert "ruby=" not in text
