"""Logs of calls are known by their first line, since one file may be seen from several hosts."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.DateTime(timezone=True)


def _make(key: str, *more: sa.Column[str]) -> None:
    op.drop_table("log_heads")  # nothing was kept there yet
    op.create_table(
        "log_heads",
        sa.Column(key, sa.String(length=64 if key == "first" else 400), nullable=False),
        *more,
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("end", _KEY, nullable=False),
        sa.Column("fault", sa.Text(), server_default="", nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint(key, name="pk_log_heads"),
    )


def upgrade() -> None:
    _make("first", sa.Column("place", sa.Text(), nullable=False))


def downgrade() -> None:
    _make("place")
