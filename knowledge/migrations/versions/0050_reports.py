"""Files of the log, facts of a year that staff write, and how a municipality reports"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"


def _own(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["municipality_code"],
        ["municipalities.code"],
        name=op.f(f"fk_{table}_municipality_code_municipalities"),
        ondelete="CASCADE",
    )


def upgrade() -> None:
    op.create_table(
        "log_file_parts",
        sa.Column("file_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _own("log_file_parts"),
        sa.PrimaryKeyConstraint("file_id", "number", name=op.f("pk_log_file_parts")),
    )
    op.create_index(op.f("ix_log_file_parts_made_at"), "log_file_parts", ["made_at"])
    op.create_table(
        "year_facts",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("written_by", sa.String(length=60), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        _own("year_facts"),
        sa.PrimaryKeyConstraint("municipality_code", "fiscal_year", "name", "number", name=op.f("pk_year_facts")),
    )
    op.create_table(
        "report_settings",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("body", sa.String(length=60), nullable=False),
        sa.Column("open_data", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("licence", sa.String(length=20), server_default="CC-BY-4.0", nullable=False),
        _own("report_settings"),
        sa.PrimaryKeyConstraint("municipality_code", name=op.f("pk_report_settings")),
    )


def downgrade() -> None:
    op.drop_table("report_settings")
    op.drop_table("year_facts")
    op.drop_index(op.f("ix_log_file_parts_made_at"), "log_file_parts")
    op.drop_table("log_file_parts")
