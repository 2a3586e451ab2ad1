"""What every part of the running service needs, joined in ``app.py``."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app

from bot.line.client import LineClients
from bot.line.forwarding import Forwarding
from bot.line.housekeeping import Housekeeping
from bot.line.receiver import Receiver
from bot.oidc.provider import OfficeProvider
from bot.settings import Settings
from knowledge.corpus import Corpus
from knowledge.db import Database
from knowledge.preview import Previews
from knowledge.replica import EvidenceReader


@dataclass(frozen=True)
class Services:
    settings: Settings
    database: Database
    evidence: EvidenceReader
    """What figures are read from: a copy of the database, where there is one."""
    corpus: Corpus
    previews: Previews
    """What staff see beside it: drafts, and what is for them alone."""
    line_clients: LineClients
    receiver: Receiver
    housekeeping: Housekeeping
    forwarding: Forwarding
    office_provider: OfficeProvider | None
    """The office's own directory, where it is set up."""


def keys_in_force() -> list[str]:
    """What signatures are taken by: keys that were replaced, then the one that new ones are made with."""
    settings = services().settings
    return [*settings.old_secret_keys, settings.secret_key]


def services() -> Services:
    """Those of the app that serves the current request or command."""
    found: Services = current_app.extensions["kotae"]
    return found
