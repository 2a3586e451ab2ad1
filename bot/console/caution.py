"""確かさ: how sure the bot must be, with what each level would have changed last month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from bot.console.effect import progress_of, watched
from bot.console.entering import Answered
from bot.console.forms import tell, text
from bot.console.guard import actor, person, require
from bot.console.layout import town_or_404
from bot.effect_check import CHANGE_NAMES, ChangedQuestion, Count, Effect
from bot.effect_jobs import CAUTION, caution_effects_from_json
from bot.services import services
from intents.decision import POLICIES
from knowledge import audit
from knowledge.calendar import now
from knowledge.caution import LEVELS, caution, set_caution
from knowledge.check_questions import DECISIONS
from knowledge.jobs import JobStatus, ask_once, latest_job
from knowledge.roles import Role

blueprint = Blueprint("caution", __name__)

MOST_SHOWN = 10
MEANINGS = {
    "cautious": "まちがいを減らします。答えずに選択肢を出す質問が増えます",
    "standard": "まちがいと、答える数との釣り合いをとります",
    "bold": "直接答える質問を増やします。まちがいも増えます",
}


@dataclass(frozen=True)
class Level:
    """``effect``: what it would have changed; None where nobody has asked, or since another level is in use."""

    name: str
    label: str
    meaning: str
    percent: int
    in_use: bool
    effect: Effect | None

    @property
    def counts(self) -> list[tuple[str, Count]]:
        counts = self.effect.counts if self.effect else {}
        return [(name, counts[change]) for change, name in CHANGE_NAMES.items() if change in counts]

    @property
    def examples(self) -> tuple[ChangedQuestion, ...]:
        return self.effect.changed[:MOST_SHOWN] if self.effect else ()


@blueprint.get("/<code>/caution")
def index(code: str) -> Response:
    page, job = _page(code, {})
    return watched(page, job)


def _page(code: str, errors: Mapping[str, str]) -> tuple[str, JobStatus | None]:
    town_or_404(code)
    with services().database.reading() as session:
        in_use, job = caution(session, code), latest_job(session, code, CAUTION)
    known = job is not None and job.state == "done" and job.payload.get("in_use") == in_use
    effects = caution_effects_from_json(job.result or {}) if job is not None and known else {}
    page = render_template(
        "console/caution/index.html",
        code=code,
        errors=errors,
        levels=[
            Level(
                name, label, MEANINGS[name], round(100 * POLICIES[name].answer_from), name == in_use, effects.get(name)
            )
            for name, label in LEVELS.items()
        ],
        in_use=in_use,
        known=known,
        whole=person().reaches(Role.VIEWER, code, None),
        sets=person().reaches(Role.ADMIN, code, None),
        names=CHANGE_NAMES,
        decisions=DECISIONS,
        **(progress_of(job) if job is not None else {"job": None}),
    )
    return page, job


@blueprint.post("/<code>/caution/check")
def check(code: str) -> Response:
    town_or_404(code)
    require(Role.ADMIN, code, None)
    moment = now()
    with services().database.writing() as session:
        payload = {"of": "levels", "in_use": caution(session, code)}
        job_id = ask_once(session, code, CAUTION, payload, moment, str(person().account_id))
        details = {"of": "levels"}
        audit.append(session, actor(), "effect_checked", at=moment, scope=code, subject=job_id, details=details)
    return redirect(url_for("console.caution.index", code=code), 303)


@blueprint.post("/<code>/caution")
def choose(code: str) -> Answered:
    town_or_404(code)
    require(Role.ADMIN, code, None)
    level = text("level", 20)
    if level not in LEVELS:
        return _page(code, {"level": "慎重・標準・積極的のどれかを選んでください"})[0], 422
    with services().database.writing() as session:
        before = caution(session, code)
        if before != level:
            set_caution(session, code, level)
            details = {"before": before, "after": level}
            audit.append(session, actor(), "caution_set", at=now(), scope=code, details=details)
    tell(f"確かさを「{LEVELS[level]}」にしました。次の質問から効きます。")
    return redirect(url_for("console.caution.index", code=code), 303)
