"""What staff write of opening hours, read from a form: places with their usual week, and single days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from bot.console.forms import day_of
from knowledge.opening_hours import EVERYWHERE, ONE_DAY, DayKind, Place, Span, SpecialDay
from knowledge.opening_places import DAYS_IN_A_WEEK, clock
from knowledge.times_of_day import time_of_day

MOST_NAME = 40
MOST_NAMES = 10
MOST_REASON = 60
MOST_DAYS = 31
WEEKDAYS = "月火水木金土日"
KINDS: Mapping[str, str] = {
    DayKind.CLOSED.value: "休む（臨時休業など）",
    DayKind.OPEN.value: "この時間に開く（休日開庁・時間の変更）",
    DayKind.HOLIDAY.value: "祝日と同じに扱う（祝日の表に足す）",
    DayKind.WORKDAY.value: "祝日として扱わない（祝日の表から外す）",
}
_TIMES = (("opens", "始まり"), ("closes", "終わり"))
_FIELD_WORDS: Mapping[str, str] = {
    "name": "場所の名前",
    "also_called": "別の呼び名",
    **{f"{field}_{day}": f"{name}曜日の{words}" for day, name in enumerate(WEEKDAYS) for field, words in _TIMES},
    "lunch_from": "昼休みの始まり",
    "lunch_until": "昼休みの終わり",
    "closed_on_holidays": "祝日",
    "closed_at_new_year": "12月29日から1月3日",
}


def place_of(given: Mapping[str, str], number: int, others: Collection[str], errors: dict[str, str]) -> Place | None:
    """The place as the form tells it; None with what is wrong in ``errors``.  ``others``: names already used."""
    name = " ".join(given.get("name", "").split())
    called = tuple(dict.fromkeys(filter(None, (" ".join(x.split()) for x in given.get("also_called", "").split("\n")))))
    if not name or len(name) > MOST_NAME:
        errors["name"] = f"場所の名前を{MOST_NAME}字までで書いてください（例：市役所本庁）"
    elif name in others:
        errors["name"] = "同じ名前の場所がもうあります。別の名前にしてください"
    if len(called) > MOST_NAMES or any(len(one) > MOST_NAME for one in called):
        errors["also_called"] = f"別の呼び名は、1行に1つ、{MOST_NAME}字までで{MOST_NAMES}個まで書けます"
    week = tuple(_span(given, f"opens_{day}", f"closes_{day}", errors) for day in range(DAYS_IN_A_WEEK))
    if not any(week) and not any(one.startswith(("opens_", "closes_")) for one in errors):
        errors["opens_0"] = "開いている曜日の時間を、少なくとも1つ書いてください"
    lunch = _span(given, "lunch_from", "lunch_until", errors)
    if errors:
        return None
    return Place(
        number, name, called, week, lunch, bool(given.get("closed_on_holidays")), bool(given.get("closed_at_new_year"))
    )


def fields_of(place: Place) -> dict[str, str]:
    """The form's fields for a place."""
    fields = {"name": place.name, "also_called": "\n".join(place.also_called)}
    for day, span in enumerate(place.week):
        fields |= {f"opens_{day}": clock(span.opens), f"closes_{day}": clock(span.closes)} if span else {}
    if place.lunch:
        fields |= {"lunch_from": clock(place.lunch.opens), "lunch_until": clock(place.lunch.closes)}
    fields |= {"closed_on_holidays": "1"} if place.closed_on_holidays else {}
    return fields | ({"closed_at_new_year": "1"} if place.closed_at_new_year else {})


def differences(theirs: Mapping[str, str], mine: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Where two forms of a place say something else: the field in words, theirs, mine."""
    found = []
    for field, words in _FIELD_WORDS.items():
        one, other = ("\n".join(each.get(field, "").split()) for each in (theirs, mine))
        if one != other:
            found.append((words, _said(field, one), _said(field, other)))
    return found


def _said(field: str, value: str) -> str:
    if field.startswith("closed_"):
        return "休み" if value else "開く"
    return value.replace("\n", "、") or "（なし）"


def special_days_of(given: Mapping[str, str], places: Sequence[int], errors: dict[str, str]) -> list[SpecialDay]:
    """The single days as the form tells them; none with what is wrong in ``errors``."""
    first = day_of(given.get("day", ""), "day", errors)
    last = day_of(given.get("last_day", ""), "last_day", errors)
    if first is None:
        errors.setdefault("day", "日付を 2026-04-01 か 令和8年4月1日 のように書いてください")
    elif last is not None and not first <= last < first + MOST_DAYS * ONE_DAY:
        errors["last_day"] = f"終わりの日は、始まりの日から{MOST_DAYS}日以内にしてください"
    if given.get("kind") not in KINDS:
        errors["kind"] = "その日をどうするかをえらんでください"
    number = given.get("place", "")
    if number not in map(str, (EVERYWHERE, *places)):
        errors["place"] = "場所をえらんでください"
    reason = " ".join(given.get("reason", "").split())
    if len(reason) > MOST_REASON:
        errors["reason"] = f"理由は{MOST_REASON}字までで書いてください（今は{len(reason)}字）"
    if errors or first is None:
        return []
    kind = DayKind(given["kind"])
    span = _span(given, "opens", "closes", errors) if kind is DayKind.OPEN else None
    _kind_faults(kind, int(number), span, reason, errors)
    if errors:
        return []
    count = ((last or first) - first).days + 1
    return [SpecialDay(int(number), first + ahead * ONE_DAY, kind, span, reason) for ahead in range(count)]


def _kind_faults(kind: DayKind, place: int, span: Span | None, reason: str, errors: dict[str, str]) -> None:
    if kind is DayKind.OPEN and span is None:
        errors.setdefault("opens", "開く時間を、始まりと終わりの両方書いてください")
    if kind in (DayKind.HOLIDAY, DayKind.WORKDAY) and place != EVERYWHERE:
        errors["place"] = "祝日の扱いは「すべての場所」でえらんでください"
    if kind in (DayKind.CLOSED, DayKind.HOLIDAY) and not reason:
        errors["reason"] = "住民に出す理由か、休日の名前を書いてください"


def _span(given: Mapping[str, str], opens: str, closes: str, errors: dict[str, str]) -> Span | None:
    """From one field to the other; None where both are empty."""
    times: dict[str, dt.time | None] = {}
    for name in (opens, closes):
        try:
            times[name] = time_of_day(given.get(name, ""))
        except ValueError:
            errors[name] = "時刻は 8:30 か 17時15分 のように書いてください"
    first, last = times.get(opens), times.get(closes)
    if opens in errors or closes in errors or (first is None and last is None):
        return None
    if first is None or last is None:
        errors[opens if first is None else closes] = "始まりと終わりの両方を書いてください"
        return None
    if first >= last:
        errors[closes] = "終わりの時刻は、始まりより後にしてください"
        return None
    return Span(first, last)
