"""The application log: one JSON line an event, on standard error, without residents' words.

What nobody caught is a line, too: its kind and its place.  Its message may hold what a resident wrote (a database
tells the values that it refused), so it is shown at the level DEBUG alone.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from types import TracebackType
from typing import Any

import structlog

from bot.operation.metrics import count


def set_up_logging(level: str) -> None:
    """Structured lines with UTC time.  What is logged is named key by key: never a request body."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(serializer=_line),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping().get(level, logging.INFO)),
        # Looked up for each line: a test, or who runs us, may have put another stream in its place.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    if not any(isinstance(handler, _OneLine) for handler in logging.root.handlers):
        logging.root.addHandler(_OneLine(logging.WARNING))
    if level != "DEBUG":
        sys.excepthook = _stray


def catch_strays() -> None:
    """In a process that serves: a thread that dies leaves a line, not a traceback with what it held."""
    threading.excepthook = _stray_of_thread


class _OneLine(logging.Handler):
    """What libraries log: the sentence as they wrote it, without the values that belong in it."""

    def emit(self, record: logging.LogRecord) -> None:
        said = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        structlog.get_logger(record.name).log(record.levelno, "library", said=said[:200], error=error)


def _stray(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    structlog.get_logger("stray").error("not_caught", error=kind.__name__, at=place_of(traceback))


def _stray_of_thread(given: threading.ExceptHookArgs) -> None:
    if given.exc_type is SystemExit:
        return
    count("kotae_faults", where="thread")
    name = given.thread.name if given.thread else "?"
    structlog.get_logger("stray").error(
        "thread_died", thread=name, error=given.exc_type.__name__, at=place_of(given.exc_traceback)
    )


def place_of(traceback: TracebackType | None) -> str:
    """Where it happened: the innermost file and line."""
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    return f"{traceback.tb_frame.f_code.co_filename}:{traceback.tb_lineno}" if traceback else "?"


def _line(said: Any, **options: Any) -> str:
    """JSON in which nothing can hide, turn the direction of what is read, or look like another line."""
    written = json.dumps(said, ensure_ascii=False, **options)
    if written.isprintable():
        return written
    return "".join(letter if letter.isprintable() else json.dumps(letter)[1:-1] for letter in written)
