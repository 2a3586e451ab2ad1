"""Of delicate matters the kind alone is kept: what joined a row to a person, an event or an answer goes"""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"

_TEXTS = ("asker", "message_id", "entry_id", "department", "subject", "tapped_entry_id", "feedback", "reason")
_MOMENTS = ("tapped_at", "feedback_at", "more_at", "contact_at")
_LOG = sa.table(
    "query_log",
    *(sa.column(name, sa.String) for name in ("municipality_code", "id", "event_key", "delicate", "noted_by", *_TEXTS)),
    *(sa.column(name, sa.DateTime(timezone=True)) for name in ("asked_at", *_MOMENTS)),
    sa.column("entry_version", sa.Integer),
    sa.column("score", sa.Float),
    sa.column("candidates", sa.JSON),
)


def upgrade() -> None:
    """What staff noted has none of it, and is theirs."""
    connection = op.get_bind()
    asked = sa.and_(_LOG.c.delicate.is_not(None), _LOG.c.noted_by.is_(None))
    rows = connection.execute(sa.select(_LOG.c.municipality_code, _LOG.c.id, _LOG.c.asked_at).where(asked)).all()
    gone = dict.fromkeys((*_TEXTS, *_MOMENTS, "entry_version", "score"))
    for code, row_id, at in rows:
        new = {"id": str(uuid.uuid4()), "event_key": f"counted:{uuid.uuid4()}", "candidates": []}
        hour = at.replace(minute=0, second=0, microsecond=0)
        own = sa.and_(_LOG.c.municipality_code == code, _LOG.c.id == row_id, _LOG.c.asked_at == at)
        connection.execute(sa.update(_LOG).where(own).values(**gone, **new, asked_at=hour))


def downgrade() -> None:
    """What is gone is gone."""
