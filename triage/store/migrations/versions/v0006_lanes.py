"""Who works on a message and in which order: lanes, ranks, threads; ranks of notes."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("lane", sa.String(length=16), server_default="reading", nullable=False))
    op.add_column("messages", sa.Column("rank", sa.Integer(), server_default="1", nullable=False))
    op.add_column("messages", sa.Column("thread", sa.String(length=40), server_default="", nullable=False))
    op.create_index("ix_messages_state_lane_rank_id", "messages", ["state", "lane", "rank", "id"])
    op.create_index("ix_messages_door_state", "messages", ["door", "state"])
    op.create_index("ix_messages_thread_id", "messages", ["thread", "id"])
    op.add_column("outbox", sa.Column("rank", sa.Integer(), server_default="2", nullable=False))
    op.create_index("ix_outbox_state_rank_id", "outbox", ["state", "rank", "id"])


def downgrade() -> None:
    op.drop_index("ix_outbox_state_rank_id", "outbox")
    for name in ("state_lane_rank_id", "door_state", "thread_id"):
        op.drop_index(f"ix_messages_{name}", "messages")
    op.drop_column("outbox", "rank")
    for name in ("thread", "rank", "lane"):
        op.drop_column("messages", name)
