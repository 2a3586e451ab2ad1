"""Looking whether all is well: by every process that serves, so that it goes on when others are dead."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.operation.checks import KINDS, Facts, judge
from bot.operation.facts import gather, host_name
from bot.operation.notes import NOTES
from bot.operation.telling import AwayTeller
from bot.services import Services
from knowledge import alerts, heartbeats
from knowledge.alerts import Known
from knowledge.calendar import now

SILENT = dt.timedelta(minutes=10)
"""What only one machine can see ends so long after it was last seen: the machine may be gone."""
TIDY_SECONDS = 3600.0

_log = structlog.get_logger("operation")


class Inspector:
    """Of one process.  ``writable``: whether the database takes what is written.

    ``keeps_backups``: whether it is one of those that do the jobs; the others do not judge of backups.
    """

    def __init__(
        self,
        kit: Services,
        writable: Callable[[], bool],
        clock: Callable[[], dt.datetime] = now,
        *,
        keeps_backups: bool = False,
    ) -> None:
        self._kit, self._writable, self._clock, self._keeps_backups = kit, writable, clock, keeps_backups
        self._away = AwayTeller(kit, clock)
        self._tidied = 0.0

    def inspect(self) -> None:
        """Raise and end what is to be.  Where the database is away, that is told without it."""
        moment = self._clock()
        facts = gather(self._kit, moment, writable=self._writable() and not NOTES.receives_nothing(moment))
        findings = judge(facts)
        if not (facts.writable and facts.schema_fits):
            # Nothing can be kept: the database takes nothing, or its tables may be others.
            self._away.tell(next(one.kind for one in findings if one.kind in ("schema", "database")))
            return
        self._away.tell_over()
        own = [one for one in findings if self._judges(one.kind, facts)]
        raised, ended = alerts.settle(
            self._kit.database, own, lambda one: self._judges(one.kind, facts) and may_end(one, facts), moment
        )
        for finding in raised:
            _log.error("alert_raised", kind=finding.kind, scope=finding.scope, detail=finding.detail)
        for known in ended:
            _log.info("alert_ended", kind=known.kind, scope=known.scope)
        self._tidy(moment)

    def _judges(self, kind: str, facts: Facts) -> bool:
        found = KINDS.get(kind)
        return found is None or not found.of_backups or (self._keeps_backups and facts.backups is not None)

    def _tidy(self, moment: dt.datetime) -> None:
        if time.monotonic() - self._tidied < TIDY_SECONDS and self._tidied:
            return
        self._tidied = time.monotonic()
        heartbeats.forget_dead(self._kit.database, moment)
        try:
            with self._kit.database.writing() as session:
                alerts.forget_old(session, moment)
        except SQLAlchemyError as error:
            _log.warning("not_tidied", error=type(error).__name__)


def may_end(alert: Known, facts: Facts) -> bool:
    """Whether what this process sees is enough to say that something is over."""
    kind = KINDS.get(alert.kind)
    if kind is None or not kind.elsewhere:
        return facts.stored is not None
    if alert.kind == "line_refused":
        # Silence is no proof: only a call that LINE took is.
        return NOTES.accepted_since(alert.scope, alert.last_at)
    if alert.kind == "disk" and alert.scope.startswith(f"{host_name()} "):
        return True
    return facts.moment - alert.last_at > SILENT
