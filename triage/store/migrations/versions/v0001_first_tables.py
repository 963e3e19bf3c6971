"""The first tables: inbox, outcomes, queue, outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _inbox()
    _outcomes()
    _queue()
    _beside_the_queue()
    _posting()


def downgrade() -> None:
    for table in (
        "local_notes",
        "posts",
        "outbox",
        "feedback",
        "entry_messages",
        "entry_counts",
        "entry_tags",
        "entries",
        "outcome_orders",
        "outcomes",
        "transitions",
        "refusals",
        "messages",
        "blobs",
    ):
        op.drop_table(table)


def _inbox() -> None:
    op.create_table(
        "blobs",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_blobs"),
    )
    op.create_table(
        "messages",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("received_at", _INSTANT, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("lease_until", _INSTANT, nullable=True),
        sa.Column("lease_token", sa.String(length=32), nullable=True),
        sa.Column("step", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("way_out", sa.Text(), server_default="", nullable=False),
        sa.Column("trace", sa.Text(), server_default="", nullable=False),
        sa.Column("outcome_id", _KEY, nullable=True),
        sa.Column("updated_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["blobs.digest"], name="fk_messages_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("message_id", name="uq_messages_message_id"),
    )
    op.create_index("ix_messages_state_due_at", "messages", ["state", "due_at"], unique=False)
    op.create_index("ix_messages_state_lease_until", "messages", ["state", "lease_until"], unique=False)
    op.create_table(
        "refusals",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", _KEY, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("way_out", sa.Text(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_refusals"),
    )
    op.create_table(
        "transitions",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_transitions"),
    )
    op.create_index("ix_transitions_message_id_id", "transitions", ["message_id", "id"], unique=False)


def _outcomes() -> None:
    op.create_table(
        "outcomes",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outcomes"),
    )
    op.create_index("ix_outcomes_fingerprint", "outcomes", ["fingerprint"], unique=False)
    op.create_index("ix_outcomes_key", "outcomes", ["key"], unique=False)
    op.create_index("ix_outcomes_message_id_id", "outcomes", ["message_id", "id"], unique=False)
    op.create_table(
        "outcome_orders",
        sa.Column("outcome_id", _KEY, nullable=False),
        sa.Column("order_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["outcome_id"], ["outcomes.id"], name="fk_outcome_orders_outcome_id"),
        sa.PrimaryKeyConstraint("outcome_id", "order_id", name="pk_outcome_orders"),
    )
    op.create_index("ix_outcome_orders_order_id", "outcome_orders", ["order_id"], unique=False)


def _queue() -> None:
    op.create_table(
        "entries",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("priority", sa.String(length=16), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("buyer", sa.Text(), nullable=False),
        sa.Column("record_model", sa.Text(), nullable=True),
        sa.Column("record_id", _KEY, nullable=True),
        sa.Column("record_name", sa.Text(), server_default="", nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.Column("deviations", sa.Integer(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("outcome_id", _KEY, nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("act_by", _INSTANT, nullable=True),
        sa.Column("snoozed_until", _INSTANT, nullable=True),
        sa.Column("decided_through", _KEY, server_default="0", nullable=False),
        sa.Column("first_at", _INSTANT, nullable=False),
        sa.Column("updated_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_entries"),
        sa.UniqueConstraint("key", name="uq_entries_key"),
    )
    op.create_index("ix_entries_state_company_score_id", "entries", ["state", "company", "score", "id"], unique=False)
    op.create_index("ix_entries_state_kind_score_id", "entries", ["state", "kind", "score", "id"], unique=False)
    op.create_index("ix_entries_state_priority_score_id", "entries", ["state", "priority", "score", "id"], unique=False)
    op.create_index("ix_entries_state_score_id", "entries", ["state", "score", "id"], unique=False)


def _beside_the_queue() -> None:
    op.create_table(
        "entry_tags",
        sa.Column("entry_id", _KEY, nullable=False),
        sa.Column("dimension", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_entry_tags_entry_id"),
        sa.PrimaryKeyConstraint("entry_id", "dimension", "value", name="pk_entry_tags"),
    )
    op.create_index(
        "ix_entry_tags_dimension_value_entry_id", "entry_tags", ["dimension", "value", "entry_id"], unique=False
    )
    op.create_table(
        "entry_counts",
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("dimension", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("state", "dimension", "value", name="pk_entry_counts"),
    )
    op.create_table(
        "entry_messages",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("entry_id", _KEY, nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("outcome_id", _KEY, nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("priority", sa.String(length=16), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_entry_messages_entry_id"),
        sa.PrimaryKeyConstraint("id", name="pk_entry_messages"),
    )
    op.create_index("ix_entry_messages_entry_id_id", "entry_messages", ["entry_id", "id"], unique=False)
    op.create_index("ix_entry_messages_message_id", "entry_messages", ["message_id"], unique=False)
    op.create_table(
        "feedback",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("entry_id", _KEY, nullable=False),
        sa.Column("outcome_id", _KEY, nullable=False),
        sa.Column("decision", sa.String(length=32), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_feedback_entry_id"),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
    )
    op.create_index("ix_feedback_entry_id_id", "feedback", ["entry_id", "id"], unique=False)


def _posting() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("outcome_id", _KEY, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("lease_until", _INSTANT, nullable=True),
        sa.Column("lease_token", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("updated_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("outcome_id", name="uq_outbox_outcome_id"),
    )
    op.create_index("ix_outbox_key_id", "outbox", ["key", "id"], unique=False)
    op.create_index("ix_outbox_message_id", "outbox", ["message_id"], unique=False)
    op.create_index("ix_outbox_state_due_at", "outbox", ["state", "due_at"], unique=False)
    op.create_table(
        "posts",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_posts"),
        sa.UniqueConstraint("key", name="uq_posts_key"),
    )
    op.create_table(
        "local_notes",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("record_model", sa.Text(), nullable=False),
        sa.Column("record_id", _KEY, nullable=False),
        sa.Column("record_name", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("updated_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_local_notes"),
        sa.UniqueConstraint("key", name="uq_local_notes_key"),
    )
