"""Hostile strings by every way that residents have: what is kept of them is the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from app import create_app
from bot.services import Services
from knowledge.bundle import Bundle
from knowledge.calendar import now
from knowledge.loading import load_bundle
from knowledge.models import LineEvent, LoggedQuestion
from tests.bot.line.conftest import CODE, drain, sender_of
from tests.support.fake_line import FakeLine, signature, text_event, webhook_body
from tests.support.hostile import hostile_strings, packs

TEXTS = (
    hostile_strings() if "FUZZ_EXAMPLES" in os.environ else tuple(pack.text for pack in packs(1500, hostile_strings()))
)
"""All of them, several to a question; each alone by `make fuzz`."""
LOGGED = (
    LoggedQuestion.channel,
    LoggedQuestion.text,
    LoggedQuestion.words,
    LoggedQuestion.decision,
    LoggedQuestion.entry_id,
    LoggedQuestion.language,
    LoggedQuestion.personal_data,
)
KEPT = (LineEvent.id, LineEvent.kind, LineEvent.state, LineEvent.note, LineEvent.text, LineEvent.personal_data)


def state_after(environment: dict[str, str], url: str, bundle: Bundle, line: FakeLine) -> dict[str, Any]:
    """What is kept, and said, when residents have written all of it."""
    app = create_app({**environment, "DATABASE_URL": url})
    kit: Services = app.extensions["kotae"]
    load_bundle(kit.database, bundle, now())
    client, statuses, answered = app.test_client(), [], []
    for text in TEXTS:
        web = client.post(f"/{CODE}/", data={"question": text.encode("utf-8", "surrogatepass")})
        api = client.post(
            f"/api/v1/{CODE}/ask", data=json.dumps({"question": text[:2000]}), content_type="application/json"
        )
        statuses.append((web.status_code, api.status_code))
    sent = [text_event(line, text, sender=number) for number, text in enumerate(TEXTS)]
    body = webhook_body(sent)
    statuses.append(
        client.post(f"/line/{CODE}/webhook", data=body, headers={"x-line-signature": signature(body)}).status_code
    )
    drain(sender_of(kit))
    for one in sent:
        (messages,) = line.accepted(one["replyToken"]) or [None]
        said = json.dumps(messages and messages["messages"], ensure_ascii=False)
        answered.append(re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "row", said))
    with kit.database.reading() as session:
        logged = sorted(repr(tuple(row)) for row in session.execute(select(*LOGGED)))
        kept = [tuple(row) for row in session.execute(select(*KEPT).order_by(LineEvent.id))]
    kit.database.dispose()
    return {"statuses": statuses, "answered": answered, "logged": logged, "kept": kept}


def test_both_databases_keep_the_same(
    line: FakeLine,
    line_environment: dict[str, str],
    database_url_maker: Callable[[str], str],
    bundles: list[Bundle],
) -> None:
    bundle = next(each for each in bundles if each.municipality.code == CODE)
    one, other = (
        state_after(line_environment, database_url_maker(engine), bundle, line) for engine in ("sqlite", "postgresql")
    )
    assert one["statuses"] == other["statuses"]
    assert {status for pair in one["statuses"][:-1] for status in pair} <= {200, 400}
    assert one["statuses"][-1] == 200
    assert one["kept"] == other["kept"]
    assert {state for _, _, state, *_ in one["kept"]} == {"answered"}
    assert one["logged"] == other["logged"]
    assert len(one["logged"]) > 2 * len(TEXTS)
    assert one["answered"] == other["answered"]
