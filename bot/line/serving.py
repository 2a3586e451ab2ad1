"""Starting senders in a process: beside the web server, or in one of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from bot import egress
from bot.line import inbox
from bot.line.clock_leaps import ClockLeaps
from bot.line.sender import Sender, SenderThreads
from bot.line.watchdog import Watchdog
from bot.operation.pulse import start_pulse
from bot.services import Services
from bot.startup_checks import announce
from bot.warm_up import warm_up
from knowledge.calendar import now
from knowledge.heartbeats import WEB

_log = structlog.get_logger("line.serving")


def start_senders(kit: Services, count: int, is_serving: Callable[[], bool] = lambda: True) -> SenderThreads:
    """Free what dead processes of this machine held, then answer with ``count`` threads.

    ``is_serving``: once it says no, what is claimed is finished and nothing more is claimed.
    """
    try:
        inbox.release_dead(kit.database)
    except SQLAlchemyError as error:
        _log.error("not_released", error=type(error).__name__)  # their leases end by themselves
    kit.housekeeping.start()
    threads = SenderThreads(
        Sender(kit.database, kit.corpus, kit.line_clients, previews=kit.previews, leaps=ClockLeaps(kit.database)),
        kit.receiver.wake,
        Watchdog(kit.database, now),
        is_serving,
        kit.receiver.step_aside,
    )
    threads.start(count)
    return threads


def start_beside_web(app: Flask, is_serving: Callable[[], bool] = lambda: True) -> SenderThreads | None:
    """What a web worker runs after its fork; None where senders run elsewhere.

    Senders start first: what was left open by a killed process must not wait for every
    municipality's index.
    """
    kit: Services = app.extensions["kotae"]
    announce(kit.settings)
    egress.limit(kit.settings)
    start_pulse(kit, WEB)
    running = None
    if kit.settings.line_channels:
        kit.housekeeping.start()  # whoever receives also ends what nobody answered
        kit.forwarding.start(is_serving)
    if kit.settings.sender_threads and kit.settings.line_channels:
        running = start_senders(kit, kit.settings.sender_threads, is_serving)
    threading.Thread(target=_warm_up, args=(kit,), name="warm-up", daemon=True).start()
    return running


def _warm_up(kit: Services) -> None:
    try:
        warm_up(kit.corpus)
    except SQLAlchemyError as error:
        _log.error("not_warmed_up", error=type(error).__name__)
