"""Leaves notes in Odoo's chatter: through our module, or through the server action where there is none.

The same note again changes nothing; a newer one for the same situation replaces the older in place. Mails nobody.
"""

from urllib import parse

from triage.domain.erp import RecordRef
from triage.domain.posting import Note, Receipt
from triage.erp.odoo import allowed, remote_content
from triage.erp.odoo.wire import Wire
from triage.errors import ErpRefusedError

_HEADLINE = 200  # characters
_PLAIN = "!#$&'()*+,/:;<=>?@[]^`{|}"  # of a key: stay as they are


class OdooPoster:
    """The `Poster` port over one wire. Exactly once a key: Odoo's own database sees to it."""

    place = "odoo"

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def post(self, note: Note) -> Receipt:
        """Leave the note. Raises ErpUnavailableError where trying again can help (nothing is left twice then)."""
        if note.record.model not in allowed.NOTED_MODELS:
            raise ErpRefusedError(
                f"notes are not left on {note.record.model}", subject=note.record.name, way_out="The queue shows it."
            )
        body = remote_content.removed(note.body_html)
        if self._wire.action_id is None:
            made = self._wire.call("triage.advisory", "create", {"vals_list": [self._values(note, body)]})
            identity = made[0] if isinstance(made, list) else made
            return Receipt(
                key=note.key, place=self.place, external_id=f"triage.advisory,{identity}", digest=note.digest
            )
        told: dict[str, object] = {"key": external_key(note.key), "body": body, "digest": note.digest}
        if note.settled:
            told["settled"] = True
        if note.assignee:
            told |= {"summary": note.headline[:_HEADLINE], "user": note.assignee}
        if note.act_by is not None:
            told["deadline"] = note.act_by.date().isoformat()
        context = {"active_model": note.record.model, "active_id": note.record.id, "triage": told}
        answer = self._wire.call(*allowed.RUN, ids=[self._wire.action_id], context=context)
        if not isinstance(answer, dict) or not answer.get("message_id"):
            raise ErpRefusedError(
                "the server action did not answer as it should",
                subject=note.record.name,
                way_out="Run `triage odoo setup`.",
            )
        return Receipt(
            key=note.key, place=self.place, external_id=f"mail.message,{answer['message_id']}", digest=note.digest
        )

    def _values(self, note: Note, body: str) -> dict[str, object]:
        return {
            "key": note.key,
            "res_model": note.record.model,
            "res_id": note.record.id,
            "headline": note.headline[:_HEADLINE],
            "body_html": body,
            "digest": note.digest,
            "priority": note.priority,
            "score": note.score,
            "kind": _in_words(note.kind),
            "roles": ", ".join(map(_in_words, note.roles)),
            "suggested_user": note.assignee or False,
            "act_by": note.act_by.date().isoformat() if note.act_by else False,
            "needs_review": note.needs_review,
            "mode": note.mode,
            "supplier": note.supplier,
            "buyer": note.buyer,
            "settled": note.settled,
        }


def _in_words(code: str) -> str:
    """A code of ours as people read it: "delay_notice" as "Delay notice"."""
    return code.replace("_", " ").capitalize()


def external_key(key: str) -> str:
    """A key as an external id of Odoo, which takes no blanks."""
    return parse.quote(key, safe=_PLAIN)


def external_id(key: str, record: RecordRef) -> str:
    """What the server action keeps a note under, of a key on a record."""
    place = str(record.id) if record.model == "purchase.order" else f"{record.model},{record.id}"
    return f"{external_key(key)}|{place}"
