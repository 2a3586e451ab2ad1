"""Files that are too large to be read while somebody waits."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, LargeBinary, String, false
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class BroughtFile(Base):
    """A file of a colleague's on its way through the jobs process.

    ``content``: the file itself, then (``is_read``) what was read of it, as packed JSON.  ``purpose`` names the page.
    """

    __tablename__ = "brought_files"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    municipality_code: Mapped[str] = mapped_column(String(6), ForeignKey("municipalities.code", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_accounts.id", ondelete="CASCADE"))
    purpose: Mapped[str] = mapped_column(String(20))
    ending: Mapped[str] = mapped_column(String(8))
    is_read: Mapped[bool] = mapped_column(default=False, server_default=false())
    made_at: Mapped[dt.datetime] = mapped_column(index=True)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
