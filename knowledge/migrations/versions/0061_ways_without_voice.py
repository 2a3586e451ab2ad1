"""How a municipality is asked by whoever cannot telephone: its form, e-mail and fax"""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"


def upgrade() -> None:
    for name, length in (("contact_form", 1000), ("contact_email", 100), ("contact_fax", 20)):
        op.add_column("municipalities", sa.Column(name, sa.String(length=length), nullable=True))


def downgrade() -> None:
    for name in ("contact_fax", "contact_email", "contact_form"):
        op.drop_column("municipalities", name)
