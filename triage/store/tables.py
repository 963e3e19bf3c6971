"""The tables, as SQLAlchemy describes them. Their history stands in `migrations/`; a test holds the two together.

Never creates anything by itself: `Store.migrate` does.
"""

import sqlalchemy as sa

from triage.store.columns import Instant, Key, SafeText
from triage.store.columns import key as _key
from triage.store.columns import metadata as metadata

#: Bytes as they came in, once each.
blobs = sa.Table(
    "blobs",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),  # hexadecimal SHA-256
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),  # bytes
)

#: One row a message; the state machine.
messages = sa.Table(
    "messages",
    metadata,
    _key(),  # order of arrival
    sa.Column("message_id", sa.String(64), sa.ForeignKey("blobs.digest"), nullable=False, unique=True),
    sa.Column("door", SafeText, nullable=False),
    sa.Column("name", SafeText, nullable=False),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),  # counted at the claim
    sa.Column("due_at", Instant, nullable=False),  # not claimed before
    sa.Column("lease_until", Instant),
    sa.Column("lease_token", sa.String(32)),  # who holds the claim; an outcome with another token is refused
    sa.Column("step", SafeText, nullable=False, server_default=""),  # where it failed
    sa.Column("reason", SafeText, nullable=False, server_default=""),
    sa.Column("way_out", SafeText, nullable=False, server_default=""),
    sa.Column("trace", SafeText, nullable=False, server_default=""),  # traceback, for the operator alone
    sa.Column("outcome_id", Key),  # the newest outcome
    sa.Column("lane", sa.String(16), nullable=False, server_default="reading"),  # which workers take it
    sa.Column("rank", sa.Integer, nullable=False, server_default="1"),  # within the lane; the smallest first
    sa.Column("thread", sa.String(40), nullable=False, server_default=""),  # one after another; "": with no other
    sa.Column("updated_at", Instant, nullable=False),
    sa.Index(None, "state", "due_at"),
    sa.Index(None, "state", "lease_until"),
    sa.Index(None, "state", "lane", "rank", "id"),
    sa.Index(None, "door", "state"),
    sa.Index(None, "thread", "id"),
)

#: What a door turned away before it became a message: never dropped silently.
refusals = sa.Table(
    "refusals",
    metadata,
    _key(),
    sa.Column("door", SafeText, nullable=False),
    sa.Column("name", SafeText, nullable=False),
    sa.Column("size", Key, nullable=False),  # bytes
    sa.Column("reason", SafeText, nullable=False),
    sa.Column("way_out", SafeText, nullable=False),
    sa.Column("at", Instant, nullable=False),
)

#: Every change of a message's state.
transitions = sa.Table(
    "transitions",
    metadata,
    _key(),
    sa.Column("message_id", sa.String(64), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("detail", SafeText, nullable=False, server_default=""),
    sa.Index(None, "message_id", "id"),
)

#: What was understood; a replay adds a row.
outcomes = sa.Table(
    "outcomes",
    metadata,
    _key(),
    sa.Column("message_id", sa.String(64), nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("type", sa.String(16), nullable=False),  # Advised, NothingToSay, NeedsPerson
    sa.Column("fingerprint", sa.String(64), nullable=False),  # equal for the same document sent again
    sa.Column("key", SafeText, nullable=False),  # of the situation
    sa.Column("document", sa.LargeBinary, nullable=False),  # codec.pack of the outcome
    sa.Index(None, "message_id", "id"),
    sa.Index(None, "fingerprint"),
    sa.Index(None, "key"),
)

#: Which orders an outcome speaks of: what `Memory` asks.
outcome_orders = sa.Table(
    "outcome_orders",
    metadata,
    sa.Column("outcome_id", Key, sa.ForeignKey("outcomes.id"), primary_key=True),
    sa.Column("order_id", Key, primary_key=True),  # the ERP's id
    sa.Index(None, "order_id"),
)

#: The queue: one row a situation, brought up to date by every message about it.
entries = sa.Table(
    "entries",
    metadata,
    _key(),
    sa.Column("key", SafeText, nullable=False, unique=True),
    sa.Column("state", sa.String(16), nullable=False),  # open, snoozed, done, info
    sa.Column("priority", sa.String(16), nullable=False),
    sa.Column("score", sa.Float, nullable=False),  # higher stands higher
    sa.Column("headline", SafeText, nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("company", SafeText, nullable=False),
    sa.Column("supplier", SafeText, nullable=False),
    sa.Column("buyer", SafeText, nullable=False),
    sa.Column("record_model", SafeText),
    sa.Column("record_id", Key),
    sa.Column("record_name", SafeText, nullable=False, server_default=""),
    sa.Column("roles", SafeText, nullable=False),  # separated by blanks, the one who acts first
    sa.Column("mode", sa.String(16), nullable=False),  # what read it
    sa.Column("needs_review", sa.Boolean, nullable=False),
    sa.Column("deviations", sa.Integer, nullable=False),  # still standing
    sa.Column("messages", sa.Integer, nullable=False),
    sa.Column("outcome_id", Key, nullable=False),  # the one shown first
    sa.Column("search", SafeText, nullable=False),  # lower case
    sa.Column("act_by", Instant),
    sa.Column("snoozed_until", Instant),
    sa.Column("decided_through", Key, nullable=False, server_default="0"),  # entry_messages.id a person has decided on
    sa.Column("first_at", Instant, nullable=False),
    sa.Column("updated_at", Instant, nullable=False),
    sa.Index(None, "state", "score", "id"),
    sa.Index(None, "state", "company", "score", "id"),
    sa.Index(None, "state", "kind", "score", "id"),
    sa.Index(None, "state", "priority", "score", "id"),
)

#: Roles and deviation types of an entry, for filters.
entry_tags = sa.Table(
    "entry_tags",
    metadata,
    sa.Column("entry_id", Key, sa.ForeignKey("entries.id"), primary_key=True),
    sa.Column("dimension", sa.String(16), primary_key=True),  # role, deviation
    sa.Column("value", sa.String(32), primary_key=True),
    sa.Index(None, "dimension", "value", "entry_id"),
)

#: How many entries there are of a sort, kept in the transaction that changes them.
entry_counts = sa.Table(
    "entry_counts",
    metadata,
    sa.Column("state", sa.String(16), primary_key=True),
    sa.Column("dimension", sa.String(16), primary_key=True),  # all, priority, kind, company, role, deviation
    sa.Column("value", sa.String(200), primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
)

#: What all processes counted, added up; see `measures`.
measures = sa.Table(
    "measures",
    metadata,
    sa.Column("name", sa.String(60), primary_key=True),
    sa.Column("labels", sa.String(120), primary_key=True),  # values, separated by |
    sa.Column("bucket", sa.String(16), primary_key=True),  # "" of a counter; a bound, "+Inf" or "sum" of a histogram
    sa.Column("count", sa.BigInteger, nullable=False),
)

#: Every message of an entry, and every outcome of it: the history.
entry_messages = sa.Table(
    "entry_messages",
    metadata,
    _key(),
    sa.Column("entry_id", Key, sa.ForeignKey("entries.id"), nullable=False),
    sa.Column("message_id", sa.String(64), nullable=False),
    sa.Column("outcome_id", Key, nullable=False),
    sa.Column("headline", SafeText, nullable=False),
    sa.Column("priority", sa.String(16), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Index(None, "entry_id", "id"),
    sa.Index(None, "message_id"),
)

#: What people decided; it changes nothing in the ERP.
feedback = sa.Table(
    "feedback",
    metadata,
    _key(),
    sa.Column("entry_id", Key, sa.ForeignKey("entries.id"), nullable=False),
    sa.Column("outcome_id", Key, nullable=False),  # what the person saw
    sa.Column("decision", sa.String(32), nullable=False),
    sa.Column("comment", SafeText, nullable=False),
    sa.Column("person", SafeText, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Index(None, "entry_id", "id"),
)

#: What accepted answers taught about a supplier; `triage memory` lists and forgets.
lessons = sa.Table(
    "lessons",
    metadata,
    _key(),
    sa.Column("supplier_id", Key, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("written", sa.String(80), nullable=False),
    sa.Column("meaning", sa.String(40), nullable=False),
    sa.Column("outcome_id", Key, nullable=False),  # what was accepted
    sa.Column("person", SafeText, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.UniqueConstraint("supplier_id", "kind", "written"),
)

#: Notes to be left, written in the transaction of their outcome.
outbox = sa.Table(
    "outbox",
    metadata,
    _key(),
    sa.Column("key", SafeText, nullable=False),  # of the situation
    sa.Column("message_id", sa.String(64), nullable=False),
    sa.Column("outcome_id", Key, nullable=False, unique=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # pending, posting, posted, superseded, failed
    sa.Column("rank", sa.Integer, nullable=False, server_default="2"),  # the smallest is left first
    sa.Column("attempts", sa.Integer, nullable=False),  # counted at the claim
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("lease_until", Instant),
    sa.Column("lease_token", sa.String(32)),
    sa.Column("reason", SafeText, nullable=False, server_default=""),
    sa.Column("settled", SafeText, nullable=False, server_default=""),  # why the matter is over: stands on top
    sa.Column("updated_at", Instant, nullable=False),
    sa.Index(None, "state", "due_at"),
    sa.Index(None, "state", "rank", "id"),
    sa.Index(None, "key", "id"),
    sa.Index(None, "message_id"),
)

#: Receipts: one living note a situation.
posts = sa.Table(
    "posts",
    metadata,
    _key(),
    sa.Column("key", SafeText, nullable=False, unique=True),
    sa.Column("place", SafeText, nullable=False),
    sa.Column("external_id", SafeText, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),  # how often the note was brought up to date
    sa.Column("at", Instant, nullable=False),
)

#: The notes themselves where no ERP takes them: what the local poster leaves.
local_notes = sa.Table(
    "local_notes",
    metadata,
    _key(),
    sa.Column("key", SafeText, nullable=False, unique=True),
    sa.Column("record_model", SafeText, nullable=False),
    sa.Column("record_id", Key, nullable=False),
    sa.Column("record_name", SafeText, nullable=False),
    sa.Column("body_html", SafeText, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("updated_at", Instant, nullable=False),
)

#: Every question to a language model: what budgets and figures are made of. Holds no words of a message.
model_calls = sa.Table(
    "model_calls",
    metadata,
    _key(),
    sa.Column("at", Instant, nullable=False),
    sa.Column("message_id", sa.String(64), nullable=False),
    sa.Column("company", SafeText, nullable=False),
    sa.Column("task", sa.String(16), nullable=False),
    sa.Column("model", SafeText, nullable=False),
    sa.Column("request", sa.String(64), nullable=False),
    sa.Column("source", sa.String(16), nullable=False),  # model, cache, "" where nothing answered
    sa.Column("result", sa.String(16), nullable=False),
    sa.Column("tokens", Key, nullable=False),  # paid for: 0 from the cache
    sa.Column("micros", Key, nullable=False),  # millionths of the prices' currency, rounded up
    sa.Column("milliseconds", Key, nullable=False),
    sa.Index(None, "at"),
    sa.Index(None, "company", "at"),
)

#: Answers by the digest of their request, for a while.
model_answers = sa.Table(
    "model_answers",
    metadata,
    sa.Column("request", sa.String(64), primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("answer", sa.LargeBinary, nullable=False),  # UTF-8
    sa.Column("tokens_in", sa.Integer, nullable=False),
    sa.Column("tokens_out", sa.Integer, nullable=False),
    sa.Index(None, "at"),
)

#: Messages that a language model should have been asked about and was not: read again once when it is back.
rereads = sa.Table(
    "rereads",
    metadata,
    sa.Column("message_id", sa.String(64), primary_key=True),
    sa.Column("since", Instant, nullable=False),
    sa.Column("again_at", Instant),  # when it was put back; NULL: it waits
    sa.Index(None, "again_at", "since"),
)

#: What a door has dealt with already, by its number at the place it came from: each is taken once.
taken = sa.Table(
    "taken",
    metadata,
    sa.Column("source", sa.String(32), primary_key=True),
    sa.Column("external_id", Key, primary_key=True, autoincrement=False),
    sa.Column("at", Instant, nullable=False),
)

#: How far a source has been looked through, and whether somebody hinted that there is news.
looks = sa.Table(
    "looks",
    metadata,
    sa.Column("source", sa.String(32), primary_key=True),
    sa.Column("through", Instant),  # the source's own clock
    sa.Column("looked_at", Instant),  # ours; the last look that ended well
    sa.Column("hinted_at", Instant),  # a look is wanted and has not begun
)

#: Signatures of hints, so that each counts once; gone after a while, when their time stamps are too old anyway.
hints = sa.Table(
    "hints",
    metadata,
    sa.Column("signature", sa.String(64), primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Index(None, "at"),
)

#: The last line known of each log of calls, so that lines cut off at its end show.
log_heads = sa.Table(
    "log_heads",
    metadata,
    sa.Column("first", sa.String(64), primary_key=True),  # hash of the log's first line: names it wherever it lies
    sa.Column("place", SafeText, nullable=False),  # host:file where it was last seen
    sa.Column("head", sa.String(64), nullable=False),  # hash of the last line known
    sa.Column("end", Key, nullable=False),  # bytes of the file up to and with that line
    sa.Column("fault", SafeText, nullable=False, server_default=""),
    sa.Column("at", Instant, nullable=False),
)

#: Queues whose rate is limited: when the next may be taken from each.
queue_rates = sa.Table(
    "queue_rates",
    metadata,
    sa.Column("queue", sa.String(16), primary_key=True),
    sa.Column("free_at", Instant, nullable=False),
    sa.Column("bell_at", Instant, nullable=False),  # when somebody rings for it
)

#: Events on their way to the customer's own programs; written with what they tell of, each once.
events = sa.Table(
    "events",
    metadata,
    _key(),
    sa.Column("key", SafeText, nullable=False, unique=True),  # of what happened: it is told once
    sa.Column("type", sa.String(16), nullable=False),
    sa.Column("message_id", sa.String(64), nullable=False),  # "" where it is about no message
    sa.Column("entry_key", SafeText, nullable=False),  # "" where it is about no entry
    sa.Column("body", SafeText, nullable=False),  # JSON
    sa.Column("state", sa.String(16), nullable=False),  # pending, sending, sent, failed, discarded
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("lease_until", Instant),
    sa.Column("lease_token", sa.String(32)),
    sa.Column("reason", SafeText, nullable=False, server_default=""),  # of the last failure
    sa.Column("at", Instant, nullable=False),
    sa.Column("updated_at", Instant, nullable=False),
    sa.Index(None, "state", "due_at"),
    sa.Index(None, "message_id"),
    sa.Index(None, "entry_key"),
)
