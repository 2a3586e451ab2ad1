"""The application log: one JSON line an event, on standard error, without residents' words."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import structlog


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


def _line(said: Any, **options: Any) -> str:
    """JSON in which nothing can hide, turn the direction of what is read, or look like another line."""
    written = json.dumps(said, ensure_ascii=False, **options)
    if written.isprintable():
        return written
    return "".join(letter if letter.isprintable() else json.dumps(letter)[1:-1] for letter in written)
