"""What residents are answered from."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "bundled_drafts",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("entry_id", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("differences", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("municipality_code", "entry_id", name=op.f("pk_bundled_drafts")),
    )
    op.create_table(
        "departments",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("role", sa.String(length=200), nullable=True),
        sa.Column("telephone", sa.String(length=20), nullable=True),
        sa.Column("extension", sa.String(length=20), nullable=True),
        sa.Column("fax", sa.String(length=20), nullable=True),
        sa.Column("email", sa.String(length=100), nullable=True),
        sa.Column("address", sa.String(length=80), nullable=True),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("entry_id", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("by_staff", sa.Boolean(), nullable=False),
        sa.Column("bundled_digest", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("phrasings", sa.JSON(), nullable=False),
        sa.Column("department", sa.String(length=60), nullable=True),
        sa.Column("source_plan", sa.String(length=60), nullable=False),
        sa.Column("source_section", sa.String(length=80), nullable=False),
        sa.Column("source_page", sa.Integer(), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("municipality_code", "entry_id", name=op.f("pk_departments")),
    )
    op.create_table(
        "entries",
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("question", sa.String(length=80), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("facets", sa.JSON(), nullable=True),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("measure", sa.String(length=30), nullable=True),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("entry_id", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("by_staff", sa.Boolean(), nullable=False),
        sa.Column("bundled_digest", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("phrasings", sa.JSON(), nullable=False),
        sa.Column("department", sa.String(length=60), nullable=True),
        sa.Column("source_plan", sa.String(length=60), nullable=False),
        sa.Column("source_section", sa.String(length=80), nullable=False),
        sa.Column("source_page", sa.Integer(), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("municipality_code", "entry_id", name=op.f("pk_entries")),
    )
    op.create_table(
        "indicators",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("measure", sa.String(length=30), nullable=True),
        sa.Column("baseline", sa.JSON(), nullable=True),
        sa.Column("interim", sa.JSON(), nullable=False),
        sa.Column("target", sa.JSON(), nullable=True),
        sa.Column("definition", sa.String(length=200), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("entry_id", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("by_staff", sa.Boolean(), nullable=False),
        sa.Column("bundled_digest", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("phrasings", sa.JSON(), nullable=False),
        sa.Column("department", sa.String(length=60), nullable=True),
        sa.Column("source_plan", sa.String(length=60), nullable=False),
        sa.Column("source_section", sa.String(length=80), nullable=False),
        sa.Column("source_page", sa.Integer(), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("municipality_code", "entry_id", name=op.f("pk_indicators")),
    )
    op.create_table(
        "schedule_items",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("measure", sa.String(length=30), nullable=True),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("entry_id", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("by_staff", sa.Boolean(), nullable=False),
        sa.Column("bundled_digest", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("phrasings", sa.JSON(), nullable=False),
        sa.Column("department", sa.String(length=60), nullable=True),
        sa.Column("source_plan", sa.String(length=60), nullable=False),
        sa.Column("source_section", sa.String(length=80), nullable=False),
        sa.Column("source_page", sa.Integer(), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("municipality_code", "entry_id", name=op.f("pk_schedule_items")),
    )
    op.create_table(
        "terms",
        sa.Column("term", sa.String(length=80), nullable=False),
        sa.Column("reading", sa.String(length=80), nullable=True),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("meaning", sa.String(length=240), nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("entry_id", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("by_staff", sa.Boolean(), nullable=False),
        sa.Column("bundled_digest", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("phrasings", sa.JSON(), nullable=False),
        sa.Column("department", sa.String(length=60), nullable=True),
        sa.Column("source_plan", sa.String(length=60), nullable=False),
        sa.Column("source_section", sa.String(length=80), nullable=False),
        sa.Column("source_page", sa.Integer(), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("municipality_code", "entry_id", name=op.f("pk_terms")),
    )


def downgrade() -> None:
    op.drop_table("terms")
    op.drop_table("schedule_items")
    op.drop_table("indicators")
    op.drop_table("entries")
    op.drop_table("departments")
    op.drop_table("bundled_drafts")
