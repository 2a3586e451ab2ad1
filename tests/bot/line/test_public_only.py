"""What LINE and the web are told is what is public, with what staff want everybody to read before it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update

from bot.line.messages import render
from bot.replies import answer_reply, details_reply
from bot.services import Services
from knowledge.calendar import date_name, now
from knowledge.corpus import Corpus
from knowledge.models import Entry, Municipality
from knowledge.roles import Role
from tests.bot.line.conftest import CODE, drain, sender_of
from tests.support.fake_line import FakeLine, event, signature, text_event, webhook_body
from tests.support.staff import signed_in

SAID = "カナリア号は、ペンギン公園の前から毎時10分に出ます。"
QUESTION = "カナリア号はどこから出ますか"
NOTICE = "大雨のため、市民課の窓口を閉めています。"


def told_in_line(app: Flask, line: FakeLine, one: dict[str, Any], of: str = "message") -> str:
    """All that LINE was sent in reply to an event, which came by the webhook."""
    kit: Services = app.extensions["kotae"]
    body = webhook_body([one])
    headers = {"x-line-signature": signature(body), "content-type": "application/json"}
    assert app.test_client().post(f"/line/{CODE}/webhook", data=body, headers=headers).status_code == 200
    drain(sender_of(kit))
    assert line.accepted(one["replyToken"]), of
    return "\n".join(_texts(line.accepted(one["replyToken"])))


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for name, each in part.items():
            yield from [each] if name in ("text", "altText", "uri") and isinstance(each, str) else _texts(each)
    elif isinstance(part, list):
        for each in part:
            yield from _texts(each)


def told_on_the_web(app: Flask, question: str) -> str:
    client = app.test_client()
    page = client.post(f"/{CODE}/", data={"question": question}).text
    return page + client.post(f"/api/v1/{CODE}/ask", json={"question": question}).text


def put(app: Flask, entry_id: str, **values: object) -> None:
    kit: Services = app.extensions["kotae"]
    town = Municipality.code == CODE
    with kit.database.writing() as session:
        own = (Entry.municipality_code == CODE, Entry.entry_id == entry_id)
        session.execute(update(Entry).where(*own).values(**values))
        session.execute(update(Municipality).where(town).values(knowledge_version=Municipality.knowledge_version + 1))


def test_in_no_state_but_published_does_an_answer_reach_line_the_web_or_the_api(
    line_app: Flask, line: FakeLine
) -> None:
    entry_id = next(iter(line_app.extensions["kotae"].corpus.current(CODE).answers))
    wordings = {"question": QUESTION, "phrasings": [QUESTION, "カナリア号 乗り場"], "answer": SAID}
    reached = {}
    for state in ("draft", "staff", "ended", "deleted", "published"):
        put(line_app, entry_id, state=state, **wordings)
        told = {
            "line": told_in_line(line_app, line, text_event(line, QUESTION)),
            "tap": told_in_line(
                line_app,
                line,
                event("postback", replyToken=line.issue_token(60), postback={"data": f"a=choose&e={entry_id}"}),
            ),
            "web": told_on_the_web(line_app, QUESTION),
            "preview": line_app.test_client().post(f"/{CODE}/line-preview", data={"q": QUESTION}).text,
        }
        reached[state] = {way for way, text in told.items() if "ペンギン公園" in text}
    assert reached.pop("published") == {"line", "tap", "web", "preview"}
    assert reached == {state: set() for state in reached}


@pytest.mark.parametrize("code", ["242047", "222232", "232084", "122106", "382159"])
def test_each_answer_in_line_names_its_source_and_a_tap_further_its_address_and_its_day(
    corpus: Corpus, code: str
) -> None:
    knowledge = corpus.current(code)
    for found in knowledge.answers.values():
        first = "\n".join(_texts(render(answer_reply(knowledge, found, 0.9), "0" * 36)))
        assert found.plan.short_title in first, found.entry_id
        further = "\n".join(_texts(render(details_reply(knowledge, found), "0" * 36)))
        assert found.plan.title in further, found.entry_id
        assert date_name(found.checked_on) in further, found.entry_id
        assert re.search(r"\nhttps?://", further) or not (found.plan.url or found.links), found.entry_id


def test_a_notice_of_staff_comes_first_in_every_reply_of_line_at_once_until_it_ends(
    line_app: Flask, line: FakeLine
) -> None:
    editor = signed_in(line_app, [Role.EDITOR], CODE)
    path = f"/staff/{CODE}/notice"

    def replies(sender: int) -> dict[str, str]:
        asked = {
            "a question": text_event(line, "証明書をコンビニで取れますか", sender=sender),
            "what nobody knows": text_event(line, "ペンギンの餌やりは何時", sender=sender + 1),
            "small talk": text_event(line, "ありがとう", sender=sender + 2),
            "a sticker": event(
                replyToken=line.issue_token(60), sender=sender + 3, message={"type": "sticker", "id": f"s{sender}"}
            ),
            "a new friend": event("follow", replyToken=line.issue_token(60), sender=sender + 4),
            "a tap": event(
                "postback",
                replyToken=line.issue_token(60),
                sender=sender + 5,
                postback={"data": "a=choose&e=online-procedures"},
            ),
        }
        return {of: told_in_line(line_app, line, one, of) for of, one in asked.items()}

    assert not any(NOTICE in told for told in replies(1).values())
    editor.post(path, {"text": NOTICE, "hours": "1"})
    assert [of for of, told in replies(11).items() if f"【重要なお知らせ】{NOTICE}" not in told] == []
    with time_machine.travel(now() + dt.timedelta(hours=1, seconds=1), tick=True):
        assert not any(NOTICE in told for told in replies(21).values())
    editor.post(f"{path}/end")
    assert not any(NOTICE in told for told in replies(31).values())
