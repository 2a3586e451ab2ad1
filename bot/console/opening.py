"""受付時間: when each place receives residents; what comes of it today and this week is shown beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.console.entering import Answered
from bot.console.forms import tell
from bot.console.guard import actor, person, require
from bot.console.opening_form import (
    KINDS,
    MOST_NAME,
    MOST_REASON,
    WEEKDAYS,
    differences,
    fields_of,
    place_of,
    special_days_of,
)
from bot.opening import standing_sentence
from bot.services import services
from knowledge import audit
from knowledge.calendar import JST, date_name, now
from knowledge.opening_hours import (
    EVERYWHERE,
    ONE_DAY,
    DayHours,
    DayKind,
    OpeningHours,
    Place,
    SpecialDay,
    Why,
)
from knowledge.opening_places import (
    PlaceChangedError,
    clock,
    mark_of,
    opening_hours,
    remove_day,
    remove_place,
    save_place,
    set_day,
    told,
)
from knowledge.public_holidays import holidays_between
from knowledge.roles import Role

blueprint = Blueprint("opening", __name__)

DAYS_SHOWN = 8
"""Today and the week after it."""
HOLIDAYS_AHEAD = dt.timedelta(days=370)
ALL_PLACES = "すべての場所"
_CLOSED_FOR = {Why.USUAL: "決まった休み", Why.NEW_YEAR: "年末年始"}


@dataclass(frozen=True)
class ShownDay:
    """A day of the preview, in words."""

    name: str
    hours: str
    why: str


@dataclass(frozen=True)
class ShownPlace:
    """A place with what residents are told at this moment, and its next days."""

    place: Place
    is_open: bool
    sentence: str
    days: tuple[ShownDay, ...]


@blueprint.get("/<code>/opening")
def index(code: str) -> str:
    return _page(code, {}, {})


@blueprint.get("/<code>/opening/places/new")
def new(code: str) -> str:
    """An empty form; the times of the main place are there to begin with."""
    hours = _hours(code)
    fields = fields_of(hours.places[0]) if hours else {"closed_on_holidays": "1", "closed_at_new_year": "1"}
    return _form(code, None, fields | {"name": "", "also_called": ""}, {})


@blueprint.get("/<code>/opening/places/<int:number>")
def place(code: str, number: int) -> str:
    found = _place_or_404(_hours(code), number)
    return _form(code, found, fields_of(found), {})


@blueprint.post("/<code>/opening/places/new")
def add(code: str) -> Answered:
    return _save(code, None)


@blueprint.post("/<code>/opening/places/<int:number>")
def save(code: str, number: int) -> Answered:
    found = _place(_hours(code), number)
    if found is None:  # taken away by somebody else, while this person wrote
        require(Role.ADMIN, code, None)
        return _form(code, None, request.form.to_dict(), {}, conflict=True), 409
    return _save(code, found)


@blueprint.post("/<code>/opening/places/<int:number>/remove")
def remove(code: str, number: int) -> Response:
    require(Role.ADMIN, code, None)
    gone = _place_or_404(_hours(code), number)
    with services().database.writing() as session:
        remove_place(session, code, number)
        details = {"number": number, "before": told(gone)}
        audit.append(
            session, actor(), "opening_place_removed", at=now(), scope=code, subject=gone.name, details=details
        )
    tell(f"「{gone.name}」の受付時間を取り消しました。")
    return _back(code)


@blueprint.post("/<code>/opening/days")
def add_days(code: str) -> Answered:
    require(Role.ADMIN, code, None)
    errors: dict[str, str] = {}
    given = request.form.to_dict()
    days = special_days_of(given, [one.number for one in _hours(code).places], errors)
    if errors:
        return _page(code, errors, given), 422
    with services().database.writing() as session:
        for one in days:
            set_day(session, code, one)
            _note(session, "special_day_set", code, one)
    tell(f"{len(days)}日分を保存しました。次の返事から使われます。")
    return _back(code)


@blueprint.post("/<code>/opening/days/remove")
def usual_again(code: str) -> Response:
    require(Role.ADMIN, code, None)
    try:
        number, day = int(request.form.get("place", "")[:9]), dt.date.fromisoformat(request.form.get("day", ""))
    except ValueError:
        abort(404)
    with services().database.writing() as session:
        gone = remove_day(session, code, number, day)
        if gone is None:
            abort(404)
        _note(session, "special_day_removed", code, gone)
    tell(f"{date_name(day)}を、ふだんどおりに戻しました。")
    return _back(code)


def _note(session: Session, action: str, code: str, special: SpecialDay) -> None:
    details = {
        "place": special.place,
        "kind": special.kind.value,
        "hours": f"{clock(special.span.opens)}-{clock(special.span.closes)}" if special.span else "",
        "reason": special.reason,
    }
    audit.append(session, actor(), action, at=now(), scope=code, subject=special.day.isoformat(), details=details)


def _save(code: str, before: Place | None) -> Answered:
    require(Role.ADMIN, code, None)
    errors: dict[str, str] = {}
    number = before.number if before else 0
    others = {one.name for one in _hours(code).places if one.number != number}
    given = request.form.to_dict()
    read = place_of(given, number, others, errors)
    if read is None:
        return _form(code, before, given, errors), 422
    try:
        with services().database.writing() as session:
            details = save_place(session, code, read, given.get("mark", ""))
            if details["before"] != details["after"]:
                audit.append(
                    session, actor(), "opening_place_saved", at=now(), scope=code, subject=read.name, details=details
                )
    except PlaceChangedError as error:
        return _form(code, error.now, given, {}, conflict=True), 409
    tell(f"「{read.name}」の受付時間を保存しました。次の返事から使われます。")
    return _back(code)


def _back(code: str) -> Response:
    return redirect(url_for("console.opening.index", code=code), 303)


def _hours(code: str) -> OpeningHours:
    with services().database.reading() as session:
        return opening_hours(session, code)


def _place_or_404(hours: OpeningHours, number: int) -> Place:
    return _place(hours, number) or abort(404)


def _place(hours: OpeningHours, number: int) -> Place | None:
    return next((one for one in hours.places if one.number == number), None)


def _shown(hours: OpeningHours, place: Place, local: dt.datetime) -> ShownPlace:
    standing = hours.at(place, local)
    days = (local.date() + ahead * ONE_DAY for ahead in range(DAYS_SHOWN))
    return ShownPlace(
        place,
        standing.is_open,
        standing_sentence(standing),
        tuple(_shown_day(day, hours.on(place, day)) for day in days),
    )


def _shown_day(day: dt.date, hours: DayHours) -> ShownDay:
    spans = "、".join(f"{clock(span.opens)}〜{clock(span.closes)}" for span in hours.spans)
    why = _CLOSED_FOR.get(hours.why, hours.reason) if hours.why else hours.reason
    return ShownDay(day_name(day), spans or "休み", why)


def day_name(day: dt.date) -> str:
    """``令和8年11月24日（火）``."""
    return f"{date_name(day)}（{WEEKDAYS[day.weekday()]}）"


def _page(code: str, errors: Mapping[str, str], given: Mapping[str, str]) -> str:
    local = now().astimezone(JST)
    hours = _hours(code)
    names = {EVERYWHERE: ALL_PLACES} | {one.number: one.name for one in hours.places}
    first = local.date()
    corrected = {one.day: one for one in hours.special_days if one.kind in (DayKind.HOLIDAY, DayKind.WORKDAY)}
    holidays = dict(holidays_between(first, first + HOLIDAYS_AHEAD))
    listed = holidays | {
        day: one.reason for day, one in corrected.items() if one.kind is DayKind.HOLIDAY and day >= first
    }
    return render_template(
        "console/opening/index.html",
        code=code,
        local=local,
        places=[_shown(hours, one, local) for one in hours.places],
        specials=[one for one in hours.special_days if one.day >= first],
        holidays=[(day, listed[day], corrected.get(day)) for day in sorted(listed)],
        names=names,
        options=list(names.items()),
        kinds=list(KINDS.items()),
        kind_names=KINDS,
        clock=clock,
        day_name=day_name,
        errors=errors,
        given=given,
        most_reason=MOST_REASON,
        may_write=person().reaches(Role.ADMIN, code, None),
    )


def _form(
    code: str, place: Place | None, values: Mapping[str, str], errors: Mapping[str, str], *, conflict: bool = False
) -> str:
    """``conflict``: somebody else changed ``place`` meanwhile, or took it away; ``values`` are this person's."""
    return render_template(
        "console/opening/place.html",
        code=code,
        place=place,
        mark=mark_of(place) if place else "",
        values=values,
        conflict=conflict,
        differences=differences(fields_of(place), values) if conflict and place else (),
        weekdays=list(enumerate(WEEKDAYS)),
        errors=errors,
        most_name=MOST_NAME,
    )
