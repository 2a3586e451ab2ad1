"""Words by which the log of questions is searched, and who noted a question that came by telephone or at the counter"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.add_column("query_log", sa.Column("words", sa.String(length=220), nullable=True))
    op.add_column("query_log", sa.Column("noted_by", sa.String(length=60), nullable=True))
    op.create_index(
        op.f("ix_query_log_municipality_code_jst_date_words"), "query_log", ["municipality_code", "jst_date", "words"]
    )
    op.drop_index(op.f("ix_query_log_municipality_code_jst_date"), "query_log")


def downgrade() -> None:
    op.create_index(op.f("ix_query_log_municipality_code_jst_date"), "query_log", ["municipality_code", "jst_date"])
    op.drop_index(op.f("ix_query_log_municipality_code_jst_date_words"), "query_log")
    op.drop_column("query_log", "noted_by")
    op.drop_column("query_log", "words")
