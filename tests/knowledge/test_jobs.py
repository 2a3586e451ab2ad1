"""Long work: asked for, done once, looked at, stopped, taken up again after an accident."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from knowledge.bundle import read_bundle
from knowledge.db import Database
from knowledge.jobs import (
    GIVEN_UP,
    KEPT,
    LEASE,
    MOST_ATTEMPTS,
    Claimed,
    JobStatus,
    StopAskedError,
    ask_for,
    ask_once,
    claim_job,
    end_stopped,
    fail_job,
    finish_job,
    give_back,
    job_status,
    latest_job,
    recent_jobs,
    report_progress,
    stop_job,
)
from knowledge.lessons import ClaimLostError
from knowledge.loading import load_bundle
from tests.knowledge.small_town import CODE, write_town

MOMENT = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
LATER = MOMENT + LEASE + dt.timedelta(seconds=1)


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Database:
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT)
    return database


def asked(database: Database, kind: str = "effect", moment: dt.datetime = MOMENT) -> str:
    with database.writing() as session:
        return ask_for(session, CODE, kind, {"level": "bold"}, moment, "h.yamada")


def claimed(database: Database, moment: dt.datetime = MOMENT) -> Claimed:
    found = claim_job(database, ["effect", "import"], moment)
    assert found is not None
    return found


def status(database: Database, job_id: str, code: str = CODE) -> JobStatus:
    with database.reading() as session:
        found = job_status(session, code, job_id)
    assert found is not None
    return found


def test_what_was_asked_is_done_and_its_result_read(town: Database) -> None:
    job_id = asked(town)
    assert status(town, job_id).state == "waiting"
    work = claimed(town)
    assert (work.id, work.kind, work.payload) == (job_id, "effect", {"level": "bold"})
    report_progress(town, work, 0.25, MOMENT)
    assert (status(town, job_id).state, status(town, job_id).progress) == ("running", 0.25)
    finish_job(town, work, {"counts": 3}, MOMENT)
    found = status(town, job_id)
    assert (found.state, found.progress, found.result, found.asked_by) == ("done", 1.0, {"counts": 3}, "h.yamada")
    assert not found.is_open


def test_the_oldest_comes_first_and_nothing_is_taken_twice(town: Database) -> None:
    later = asked(town, moment=MOMENT + dt.timedelta(seconds=1))
    first = asked(town)
    assert [claimed(town).id, claimed(town).id] == [first, later]
    assert claim_job(town, ["effect"], MOMENT) is None


def test_a_kind_that_this_process_does_not_do_is_left_to_others(town: Database) -> None:
    asked(town, "export")
    assert claim_job(town, ["effect"], MOMENT) is None


def test_after_a_process_died_the_next_begins_anew_and_the_dead_may_say_nothing_more(town: Database) -> None:
    asked(town)
    first = claimed(town)
    assert claim_job(town, ["effect"], MOMENT) is None, "while its lease holds"
    second = claimed(town, LATER)
    assert second.id == first.id
    with pytest.raises(ClaimLostError):
        report_progress(town, first, 0.5, LATER)
    with pytest.raises(ClaimLostError):
        finish_job(town, first, {}, LATER)
    finish_job(town, second, {}, LATER)


def test_progress_renews_the_lease(town: Database) -> None:
    asked(town)
    work = claimed(town)
    report_progress(town, work, 0.5, LATER)
    assert claim_job(town, ["effect"], LATER) is None


def test_what_kills_every_process_is_given_up_and_says_so(town: Database) -> None:
    job_id, moment = asked(town), MOMENT
    for _ in range(MOST_ATTEMPTS):
        claimed(town, moment)
        moment += LEASE * 2
    assert claim_job(town, ["effect"], moment) is None
    assert (status(town, job_id).state, status(town, job_id).fault) == ("failed", GIVEN_UP)


def test_a_process_told_to_end_gives_back_what_it_was_at_as_often_as_need_be(town: Database) -> None:
    job_id = asked(town)
    for _ in range(MOST_ATTEMPTS + 2):
        give_back(town, claimed(town))
        assert status(town, job_id).state == "waiting"


def test_staff_stop_what_waits_at_once_and_what_runs_with_its_next_report(town: Database) -> None:
    waiting, running = asked(town), asked(town, moment=MOMENT - dt.timedelta(seconds=1))
    work = claimed(town)
    with town.writing() as session:
        stop_job(session, CODE, waiting, MOMENT)
        stop_job(session, CODE, running, MOMENT)
        stop_job(session, CODE, "none-such", MOMENT)
    assert status(town, waiting).state == "stopped"
    with pytest.raises(StopAskedError):
        report_progress(town, work, 0.5, MOMENT)
    end_stopped(town, work, MOMENT)
    assert status(town, running).state == "stopped"


def test_a_failure_says_what_can_be_done(town: Database) -> None:
    job_id = asked(town)
    fail_job(town, claimed(town), "表を読めません。保存し直してください", MOMENT)
    assert status(town, job_id).fault == "表を読めません。保存し直してください"


def test_results_go_after_a_day_because_residents_words_are_in_them(town: Database) -> None:
    old = asked(town)
    finish_job(town, claimed(town), {"text": "住民票"}, MOMENT)
    assert claim_job(town, ["effect"], MOMENT + KEPT + LEASE) is None
    with town.reading() as session:
        assert job_status(session, CODE, old) is None


def test_another_municipality_sees_and_stops_nothing(town: Database) -> None:
    job_id = asked(town)
    with town.writing() as session:
        assert job_status(session, "242047", job_id) is None
        stop_job(session, "242047", job_id, MOMENT)
    assert status(town, job_id).state == "waiting"


def test_the_latest_of_a_kind_is_what_a_page_shows(town: Database) -> None:
    asked(town)
    newer = asked(town, moment=MOMENT + dt.timedelta(minutes=1))
    with town.reading() as session:
        found = latest_job(session, CODE, "effect")
        assert latest_job(session, CODE, "import") is None
    assert found is not None
    assert found.id == newer


def test_the_same_work_waits_once_until_it_is_done_or_is_to_stop(town: Database) -> None:
    def once(level: str = "bold") -> str:
        with town.writing() as session:
            return ask_once(session, CODE, "effect", {"level": level}, MOMENT)

    first = once()
    assert once() == first
    finish_job(town, claimed(town), {}, MOMENT)
    second = once()
    assert second != first
    assert once("cautious") != second
    claim = claim_job(town, ["effect"], MOMENT)
    assert claim is not None
    with town.writing() as session:
        stop_job(session, CODE, claim.id, MOMENT)
    assert once(str(claim.payload["level"])) != claim.id


def test_what_was_asked_for_lately_is_listed_without_its_result(town: Database) -> None:
    first = asked(town)
    finish_job(town, claimed(town), {"anything": 1}, MOMENT)
    second = asked(town, moment=LATER)
    asked(town, "import")
    with town.reading() as session:
        found = recent_jobs(session, CODE, "effect")
        assert [job.id for job in found] == [second, first]
        assert [job.result for job in found] == [None, None]
        assert len(recent_jobs(session, CODE, "effect", most=1)) == 1
