"""What was taken from Odoo, how far it was looked through, hints, heads of logs; why a note's matter is over."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "taken",
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("external_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("source", "external_id", name="pk_taken"),
    )
    op.create_table(
        "looks",
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("through", _INSTANT, nullable=True),
        sa.Column("looked_at", _INSTANT, nullable=True),
        sa.Column("hinted_at", _INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("source", name="pk_looks"),
    )
    op.create_table(
        "hints",
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("signature", name="pk_hints"),
    )
    op.create_index("ix_hints_at", "hints", ["at"])
    op.create_table(
        "log_heads",
        sa.Column("place", sa.String(length=400), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("end", _KEY, nullable=False),
        sa.Column("fault", sa.Text(), server_default="", nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_log_heads"),
    )
    op.add_column("outbox", sa.Column("settled", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("outbox", "settled")
    for table in ("log_heads", "hints", "looks", "taken"):
        op.drop_table(table)
