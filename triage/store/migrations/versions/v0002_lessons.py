"""What accepted answers taught about suppliers."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "lessons",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("supplier_id", _KEY, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("written", sa.String(length=80), nullable=False),
        sa.Column("meaning", sa.String(length=40), nullable=False),
        sa.Column("outcome_id", _KEY, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lessons"),
        sa.UniqueConstraint("supplier_id", "kind", "written", name="uq_lessons_supplier_id_kind_written"),
    )


def downgrade() -> None:
    op.drop_table("lessons")
