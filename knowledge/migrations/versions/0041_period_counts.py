"""Figures of a period, counted once and kept, with their corrections; events that may have moved them"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"

FIGURES = (
    *("asked", "askers", "nameless", "answered", "offered", "taken", "refused", "none", "handoff"),
    *("solved", "unsolved", "failed", "outside", "small_talk"),
)
OF_A_PERIOD = ["municipality_code", "kind", "first"]


def of_a_municipality(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["municipality_code"],
        ["municipalities.code"],
        name=op.f(f"fk_{table}_municipality_code_municipalities"),
        ondelete="CASCADE",
    )


def of_a_counted_period(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        OF_A_PERIOD,
        [f"counted_periods.{column}" for column in OF_A_PERIOD],
        name=op.f(f"fk_{table}_municipality_code_counted_periods"),
        ondelete="CASCADE",
    )


def upgrade() -> None:
    op.create_table(
        "counted_periods",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("took", sa.Integer(), nullable=False),
        sa.Column("hours_known", sa.Boolean(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=True),
        of_a_municipality("counted_periods"),
        sa.PrimaryKeyConstraint(*OF_A_PERIOD, name=op.f("pk_counted_periods")),
    )
    op.create_table(
        "period_counts",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("dimension", sa.String(length=12), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("value", sa.String(length=90), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in FIGURES),
        of_a_counted_period("period_counts"),
        sa.PrimaryKeyConstraint(*OF_A_PERIOD, "dimension", "channel", "value", name=op.f("pk_period_counts")),
    )
    op.create_table(
        "period_corrections",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reason_by", sa.String(length=80), nullable=True),
        of_a_counted_period("period_corrections"),
        sa.PrimaryKeyConstraint(*OF_A_PERIOD, "number", name=op.f("pk_period_corrections")),
    )
    op.create_table(
        "figure_events",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("topic", sa.String(length=90), nullable=False),
        sa.Column("written_by", sa.String(length=80), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        of_a_municipality("figure_events"),
        sa.PrimaryKeyConstraint("municipality_code", "number", name=op.f("pk_figure_events")),
    )


def downgrade() -> None:
    op.drop_table("figure_events")
    op.drop_table("period_corrections")
    op.drop_table("period_counts")
    op.drop_table("counted_periods")
