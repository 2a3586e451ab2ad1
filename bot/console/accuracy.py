"""正答率の確かめ: a random sample of a month's questions, judged blind, one at a time, and what came of it."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.charts import Chart, Series, lines
from bot.console.answer_history import XLSX
from bot.console.effect import progress_of, watched
from bot.console.entering import Answered
from bot.console.forms import tell, text
from bot.console.guard import actor, person, require
from bot.console.layout import town_or_404
from bot.console.pictures import shown as charts_shown
from bot.sample_jobs import SAMPLE, month_key, month_of
from bot.services import services
from knowledge import audit
from knowledge.accuracy_draw import FEWEST, MOST, is_to_draw, set_size, size_of
from knowledge.accuracy_figures import DEFINITION, REPLIES, MonthFigures, figures_of
from knowledge.accuracy_labelling import (
    AccuracyError,
    Standing,
    agreement_of,
    close,
    labelled_by,
    may_settle,
    next_place,
    pace_of,
    put_label,
    sample_of,
    settle,
    standings,
)
from knowledge.accuracy_labels import LABELS, MISGUIDING, labels_for
from knowledge.accuracy_replies import Shown, shown_of
from knowledge.accuracy_sheet import accuracy_workbook
from knowledge.calendar import now, today
from knowledge.intervals import FEWEST as TOO_FEW
from knowledge.jobs import ask_once, latest_job
from knowledge.ledger import CHANNELS
from knowledge.models import AccuracySample
from knowledge.periods import Period, PeriodKind, last_periods, period_of
from knowledge.retention import TEXTS, days_kept
from knowledge.roles import Role
from knowledge.sheet_kinds import LANGUAGES

blueprint = Blueprint("accuracy", __name__)

FEWEST_MONTHS = 2
MONTHS_BACK = 13
"""Months of which one may still draw at a click."""


# --- All months ------------------------------------------------------------------------------------------------


@blueprint.get("/<code>/accuracy")
def index(code: str) -> Response:
    town_or_404(code)
    return _index_page(code, {})


def _index_page(code: str, errors: Mapping[str, str]) -> Response:
    with services().database.reading() as session:
        months = figures_of(session, code)
        size = size_of(session, code)
        job = latest_job(session, code, SAMPLE)
        over = last_periods(period_of(PeriodKind.MONTH, today()).previous, MONTHS_BACK)[::-1]
        missing = [one for one in over if is_to_draw(session, code, one)]
    page = render_template(
        "console/accuracy/index.html",
        code=code,
        charts=charts_shown(code, trend(months)),
        errors=errors,
        months=months,
        month_key=month_key,
        size=text("size", 6) if errors.get("size") else size,
        fewest=FEWEST,
        most=MOST,
        missing=[(month_key(one), one.name) for one in missing],
        work=progress_of(job) if job is not None else None,
        definition=DEFINITION,
        too_few=TOO_FEW,
        draws=person().reaches(Role.APPROVER, code, None),
    )
    return watched(page, job)


def trend(months: Sequence[MonthFigures]) -> list[Chart]:
    """The rate month by month between its bounds; a month without one leaves a gap.  From two months on."""
    rated = {one.month: one.rate for one in months if one.is_published and one.rate.is_judged}
    if len(rated) < FEWEST_MONTHS:
        return []
    every = [period_of(PeriodKind.MONTH, min(rated).first)]
    while every[-1] < max(rated):
        every.append(every[-1].next)
    series = [
        Series(name, tuple(round(100 * value(rated[one]), 1) if one in rated else None for one in every))
        for name, value in (
            ("正答率", attrgetter("value")),
            ("95%の幅の上", attrgetter("high")),
            ("95%の幅の下", attrgetter("low")),
        )
    ]
    return [lines("月ごとの正答率", [one.short_name for one in every], series, across="月", unit="%")]


@blueprint.post("/<code>/accuracy/size")
def save_size(code: str) -> Answered:
    """How many are drawn of a month."""
    require(Role.APPROVER, code, None)
    given = text("size", 6).strip()
    size = int(given) if given.isascii() and given.isdecimal() else 0
    if not FEWEST <= size <= MOST:
        response = _index_page(code, {"size": f"{FEWEST}から{MOST}までの数で書いてください"})
        response.status_code = 422
        return response
    with services().database.writing() as session:
        before = size_of(session, code)
        if before != size:
            set_size(session, code, size)
            details = {"before": before, "after": size}
            audit.append(session, actor(), "accuracy_size", at=now(), scope=code, details=details)
    tell(f"次に引く月から、{size}件にします。" if before != size else "変わったところはありません。")
    return redirect(url_for("console.accuracy.index", code=code), 303)


@blueprint.post("/<code>/accuracy/draw")
def draw(code: str) -> Answered:
    """「くじを引く」: what the jobs process does by itself after a month's end."""
    require(Role.APPROVER, code, None)
    month = month_of(text("month", 7))
    if month is None or month.last >= today():
        response = _index_page(code, {"month": "終わった月をえらんでください"})
        response.status_code = 422
        return response
    with services().database.writing() as session:
        payload = {"month": month_key(month), "by": str(person().account_id)}
        ask_once(session, code, SAMPLE, payload, now(), str(person().account_id))
    return redirect(url_for("console.accuracy.index", code=code), 303)


@blueprint.get("/<code>/accuracy.xlsx")
def workbook(code: str) -> Response:
    town = town_or_404(code)
    with services().database.writing() as session:
        months = figures_of(session, code)
        content = accuracy_workbook(town.name, months, now())
        details = {"lines": len(months)}
        audit.append(session, actor(), "accuracy_exported", at=now(), scope=code, details=details)
    return send_file(io.BytesIO(content), XLSX, as_attachment=True, download_name=f"seitouritsu-{code}.xlsx")


# --- One month -------------------------------------------------------------------------------------------------


def _month_or_404(session: Session, code: str, given: str) -> tuple[Period, AccuracySample]:
    month = month_of(given)
    sample = sample_of(session, code, month.first) if month is not None else None
    if month is None or sample is None:
        abort(404)
    return month, sample


@blueprint.get("/<code>/accuracy/<month>")
def month_page(code: str, month: str) -> str:
    town_or_404(code)
    return _month_page(code, month, {})


def _month_page(code: str, given: str, errors: Mapping[str, str]) -> str:
    account = str(person().account_id)
    labels = person().reaches(Role.EDITOR, code, None)
    with services().database.reading() as session:
        month, sample = _month_or_404(session, code, given)
        figures = next(one for one in figures_of(session, code) if one.month == month)
        found = standings(session, code, month.first)
        pace = pace_of(session, code, month.first)
        until = month.first + dt.timedelta(days=days_kept(session, code)[TEXTS])
        misguiding = _misguiding(session, code, found, account, sample) if labels else []
    by = labelled_by(found)
    is_closed = sample.closed_at is not None
    return render_template(
        "console/accuracy/month.html",
        code=code,
        errors=errors,
        month=month,
        key=month_key(month),
        sample=sample,
        figures=figures,
        is_closed=is_closed,
        own=by.get(account, 0),
        others=[count for one, count in by.items() if one != account],
        left=sum(one.final is None and not one.is_split for one in found),
        split=sum(one.is_split for one in found),
        settled=sum(one.item.settled is not None for one in found),
        next_place=next_place(found, account),
        agreement=agreement_of(found) if is_closed or may_settle(found, account) else None,
        pace=pace,
        until=until,
        misguiding=misguiding,
        definition=DEFINITION,
        all_labels=list(LABELS.values()),
        labels=labels,
        settles=labels and not is_closed and may_settle(found, account),
        closes=person().reaches(Role.APPROVER, code, None),
    )


@dataclass(frozen=True)
class Misguiding:
    """A question whose reply was judged wrong, or not ours to give."""

    place: int
    shown: Shown
    label: str


def _misguiding(
    session: Session, code: str, found: Sequence[Standing], account: str, sample: AccuracySample
) -> list[Misguiding]:
    """What may be a 誤案内: after closing by what counts, before that by what this colleague said alone."""
    knowledge = services().corpus.current(code)
    picked = []
    for one in found:
        label = one.item.final if sample.closed_at is not None else one.said.get(account)
        if label in MISGUIDING:
            picked.append(Misguiding(one.item.place, shown_of(session, knowledge, one.item), LABELS[label].name))
    return picked


@blueprint.post("/<code>/accuracy/<month>/close")
def close_month(code: str, month: str) -> Answered:
    """「確定する」: from then on the rate is shown."""
    require(Role.APPROVER, code, None)
    moment, me = now(), person()
    with services().database.reading() as session:
        period, _ = _month_or_404(session, code, month)
    try:
        with services().database.writing() as session:
            counts = close(session, code, period.first, str(me.account_id), me.name, moment)
            details = {"month": month_key(period), "counts": dict(counts)}
            audit.append(session, actor(), "accuracy_closed", at=moment, scope=code, details=details)
    except AccuracyError as error:
        return _month_page(code, month, {"close": str(error)}), 422
    tell(f"{period.name}の正答率を確定しました。")
    return redirect(url_for("console.accuracy.month_page", code=code, month=month), 303)


# --- One question ----------------------------------------------------------------------------------------------


@blueprint.route("/<code>/accuracy/<month>/label", methods=["GET", "POST"])
@blueprint.get("/<code>/accuracy/<month>/label/<int(max=999):place>")
def label(code: str, month: str, place: int = 0) -> Answered:
    """One question at a time: its text and what was shown, nothing of scores, ratings and others' labels."""
    require(Role.EDITOR, code, None)
    account = str(person().account_id)
    with services().database.reading() as session:
        period, sample = _month_or_404(session, code, month)
    if request.method == "GET":
        return _label_page(code, period, sample, account, {}, place)
    place = _place(request.form.get("place", ""))
    try:
        with services().database.writing() as session:
            put_label(session, code, period.first, place, account, text("label", 10), now())
            details = {"month": month_key(period), "place": place}
            audit.append(session, actor(), "accuracy_labelled", at=now(), scope=code, details=details)
    except AccuracyError as error:
        return _label_page(code, period, sample, account, {"label": str(error)}, place)
    return redirect(url_for("console.accuracy.label", code=code, month=month, _anchor="label"), 303)


def _place(given: str) -> int:
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 4 else 0


def _label_page(
    code: str, month: Period, sample: AccuracySample, account: str, errors: Mapping[str, str], place: int = 0
) -> Answered:
    """The question that is asked for (``place``), else the next that waits for this colleague."""
    key = month_key(month)
    with services().database.reading() as session:
        found = standings(session, code, month.first)
        wanted = place or next_place(found, account)
        standing = next((one for one in found if one.item.place == wanted), None)
        if wanted is None or sample.closed_at is not None:
            tell("この月の質問に、全部しるしを付けました。" if sample.closed_at is None else "この月は確定しています。")
            return redirect(url_for("console.accuracy.month_page", code=code, month=key), 303)
        if standing is None:
            abort(404)
        shown = shown_of(session, services().corpus.current(code), standing.item)
    done = sum(account in one.said for one in found)
    before = [one.item.place for one in found if account in one.said and one.item.place < standing.item.place]
    page = render_template(
        "console/accuracy/label.html",
        code=code,
        errors=errors,
        month=month,
        key=key,
        standing=standing,
        shown=shown,
        own=standing.said.get(account),
        choices=labels_for(standing.item.decision),
        done=done,
        total=sum(account in one.said or one.waits_for(account) for one in found),
        before=before[-1] if before else None,
        replies=REPLIES,
        channels=CHANNELS,
        languages=LANGUAGES,
    )
    return page, 422 if errors else 200


@blueprint.route("/<code>/accuracy/<month>/settle", methods=["GET", "POST"])
def settle_page(code: str, month: str) -> Answered:
    """Where two judged differently: which label holds."""
    require(Role.EDITOR, code, None)
    account = str(person().account_id)
    with services().database.reading() as session:
        period, sample = _month_or_404(session, code, month)
        found = standings(session, code, period.first)
    back = redirect(url_for("console.accuracy.month_page", code=code, month=month), 303)
    if sample.closed_at is None and not may_settle(found, account):
        tell("先に、自分のしるしを全部付けてください。ほかの人のしるしは、そのあとで見られます。")
        return back
    errors: dict[str, str] = {}
    if request.method == "POST":
        place = _place(request.form.get("place", ""))
        try:
            with services().database.writing() as session:
                settle(session, code, period.first, place, account, text("label", 10), now())
                details = {"month": month_key(period), "place": place}
                audit.append(session, actor(), "accuracy_settled", at=now(), scope=code, details=details)
        except AccuracyError as error:
            errors["label"] = str(error)
        else:
            return redirect(url_for("console.accuracy.settle_page", code=code, month=month), 303)
    split = next((one for one in found if one.is_split), None)
    if split is None or sample.closed_at is not None:
        tell("意見の分かれた質問は、残っていません。")
        return back
    return _settle_page(code, period, found, split, errors), 422 if errors else 200


def _settle_page(
    code: str, month: Period, found: Sequence[Standing], split: Standing, errors: Mapping[str, str]
) -> str:
    with services().database.reading() as session:
        shown = shown_of(session, services().corpus.current(code), split.item)
    return render_template(
        "console/accuracy/settle.html",
        code=code,
        errors=errors,
        month=month,
        key=month_key(month),
        standing=split,
        shown=shown,
        said=[LABELS[one].name for one in split.said.values()],
        choices=labels_for(split.item.decision),
        left=sum(one.is_split for one in found),
        replies=REPLIES,
        channels=CHANNELS,
        languages=LANGUAGES,
    )
