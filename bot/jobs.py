"""The long work beside the service: what is due is done, one thing at a time, until it is told to stop."""

from __future__ import annotations

import threading

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.services import Services
from intents.vectors import open_vectors
from knowledge.lessons import ClaimLostError, learn_next

IDLE_SECONDS = 5.0
"""Between two looks for work."""

_log = structlog.get_logger("jobs")


class StoppedError(Exception):
    """Told to stop in the middle of something: it is given back, and done later."""


def work(kit: Services, stop: threading.Event, *, once: bool = False) -> None:
    """Do what is due; with ``once``, until nothing is.  A database that is away is waited for."""
    vectors = open_vectors(kit.settings.vectors_folder)

    def progress(_code: str, _share: float) -> None:
        if stop.is_set():
            raise StoppedError

    while not stop.is_set():
        try:
            code = learn_next(kit.database, kit.corpus, vectors, progress=progress)
        except StoppedError:
            return
        except ClaimLostError:
            code = None
        except SQLAlchemyError as error:
            _log.error("job_failed", kind="learn", error=type(error).__name__)
            code = None
        else:
            if code is not None:
                _log.info("learned", municipality=code)
                continue
        if once:
            return
        stop.wait(IDLE_SECONDS)
