"""The JSON API: the answer object, the problem objects, and one log row a question."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from bot.services import Services
from bot.web.openapi import description
from intents.decision import Decision
from knowledge.models import Conversation, LoggedQuestion

ASK = "/api/v1/242047/ask"
FIELDS = {
    "municipality",
    "question",
    "language",
    "decision",
    "text",
    "entry_id",
    "title",
    "score",
    "candidates",
    "sources",
    "contact",
    "index_version",
    "elapsed_ms",
    "reply_language",
}


def ask(client: FlaskClient, **body: Any) -> dict[str, Any]:
    response = client.post(ASK, json=body)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json
    return found


def problem(response: TestResponse, status: int) -> dict[str, Any]:
    """The problem object, checked to be one."""
    assert (response.status_code, response.content_type) == (status, "application/problem+json")
    found: dict[str, Any] = response.json
    assert set(found) == {"type", "title", "status", "detail"}
    assert found["status"] == status
    assert any("ぁ" <= char <= "ん" for char in found["detail"]), "the remedy is in Japanese"
    return found


def rows(app: Flask) -> list[LoggedQuestion]:
    kit: Services = app.extensions["kotae"]
    with kit.database.reading() as session:
        return list(session.scalars(select(LoggedQuestion)))


def schema(name: str) -> dict[str, Any]:
    parts = description()["components"]["schemas"]
    return {**parts[name], "additionalProperties": False}


@pytest.mark.parametrize(
    "question",
    ["こんにちは", "死にたい", "担当の人と話したい", "名古屋市のごみの日", "カレーの隠し味は何がいい？", "Where is the city hall?"],
)  # fmt: skip
def test_the_answer_object_has_exactly_the_fields_of_the_interface(visitor: FlaskClient, question: str) -> None:
    found = ask(visitor, question=question)
    assert set(found) == FIELDS
    jsonschema.validate(found, schema("Answer"))


@pytest.mark.parametrize("decision", [Decision.ANSWER, Decision.SUGGEST, Decision.NONE])
def test_an_answer_object_carries_what_its_decision_promises(
    visitor: FlaskClient, question_for: dict[Decision, str], decision: Decision
) -> None:
    found = ask(visitor, question=question_for[decision])
    jsonschema.validate(found, schema("Answer"))
    assert found["decision"] == decision
    assert (found["municipality"], found["question"]) == ("242047", question_for[decision])
    assert (found["entry_id"] is not None) is (decision is Decision.ANSWER)
    assert bool(found["sources"]) is (decision is Decision.ANSWER)
    assert bool(found["candidates"]) is (decision is Decision.SUGGEST)
    assert 0 <= found["score"] <= 1
    assert found["contact"]["department"]
    assert found["contact"]["department"] in found["text"]


def test_one_conversation_is_one_dialogue_and_others_are_not(
    client: FlaskClient, question_for: dict[Decision, str]
) -> None:
    alone = ask(client, question="1")
    first = ask(client, question=question_for[Decision.SUGGEST], conversation="a")
    assert ask(client, question="1", conversation="b")["text"] == alone["text"]
    assert ask(client, question="1", conversation="a")["entry_id"] == first["candidates"][0]["entry_id"]


def test_a_question_is_logged_masked_and_without_the_conversations_name(app: Flask, client: FlaskClient) -> None:
    found = ask(
        client, question="電話は090-1234-5678です。住民票はコンビニで取れますか", conversation="user-7@example.jp"
    )
    assert found["text"].startswith("個人の情報が入っていたようです。")
    assert "090-1234-5678" not in json.dumps(found, ensure_ascii=False)
    (row,) = rows(app)
    assert (row.channel, row.personal_data, row.decision) == ("api", True, found["decision"])
    assert row.text == "電話は〔電話番号〕です。住民票はコンビニで取れますか"
    assert row.asker is not None
    assert len(row.asker) == 32
    kit: Services = app.extensions["kotae"]
    with kit.database.reading() as session:
        assert [kept.key for kept in session.scalars(select(Conversation))] == [f"a:{row.asker}"]


def test_an_offices_own_number_is_no_personal_data(client: FlaskClient, app: Flask) -> None:
    found = client.post("/api/v1/122106/ask", json={"question": "0475-20-1234はどこの番号ですか"}).json
    assert found["text"].startswith("個人の情報")
    kit: Services = app.extensions["kotae"]
    offices = [answer.office.telephone for answer in kit.corpus.current("122106").answers.values() if answer.office]
    own = next((number for number in offices if number), None)
    if own:
        asked = client.post("/api/v1/122106/ask", json={"question": f"{own}はどこの番号ですか"}).json
        assert own in asked["question"]


def test_a_database_that_cannot_write_still_answers(
    app: Flask, client: FlaskClient, question_for: dict[Decision, str]
) -> None:
    kit: Services = app.extensions["kotae"]
    with kit.database.writer.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE query_log RENAME TO query_log_elsewhere")
    found = ask(client, question=question_for[Decision.ANSWER], conversation="a")
    assert found["decision"] == "answer"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param(b"", "question", id="empty"),
        pytest.param(b"{", "question", id="half"),
        pytest.param(b"\xff\xfe", "question", id="no UTF-8"),
        pytest.param(b"[]", "question", id="a list"),
        pytest.param(b"null", "question", id="null"),
        pytest.param(b'"x"', "question", id="a text"),
        pytest.param(b"{}", "question に質問の文", id="nothing in it"),
        pytest.param(b'{"question": 7}', "question に質問の文", id="a number"),
        pytest.param(b'{"question": null}', "question に質問の文", id="null question"),
        pytest.param(b'{"question": ["x"]}', "question に質問の文", id="a list as question"),
        pytest.param(b'{"question": "  \\n"}', "question に質問の文", id="blank"),
        pytest.param(b'{"question": "\\u0000\\u200b"}', "question に質問の文", id="invisible"),
        pytest.param(b'{"question": "x", "q": 1}', "q は使えません", id="unknown field"),
        pytest.param(b'{"question": "x", "\\ud800": 1}', "は使えません", id="half a character as a field"),
        pytest.param(b'{"question": "x", "conversation": ""}', "1から100文字", id="empty conversation"),
        pytest.param(b'{"question": "x", "conversation": 7}', "1から100文字", id="conversation a number"),
        pytest.param(b'{"question": "x", "language": 7}', "文字列にしてください", id="language a number"),
        pytest.param(b"[" * 100_000, "question", id="nested without end"),
        pytest.param(b'{"question": ' + b"9" * 10_000 + b"}", "question", id="a number without end"),
    ],
)
def test_a_body_that_cannot_be_used_gets_400_with_the_remedy(visitor: FlaskClient, body: bytes, said: str) -> None:
    response = visitor.post(ASK, data=body, content_type="application/json")
    assert said in problem(response, 400)["detail"]


def test_a_question_may_have_2000_characters_and_no_more(visitor: FlaskClient) -> None:
    assert ask(visitor, question="あ" * 2_000)["decision"]
    response = visitor.post(ASK, json={"question": "あ" * 2_001})
    assert problem(response, 400)["detail"] == "question は2,000文字までです（今は2,001文字）。"
    assert problem(visitor.post(ASK, json={"question": "x", "conversation": "c" * 101}), 400)


@pytest.mark.parametrize("code", ["999999", "24204", "abc", "２４２０４７", "%00", "😀"])
def test_an_unknown_municipality_gets_404(visitor: FlaskClient, code: str) -> None:
    assert "市町村" in problem(visitor.post(f"/api/v1/{code}/ask", json={"question": "x"}), 404)["detail"]


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_another_content_type_gets_415(visitor: FlaskClient, content_type: str) -> None:
    problem(visitor.post(ASK, data='{"question": "x"}', content_type=content_type), 415)


def test_a_huge_body_gets_413(visitor: FlaskClient) -> None:
    body = json.dumps({"question": "あ" * 400_000})
    assert "短い文" in problem(visitor.post(ASK, data=body, content_type="application/json"), 413)["detail"]


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", ASK, 405), ("PUT", ASK, 405), ("GET", "/api/v1/none", 404), ("POST", "/api/", 404)]
)  # fmt: skip
def test_other_errors_are_problem_objects_too(visitor: FlaskClient, method: str, path: str, status: int) -> None:
    problem(visitor.open(path, method=method), status)


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("住民票\x00コンビニ", id="NUL"),
        pytest.param("住民票\ud800コンビニ", id="lone surrogate"),
        pytest.param("住民票\u202eコンビニ\u2066", id="bidi"),
        pytest.param("\ufeff住民票\u200dコンビニ", id="zero width"),
        pytest.param("住民票\r\nコンビニ\r", id="line ends"),
    ],
)
def test_letters_that_no_database_holds_are_cleaned(app: Flask, client: FlaskClient, question: str) -> None:
    # As sent by a program that escapes: the bytes on the wire are plain ASCII.
    response = client.post(ASK, data=json.dumps({"question": question}), content_type="application/json")
    assert response.status_code == 200
    (row,) = rows(app)
    assert row.text == response.json["question"]
    assert row.text is not None
    assert not set(row.text) & {"\x00", "\ud800", "\u202e", "\u2066", "\ufeff", "\u200d", "\r"}


def test_the_description_is_served_and_matches_what_is_answered(visitor: FlaskClient) -> None:
    served = visitor.get("/api/v1/openapi.json").json
    assert served["openapi"] == "3.1.0"
    assert set(served["components"]["schemas"]["Answer"]["properties"]) == FIELDS
    assert list(served["paths"]) == ["/api/v1/{code}/ask"]
    for name in ("Question", "Answer", "Problem"):
        jsonschema.Draft202012Validator.check_schema(served["components"]["schemas"][name])
    given = schema("Problem")
    jsonschema.validate(visitor.post(ASK, json={}).json, given)


def test_a_chosen_language_is_that_of_the_reply(visitor: FlaskClient) -> None:
    found = ask(visitor, question="こんにちは", language="en")
    assert (found["decision"], found["language"], found["reply_language"]) == ("smalltalk", "ja", "en")
    assert found["text"].startswith("Hello.")
    assert ask(visitor, question="こんにちは", language=None, conversation=None)["reply_language"] == "ja"
    assert ask(visitor, question="こんにちは", language="xx")["reply_language"] == "ja"


def test_a_conversation_keeps_its_language(visitor: FlaskClient) -> None:
    asked = ask(visitor, question="free wifi", conversation="languages")
    assert (asked["language"], asked["reply_language"]) == ("en", "en")
    assert ask(visitor, question="DX", conversation="languages")["reply_language"] == "en"
    assert ask(visitor, question="ごみ", conversation="languages")["reply_language"] == "ja"
    assert ask(visitor, question="ごみ", conversation="languages", language="easy")["reply_language"] == "easy"
    assert ask(visitor, question="住民票", conversation="languages")["reply_language"] == "easy"


def test_the_language_of_a_question_is_logged_though_it_is_answered_in_another(app: Flask, client: FlaskClient) -> None:
    found = ask(client, question="垃圾怎么分类")
    assert (found["language"], found["reply_language"]) == ("zh", "easy")
    kit: Services = app.extensions["kotae"]
    with kit.database.reading() as session:
        assert session.scalars(select(LoggedQuestion.language)).all() == ["zh"]
