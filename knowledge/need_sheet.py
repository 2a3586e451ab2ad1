"""照会票: the cards that an office is asked about, as a sheet that goes out and comes back with its replies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.calendar import date_name
from knowledge.cells import control_character
from knowledge.demo_data import NOTICE, is_demo
from knowledge.models import NeedCard
from knowledge.need_steps import GAPS, LONGEST_REPLY, LONGEST_SOURCE, By, take_reply, texts_of
from knowledge.sheet_places import one_sheet
from knowledge.tabular import OutSheet, Sheet
from knowledge.workbooks import workbook_bytes

NUMBER, NAME, REPLY, SOURCE = "票の番号", "票の名前", "回答", "根拠（計画・要綱・ページなど）"
HEADINGS = (NUMBER, NAME, "何が足りないか", "聞かれた回数", "住民の言い方", "照会先", "回答の期限", REPLY, SOURCE)
NEEDED = (NUMBER, REPLY)
_WIDTHS = (10, 28, 18, 12, 60, 22, 14, 70, 40)
_EXAMPLES = 5


@dataclass(frozen=True)
class Answered:
    """A reply that a sheet brings to a card."""

    number: int
    name: str
    old: str
    reply: str
    source: str


@dataclass(frozen=True)
class RepliesPlan:
    """``answered``: what would be taken; ``empty``: rows without a reply.  With a problem nothing is taken."""

    answered: tuple[Answered, ...]
    empty: int
    problems: tuple[str, ...]


def inquiry_workbook(session: Session, cards: Sequence[NeedCard], town: str, day: dt.date) -> bytes:
    """One row for each card.  Residents' words are the masked ones of the log."""
    rows = [_row(session, card) for card in cards]
    about = [
        ("照会票", f"{town}　{date_name(day)}"),
        ("お願い", f"「{REPLY}」と「{SOURCE}」の列に書いて、このファイルのまま返してください。"),
        ("ご注意", "「票の番号」は変えないでください。答えられないときは、その理由を「回答」に書いてください。"),
    ]
    if any(is_demo(session, code) for code in {card.municipality_code for card in cards}):
        about.append(("見本", NOTICE))
    sheet = OutSheet("照会票", HEADINGS, _WIDTHS, frozenset({0, 3}), rows)
    return workbook_bytes(about, [sheet])


def _row(session: Session, card: NeedCard) -> tuple[str, ...]:
    examples = "\n".join(f"・{one.text}" for one in texts_of(session, card)[:_EXAMPLES])
    due = card.due_on.isoformat() if card.due_on else ""
    return (
        str(card.number),
        card.name,
        GAPS[card.gap],
        str(card.times),
        examples,
        card.inquiry_of or "",
        due,
        card.reply or "",
        card.reply_source or "",
    )


def planned_replies(
    session: Session, code: str, sheets: Sequence[Sheet], departments: frozenset[str] | None
) -> RepliesPlan:
    """What taking the sheet in would do.  ``departments``: of which cards the reader may take replies, None for all.

    Raises ImportFaultsError where no table can be found.
    """
    table = one_sheet("needs", sheets, HEADINGS, NEEDED)
    known = _known(session, code, departments)
    answered: list[Answered] = []
    problems: list[str] = []
    empty, seen = 0, set[int]()
    for row in table.rows:
        number, reply, source = ((table.text(row, heading) or "").strip() for heading in (NUMBER, REPLY, SOURCE))
        if not any((number, reply, source)):
            continue
        place = table.place(row)
        problems += table.bad_cells(row)
        card = known.get(int(number)) if number.isascii() and number.isdecimal() and len(number) < 9 else None
        faults = _faults(number, reply, source, card, seen)
        problems += [place.fault(heading, sentence) for heading, sentence in faults]
        if faults or card is None:
            continue
        seen.add(card.number)
        if not reply:
            empty += 1
        elif (reply, source or None) != (card.reply, card.reply_source):
            answered.append(Answered(card.number, card.name, card.reply or "", reply, source))
    return RepliesPlan(tuple(answered), empty, tuple(problems))


def _known(session: Session, code: str, departments: frozenset[str] | None) -> Mapping[int, NeedCard]:
    wanted = select(NeedCard).where(NeedCard.municipality_code == code)
    if departments is not None:
        wanted = wanted.where(NeedCard.department.in_(sorted(departments)))
    return {card.number: card for card in session.scalars(wanted)}


def _faults(number: str, reply: str, source: str, card: NeedCard | None, seen: set[int]) -> list[tuple[str, str]]:
    if card is None:
        return [(NUMBER, f"「{number}」という番号の票がありません（受け取った照会票の番号のままにしてください）")]
    found = []
    if card.number in seen:
        found.append((NUMBER, f"{number}番が二度あります。一つの行にまとめてください"))
    if card.state == "merged":
        found.append((NUMBER, f"{number}番は{card.merged_into}番にまとめました。{card.merged_into}番に書いてください"))
    if len(reply) > LONGEST_REPLY:
        found.append((REPLY, f"{LONGEST_REPLY:,}字までで書いてください（今は{len(reply):,}字）"))
    if len(source) > LONGEST_SOURCE:
        found.append((SOURCE, f"{LONGEST_SOURCE}字までで書いてください（今は{len(source):,}字）"))
    for heading, text in ((REPLY, reply), (SOURCE, source)):
        if bad := control_character(text):
            found.append((heading, f"使えない文字があります（{bad}）。消してください"))
    return found


def take_replies(session: Session, code: str, plan: RepliesPlan, by: By) -> int:
    """All of them, within a transaction of the caller's; how many cards changed."""
    changed = 0
    for one in plan.answered:
        card = session.get_one(NeedCard, (code, one.number), with_for_update=True)
        changed += take_reply(session, card, one.reply, one.source, by)
    return changed
