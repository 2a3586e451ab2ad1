"""The test channel of a municipality: answers as they would be with all drafts, for listed colleagues alone.

It is received, stored and sent like the real one.  Nothing of it is logged: it is no resident's question.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from bot.line.inbox import Claim
from bot.line.messages import NO_LOG
from bot.line.replying import Prepared, prepare
from bot.replies import Reply, with_opening
from intents.decision import Decision
from knowledge.db import Database
from knowledge.line_testers import admit, sender_of_code, tester_of
from knowledge.preview import Preview, Previews, Selection
from knowledge.roles import Person, Role

MARK = "【下書きを含む試験】"
ADMITTED = (
    f"{MARK}\n{{name}}さんを、この試験用のLINEの利用者に加えました。"
    "これからは、公開前の下書きも含めてお答えします。住民への案内には使わないでください。"
)
STRANGER = (
    "ここは、職員が公開前の答えを試すためのLINEです。ご質問は、市町村の公式のLINEやホームページでお尋ねください。\n"
    "職員の方は、職員用の画面の「試験用のLINE」で確認コードを出し、ここに送ってください。"
)


def prepare_test(database: Database, previews: Previews, claimed: Claim, moment: dt.datetime) -> Prepared:
    """Decide what an event of the test channel gets.  Raises UnknownMunicipalityError."""
    code, text = claimed.municipality_code, claimed.text or ""
    with database.reading() as session:
        tester = tester_of(session, code, claimed.asker, moment)
        sender = sender_of_code(session, code, text, moment) if text and claimed.asker else None
    if sender is not None:
        return _admitting(sender, claimed, moment)
    if tester is None:
        return Prepared(_said(STRANGER), NO_LOG, note="no tester")
    own = tester.departments(Role.VIEWER, code)
    preview = previews.current(code, Selection(drafts=True, departments=own))
    prepared = prepare(database, preview.knowledge, claimed, moment)
    return replace(
        prepared,
        reply=marked(prepared.reply, preview) if prepared.reply else None,
        log_id=NO_LOG,
        asked=None,
        # A tap marks a row of the log; of a test there is none.
        marks=() if claimed.kind == "postback" else prepared.marks,
    )


def _admitting(sender: Person, claimed: Claim, moment: dt.datetime) -> Prepared:
    code, asker, text = claimed.municipality_code, claimed.asker or "", claimed.text or ""
    return Prepared(
        _said(ADMITTED.format(name=sender.name)),
        NO_LOG,
        note="tester admitted",
        marks=(lambda session: admit(session, sender, code, asker, text, moment),),
    )


def _said(text: str) -> Reply:
    return Reply(Decision.SMALLTALK, text=text)


def marked(reply: Reply, preview: Preview) -> Reply:
    """``reply`` with the mark before it, and which of what it shows residents do not have."""
    return with_opening(reply, "\n".join([MARK, *_unpublished(reply, preview)]))


def _unpublished(reply: Reply, preview: Preview) -> list[str]:
    if reply.answer is not None:
        version = preview.drafts.get(reply.answer.entry_id)
        return [
            f"この答えは、まだ公開していません（第{version}版の下書き）。" if version else "この答えは、公開中です。"
        ]
    waiting = [choice.title for choice in reply.choices if choice.entry_id in preview.drafts]
    if waiting:
        return [f"まだ公開していないもの：{'、'.join(waiting)}"]
    return ["ここに並ぶ答えは、すべて公開中です。"] if reply.choices else []
