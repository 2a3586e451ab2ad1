"""What is told of a folder of backups is read as it was told, short as it is; what another program tells is not."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from knowledge.backup_standing import MOST, Kept, Standing, joined, standing_from_json, standing_in
from knowledge.backups import name_of
from knowledge.restore_drills import Drill

NOW = dt.datetime(2026, 11, 22, 3, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def standing(count: int) -> Standing:
    drill = Drill(NOW, "f", NOW - HOUR, 20, 1.5, ("開けません",))
    return Standing(tuple(Kept(NOW - hours * HOUR, 100 + hours) for hours in range(count)), drill)


def test_what_is_told_is_read() -> None:
    told = standing(3)
    assert standing_from_json(json.loads(json.dumps(told.as_json()))) == told
    assert standing_from_json(Standing().as_json()) == Standing()
    long = standing_from_json(standing(400).as_json())
    assert long is not None
    assert (len(long.backups), long.newest, long.backups[-1].moment) == (MOST, NOW, NOW - 399 * HOUR)
    for other in (None, 5, {}, {"backups": 1, "drill": None}, {"backups": [["x", 1]], "drill": None}):
        assert standing_from_json(other) is None


def test_several_are_one() -> None:
    old, new = standing(3), Standing((Kept(NOW + HOUR, 1), Kept(NOW, 100)), None)
    both = joined([old, new])
    assert [one.moment for one in both.backups] == [NOW + HOUR, NOW, NOW - HOUR, NOW - 2 * HOUR]
    assert both.drill == old.drill
    assert joined([]) == Standing()


def test_a_folder_is_looked_at(tmp_path: Path) -> None:
    assert standing_in(tmp_path / "none") == Standing()
    (tmp_path / name_of(NOW)).write_bytes(b"12")
    (tmp_path / "erasures.jsonl").touch()
    assert standing_in(tmp_path) == Standing((Kept(NOW, 2),))
    assert not standing_in(tmp_path).is_drill_late(NOW)
    assert standing_in(tmp_path).is_drill_late(NOW + dt.timedelta(days=9))
