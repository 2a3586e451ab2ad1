"""What a folder of backups holds: as whoever keeps it tells it to the other machines, which cannot look there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.backups import backups_in, name_of
from knowledge.restore_drills import Drill, drill_as_json, drill_from_json, drills_in, is_overdue

MOST = 60
"""Backups that are told: two days' hours, and the oldest."""


@dataclass(frozen=True)
class Kept:
    """A backup by its moment and size."""

    moment: dt.datetime
    size: int

    @property
    def name(self) -> str:
        return name_of(self.moment)


@dataclass(frozen=True)
class Standing:
    """``backups``: the newest first.  ``drill``: the last."""

    backups: tuple[Kept, ...] = ()
    drill: Drill | None = None

    @property
    def newest(self) -> dt.datetime | None:
        return self.backups[0].moment if self.backups else None

    def is_drill_late(self, moment: dt.datetime) -> bool:
        return is_overdue(self.drill, self.backups[-1].moment if self.backups else None, moment)

    def as_json(self) -> dict[str, Any]:
        told = self.backups if len(self.backups) <= MOST else (*self.backups[: MOST - 1], self.backups[-1])
        return {
            "backups": [[one.moment.isoformat(), one.size] for one in told],
            "drill": drill_as_json(self.drill) if self.drill else None,
        }


def standing_in(folder: Path) -> Standing:
    """Raises OSError where the folder cannot be looked through."""
    found = []
    for one in backups_in(folder):
        try:
            found.append(Kept(one.moment, one.size))
        except FileNotFoundError:
            continue  # it was just pruned
    return Standing(tuple(found), next(iter(drills_in(folder)), None))


def standing_from_json(told: object) -> Standing | None:
    """None where it is not what this program tells: another version's."""
    if not isinstance(told, Mapping):
        return None
    try:
        kept = tuple(Kept(dt.datetime.fromisoformat(moment), int(size)) for moment, size in told["backups"])
        return Standing(kept, drill_from_json(told["drill"]) if told["drill"] else None)
    except (ValueError, TypeError, KeyError):
        return None


def joined(standings: Iterable[Standing]) -> Standing:
    """Of several folders, or of one that several looked at: everything once, and the last drill."""
    standings = list(standings)
    kept = {one for standing in standings for one in standing.backups}
    drills = [standing.drill for standing in standings if standing.drill is not None]
    return Standing(
        tuple(sorted(kept, key=lambda one: one.moment, reverse=True)), max(drills, key=lambda one: one.at, default=None)
    )
