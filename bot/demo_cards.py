"""What an office would have done about the cards of a demonstration year: every state of a card is there to be seen.

Only cards that were made of invented questions are touched; they go with them.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.demo_asking import answers_of
from bot.services import Services
from intents.grouping import text_key
from knowledge.calendar import JST, now
from knowledge.corpus import Knowledge
from knowledge.demo_data import WRITER, demo_data
from knowledge.demo_wordings import Subject, subjects
from knowledge.models import DemoData, NeedCard, NeedText
from knowledge.need_cards import note
from knowledge.need_steps import By, consider, decline, inquire, remind, take_reply

OFFICE = "担当課（見本）"
_DAY = dt.timedelta(days=1)


def care_for_cards(kit: Services, code: str) -> None:
    """Let the cards asked for most be in different states, and those of answers published in the year be answered."""
    knowledge, moment = kit.corpus.current(code), now()
    with kit.database.writing() as session:
        told = demo_data(session, code)
        if told is None:
            return
        cards = _own_cards(session, code, told)
        published = _publish(session, code, told, cards, knowledge)
        _take_steps([card for card in cards if card.number not in published], session, moment)


def _own_cards(session: Session, code: str, told: DemoData) -> list[NeedCard]:
    """Those asked for most first."""
    wanted = select(NeedCard).where(
        NeedCard.municipality_code == code, NeedCard.made_at >= told.made_at, NeedCard.state == "open"
    )
    return list(session.scalars(wanted.order_by(NeedCard.times.desc(), NeedCard.number)))


def _publish(
    session: Session, code: str, told: DemoData, cards: Sequence[NeedCard], knowledge: Knowledge
) -> frozenset[int]:
    """The card of what was asked in vain until its answer was published, with that answer."""
    held = _texts(session, code)
    days = (told.last_on - told.first_on).days + 1
    found = set()
    for subject in subjects():
        if subject.published is None:
            continue
        card = _card_of(subject, cards, held)
        answer = next(iter(answers_of(knowledge, subject)), None)
        if card is None or answer is None or card.number in found:
            continue
        day = told.first_on + int(subject.published * days) * _DAY
        at = dt.datetime.combine(day, dt.time(), JST)
        card.state, card.answer_id, card.answer_version = "published", answer, knowledge.answers[answer].version
        card.published_at = card.changed_at = at
        note(session, code, card.number, "published", at, (None, WRITER))
        found.add(card.number)
    return frozenset(found)


def _texts(session: Session, code: str) -> dict[str, int]:
    rows = session.execute(select(NeedText.key, NeedText.number).where(NeedText.municipality_code == code))
    return {row.key: row.number for row in rows}


def _card_of(subject: Subject, cards: Sequence[NeedCard], held: Mapping[str, int]) -> NeedCard | None:
    """The card on which most of its wordings are."""
    own = {card.number: card for card in cards}
    times = Counter(number for text in subject.texts if (number := held.get(text_key(text))) in own)
    return own[min(times, key=lambda number: (-times[number], number))] if times else None


def _take_steps(cards: Sequence[NeedCard], session: Session, moment: dt.datetime) -> None:
    today = moment.astimezone(JST).date()
    before = By(None, WRITER, moment - 20 * _DAY)
    for place, card in enumerate(cards[:7]):
        match place:
            case 1:
                inquire(session, card, OFFICE, today - 20 * _DAY, today - 6 * _DAY, before)
                remind(session, card, today - 3 * _DAY, By(None, WRITER, moment - 3 * _DAY))
            case 2:
                inquire(session, card, OFFICE, today - 2 * _DAY, today + 12 * _DAY, By(None, WRITER, moment - 2 * _DAY))
            case 4:
                inquire(session, card, OFFICE, today - 20 * _DAY, today - 6 * _DAY, before)
                take_reply(
                    session,
                    card,
                    "（見本）担当課で受け付けています。",
                    "担当課への照会（見本）",
                    By(None, WRITER, moment),
                )
            case 5:
                consider(session, card, "（見本）オンラインでも受けられるように、しくみを検討します。", before)
            case 6:
                decline(session, card, "（見本）ほかの窓口で案内しているため、ここでは答えを作りません。", before)
            case _:
                pass
