"""What holds at the moment of a reply beside the knowledge: the clock, and the notice of a disaster or an outage."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from bot.wording import DEFAULT


@dataclass(frozen=True)
class ShownNotice:
    """A notice as residents read it, by language, and the ``paused`` entries whose guidance it takes back meanwhile."""

    texts: Mapping[str, str]
    paused: frozenset[str] = frozenset()

    def text_in(self, language: str) -> str:
        return self.texts.get(language) or self.texts[DEFAULT]


@dataclass(frozen=True)
class Circumstances:
    """``moment`` None: it is not known when, so nothing is said of being open or closed now."""

    moment: dt.datetime | None = None
    notice: ShownNotice | None = None

    @property
    def paused(self) -> frozenset[str]:
        return self.notice.paused if self.notice else frozenset()


ANY_TIME = Circumstances()
