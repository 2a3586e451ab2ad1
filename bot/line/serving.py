"""Starting senders in a process: beside the web server, or in one of their own."""

from __future__ import annotations

import threading

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from bot.line import inbox
from bot.line.sender import Sender, SenderThreads
from bot.services import Services
from bot.warm_up import warm_up

_log = structlog.get_logger("line.serving")


def start_senders(kit: Services, count: int) -> SenderThreads:
    """Free what dead processes of this machine held, then answer with ``count`` threads."""
    inbox.release_dead(kit.database)
    kit.housekeeping.start()
    threads = SenderThreads(
        Sender(kit.database, kit.corpus, kit.line_clients, previews=kit.previews), kit.receiver.wake
    )
    threads.start(count)
    return threads


def start_beside_web(app: Flask) -> SenderThreads | None:
    """What a web worker runs after its fork; None where senders run elsewhere.

    Senders start first: what was left open by a killed process must not wait for every
    municipality's index.
    """
    kit: Services = app.extensions["kotae"]
    running = None
    if kit.settings.sender_threads and kit.settings.line_channels:
        running = start_senders(kit, kit.settings.sender_threads)
    threading.Thread(target=_warm_up, args=(kit,), name="warm-up", daemon=True).start()
    return running


def _warm_up(kit: Services) -> None:
    try:
        warm_up(kit.corpus)
    except SQLAlchemyError as error:
        _log.error("not_warmed_up", error=type(error).__name__)
