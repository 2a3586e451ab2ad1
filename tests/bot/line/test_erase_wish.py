"""「削除」 in LINE: a code, the same however often the reply is tried, that opens this person's records and no other's."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from sqlalchemy import select

from bot.line import inbox
from bot.services import Services
from knowledge.calendar import now
from knowledge.erasure_codes import MOST, ErasureCodeError, open_with
from knowledge.models import ErasureCode, LoggedQuestion
from knowledge.residents_data import Resident, erase_resident
from tests.bot.line.conftest import CODE, Clock, drain, sender_of
from tests.bot.line.test_sender import keep, rows, text_event, text_of
from tests.support.every_column import places_of
from tests.support.fake_line import FakeLine, Fault

SPELLED = re.compile("[A-HJKMNP-TV-Z2-9]{4}-[A-HJKMNP-TV-Z2-9]{4}")


def told(kit: Services, line: FakeLine, text: str, sender: int = 1) -> str:
    one = text_event(line, text, sender=sender)
    keep(kit, one)
    drain(sender_of(kit))
    return text_of(line.accepted(one["replyToken"]))


def test_a_code_opens_everything_of_this_person_and_nothing_of_others(kit: Services, line: FakeLine) -> None:
    told(kit, line, "わたしのかなりあの巣箱")
    told(kit, line, "べつのひとのすずめの巣箱", sender=2)
    said = told(kit, line, "記録を消して")
    (code,) = SPELLED.findall(said)
    assert "電話か窓口" in said
    assert places_of(kit.database, [code, code.replace("-", "")]) == set(), "it is kept as a digest"
    assert [row.text for row in logged(kit)] == ["わたしのかなりあの巣箱", "べつのひとのすずめの巣箱"], "no question"
    asker = next(row.asker for row in rows(kit) if row.text is None)
    assert asker
    with kit.database.writing() as session:
        opened = open_with(session, f"  {code.lower()} ", now())
        assert (opened.municipality_code, opened.channel) == (CODE, "line")
        erase_resident(session, CODE, opened.who, now())
    assert places_of(kit.database, ["かなりあ", "カナリア", asker]) == set()
    assert [row.text for row in logged(kit)] == ["べつのひとのすずめの巣箱"]
    with pytest.raises(ErasureCodeError, match="ありません"), kit.database.reading() as session:
        open_with(session, code, now())


def logged(kit: Services) -> list[LoggedQuestion]:
    with kit.database.reading() as session:
        return list(session.scalars(select(LoggedQuestion).order_by(LoggedQuestion.asked_at)))


def test_where_the_connection_broke_after_line_took_the_reply_its_code_works(
    kit: Services, line: FakeLine, clock: Clock
) -> None:
    line.faults.append(Fault("accept_then_reset"))
    one = text_event(line, "削除")
    keep(kit, one)
    sender = sender_of(kit, clock)
    for _ in range(3):
        drain(sender)
        clock.forward(1)
    (row,) = rows(kit)
    assert row.state == "unconfirmed"
    (code,) = SPELLED.findall(text_of(line.accepted(one["replyToken"])))
    with kit.database.reading() as session:
        assert open_with(session, code, now()).who.asker == row.asker


@pytest.mark.parametrize(("days", "said"), [(29, None), (30, "期限が切れて"), (400, "期限が切れて")])
def test_a_code_works_for_thirty_days(kit: Services, line: FakeLine, days: int, said: str | None) -> None:
    (code,) = SPELLED.findall(told(kit, line, "削除"))
    moment = now() + dt.timedelta(days=days)
    with kit.database.reading() as session:
        if said is None:
            assert open_with(session, code, moment, CODE).who.asker
            return
        with pytest.raises(ErasureCodeError, match=said):
            open_with(session, code, moment, CODE)


def test_who_asks_for_many_codes_holds_the_newest(kit: Services, line: FakeLine) -> None:
    codes = [SPELLED.findall(told(kit, line, "削除"))[0] for _ in range(MOST + 2)]
    with kit.database.reading() as session:
        assert len(session.scalars(select(ErasureCode)).all()) == MOST
        assert open_with(session, codes[-1], now()).who.asker
        with pytest.raises(ErasureCodeError):
            open_with(session, codes[0], now())


def test_what_still_waits_for_its_answer_is_erased_and_never_answered(kit: Services, line: FakeLine) -> None:
    """One that nobody has begun, and one that is being answered: whoever holds it writes nothing of it."""
    begun, waits, other = (text_event(line, f"{word}の巣箱", sender=sender) for word, sender in WAITING)
    keep(kit, begun)
    claimed = inbox.claim(kit.database, "another:1:0", now())
    assert claimed is not None
    assert claimed.asker
    keep(kit, waits, other)
    with kit.database.writing() as session:
        gone = erase_resident(session, CODE, Resident(claimed.asker), now())
    assert gone["line_events"] == 2
    assert places_of(kit.database, ["かなりあ", "めじろ", claimed.asker]) == set()
    with kit.database.writing() as session:
        assert not inbox.finish(session, claimed, "answered", now(), accepted=True)
    inbox.try_later(kit.database, claimed, now(), "again")
    keep(kit, *({**one, "deliveryContext": {"isRedelivery": True}} for one in (begun, waits)))
    drain(sender_of(kit))
    assert [(row.state, row.note, row.deliveries) for row in rows(kit)][:2] == [("ignored", "erased", 2)] * 2
    assert [row.text for row in logged(kit)] == ["すずめの巣箱"]
    assert line.accepted(waits["replyToken"]) == []
    assert places_of(kit.database, ["かなりあ", "めじろ", claimed.asker]) == set()
    assert inbox.reconcile(kit.database, now()).sound


WAITING = (("かなりあ", 1), ("めじろ", 1), ("すずめ", 2))


def test_who_has_switched_readings_on_reads_them_here_too(kit: Services, line: FakeLine) -> None:
    told(kit, line, "ふりがなをつけて")
    said = told(kit, line, "記録を消して")
    assert "記録（きろく）" in said
    assert SPELLED.search(said), "the code is copied as it is"
    assert "記録（きろく）" not in told(kit, line, "記録を消して", sender=2)
