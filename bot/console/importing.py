"""Files too large to be read while somebody waits: begun here, watched, stopped, and back to the page they are of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.console.effect import progress_of, watched
from bot.console.forms import tell
from bot.console.guard import person, require
from bot.console.shown_changes import counted
from bot.import_jobs import FAQ_LOOK, PLAN_LOOK, SHEETS_LOOK, SHEETS_TAKE
from bot.office_count_jobs import COUNTS_LOOK, COUNTS_TAKE
from bot.services import services
from knowledge.brought_files import MOST_WAITING, TooManyFilesError, forget_file, keep_file
from knowledge.calendar import now
from knowledge.jobs import JobStatus, ask_for, job_status, stop_job
from knowledge.roles import Role
from knowledge.upload_limits import UploadError

blueprint = Blueprint("importing", __name__)

LARGE = 256 * 1024
"""Bytes: a smaller file is read at once, within a second or two."""
TITLES: Mapping[str, str] = {
    SHEETS_LOOK: "表の変わるところを確かめる",
    SHEETS_TAKE: "表を取り込む",
    PLAN_LOOK: "計画書を読み取る",
    FAQ_LOOK: "質問の一覧を確かめる",
    COUNTS_LOOK: "課の件数を確かめる",
    COUNTS_TAKE: "課の件数を取り込む",
}
_PAGES: Mapping[str, tuple[str, str]] = {
    SHEETS_LOOK: ("console.sheets.index", "表の出し入れ"),
    SHEETS_TAKE: ("console.sheets.index", "表の出し入れ"),
    PLAN_LOOK: ("console.plans.bring", "計画書を取り込む"),
    FAQ_LOOK: ("console.faq.bring", "質問の一覧の取り込み"),
    COUNTS_LOOK: ("console.office_counts.bring", "課の件数の取り込み"),
    COUNTS_TAKE: ("console.office_counts.bring", "課の件数の取り込み"),
}


_TAKES = (SHEETS_TAKE, COUNTS_TAKE)
_OF_ONE_OFFICE = (COUNTS_LOOK, COUNTS_TAKE)


def is_large(path: Path) -> bool:
    return path.stat().st_size > LARGE


def begin_with(code: str, kind: str, purpose: str, path: Path, payload: Mapping[str, Any]) -> Response:
    """Let a file be read by the jobs process, and go where that is watched.  Raises UploadError."""
    content = path.read_bytes()
    try:
        with services().database.writing() as session:
            file_id = keep_file(session, code, person().account_id, purpose, path.suffix, content, now())
    except TooManyFilesError as error:
        raise UploadError(
            f"読み取りを待っているファイルが{MOST_WAITING}つあります。終わるまで待つか、止めてから、もう一度送ってください"
        ) from error
    return begin(code, kind, {**payload, "file": file_id})


def begin(code: str, kind: str, payload: Mapping[str, Any]) -> Response:
    """The same for a file that is kept already."""
    with services().database.writing() as session:
        job_id = ask_for(session, code, kind, payload, now(), str(person().account_id))
    return redirect(url_for("console.importing.job", code=code, job_id=job_id), 303)


def looked_at(code: str, kind: str) -> JobStatus | None:
    """The person's own look that is done, where the address names one; 404 where it is none of theirs."""
    job_id = request.args.get("job", "")[:36]
    if not job_id:
        return None
    found = _own_or_404(code, job_id)
    if found.kind != kind or found.state != "done":
        abort(404)
    return found


def _own_or_404(code: str, job_id: str) -> JobStatus:
    with services().database.reading() as session:
        found = job_status(session, code, job_id)
    if found is None or found.kind not in _OF_ONE_OFFICE:
        # The counts of a 課 are brought by whoever is an editor for it; what is in every other file is the whole's.
        require(Role.EDITOR, code, None)
    if found is None or found.kind not in TITLES or found.asked_by != str(person().account_id):
        abort(404)
    return found


@blueprint.get("/<code>/imports/<job_id>")
def job(code: str, job_id: str) -> Response:
    """How far it is; once it is done, the page that shows what was found."""
    found = _own_or_404(code, job_id)
    endpoint, page = _PAGES[found.kind]
    if found.state != "done":
        shown = render_template(
            "console/importing/job.html",
            code=code,
            title=TITLES[found.kind],
            back=url_for(endpoint, code=code),
            page_title=page,
            takes=found.kind in _TAKES,
            **progress_of(found),
        )
        return watched(shown, found)
    if found.kind not in _TAKES:
        return redirect(url_for(endpoint, code=code, job=job_id), 303)
    done = found.result or {}
    if found.kind == COUNTS_TAKE:
        tell(counts_taken(done["counts"]))
        return redirect(url_for("console.office_counts.index", code=code), 303)
    tell(taken(done.get("counts", {}), public=bool(done.get("public"))))
    return redirect(url_for(endpoint, code=code), 303)


def taken(counts: Mapping[str, int], *, public: bool) -> str:
    """What is told once sheets are taken in."""
    return f"取り込みました（{counted(counts)}）。{'次の質問から使われます。' if public else 'すべて下書きです。'}"


def counts_taken(counts: Mapping[str, int]) -> str:
    """What is told once counts of the offices are taken in."""
    return f"取り込みました（新しく{counts['added']:,}、変わった{counts['changed']:,}、なくなった{counts['gone']:,}）。"


@blueprint.post("/<code>/imports/<job_id>/stop")
def stop(code: str, job_id: str) -> Response:
    found = _own_or_404(code, job_id)
    with services().database.writing() as session:
        stop_job(session, code, job_id, now())
        if found.state == "waiting":
            # Nobody will read it.
            forget_file(session, code, str(found.payload["file"]))
    tell("止めるように伝えました。")
    return redirect(url_for("console.importing.job", code=code, job_id=job_id), 303)
