"""Departments that are renamed, merged or split from a day on."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_table(
        "organisation_changes",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.String(length=60), nullable=True),
        sa.Column("entered_name", sa.String(length=60), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_name", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipalities.code"],
            name=op.f("fk_organisation_changes_municipality_code_municipalities"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("municipality_code", "number", name=op.f("pk_organisation_changes")),
    )
    op.create_index(op.f("ix_organisation_changes_starts_on"), "organisation_changes", ["starts_on"])
    op.create_table(
        "organisation_assignments",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("department", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code", "number"],
            ["organisation_changes.municipality_code", "organisation_changes.number"],
            name=op.f("fk_organisation_assignments_organisation_changes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("municipality_code", "number", "kind", "key", name=op.f("pk_organisation_assignments")),
    )


def downgrade() -> None:
    op.drop_table("organisation_assignments")
    op.drop_table("organisation_changes")
