"""What a language model was asked, what it answered, and which messages wait for it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "model_calls",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("task", sa.String(length=16), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("tokens", _KEY, nullable=False),
        sa.Column("micros", _KEY, nullable=False),
        sa.Column("milliseconds", _KEY, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_model_calls"),
    )
    op.create_index("ix_model_calls_at", "model_calls", ["at"])
    op.create_index("ix_model_calls_company_at", "model_calls", ["company", "at"])
    op.create_table(
        "model_answers",
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("tokens_in", sa.Integer(), nullable=False),
        sa.Column("tokens_out", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("request", name="pk_model_answers"),
    )
    op.create_index("ix_model_answers_at", "model_answers", ["at"])
    op.create_table(
        "rereads",
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("since", _INSTANT, nullable=False),
        sa.Column("again_at", _INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("message_id", name="pk_rereads"),
    )
    op.create_index("ix_rereads_again_at_since", "rereads", ["again_at", "since"])


def downgrade() -> None:
    for table in ("rereads", "model_answers", "model_calls"):
        op.drop_table(table)
