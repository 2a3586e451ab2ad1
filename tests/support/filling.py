"""What a database holds when a test begins: made once, then copied for each test that begins with the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from knowledge.db import Database


@dataclass(frozen=True)
class Filling:
    """``name``: small letters and ``_``, of no other filling."""

    name: str
    fill: Callable[[Database], None]
