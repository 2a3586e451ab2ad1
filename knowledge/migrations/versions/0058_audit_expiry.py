"""On PostgreSQL a role that may delete no line of the audit log still has those expire that are older than a year"""

from alembic import op

revision = "0058"
down_revision = "0057"

_EXPIRE = """
CREATE FUNCTION audit_lines_expire(up_to integer) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS
$$ DELETE FROM audit_lines WHERE number <= up_to $$
"""
"""By the rights of whoever made the tables; the trigger of 0016 keeps what is younger."""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_EXPIRE)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_lines_expire(integer)")
