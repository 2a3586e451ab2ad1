"""What processes cost, by /proc."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(pid: int) -> float:
    """Of all its threads since it began; 0 of a process that is gone."""
    with suppress(OSError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS
    return 0.0


def until_calm(pids: Callable[[], Iterable[int]], cores: float = 0.3, most: float = 180.0) -> float:
    """Wait until these processes together use no more than ``cores``, as when all have warmed up; the seconds waited."""
    begun = last = time.monotonic()
    used, calm = sum(map(cpu_seconds, pids())), 0
    while calm < 3 and last - begun < most:
        time.sleep(1.0)
        moment, now_used = time.monotonic(), sum(map(cpu_seconds, pids()))
        calm = calm + 1 if now_used - used <= cores * (moment - last) else 0
        last, used = moment, now_used
    return last - begun


def resident_mb(pid: int) -> float:
    """0 of a process that is gone."""
    with suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / (1 << 20)
    return 0.0
