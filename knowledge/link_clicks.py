"""How often residents opened the pages that answers link to: a number a day and link, nothing of who it was.

A link is named by its answer and the beginning of its address's hash, so that what names it leads nowhere but to what
staff have entered and still publish, whatever anybody makes of it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from intents.delicate import delicate_matter
from knowledge.answers import Answer
from knowledge.models import LinkClick
from knowledge.small_counts import ranked_count

MOST_SHOWN = 200
"""Links of a period that are listed."""
_TOKEN = re.compile(r"(?P<code>[0-9]{6})\.(?P<entry>[a-z0-9-]{1,60})\.(?P<link>[0-9a-f]{16})")


@dataclass(frozen=True)
class LinkName:
    """``link``: the beginning of the SHA-256 of its address."""

    code: str
    entry_id: str
    link: str

    @property
    def token(self) -> str:
        return f"{self.code}.{self.entry_id}.{self.link}"


@dataclass(frozen=True)
class ClickedLink:
    entry_id: str
    url: str
    clicks: int


def name_of(code: str, entry_id: str, url: str) -> LinkName:
    return LinkName(code, entry_id, hashlib.sha256(url.encode()).hexdigest()[:16])


def read_token(token: str) -> LinkName | None:
    """What a token names; None for anything but what our own links carry."""
    found = _TOKEN.fullmatch(token)
    return LinkName(found["code"], found["entry"], found["link"]) if found else None


def counted_urls(code: str, answer: Answer) -> dict[LinkName, str]:
    """The https addresses that staff entered for an answer: its links, and where its plan can be read."""
    urls = [url for _, url in answer.links] + ([answer.plan.url] if answer.plan.url else [])
    return {name_of(code, answer.entry_id, url): url for url in urls if url.startswith("https://")}


def is_counted(answer: Answer) -> bool:
    """Not where the answer is on a matter of which nothing is kept but its kind."""
    return not any(delicate_matter(words) for words in (answer.title, *answer.wordings))


def count_click(session: Session, name: LinkName, url: str, day: dt.date) -> None:
    """One more on ``day``, a day in Japan."""
    row = {
        "municipality_code": name.code,
        "day": day,
        "entry_id": name.entry_id,
        "link": name.link,
        "url": url[:1000],
        "clicks": 1,
    }
    keys = ["municipality_code", "day", "entry_id", "link"]
    more = {"clicks": LinkClick.__table__.c.clicks + 1}
    session.execute(_insert(session).values(row).on_conflict_do_update(index_elements=keys, set_=more))


def _insert(session: Session) -> postgresql.Insert | sqlite.Insert:
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(LinkClick)
    return sqlite.insert(LinkClick)


def clicks_between(session: Session, code: str, first: dt.date, last: dt.date) -> Sequence[ClickedLink]:
    """The links that were opened, most often first; small numbers stand in an order that tells nothing of them."""
    total = func.sum(LinkClick.clicks)
    wanted = (LinkClick.municipality_code == code, LinkClick.day.between(first, last))
    grouped = (
        select(LinkClick.entry_id, LinkClick.url, total).where(*wanted).group_by(LinkClick.entry_id, LinkClick.url)
    )
    found = [ClickedLink(entry_id, url, int(clicks)) for entry_id, url, clicks in session.execute(grouped)]
    return sorted(found, key=lambda one: (-ranked_count(one.clicks), one.entry_id, one.url))


def forget_clicks(session: Session, code: str, before: dt.date) -> None:
    """Delete the numbers of the days before ``before``."""
    session.execute(delete(LinkClick).where(LinkClick.municipality_code == code, LinkClick.day < before))
