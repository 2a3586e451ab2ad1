"""答えられなかった質問: by need, and from there to an answer in residents' own words."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask

from knowledge.roles import Role
from tests.support.staff import HOST, Colleague, signed_in

CODE = "242047"
PAGE = f"/staff/{CODE}/unanswered"
PETS = ("飼い犬が死んだときの手続き", "犬が死んだらどこに届ける？", "ペットの死亡届")
HOSTILE = '七夕"><img src=x onerror=alert(1)>飾り'


@pytest.fixture(scope="module")
def questions(office: Flask) -> None:
    """Some of what residents ask that nothing answers."""
    client = office.test_client()
    for question in (
        *PETS,
        PETS[0],
        "花火大会の日にちは何日ですか",
        "ごみの分別や収集日を教えてください",
        HOSTILE,
        "コンビニで住民票は取れますか",
    ):
        sent = client.post(f"/api/v1/{CODE}/ask", json={"question": question}, headers={"Host": HOST})
        assert sent.status_code == 200


@pytest.fixture
def editor(office: Flask, questions: None) -> Colleague:
    return signed_in(office, [Role.EDITOR], CODE)


def opened(colleague: Colleague, address: str = PAGE) -> str:
    return unescape(colleague.get(address).text)


def needs_of(page: str) -> list[str]:
    return [re.sub("<[^>]+>", "", found).strip() for found in re.findall("<h2>(.*?)</h2>", page, re.DOTALL)]


def test_what_was_asked_in_vain_stands_by_need_the_most_asked_first(editor: Colleague) -> None:
    found = needs_of(opened(editor))
    assert found[0].endswith(("2回", "3回", "4回"))
    assert any("花火大会" in need for need in found)
    assert not any("住民票" in need for need in found)


def test_an_answer_that_said_it_does_not_know_is_named(editor: Colleague) -> None:
    page = opened(editor)
    assert "分からないと伝えています" in page
    assert f'href="/staff/{CODE}/answers/silent-garbage-sorting"' in page


def test_what_residents_wrote_is_shown_as_text(editor: Colleague) -> None:
    page = editor.get(PAGE).text
    assert "<img src=x" not in page
    assert "七夕&#34;&gt;&lt;img" in page


def test_a_new_answer_begins_with_their_wordings_and_nothing_is_saved_by_it(editor: Colleague) -> None:
    sent = editor.post(f"{PAGE}/write", {"wording": [*PETS, "〔電話番号〕にかけたい"]}, status=303)
    page = unescape(editor.get(sent.headers["Location"]).text)
    assert f'value="{PETS[0]}"' in page
    assert "\n".join(PETS[1:]) in page
    assert "〔電話番号〕" not in page
    assert "保存しました" not in page


def test_a_text_that_was_begun_before_is_not_lost_for_it(office: Flask, questions: None) -> None:
    colleague = signed_in(office, [Role.EDITOR], CODE)
    for wording in ("はじめの質問", "あとの質問"):
        sent = colleague.post(f"{PAGE}/write", {"wording": [wording]}, status=303)
    page = unescape(colleague.get(sent.headers["Location"]).text)
    assert 'value="あとの質問"' in page
    again = colleague.post(f"{PAGE}/write", {"wording": ["あとの質問"]}, status=303)
    assert again.headers["Location"] == sent.headers["Location"]
    offered = unescape(colleague.get(f"/staff/{CODE}/new-answer").text)
    assert offered.count("書きかけの続きを書く") == 2
    first = re.search(r'「<bdi>はじめの質問</bdi>」.*?href="([^"]+)"', offered, re.DOTALL)
    assert first is not None
    assert 'value="はじめの質問"' in unescape(colleague.get(first[1]).text)


@pytest.mark.parametrize("days", ["7", "30", "90", "8", "", "<b>"])
def test_a_period_is_one_of_three(editor: Colleague, days: str) -> None:
    assert needs_of(opened(editor, f"{PAGE}?days={days}"))


def test_this_week_leads_there(editor: Colleague) -> None:
    assert f'href="{PAGE}"' in opened(editor, f"/staff/{CODE}/")


def test_whoever_only_reads_does_not_open_it(office: Flask) -> None:
    signed_in(office, [Role.VIEWER], CODE).get(PAGE, status=403)
