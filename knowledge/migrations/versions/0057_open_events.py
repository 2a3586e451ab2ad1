"""The few open events are found among many by indexes of their own"""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"

_OPEN = sa.text("state IN ('received', 'sending')")
_INDEXES = {
    "ix_line_events_open": ["occurred_at", "id"],
    "ix_line_events_open_of": ["municipality_code", "asker", "occurred_at", "id"],
}


def upgrade() -> None:
    for name, columns in _INDEXES.items():
        op.create_index(name, "line_events", columns, sqlite_where=_OPEN, postgresql_where=_OPEN)


def downgrade() -> None:
    for name in _INDEXES:
        op.drop_index(name, table_name="line_events")
