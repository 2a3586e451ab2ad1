"""What one trial of a single fault found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Finding:
    """``dose``: in words.  ``injections``: how often each fault was injected.  ``missed``: promises that do not hold."""

    dose: str = ""
    database: str = ""
    injections: dict[str, int] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)

    def hold(self, promise: str, kept: bool, *found: object) -> None:
        """Note a promise that does not hold, with what was found instead."""
        if not kept:
            self.missed.append(": ".join([promise, *map(str, found)])[:600])

    def injected_enough(self, times: int) -> None:
        for name, count in self.injections.items():
            self.hold(f"injected fewer than {times} times", count >= times, name, count)
