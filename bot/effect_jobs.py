"""The effect checks that pages ask for, as work of the jobs process."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from bot.effect_check import Effect, Sample, caution_effects, check_effect, prepare, sample
from bot.many_questions import Progress, Side, processes_here
from bot.reply_memory import ReplyMemory
from bot.services import Services
from intents.decision import POLICIES
from intents.language import JAPANESE
from knowledge.calendar import JST, now, today
from knowledge.check_questions import CheckQuestion, check_questions
from knowledge.corpus import Knowledge
from knowledge.entry_steps import is_live
from knowledge.jobs import EFFECT, ask_once, latest_job
from knowledge.models import Entry, EntryVersion
from knowledge.preview import waiting_versions
from knowledge.recent_questions import recent_questions
from knowledge.staff_words import Word, WordError, keep_word, remove_word

PREPARE, CAUTION = "effect_prepare", "caution_effects"
LONGEST_LOOK_BACK = dt.timedelta(days=400)
_EFFECT = TypeAdapter(Effect)
_EFFECTS = TypeAdapter(dict[str, Effect])

Work = Callable[[Services, str, Mapping[str, Any], Progress], dict[str, Any]]
"""Told the municipality, what was asked for, and whom to tell of the progress; what it returns a page reads."""
NewSide = Callable[[Services, Knowledge, Mapping[str, Any]], Side]


class JobFaultError(ValueError):
    """The work cannot be done; the message is for staff and says what they can do."""


def effect_work(kit: Services, code: str, payload: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """What a change would do; ``of`` in the payload names the kind of change (NEW_SIDES)."""
    knowledge = kit.corpus.current(code)
    make = NEW_SIDES.get(str(payload.get("of")))
    if make is None:
        raise JobFaultError("何を確かめるのか分かりません。もう一度始めてください")
    new = make(kit, knowledge, payload)
    found = check_effect(
        old_side(kit, knowledge, new),
        new,
        *asked_lately(kit, code),
        memory=reply_memory(kit),
        progress=progress,
        processes=processes_here(),
    )
    return effect_as_json(found)


def old_side(kit: Services, knowledge: Knowledge, new: Side) -> Side:
    """What is in force, on the day of the changed side."""
    if new.knowledge.day == knowledge.day:
        return Side(knowledge)
    return Side(kit.previews.with_versions(knowledge.town.code, (), new.knowledge.day).knowledge)


def both_sides(kit: Services, code: str, payload: Mapping[str, Any]) -> tuple[Side, Side]:
    """Both sides of a check, made anew: to read one question's replies.  Raises JobFaultError."""
    knowledge = kit.corpus.current(code)
    new = NEW_SIDES[str(payload.get("of"))](kit, knowledge, payload)
    return old_side(kit, knowledge, new), new


def prepare_work(kit: Services, code: str, payload: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Ask what is in force while staff are still writing, so that the check itself is quick."""
    missing = prepare(
        Side(kit.corpus.current(code)),
        *asked_lately(kit, code),
        memory=reply_memory(kit),
        progress=progress,
        processes=processes_here(),
    )
    return {"asked": missing}


def caution_work(kit: Services, code: str, payload: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """What each level of caution would have changed over the last month."""
    since, until = last_month(today())
    asked, checks = asked_lately(kit, code, since, until)
    knowledge = kit.corpus.current(code)
    found = caution_effects(knowledge, asked, checks, progress=progress, processes=processes_here())
    dumped: dict[str, Any] = _EFFECTS.dump_python(found, mode="json")
    return dumped


def _of_level(kit: Services, knowledge: Knowledge, payload: Mapping[str, Any]) -> Side:
    """``{"of": "level", "level": "bold"}``: another level of caution."""
    policy = POLICIES.get(str(payload.get("level")))
    if policy is None:
        raise JobFaultError("慎重・標準・積極的のどれかを選んでください")
    return Side(knowledge, policy)


def _of_word(kit: Services, knowledge: Knowledge, payload: Mapping[str, Any]) -> Side:
    """``{"of": "word", "kind", "word", "means", "language"}``, with ``"remove": true`` for one that is to go."""
    return with_word(kit, knowledge.town.code, word_in(payload), remove=bool(payload.get("remove")))


def word_in(payload: Mapping[str, Any]) -> Word:
    """The word that a check is of."""
    kind, said, means, language = (str(payload.get(name, "")) for name in ("kind", "word", "means", "language"))
    return Word(kind, said, means, language or JAPANESE)


def with_word(kit: Services, code: str, word: Word, *, remove: bool = False) -> Side:
    """What residents would get with a word more, or less.  Raises JobFaultError."""

    def change(session: Session) -> None:
        if remove:
            remove_word(session, code, word)
        else:
            keep_word(session, code, word, now())

    try:
        return Side(kit.corpus.tried(code, change))
    except WordError as error:
        raise JobFaultError(str(error)) from error


def _of_versions(kit: Services, knowledge: Knowledge, payload: Mapping[str, Any]) -> Side:
    """``{"of": "versions", "versions": [[entry id, number], …], "ending": [entry id, …]}``.

    Versions that wait, as if they were live; and what is live, as if it had ended.
    """
    code = knowledge.town.code
    wanted, ending = versions_in(payload), ending_in(payload)
    with kit.database.reading() as session:
        waiting = {(one.entry_id, one.number): one for one in waiting_versions(session, code)}
        live = [session.get(Entry, (code, entry_id)) for entry_id in ending]
    found = [waiting[one] for one in wanted if one in waiting]
    if not (found or ending) or len(found) < len(wanted):
        raise JobFaultError("版が見つかりません。公開されたか、書き直されました。もう一度えらんで始めてください")
    if not all(is_live(row) for row in live):
        raise JobFaultError("答えが見つかりません。もう公開を終えています。一覧で状態を確かめてください")
    day = max([knowledge.day, _booked_day(payload), *map(_first_day, found)])
    return Side(kit.previews.with_versions(code, found, day, without=ending).knowledge)


def ending_in(payload: Mapping[str, Any]) -> list[str]:
    """The entries whose end a check is of."""
    return [str(entry_id) for entry_id in payload.get("ending", ())]


def _booked_day(payload: Mapping[str, Any]) -> dt.date:
    """The day, in Japan, for which a check on its eve is."""
    booked = payload.get("booked")
    return dt.datetime.fromisoformat(str(booked)).astimezone(JST).date() if booked else dt.date.min


def versions_in(payload: Mapping[str, Any]) -> list[tuple[str, int]]:
    """The versions that a check is of; none where it is of something else."""
    return [(str(entry_id), int(number)) for entry_id, number in payload.get("versions", ())]


def _first_day(version: EntryVersion) -> dt.date:
    """The first day on which residents would get it, as far as it is known."""
    booked = version.publish_at.astimezone(JST).date() if version.publish_at else None
    valid_from = version.content.get("valid_from")
    valid = dt.date.fromisoformat(valid_from) if valid_from else None
    return max(filter(None, (booked, valid)), default=dt.date.min)


NEW_SIDES: dict[str, NewSide] = {"level": _of_level, "word": _of_word, "versions": _of_versions}
"""How the changed side is made, by the payload's ``of``."""


def asked_lately(
    kit: Services, code: str, since: dt.date | None = None, until: dt.date | None = None
) -> tuple[Sample, list[CheckQuestion]]:
    """The questions that a check of ``code`` asks."""
    with kit.database.reading() as session:
        return questions_of(session, code, since, until)


def questions_of(
    session: Session, code: str, since: dt.date | None = None, until: dt.date | None = None
) -> tuple[Sample, list[CheckQuestion]]:
    since = since or today() - LONGEST_LOOK_BACK
    return sample(recent_questions(session, code, since=since, until=until)), check_questions(session, code)


def last_month(day: dt.date) -> tuple[dt.date, dt.date]:
    """The thirty days up to ``day``."""
    return day - dt.timedelta(days=29), day


def prepare_soon(kit: Services, code: str) -> None:
    """Let what is in force be asked before anybody waits for a check, once for each state of it."""
    knowledge = kit.corpus.current(code)
    state = knowledge.state
    payload = {"published": state.published, "learned": state.learned, "day": state.day.isoformat()}
    with kit.database.reading() as session:
        latest = latest_job(session, code, PREPARE)
    if latest is not None and latest.payload == payload and latest.state != "failed":
        return
    with kit.database.writing() as session:
        ask_once(session, code, PREPARE, payload, now())


def reply_memory(kit: Services) -> ReplyMemory:
    return ReplyMemory(kit.settings.indexes_folder)


def effect_as_json(effect: Effect) -> dict[str, Any]:
    dumped: dict[str, Any] = _EFFECT.dump_python(effect, mode="json")
    return dumped


def effect_from_json(result: Mapping[str, Any]) -> Effect:
    """What a page reads of a job that is done."""
    return _EFFECT.validate_python(result)


def caution_effects_from_json(result: Mapping[str, Any]) -> dict[str, Effect]:
    return _EFFECTS.validate_python(result)


WORKS: Mapping[str, Work] = {EFFECT: effect_work, PREPARE: prepare_work, CAUTION: caution_work}
"""What the jobs process does, by the kind of job."""
