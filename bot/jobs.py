"""The long work beside the service: what is due is done, one thing at a time, until it is told to stop."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot import demo_jobs, effect_jobs, import_jobs, office_count_jobs
from bot.effect_jobs import JobFaultError, Work
from bot.figure_jobs import FIGURES, ask_for_counting, count_figures
from bot.limits import forget_old as forget_old_counts
from bot.log_file_jobs import LOG_FILE, write_log_file
from bot.log_setup import place_of
from bot.mailing import send_next
from bot.many_questions import AskingFailedError
from bot.need_jobs import NEEDS, ask_for_grouping, group_needs
from bot.restore_drill import drill_now
from bot.sample_jobs import SAMPLE, ask_for_samples, draw_sample
from bot.services import Services
from bot.word_jobs import WORDS, ask_for_words, count_words
from intents.vectors import Vectors, open_vectors
from knowledge import restore_drills
from knowledge.audit_chain import note_daily_head
from knowledge.backups import findings_of, is_due, make, prune
from knowledge.backups_file import BackupError, FolderBusyError
from knowledge.backups_ledger import LedgerKeeper, shorten
from knowledge.booked_checks import ask_for_checks, is_any_booked
from knowledge.bookings import publish_due
from knowledge.calendar import JST, now
from knowledge.data_items import tables_of_items
from knowledge.expiry import Kept, forget_of_staff, forget_records
from knowledge.jobs import (
    Claimed,
    StopAskedError,
    claim_job,
    end_stopped,
    fail_job,
    finish_job,
    give_back,
    report_progress,
)
from knowledge.lessons import ClaimLostError, learn_next
from knowledge.link_visitor import LinkVisitor
from knowledge.links import RoundLostError, check_next
from knowledge.log_partitions import keep_partitions
from knowledge.organisation_settling import settle_due
from knowledge.pseudonyms import pepper_fault
from knowledge.staff_mails import write_mails

IDLE_SECONDS = 5.0
"""Between two looks for work."""
BOOKING_SECONDS = 2.0
"""Between two looks for what is booked: a change for midnight is live within seconds of it."""
LOOK_SECONDS = 0.5
"""Between two looks for what staff have asked for: somebody sits and waits."""
REPORT_SECONDS = 0.5
"""Between two reports of progress: pages are reloaded by hand."""
NOTICE_SECONDS = 120.0
"""Between two looks for what staff are to be told by mail, and for what is booked for the next day."""
WORKS: Mapping[str, Work] = {
    **effect_jobs.WORKS,
    **import_jobs.WORKS,
    **demo_jobs.WORKS,
    **office_count_jobs.WORKS,
    NEEDS: group_needs,
    FIGURES: count_figures,
    SAMPLE: draw_sample,
    WORDS: count_words,
    LOG_FILE: write_log_file,
}
"""What is done of what staff ask for, by the kind of job."""
NEEDS_SECONDS = 600.0
"""Between two looks at what was asked in vain."""
FIGURES_SECONDS = 300.0
"""Between two looks at what is to be counted."""
BACKUP_AGAIN_SECONDS = 600.0
"""Before a backup that failed is tried again: a full disk does not empty itself."""
DRILL_LOOK_SECONDS = 600.0
"""Between two looks whether a 復元の訓練 is due."""
FORGET_COUNTS_SECONDS = 600.0
"""Between two looks for counts of questions whose minute is long over."""
SHRINK_SECONDS = 20.0
"""How long it is tried to erase from the database's log file what was erased from the database."""
LINKS_A_TURN = 20
"""So that learning never waits long for links."""

_log = structlog.get_logger("jobs")


class StoppedError(Exception):
    """Told to stop in the middle of something: it is given back, and done later."""


def work(
    kit: Services, stop: threading.Event, *, once: bool = False, is_alone: Callable[[], bool] | None = None
) -> None:
    """Do what is due; with ``once``, until nothing is.  A database that is away is waited for.

    ``is_alone``: whether the service beside which this process runs is gone; then this one ends too.
    """
    vectors = open_vectors(kit.settings.vectors_folder)

    def stopped() -> bool:
        return stop.is_set() or (is_alone is not None and is_alone())

    def go_on() -> None:
        if stopped():
            raise StoppedError

    looked = 0.0

    def meanwhile(*_: object) -> None:
        """In the middle of what nobody waits for: stop where told to, and first do what somebody does wait for."""
        nonlocal looked
        go_on()
        if time.monotonic() - looked > LOOK_SECONDS:
            _asked_for(kit, go_on)
            looked = time.monotonic()

    mail, looks, backups, drills = _Mail(kit), _looks(kit), _Backups(kit), _Drills(kit)
    with _bookings_watched(kit):
        while not stopped():
            try:
                did = (
                    _asked_for(kit, go_on)
                    or _learned(kit, vectors, meanwhile)
                    or _links_checked(kit, meanwhile)
                    or _staff_kept_up(kit, go_on)
                    or next(filter(None, (one.look() for one in looks)), None)
                    or mail.send()
                    # Not for one turn: whoever wants one then says so (`backup run`).
                    or (None if once else backups.make(meanwhile) or drills.run(meanwhile))
                )
                if did is None:
                    if once:
                        return
                    _wait_for_work(kit, stop, go_on)
            except StoppedError:
                return


@contextmanager
def _bookings_watched(kit: Services) -> Iterator[None]:
    """Fire what is booked now, and within in time: learning takes minutes, and midnight does not wait for it."""
    fire_bookings(kit)
    ended = threading.Event()
    watcher = threading.Thread(target=_watch_bookings, args=(kit, ended), name="bookings", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def _watch_bookings(kit: Services, ended: threading.Event) -> None:
    while not ended.wait(BOOKING_SECONDS):
        fire_bookings(kit)


def fire_bookings(kit: Services) -> None:
    """Publish and end what is booked for now; where the database is away, the next look does it."""
    moment = now()
    try:
        # First: what is booked for the same midnight is to be of the 課 that there are then.
        settled = settle_due(kit.database, moment.astimezone(JST).date(), moment)
        fired = publish_due(kit.database, now())
    except SQLAlchemyError as error:
        _log.error("job_failed", kind="bookings", error=type(error).__name__)
        return
    for change in settled:
        _log.info("organisation_settled", municipality=change.municipality_code, change=change.number)
    for one in fired:
        _log.info("booking_fired", municipality=one.municipality_code, entry=one.entry_id, what=one.what)


def _wait_for_work(kit: Services, stop: threading.Event, go_on: Callable[[], None]) -> None:
    """Until the next look for what is due; what is asked for meanwhile is done at once."""
    until = time.monotonic() + IDLE_SECONDS
    while time.monotonic() < until and not stop.wait(LOOK_SECONDS):
        if _asked_for(kit, go_on):
            return


def _asked_for(kit: Services, go_on: Callable[[], None]) -> str | None:
    """Do what staff have asked for, who may be waiting; None where nothing is, or where it could not be done now."""
    try:
        claimed = claim_job(kit.database, WORKS, now())
        if claimed is not None:
            _do(kit, claimed, go_on)
    except ClaimLostError:
        return None
    except SQLAlchemyError as error:
        _log.error("job_failed", kind="asked_for", error=type(error).__name__)
        return None
    return claimed.code if claimed else None


def _do(kit: Services, claimed: Claimed, go_on: Callable[[], None]) -> None:
    """Bring a piece of work to its end, whichever; where this process is to stop, it is given back."""
    reported = 0.0

    def progress(share: float) -> None:
        nonlocal reported
        go_on()
        if time.monotonic() - reported > REPORT_SECONDS:
            reported = time.monotonic()
            report_progress(kit.database, claimed, share, now())

    try:
        result = WORKS[claimed.kind](kit, claimed.code, claimed.payload, progress)
    except StopAskedError:
        end_stopped(kit.database, claimed, now())
    except (JobFaultError, AskingFailedError) as error:
        fail_job(kit.database, claimed, str(error), now())
        _log.warning("job_fault", kind=claimed.kind, municipality=claimed.code, error=type(error).__name__)
    except StoppedError:
        give_back(kit.database, claimed)
        raise
    except SQLAlchemyError:
        raise  # the lease ends, and somebody begins it anew
    except Exception as error:  # whoever waits for it must be told, and the others' work goes on
        fail_job(kit.database, claimed, "うまくいきませんでした。もう一度始めるか、管理者に知らせてください", now())
        at = place_of(error.__traceback__)
        _log.error("job_failed", kind=claimed.kind, municipality=claimed.code, error=type(error).__name__, at=at)
    else:
        finish_job(kit.database, claimed, result, now())
        _log.info("job_done", kind=claimed.kind, municipality=claimed.code)


def _learned(kit: Services, vectors: Vectors, progress: Callable[[str, float], None]) -> str | None:
    """Learn what is due; None where nothing is, or where it could not be done now."""
    try:
        code = learn_next(kit.database, kit.corpus, vectors, progress=progress)
    except ClaimLostError:
        return None
    except SQLAlchemyError as error:
        _log.error("job_failed", kind="learn", error=type(error).__name__)
        return None
    if code is not None:
        _log.info("learned", municipality=code)
    return code


def _staff_kept_up(kit: Services, go_on: Callable[[], None]) -> str | None:
    """Once a day: how far the audit log has come is noted, what is too old is deleted."""
    moment = now()
    try:
        with kit.database.writing() as session:
            if not note_daily_head(session, moment):
                return None
            gone = forget_of_staff(session, moment, _kept(kit))
        if fault := pepper_fault(kit.settings.pepper, moment):
            _log.warning("pepper_not_of_this_year", remedy=fault)
        records = forget_records(kit.database, moment, go_on)
        kit.database.vacuum(tables_of_items())
        if not kit.database.shrink_log(SHRINK_SECONDS):
            _log.warning("log_not_shrunk")  # what was erased stays in it until the next time
        with kit.database.writing() as session:
            keep_partitions(session, moment.astimezone(JST).date())
    except SQLAlchemyError as error:
        _log.error("job_failed", kind="staff", error=type(error).__name__)
        return None
    _log.info("staff_kept_up", audit_lines=gone.audit_lines, sessions=gone.sessions, records=records)
    return "staff"


def _kept(kit: Services) -> Kept:
    return Kept(kit.settings.audit_days, kit.settings.session_days, kit.settings.upload_days)


class _Look:
    """From time to time, a look for what is due: it is asked for, and then done like what staff ask for.

    ``ask``: asks for it, and tells of which municipalities.  ``name``: what a fault is logged as.
    """

    def __init__(self, kit: Services, name: str, seconds: float, ask: Callable[[Services, dt.datetime], list[str]]):
        self.name = name
        self._kit, self._seconds, self._ask = kit, seconds, ask
        self._looked: float | None = None

    def look(self) -> str | None:
        """A municipality of which something is to be done; None where it is not time yet, or nothing is due."""
        if self._looked is not None and time.monotonic() - self._looked < self._seconds:
            return None
        self._looked = time.monotonic()
        try:
            return next(iter(self._ask(self._kit, now())), None)
        except SQLAlchemyError as error:
            _log.error("job_failed", kind=self.name, error=type(error).__name__)
            return None


def _looks(kit: Services) -> list[_Look]:
    """What nobody asks for, in the order in which it is looked for."""
    return [
        _Look(kit, "booked_checks", NOTICE_SECONDS, _ask_for_booked_checks),
        _Look(kit, NEEDS, NEEDS_SECONDS, ask_for_grouping),
        _Look(kit, FIGURES, FIGURES_SECONDS, ask_for_counting),
        _Look(kit, SAMPLE, NEEDS_SECONDS, ask_for_samples),
        _Look(kit, WORDS, NEEDS_SECONDS, ask_for_words),
        _Look(kit, "rate_windows", FORGET_COUNTS_SECONDS, _forget_counts),
    ]


def _forget_counts(kit: Services, moment: dt.datetime) -> list[str]:
    forget_old_counts(kit.database, moment)
    return []


def _ask_for_booked_checks(kit: Services, moment: dt.datetime) -> list[str]:
    """公開前の影響確認 once more on the eve of what is booked."""
    with kit.database.reading() as session:
        if not is_any_booked(session, moment):
            return []
    with kit.database.writing() as session:
        return list(ask_for_checks(session, moment))


class _Backups:
    """An hour's backup, where there is a key, and beside it what was erased: a restore erases it again.

    Of the processes of one machine one does it, for the folder is held by whoever is at it.
    """

    def __init__(self, kit: Services) -> None:
        self._kit = kit
        self._ledger = LedgerKeeper(kit.database, kit.settings.backup_folder)
        self._told, self._not_before = False, 0.0

    def make(self, meanwhile: Callable[..., None]) -> str | None:
        """None where it is not time yet, where it is off, or where it could not be done now."""
        settings = self._kit.settings
        if not settings.backup_key:
            if not self._told:
                _log.warning("backups_off", why="BACKUP_KEY")
            self._told = True
            return None
        try:
            self._ledger.keep(now())
            if time.monotonic() < self._not_before or not is_due(settings.backup_folder, now()):
                return None
            self._not_before = time.monotonic() + BACKUP_AGAIN_SECONDS
            made, examined = make(self._kit.database, settings.backup_folder, settings.backup_key, now(), meanwhile)
            gone = prune(settings.backup_folder, now(), settings.backup_days)
            shorten(settings.backup_folder, now())
        except FolderBusyError:
            return None
        except (SQLAlchemyError, BackupError, OSError) as error:
            _log.error("job_failed", kind="backup", error=type(error).__name__)
            return None
        _log.info("backed_up", bytes=made.size, rows=examined.manifest.rows, pruned=len(gone))
        for finding in findings_of(examined):
            _log.error("audit_finding", finding=finding)
        return "backup"


class _Drills:
    """A week's 復元の訓練, where there are backups: the newest is tried in a place of its own."""

    def __init__(self, kit: Services) -> None:
        self._kit = kit
        self._not_before = 0.0

    def run(self, meanwhile: Callable[..., None]) -> str | None:
        """None where it is not time yet, where it is off, or where it could not be done now."""
        settings = self._kit.settings
        if not (settings.backup_key and settings.restore_drill) or time.monotonic() < self._not_before:
            return None
        self._not_before = time.monotonic() + DRILL_LOOK_SECONDS
        try:
            if not restore_drills.is_due(settings.backup_folder, now()):
                return None
            drill_now(self._kit, meanwhile)
        except FolderBusyError:
            return None
        except (SQLAlchemyError, OSError) as error:
            _log.error("job_failed", kind="drill", error=type(error).__name__)
            return None
        return "drill"


class _Mail:
    """Notices to staff: what is to be told is looked for from time to time, and sent one at a time."""

    def __init__(self, kit: Services) -> None:
        self._kit = kit
        self._looked: float | None = None

    def send(self) -> str | None:
        """None where mail is off, none is due, or it could not be done now."""
        server = self._kit.settings.mail
        if server is None:
            return None
        try:
            self._look()
            return "mail" if send_next(self._kit.database, server) else None
        except SQLAlchemyError as error:
            _log.error("job_failed", kind="mail", error=type(error).__name__)
            return None

    def _look(self) -> None:
        if self._looked is not None and time.monotonic() - self._looked < NOTICE_SECONDS:
            return
        self._looked = time.monotonic()
        with self._kit.database.writing() as session:
            write_mails(session, now(), self._kit.settings.console_url)


def _links_checked(kit: Services, progress: Callable[[int, int], None]) -> str | None:
    """Look at some links that are due; None where none are, or where it could not be done now."""
    if not kit.settings.link_checks:
        return None
    try:
        with LinkVisitor() as visitor:
            report = check_next(kit.database, visitor.visit, most=LINKS_A_TURN, progress=progress)
    except RoundLostError:
        return None
    except SQLAlchemyError as error:
        _log.error("job_failed", kind="links", error=type(error).__name__)
        return None
    if report is None:
        return None
    # No address: what staff link to is theirs to publish, not the log's.
    _log.info("links_checked", municipality=report.code, visited=report.visited, failed=report.failed)
    if report.offline:
        _log.warning("links_unreachable", municipality=report.code)
    return report.code
