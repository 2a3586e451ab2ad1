"""Lines of who did what, guarded by the database against being changed or removed."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

KEPT = "a line of the audit log is not changed"
YOUNG = "a line of the audit log is kept for a year"

UPDATE_ON_SQLITE = f"""
CREATE TRIGGER audit_lines_update BEFORE UPDATE ON audit_lines
BEGIN SELECT RAISE(ABORT, '{KEPT}'); END
"""
DELETE_ON_SQLITE = f"""
CREATE TRIGGER audit_lines_delete BEFORE DELETE ON audit_lines WHEN OLD.at > datetime('now', '-365 days')
BEGIN SELECT RAISE(ABORT, '{YOUNG}'); END
"""
FUNCTION = f"""
CREATE FUNCTION audit_lines_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN RAISE EXCEPTION '{KEPT}'; END IF;
    IF OLD.at > now() - interval '365 days' THEN RAISE EXCEPTION '{YOUNG}'; END IF;
    RETURN OLD;
END $$
"""
ON_POSTGRESQL = """
CREATE TRIGGER audit_lines_kept BEFORE UPDATE OR DELETE ON audit_lines
FOR EACH ROW EXECUTE FUNCTION audit_lines_kept()
"""


def upgrade() -> None:
    op.create_table(
        "audit_lines",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("login", sa.String(length=60), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("scope", sa.String(length=6), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("address_hash", sa.String(length=32), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_lines")),
    )
    op.create_index(op.f("ix_audit_lines_at"), "audit_lines", ["at"])
    op.create_index(op.f("ix_audit_lines_scope_at"), "audit_lines", ["scope", "at"])
    op.create_index(op.f("ix_audit_lines_login_at"), "audit_lines", ["login", "at"])
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.bulk_insert(head, [{"id": 1, "number": 0, "digest": "0" * 64}])
    op.create_table(
        "audit_checkpoints",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", "kind", name=op.f("pk_audit_checkpoints")),
    )
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in (UPDATE_ON_SQLITE, DELETE_ON_SQLITE) if on_sqlite else (FUNCTION, ON_POSTGRESQL):
        op.execute(statement)


def downgrade() -> None:
    for table in ("audit_checkpoints", "audit_head", "audit_lines"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_lines_kept()")
