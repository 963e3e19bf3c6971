"""Counters and durations of all processes, added up."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "measures",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("labels", sa.String(length=120), nullable=False),
        sa.Column("bucket", sa.String(length=16), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "labels", "bucket", name="pk_measures"),
    )


def downgrade() -> None:
    op.drop_table("measures")
