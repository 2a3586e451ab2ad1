"""When to look again, terms of application, and the state of links."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

CURATED = ("entries", "indicators", "schedule_items", "departments", "terms")


def upgrade() -> None:
    for table in CURATED:
        op.add_column(table, sa.Column("recheck_on", sa.Date(), nullable=True))
    op.add_column("entries", sa.Column("term", sa.JSON(), nullable=True))
    op.create_table(
        "link_checks",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("url_digest", sa.String(length=64), nullable=False),
        sa.Column("url", sa.String(length=1000), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alive_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.Date(), nullable=True),
        sa.Column("last_failed_on", sa.Date(), nullable=True),
        sa.Column("failed_days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipalities.code"],
            name=op.f("fk_link_checks_municipality_code_municipalities"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("municipality_code", "url_digest", name=op.f("pk_link_checks")),
    )
    op.create_table(
        "link_rounds",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipalities.code"],
            name=op.f("fk_link_rounds_municipality_code_municipalities"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("municipality_code", name=op.f("pk_link_rounds")),
    )


def downgrade() -> None:
    op.drop_table("link_rounds")
    op.drop_table("link_checks")
    op.drop_column("entries", "term")
    for table in CURATED:
        op.drop_column(table, "recheck_on")
