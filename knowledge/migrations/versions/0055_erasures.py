"""The ledger of what was erased, residents' codes for it, and the names of the office's own rules of keeping"""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("dialogue", sa.String(length=40), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_index(op.f("ix_erasures_municipality_code_at"), "erasures", ["municipality_code", "at"])
    op.create_table(
        "erasure_codes",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("asker", sa.String(length=32), nullable=False),
        sa.Column("dialogue", sa.String(length=40), nullable=True),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("municipality_code", "digest", name=op.f("pk_erasure_codes")),
    )
    op.create_index(op.f("ix_erasure_codes_municipality_code_asker"), "erasure_codes", ["municipality_code", "asker"])
    with op.batch_alter_table("retentions") as table:
        table.add_column(sa.Column("document_class", sa.String(length=80), server_default="", nullable=False))
        table.add_column(sa.Column("period_name", sa.String(length=40), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("retentions") as table:
        table.drop_column("period_name")
        table.drop_column("document_class")
    op.drop_index(op.f("ix_erasure_codes_municipality_code_asker"), table_name="erasure_codes")
    op.drop_table("erasure_codes")
    op.drop_index(op.f("ix_erasures_municipality_code_at"), table_name="erasures")
    op.drop_table("erasures")
