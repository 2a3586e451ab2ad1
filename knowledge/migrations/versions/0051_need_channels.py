"""The needs of a period are counted by channel from the index alone"""

from alembic import op
from sqlalchemy import text

revision = "0051"
down_revision = "0050"

_FILLED = text("need IS NOT NULL")


def _index(*columns: str) -> None:
    op.drop_index("ix_query_log_need", "query_log")
    op.create_index("ix_query_log_need", "query_log", list(columns), sqlite_where=_FILLED, postgresql_where=_FILLED)


def upgrade() -> None:
    _index("municipality_code", "need", "jst_date", "asker", "channel")


def downgrade() -> None:
    _index("municipality_code", "need", "jst_date", "asker")
