"""The long work beside the service: what is due is done, one thing at a time, until it is told to stop."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Mapping

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot import demo_jobs, effect_jobs, import_jobs, office_count_jobs
from bot.duties import Duty, GoOn, StoppedError, looked_after
from bot.effect_jobs import JobFaultError, Work
from bot.figure_jobs import FIGURES, ask_for_counting, count_figures
from bot.limits import forget_old as forget_old_counts
from bot.log_file_jobs import LOG_FILE, write_log_file
from bot.log_setup import place_of
from bot.mailing import send_next
from bot.many_questions import AskingFailedError
from bot.need_jobs import NEEDS, ask_for_grouping, group_needs
from bot.operation.pulse import pulse_of
from bot.purge_job import keep_up
from bot.restore_drill import drill_now
from bot.sample_jobs import SAMPLE, ask_for_samples, draw_sample
from bot.services import Services
from bot.word_jobs import WORDS, ask_for_words, count_words
from intents.vectors import Vectors, open_vectors
from knowledge import restore_drills
from knowledge.backup_standing import standing_in
from knowledge.backups import findings_of, is_due, make, prune
from knowledge.backups_file import BackupError, FolderBusyError
from knowledge.backups_ledger import LedgerKeeper, shorten
from knowledge.booked_checks import ask_for_checks, is_any_booked
from knowledge.bookings import publish_due
from knowledge.calendar import JST, now
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
from knowledge.organisation_settling import settle_due
from knowledge.staff_mails import write_mails

IDLE_SECONDS = 5.0
"""Between two looks for work."""
UPKEEP_SECONDS = 30.0
"""Between two looks whether the daily purge is due."""
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
LINKS_A_TURN = 20
"""So that learning never waits long for links."""

_log = structlog.get_logger("jobs")


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

    fire_bookings(kit)
    if once:
        with looked_after([_bookings(kit)], stopped):
            _do_all(kit, vectors, go_on, meanwhile)
        return
    with looked_after(_duties(kit), stopped):
        while not stopped():
            try:
                if _long_work(kit, vectors, go_on, meanwhile) is None:
                    _wait_for_work(kit, stop, go_on)
            except StoppedError:
                return


def _long_work(kit: Services, vectors: Vectors, go_on: GoOn, meanwhile: Callable[..., None]) -> str | None:
    """A piece of each kind: many towns to learn, or many links that hang, keep none of the others waiting."""
    if asked_for := _asked_for(kit, go_on):
        return asked_for
    learned = _learned(kit, vectors, meanwhile)
    return _links_checked(kit, meanwhile) or learned


def _duties(kit: Services) -> list[Duty]:
    """What has its time, and is not to wait for the long work: learning takes minutes, and midnight does not wait."""
    mail, looks, backups, drills = _Mail(kit), _looks(kit), _Backups(kit), _Drills(kit)
    return [
        _bookings(kit),
        Duty("ledger", IDLE_SECONDS, lambda _: backups.keep_ledger()),
        Duty("backup", IDLE_SECONDS, backups.make),
        Duty("drill", IDLE_SECONDS, drills.run),
        Duty("staff", UPKEEP_SECONDS, lambda go_on: keep_up(kit, go_on)),
        Duty("mail", IDLE_SECONDS, lambda _: mail.send()),
        Duty("looks", IDLE_SECONDS, lambda _: _looked(looks)),
    ]


def _bookings(kit: Services) -> Duty:
    return Duty("bookings", BOOKING_SECONDS, lambda _: fire_bookings(kit))


def _do_all(kit: Services, vectors: Vectors, go_on: GoOn, meanwhile: Callable[..., None]) -> None:
    """Until nothing is due.  But for backups: whoever wants one then says so (`backup run`)."""
    mail, looks = _Mail(kit), _looks(kit)
    try:
        while _long_work(kit, vectors, go_on, meanwhile) or keep_up(kit, go_on) or _looked(looks) or mail.send():
            go_on()
    except StoppedError:
        return


def _looked(looks: list[_Look]) -> str | None:
    return next(filter(None, [one.look() for one in looks]), None)


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


def _wait_for_work(kit: Services, stop: threading.Event, go_on: GoOn) -> None:
    """Until the next look for what is due; what is asked for meanwhile is done at once."""
    until = time.monotonic() + IDLE_SECONDS
    while time.monotonic() < until and not stop.wait(LOOK_SECONDS):
        if _asked_for(kit, go_on):
            return


def _asked_for(kit: Services, go_on: GoOn) -> str | None:
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


def _do(kit: Services, claimed: Claimed, go_on: GoOn) -> None:
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
        self._at_ledger = threading.Lock()
        self._told, self._not_before = False, 0.0

    def keep_ledger(self) -> None:
        """In the middle of a backup, too: what is erased now may be in it."""
        if not self._kit.settings.backup_key:
            return
        try:
            self._tell()
            self._bring_ledger()
        except (SQLAlchemyError, OSError) as error:
            _log.error("job_failed", kind="ledger", error=type(error).__name__)

    def _tell(self) -> None:
        """The other processes, by this one's beat: most machines cannot look into the folder."""
        if (pulse := pulse_of(self._kit)) is not None:
            pulse.heart.standing = standing_in(self._kit.settings.backup_folder)

    def _bring_ledger(self) -> None:
        with self._at_ledger:
            self._ledger.keep(now())

    def make(self, go_on: GoOn) -> str | None:
        """None where it is not time yet, where it is off, or where it could not be done now."""
        settings = self._kit.settings
        if not settings.backup_key:
            if not self._told:
                _log.warning("backups_off", why="BACKUP_KEY")
            self._told = True
            return None
        try:
            if time.monotonic() < self._not_before or not is_due(settings.backup_folder, now()):
                return None
            self._bring_ledger()  # it is to begin before the first backup does
            self._not_before = time.monotonic() + BACKUP_AGAIN_SECONDS
            made, examined = make(
                self._kit.database, settings.backup_folder, settings.backup_key, now(), lambda *_: go_on()
            )
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

    def run(self, go_on: GoOn) -> str | None:
        """None where it is not time yet, where it is off, or where it could not be done now."""
        settings = self._kit.settings
        if time.monotonic() < self._not_before:
            return None
        self._not_before = time.monotonic() + DRILL_LOOK_SECONDS
        self._clear()  # at the first look, too: this process may have been killed at it
        if not (settings.backup_key and settings.restore_drill):
            return None
        try:
            if not restore_drills.is_due(settings.backup_folder, now()):
                return None
            drill_now(self._kit, lambda *_: go_on())
        except FolderBusyError:
            return None
        except (SQLAlchemyError, OSError) as error:
            _log.error("job_failed", kind="drill", error=type(error).__name__)
            return None
        return "drill"

    def _clear(self) -> None:
        try:
            restore_drills.clear(self._kit.settings.drill_folder)
        except FolderBusyError:
            return  # somebody drills now
        except OSError as error:
            _log.error("drill_not_cleared", error=type(error).__name__)


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
