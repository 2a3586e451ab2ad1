"""What was erased on somebody's word, and the codes by which residents ask for it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class Erasure(Base):
    """One line of the ledger, from which everything is erased again after a backup was restored.  Never a text.

    ``kind``: knowledge.erasures.KINDS.  ``key``: a message's id, an asker's pseudonym, or the id of a row of the log.
    ``dialogue``: of an asker, what the conversation is remembered by.
    """

    __tablename__ = "erasures"
    __table_args__ = (Index(None, "municipality_code", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    municipality_code: Mapped[str] = mapped_column(String(6))
    kind: Mapped[str] = mapped_column(String(12))
    key: Mapped[str] = mapped_column(String(40))
    dialogue: Mapped[str | None] = mapped_column(String(40))
    at: Mapped[dt.datetime]


class ErasureCode(Base):
    """A code that a resident got by typing 「削除」: its digest alone, and whose records it opens to erasing."""

    __tablename__ = "erasure_codes"
    __table_args__ = (Index(None, "municipality_code", "asker"),)

    municipality_code: Mapped[str] = mapped_column(String(6), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    asker: Mapped[str] = mapped_column(String(32))
    dialogue: Mapped[str | None] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(8))
    issued_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
