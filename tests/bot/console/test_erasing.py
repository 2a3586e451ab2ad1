"""住民の記録を消す: found by code or by the words, counted, erased with all that was made of it, told without a word."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from knowledge.db import Database
from knowledge.erasures import BEGINNING, lines_since
from knowledge.models import AuditLine, Conversation, LoggedQuestion
from knowledge.roles import Role
from tests.support.every_column import places_of
from tests.support.staff import Colleague, signed_in

CODE = "242047"
PATH = f"/staff/{CODE}/erasing"
SPELLED = re.compile("[A-HJKMNP-TV-Z2-9]{4}-[A-HJKMNP-TV-Z2-9]{4}")


@pytest.fixture
def chief(office: Flask) -> Colleague:
    return signed_in(office, [Role.ADMIN], CODE)


class Chat:
    """A resident on the web page, in one conversation."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client
        self._token = self._field(client.get(f"/{CODE}/").text)

    def say(self, words: str) -> str:
        page = self._client.post(f"/{CODE}/", data={"conversation": self._token, "question": words})
        assert page.status_code == 200
        return unescape(page.text)

    @staticmethod
    def _field(page: str) -> str:
        found = re.search('name="conversation" value="([^"]+)"', page)
        assert found
        return found[1]


def asked(office: Flask, *words: str) -> str:
    """A resident asks on the web, then wants it erased; the code."""
    chat = Chat(office.test_client())
    for one in words:
        chat.say(one)
    (code, *_) = SPELLED.findall(chat.say("記録を消して"))
    return code


def test_by_the_code_of_a_web_conversation_everything_of_it_goes(
    office: Flask, office_database: Database, chief: Colleague
) -> None:
    code = asked(office, "もくようびのかなりあの申請", "かなりあはオンラインですか")
    other = asked(office, "すいようびのすずめの申請")
    page = chief.post(PATH, {"code": code.lower()}, status=200).text
    assert "質問の数" in page
    assert ">2<" in page
    assert "印を付けて" in chief.post(f"{PATH}/erase", {"code": code}, status=422).text
    chief.post(f"{PATH}/erase", {"code": code, "sure": "1"})
    assert "質問の数 2" in chief.get(PATH).text
    assert places_of(office_database, ["かなりあ", "カナリア"]) == set()
    assert places_of(office_database, ["すずめ"]), "another's records stay"
    with office_database.reading() as session:
        assert len(session.scalars(select(Conversation)).all()) == 1
        line = session.scalars(select(AuditLine).where(AuditLine.action == "resident_erased")).one()
        assert (line.details["how"], line.details["counts"]["questions"]) == ("code", 2)
        assert len(list(lines_since(session, BEGINNING))) == 1
    assert "このコードはありません" in chief.post(PATH, {"code": code}, status=422).text
    chief.post(f"{PATH}/erase", {"code": other, "sure": "1"})


def test_by_a_sample_of_the_words_the_askers_whole_records_go(
    office: Flask, office_database: Database, chief: Colleague
) -> None:
    asked(office, "きんようびのめじろの証明書", "めじろは窓口ですか")
    found = chief.post(PATH, {"words": "めじろ 証明書"}, status=200).text
    assert "きんようびのめじろの証明書" in found
    assert "めじろは窓口" not in found
    (row,) = re.findall('name="row" value="([^"]+)"', found)
    page = chief.post(f"{PATH}/person", {"row": row}, status=200).text
    assert "同じ年度" in page
    assert ">2<" in page
    chief.post(f"{PATH}/erase", {"row": row, "sure": "1"})
    assert places_of(office_database, ["めじろ", "メジロ"]) == set()
    assert "もうありません" in chief.post(f"{PATH}/erase", {"row": row, "sure": "1"}, status=422).text


def test_of_nobody_known_the_one_question_goes(office: Flask, office_database: Database, chief: Colleague) -> None:
    api = office.test_client()
    for words in ("うぐいすの届出", "うぐいすの手数料"):
        api.post(f"/api/v1/{CODE}/ask", json={"question": words})
    assert "コードをお出しできません" in api.post(f"/api/v1/{CODE}/ask", json={"question": "削除"}).json["text"]
    found = chief.post(PATH, {"words": "うぐいす 届出"}, status=200).text
    (row,) = re.findall('name="row" value="([^"]+)"', found)
    assert "この質問だけ" in chief.post(f"{PATH}/person", {"row": row}, status=200).text
    chief.post(f"{PATH}/erase", {"row": row, "sure": "1"})
    with office_database.reading() as session:
        left = session.scalars(select(LoggedQuestion.text).where(LoggedQuestion.text.contains("うぐいす"))).all()
    assert left == ["うぐいすの手数料"]


def test_by_the_api_a_conversation_has_a_code_and_the_command_line_takes_it(
    office: Flask, office_database: Database
) -> None:
    api = office.test_client()
    for words in ("ひばりの申請", "delete my data"):
        said = api.post(f"/api/v1/{CODE}/ask", json={"question": words, "conversation": "k-1"}).json
    (code,) = SPELLED.findall(said["text"])
    assert said["reply_language"] == "en"
    result = office.test_cli_runner().invoke(args=["residents", "erase", "--code", code])
    assert "消しました" in result.output
    assert places_of(office_database, ["ひばり", "ヒバリ"]) == set()
    refused = office.test_cli_runner().invoke(args=["residents", "erase", "--code", code])
    assert refused.exit_code == 1
    assert "このコードはありません" in refused.output
    ledger = office.test_cli_runner().invoke(args=["residents", "ledger"]).output
    assert '"kind":"resident"' in ledger
    assert "ひばり" not in ledger


@pytest.mark.parametrize("sent", [{}, {"code": "AAAA-AAAA"}, {"row": "x"}, {"words": "x", "first": "いつか"}])
def test_what_leads_nowhere_is_said_at_its_field(chief: Colleague, sent: dict[str, str]) -> None:
    path = f"{PATH}/person" if "row" in sent else PATH
    assert "入力を確かめてください" in chief.post(path, sent, status=422).text


def test_only_the_administrator_of_the_whole_municipality_may(office: Flask) -> None:
    approver = signed_in(office, [Role.APPROVER], CODE)
    approver.get(PATH, 403)
    approver.post(f"{PATH}/erase", {"code": "x", "sure": "1"}, status=403)
