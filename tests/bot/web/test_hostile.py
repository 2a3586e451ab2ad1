"""Hostile text through the page and the API: no fault, nothing unescaped, and no word of it in the log."""

from __future__ import annotations

import json
import logging
from html import escape

import pytest
from flask.testing import FlaskClient

from app import create_app
from bot.services import Services
from tests.bot.web.page import Page

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "image": "<img src=x onerror=alert(1)>",
    "vector picture": "<svg/onload=alert(1)>",
    "closing the field": '"><script>alert(1)</script>',
    "closing the attribute": "' onfocus='alert(1)' autofocus='",
    "comment": "<!-- --><b>x</b>",
    "style": "<style>*{display:none}</style>",
    "frame": "<iframe src=javascript:alert(1)>",
    "half a tag": "<a href=javascript:alert(1)",
    "closing the page": "</section></main></body></html><h1>x</h1>",
    "CDATA": "<![CDATA[<script>alert(1)</script>]]>",
    "entity": "&lt;script&gt;&#x3c;script&#x3e;",
    "upper case": "<ScRiPt>alert(1)</sCrIpT>",
    "textarea": "</textarea><script>alert(1)</script>",
    "Jinja sum": "{{'zq'*4}}",
    "Jinja class": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "Jinja block": "{% for x in config %}{{x}}{% endfor %}",
    "Jinja comment": "{# x #}{{ config.SECRET_KEY }}",
    "format": "{town} {0} {0.__class__} %s %(x)s",
    "dollars": "${'zq'*4} #{'zq'*4} <%= 'zq'*4 %>",
    "SQL": "'; DROP TABLE query_log; --",
    "SQL or": "' OR '1'='1",
    "SQL union": "x' UNION SELECT secret FROM municipalities --",
    "SQL wildcard": "%' AND 1=(SELECT 1) AND '%'='_",
    "shell": "$(touch kotae) `id` | cat /etc/passwd",
    "path": "../../../../etc/passwd",
    "log line": 'x\n{"level": "error", "event": "forged"}',
    "header": "x\r\nSet-Cookie: a=b",
    "bidi override": "\u202eだれか\u202c",
    "bidi isolate": "\u2066<b>\u2069",
    "zero width": "住\u200b民\u200c票\u200d\ufeff",
    "family": "👨‍👩‍👧‍👦" * 20,
    "flags and skins": "🇯🇵👍🏽🏳️‍🌈",
    "combining": "Z̷̢͝" + "\u0301" * 500,
    "five thousand letters": "あ" * 5_000,
    "no space": "x" * 1_999,
    "only spaces": " \u3000\t\n" * 50,
    "only signs": "!?。、…「」『』()[]{}<>",
    "regular expression": "(a+)+$" + "a" * 40,
    "NUL and controls": "\x00\x01\x1b[31m\x7f",
    "private use": "\ue000\U000f0000\U0010ffff",
    "right to left": "مرحبا שלום",
    "digits": "９" * 60,
    "number words": "1e309 NaN Infinity -0 ０x1F",
}

MARKUP = (
    "<script>alert",
    "<img src=x",
    "<svg/onload",
    "<iframe",
    "<style>*",
    "onfocus='alert",
    "<h1>x</h1>",
    "<b>x</b>",
)


@pytest.mark.parametrize("case", HOSTILE)
def test_the_page_shows_it_as_text(visitor: FlaskClient, case: str) -> None:
    text = HOSTILE[case]
    calm = {tag for tag, _ in Page(visitor.post("/242047/", data={"question": "こんにちは"}).text).tags}
    for fields in (
        {"question": text},
        {"act": "none", "label": text},
        {"question": "x", "conversation": text, "turn": text},
    ):
        response = visitor.post("/242047/", data=fields)
        assert response.status_code == 200
        assert not [mark for mark in MARKUP if mark.lower() in response.text.lower().replace("&#39;", "")]
        page = Page(response.text)
        assert not [given for _, given in page.tags if any(name.startswith("on") for name in given)]
        assert {tag for tag, _ in page.tags} - calm <= {
            "h2",
            "dl",
            "dt",
            "dd",
            "a",
            "ul",
            "li",
            "strong",
            "span",
            "button",
        }
        assert "zqzqzqzq" not in response.text


@pytest.mark.parametrize("case", HOSTILE)
def test_the_api_answers_or_refuses_in_order(visitor: FlaskClient, case: str) -> None:
    response = visitor.post("/api/v1/242047/ask", json={"question": HOSTILE[case], "conversation": HOSTILE[case][:50]})
    assert response.status_code in (200, 400)
    assert response.content_type.split(";")[0] in ("application/json", "application/problem+json")
    assert isinstance(json.loads(response.data), dict)


@pytest.mark.parametrize("case", HOSTILE)
def test_the_preview_and_addresses_show_it_as_text(visitor: FlaskClient, case: str) -> None:
    text = HOSTILE[case][:800]
    responses = [
        visitor.post("/242047/line-preview", data={"q": text}),
        visitor.post("/242047/line-preview", data={"data": text, "label": text}),
        visitor.post("/242047/line-preview", data={"data": "a=choose&e=" + text, "label": text}),
        visitor.get(f"/{text.replace('/', '').replace('?', '') or 'x'}/"),
    ]
    for response in responses:
        assert response.status_code in (200, 308, 400, 404), response.status_code
        assert not [mark for mark in MARKUP if mark in response.text]


def test_what_was_said_comes_back_escaped_and_whole(visitor: FlaskClient) -> None:
    text = "<b>住民票</b> & \"'"
    response = visitor.post("/242047/", data={"question": text})
    assert escape(text, quote=True).replace("&quot;", "&#34;").replace("&#x27;", "&#39;") in response.text
    assert text in Page(response.text).text


# --- The application log -------------------------------------------------------------------------------------------

CANARY = "かなりあことば"


def test_the_log_never_holds_a_residents_words(
    environment: dict[str, str],
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    app = create_app({**environment, "LOG_LEVEL": "DEBUG"})
    client = app.test_client()
    kit: Services = app.extensions["kotae"]

    def everywhere() -> None:
        client.post("/242047/", data={"question": CANARY, "conversation": CANARY, "turn": CANARY})
        client.post("/242047/", data={"act": "none", "label": CANARY})
        client.post("/242047/", data={"act": CANARY, "e": CANARY, "q": CANARY})
        client.post("/api/v1/242047/ask", json={"question": CANARY, "conversation": CANARY})
        client.post("/api/v1/242047/ask", json={"question": CANARY, CANARY: CANARY})
        client.post("/api/v1/242047/ask", data=CANARY, content_type="application/json")
        client.post(f"/api/v1/{CANARY}/ask", json={"question": CANARY})
        client.post("/242047/line-preview", data={"q": CANARY, "data": CANARY, "label": CANARY})
        client.get(f"/{CANARY}/", headers={"Host": "evil.example", "User-Agent": "x"})
        client.get(f"/{CANARY}/{CANARY}?{CANARY}", headers={"Referer": "http://127.0.0.1/"})

    def fail(*_: object) -> None:
        raise RuntimeError(CANARY)

    everywhere()
    with monkeypatch.context() as broken:
        for name in ("api.answer", "chat.answer", "line_preview.answer_masked"):
            broken.setattr(f"bot.web.{name}", fail)
        everywhere()
        assert client.post("/242047/", data={"question": CANARY}).status_code == 500
    with kit.database.writer.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE query_log RENAME TO query_log_elsewhere")
    everywhere()
    with kit.database.writer.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE conversations RENAME TO conversations_elsewhere")
        connection.exec_driver_sql("ALTER TABLE departments RENAME TO departments_elsewhere")
    everywhere()
    out, err = capfd.readouterr()
    log = out + err + caplog.text
    assert '"event": "fault"' in log
    assert '"event": "not_logged"' in log
    assert "RuntimeError" in log
    for trace in (CANARY, CANARY.encode("unicode_escape").decode(), "%E3%81%8B%E3%81%AA%E3%82%8A"):
        assert trace not in log
    kit.database.dispose()
