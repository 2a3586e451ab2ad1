"""Starting senders in a process: beside the web server, or in one of their own."""

from __future__ import annotations

from flask import Flask

from bot.line import inbox
from bot.line.sender import Sender, SenderThreads
from bot.services import Services


def start_senders(kit: Services, count: int) -> SenderThreads:
    """Free what dead processes of this machine held, then answer with ``count`` threads."""
    inbox.release_dead(kit.database)
    threads = SenderThreads(Sender(kit.database, kit.corpus, kit.line_clients), kit.receiver.wake)
    threads.start(count)
    return threads


def start_beside_web(app: Flask) -> SenderThreads | None:
    """What a web worker runs after its fork; None where senders run elsewhere."""
    kit: Services = app.extensions["kotae"]
    for town in kit.corpus.towns():
        kit.corpus.current(town.code)
    if kit.settings.sender_threads == 0 or not kit.settings.line_channels:
        return None
    return start_senders(kit, kit.settings.sender_threads)
