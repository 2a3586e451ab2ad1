"""Pictures of charts, drawn once and kept: found again by the digest of what they say.

A copy only: what is missing is drawn anew, and what nobody has shown for a month goes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from knowledge.models import Picture
from knowledge.query_log import insert_ignoring

KEPT = dt.timedelta(days=31)
MOST_AT_ONCE = 12
"""Drawn in one go: those of a page."""


def unknown(session: Session, code: str, digests: Mapping[str, str]) -> dict[str, str]:
    """Those of ``digests`` (digest -> chart) that are not kept yet."""
    known = select(Picture.digest).where(Picture.municipality_code == code, Picture.digest.in_(digests))
    found = set(session.scalars(known))
    return {digest: chart for digest, chart in digests.items() if digest not in found}


def keep(session: Session, code: str, charts: Mapping[str, str], moment: dt.datetime) -> None:
    """Keep charts (digest -> chart) until somebody looks at them; what is too old goes."""
    session.execute(delete(Picture).where(Picture.municipality_code == code, Picture.kept_at < moment - KEPT))
    for digest, chart in charts.items():
        values = {"municipality_code": code, "digest": digest, "chart": chart, "svg": None, "kept_at": moment}
        session.execute(insert_ignoring(session, Picture, values))


def forget(session: Session, code: str, since: dt.datetime) -> None:
    """Those that were kept since a moment: of what is gone."""
    session.execute(delete(Picture).where(Picture.municipality_code == code, Picture.kept_at >= since))


def drawn(session: Session, code: str, digest: str) -> str | None:
    """The picture; None where it is not drawn yet.  Raises LookupError where there is no such chart."""
    row = session.get(Picture, (code, digest))
    if row is None:
        raise LookupError(digest)
    return row.svg


def undrawn(session: Session, code: str, digest: str) -> dict[str, str]:
    """The chart asked for, and with it the newest others that are not drawn: its page will ask for them next."""
    wanted = select(Picture.digest, Picture.chart).where(Picture.municipality_code == code, Picture.svg.is_(None))
    newest = wanted.order_by((Picture.digest == digest).desc(), Picture.kept_at.desc(), Picture.digest)
    return {row.digest: row.chart for row in session.execute(newest.limit(MOST_AT_ONCE))}


def keep_drawn(session: Session, code: str, pictures: Mapping[str, str]) -> None:
    for digest, svg in pictures.items():
        own = (Picture.municipality_code == code, Picture.digest == digest)
        session.execute(update(Picture).where(*own).values(svg=svg))
