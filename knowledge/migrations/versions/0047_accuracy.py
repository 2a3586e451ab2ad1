"""Evidence of accuracy (正答率): the monthly random sample of questions, and how staff judged each"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"


def upgrade() -> None:
    op.create_table(
        "accuracy_settings",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipalities.code"],
            name=op.f("fk_accuracy_settings_municipality_code_municipalities"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("municipality_code", name=op.f("pk_accuracy_settings")),
    )
    op.create_table(
        "accuracy_samples",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("lot", sa.String(length=64), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("delicate", sa.Integer(), nullable=False),
        sa.Column("textless", sa.Integer(), nullable=False),
        sa.Column("invented", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_by", sa.String(length=60), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=60), nullable=True),
        sa.Column("closed_name", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipalities.code"],
            name=op.f("fk_accuracy_samples_municipality_code_municipalities"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("municipality_code", "month", name=op.f("pk_accuracy_samples")),
    )
    op.create_table(
        "accuracy_items",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_id", sa.String(length=36), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("entry_id", sa.String(length=60), nullable=True),
        sa.Column("entry_version", sa.Integer(), nullable=True),
        sa.Column("settled", sa.String(length=10), nullable=True),
        sa.Column("settled_by", sa.String(length=60), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("final", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(
            ["municipality_code", "month"],
            ["accuracy_samples.municipality_code", "accuracy_samples.month"],
            name=op.f("fk_accuracy_items_municipality_code_accuracy_samples"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("municipality_code", "month", "place", name=op.f("pk_accuracy_items")),
    )
    op.create_table(
        "accuracy_labels",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=10), nullable=False),
        sa.Column("labelled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["municipality_code", "month", "place"],
            ["accuracy_items.municipality_code", "accuracy_items.month", "accuracy_items.place"],
            name=op.f("fk_accuracy_labels_municipality_code_accuracy_items"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("municipality_code", "month", "place", "account", name=op.f("pk_accuracy_labels")),
    )


def downgrade() -> None:
    op.drop_table("accuracy_labels")
    op.drop_table("accuracy_items")
    op.drop_table("accuracy_samples")
    op.drop_table("accuracy_settings")
