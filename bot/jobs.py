"""The long work beside the service: what is due is done, one thing at a time, until it is told to stop."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.services import Services
from intents.vectors import Vectors, open_vectors
from knowledge.lessons import ClaimLostError, learn_next
from knowledge.link_visitor import LinkVisitor
from knowledge.links import RoundLostError, check_next

IDLE_SECONDS = 5.0
"""Between two looks for work."""
LINKS_A_TURN = 20
"""So that learning never waits long for links."""

_log = structlog.get_logger("jobs")


class StoppedError(Exception):
    """Told to stop in the middle of something: it is given back, and done later."""


def work(kit: Services, stop: threading.Event, *, once: bool = False, parent: int | None = None) -> None:
    """Do what is due; with ``once``, until nothing is.  A database that is away is waited for.

    ``parent``: the process beside which this one runs; when that is gone, this one ends too.
    """
    vectors = open_vectors(kit.settings.vectors_folder)

    def stopped() -> bool:
        return stop.is_set() or (parent is not None and os.getppid() != parent)

    def progress(_code: str, _share: float) -> None:
        if stopped():
            raise StoppedError

    while not stopped():
        try:
            did = _learned(kit, vectors, progress) or _links_checked(kit, lambda *_: progress("", 0.0))
        except StoppedError:
            return
        if did is None:
            if once:
                return
            stop.wait(IDLE_SECONDS)


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
