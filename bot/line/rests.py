"""Channels that LINE refuses, or of which it wants fewer calls: every process and machine keeps to the same rest.

When a rest is over, one sender calls, not all that waited; what LINE then says closes the circuit or opens it anew.
After too many calls, whoever calls takes a turn, so that all together stay under fifty a second.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from typing import Any, cast

import structlog
from sqlalchemy import CursorResult, Select, Table, bindparam, delete, select, update
from sqlalchemy.orm import Session

from knowledge.db import Database
from knowledge.models import ChannelRest
from knowledge.query_log import insert_ignoring

UNAUTHORIZED, TOO_MANY = "unauthorized", "too many calls"
REST = {UNAUTHORIZED: dt.timedelta(seconds=10), TOO_MANY: dt.timedelta(seconds=0.5)}
"""After a refusal."""
TURN = {UNAUTHORIZED: dt.timedelta(seconds=10), TOO_MANY: dt.timedelta(milliseconds=25)}
"""Between one call and the next, until LINE has taken some for a while."""
QUIET = dt.timedelta(seconds=5)
"""So long without a refusal, and calls need no turns any more."""
LONGEST = max((*REST.values(), *TURN.values()))

_log = structlog.get_logger("line.rests")


def resting(session: Session, moment: dt.datetime) -> Sequence[ChannelRest]:
    """The channels that LINE refuses now, with why, since when and how many calls: for whoever is to be told."""
    return session.scalars(
        select(ChannelRest).where(ChannelRest.refused_at > moment - 6 * LONGEST).order_by(ChannelRest.channel)
    ).all()


def rest_of(session: Session, channel: str) -> ChannelRest | None:
    """Asked before every call, and nearly always nothing: the row is read as such, and told as one of its own."""
    row = session.execute(_rest_of(), {"name": channel}).mappings().first()
    return ChannelRest(**row) if row is not None else None


@cache
def _rest_of() -> Select[Any]:
    table = cast(Table, ChannelRest.__table__)
    return select(table).where(table.c.channel == bindparam("name"))


def seconds_left(rest: ChannelRest | None, moment: dt.datetime) -> float:
    """Until somebody may call; what a clock wrote that ran ahead holds nobody."""
    if rest is None or not moment < rest.until <= moment + LONGEST:
        return 0.0
    return (rest.until - moment).total_seconds()


def take_turn(database: Database, rest: ChannelRest, moment: dt.datetime) -> float:
    """Seconds to wait; 0 where the caller, and nobody else, may call now."""
    if (left := seconds_left(rest, moment)) > 0:
        return left
    turn = TURN.get(rest.reason, LONGEST)
    with database.writing() as session:
        taken = session.execute(
            update(ChannelRest)
            .where(ChannelRest.channel == rest.channel, ChannelRest.until == rest.until)
            .values(until=moment + turn)
        )
    return 0.0 if cast("CursorResult[Any]", taken).rowcount else turn.total_seconds()


def note_refusal(database: Database, channel: str, reason: str, moment: dt.datetime) -> None:
    newest = {"until": moment + REST[reason], "reason": reason, "refused_at": moment}
    with database.writing() as session:
        first = {"channel": channel, "since": moment, "refused": 1} | newest
        added = insert_ignoring(session, ChannelRest, first).returning(ChannelRest.channel)
        is_first = session.scalar(added) is not None
        if not is_first:
            session.execute(
                update(ChannelRest)
                .where(ChannelRest.channel == channel)
                .values(refused=ChannelRest.refused + 1, **newest)
            )
    if is_first:
        _log.error("channel_rests", channel=channel, reason=reason)


def note_served(database: Database, rest: ChannelRest, moment: dt.datetime) -> None:
    """LINE took a call: the circuit closes; of too many calls only after it was quiet for a while."""
    if rest.reason == TOO_MANY and moment - QUIET < rest.refused_at <= moment:
        return
    with database.writing() as session:
        gone = session.execute(delete(ChannelRest).where(ChannelRest.channel == rest.channel))
    if cast("CursorResult[Any]", gone).rowcount:
        _log.info("channel_serves_again", channel=rest.channel, refused=rest.refused)
