"""What was typed when a session ended: kept, and offered again after signing in.

A form sends its fields here when it is refused for an ended session, and as it is typed; what is
saved in the usual way is dropped.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from knowledge.models import UnsavedText

KEPT_FOR = dt.timedelta(days=30)
JUST_NOW = dt.timedelta(minutes=30)
"""For so long somebody who typed is taken to be at it still: as long as a session lies idle."""
MOST_BYTES = 256 * 1024
"""Of one form; an entry with all its translations has some 40,000 letters at most."""


class TooMuchTextError(ValueError):
    """More than a form of the console can hold."""


def keep_unsaved(
    session: Session, code: str, account: str, form: str, fields: Mapping[str, str], moment: dt.datetime
) -> None:
    """Keep the fields of a form, in place of what was kept of it before.  Raises TooMuchTextError."""
    if len(json.dumps(dict(fields)).encode()) > MOST_BYTES:
        raise TooMuchTextError("文が長すぎて、とっておけません。短く分けて保存してください")
    session.execute(
        delete(UnsavedText).where(UnsavedText.municipality_code == code, UnsavedText.kept_at < moment - KEPT_FOR)
    )
    session.merge(UnsavedText(municipality_code=code, account=account, form=form, fields=dict(fields), kept_at=moment))


def unsaved_texts(session: Session, code: str, account: str, moment: dt.datetime) -> list[UnsavedText]:
    """What is kept of an account, the newest first."""
    wanted = select(UnsavedText).where(
        UnsavedText.municipality_code == code,
        UnsavedText.account == account,
        UnsavedText.kept_at >= moment - KEPT_FOR,
    )
    return list(session.scalars(wanted.order_by(UnsavedText.kept_at.desc(), UnsavedText.form)))


def unsaved_text(session: Session, code: str, account: str, form: str, moment: dt.datetime) -> UnsavedText | None:
    """What is kept of one form."""
    found = session.get(UnsavedText, (code, account, form))
    return found if found is not None and found.kept_at >= moment - KEPT_FOR else None


def texts_of_form(session: Session, code: str, account: str, form: str, moment: dt.datetime) -> list[UnsavedText]:
    """What is kept of one form, each time it was opened apart (``form:slot``), the newest first."""
    kept = unsaved_texts(session, code, account, moment)
    return [one for one in kept if one.form == form or one.form.startswith(f"{form}:")]


def others_writing(session: Session, code: str, account: str, form: str, moment: dt.datetime) -> list[UnsavedText]:
    """What others have typed into the same form a moment ago, and not saved."""
    wanted = select(UnsavedText).where(
        UnsavedText.municipality_code == code,
        or_(UnsavedText.form == form, UnsavedText.form.startswith(f"{form}:", autoescape=True)),
        UnsavedText.account != account,
        UnsavedText.kept_at >= moment - JUST_NOW,
    )
    return list(session.scalars(wanted.order_by(UnsavedText.kept_at.desc())))


def drop_unsaved(session: Session, code: str, account: str, form: str) -> None:
    """The form was saved, or its text is not wanted any more."""
    session.execute(
        delete(UnsavedText).where(
            UnsavedText.municipality_code == code, UnsavedText.account == account, UnsavedText.form == form
        )
    )
