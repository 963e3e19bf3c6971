"""One record a situation, and its one living note in the chatter. Changes no order: people decide."""

import hashlib
import re

from lxml import html as parser
from markupsafe import Markup
from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from psycopg2 import errors

NOTED = ("purchase.order", "stock.picking", "account.move", "res.partner")
LONGEST = {"key": 200, "headline": 300, "body_html": 60_000, "digest": 64, "kind": 40, "roles": 200, "mode": 20,
           "supplier": 200, "buyer": 200}  # fmt: skip
TAKEN = {*LONGEST, "suggested_user", "res_model", "res_id", "priority", "score", "act_by", "needs_review", "settled"}
ACTIVE_TAGS = (
    "img",
    "video",
    "audio",
    "source",
    "iframe",
    "object",
    "embed",
    "form",
    "input",
    "link",
    "style",
    "script",
)


class TriageAdvisory(models.Model):
    _name = "triage.advisory"
    _description = "Triage advisory"
    _order = "open desc, score desc, id desc"
    _rec_name = "headline"

    key = fields.Char(
        required=True, readonly=True, index=True, help="Names the situation: known keys are brought up to date"
    )
    res_model = fields.Selection([(name, name) for name in NOTED], string="Record type", required=True, readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", string="Record id", required=True, readonly=True)
    record_name = fields.Char("Record", readonly=True)
    headline = fields.Char(required=True, readonly=True)
    body_html = fields.Html("Note", readonly=True, sanitize=True, sanitize_style=True)
    digest = fields.Char(readonly=True)
    priority = fields.Selection(
        [("urgent", "Urgent"), ("high", "High"), ("normal", "Normal"), ("low", "Low")],
        default="normal",
        readonly=True,
        group_expand=True,
    )
    score = fields.Float(readonly=True, help="The higher one stands higher", aggregator="max")
    kind = fields.Char("Message", readonly=True)
    roles = fields.Char("Who looks", readonly=True)
    suggested_user_id = fields.Many2one("res.users", "Suggested person", readonly=True)
    act_by = fields.Date("Act by", readonly=True)
    needs_review = fields.Boolean("To read", readonly=True, help="A person must read the message itself")
    mode = fields.Char("Read by", readonly=True)
    supplier = fields.Char(readonly=True)
    buyer = fields.Char(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    message_id = fields.Many2one("mail.message", "Note in the chatter", readonly=True, ondelete="set null")
    note_sum = fields.Char(readonly=True, help="SHA-256 of the note as it was left")
    note_stands = fields.Boolean(
        compute="_compute_note_stands", compute_sudo=True, help="The note is where it was left and says what it said"
    )
    activity_id = fields.Many2one("mail.activity", readonly=True, ondelete="set null")
    feedback_ids = fields.One2many("triage.advisory.feedback", "advisory_id", readonly=True)
    decision = fields.Selection(
        [
            ("accepted", "Accepted"),
            ("conditions", "Accepted with conditions"),
            ("rejected", "Rejected"),
            ("revised", "Revised"),
            ("escalated", "Escalated"),
            ("snoozed", "Snoozed"),
        ],
        readonly=True,
    )
    open = fields.Boolean(default=True, readonly=True)
    comment = fields.Text(help="Why: kept with your judgement")
    snooze_until = fields.Date(help="For Snooze; empty: until something worse is told")

    _key_unique = models.Constraint("UNIQUE(key)", "There is an advisory with this key already.")

    @api.model_create_multi
    def create(self, vals_list):
        """Leave advisories: a known key brings its advisory and its one note up to date and answers the same id."""
        self.check_access("create")
        found = self.browse()
        for values in vals_list:
            found |= self._leave(self._checked(values))
        return found

    @api.model
    def _checked(self, values):
        """The values of one advisory. Raises UserError for what is missing, unknown or too long."""
        unknown = set(values) - TAKEN
        if unknown or not values.get("key") or not values.get("headline"):
            raise UserError(self.env._("An advisory needs key and headline, and takes no other fields than its own."))
        for name, most in LONGEST.items():
            if len(str(values.get(name) or "")) > most:
                raise UserError(self.env._("%(field)s is longer than %(most)s characters.", field=name, most=most))
        if values.get("res_model") not in NOTED:
            raise UserError(self.env._("Advisories are not left on this kind of record."))
        return dict(values)

    @api.model
    def _leave(self, values):
        target = self.env[values["res_model"]].browse(values["res_id"]).exists()
        if not target:
            raise UserError(self.env._("The record does not exist."))
        target.check_access("read")
        wanted = [("id", "=", values.pop("suggested_user", False)), ("share", "=", False)]
        person = self.env["res.users"].sudo().search(wanted)
        values["body_html"] = self._harmless(values.get("body_html") or "")
        values["record_name"] = target.sudo().display_name
        values["company_id"] = target.sudo().company_id.id if "company_id" in target._fields else False
        values["suggested_user_id"] = person.id
        # One writer a key: the second waits here, and reads in a fresh transaction what the first has made.
        self.env.cr.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"triage.advisory:{values['key']}"])
        known = self.sudo().search([("key", "=", values["key"])])
        if known:
            known._bring_up_to_date(target, values)
            return known.with_env(self.env)
        values["open"] = not values.pop("settled", False)
        try:
            with self.env.cr.savepoint():
                made = super(TriageAdvisory, self.sudo()).create([values])
                made.flush_recordset()
        except errors.UniqueViolation as error:
            raise ConcurrencyError("the same key at the same time") from error
        made._note(target)
        if made.open:
            made._remind(target)
        return made.with_env(self.env)

    def _bring_up_to_date(self, target, values):
        settled = values.pop("settled", False)
        changed = self.digest != values.get("digest") or self.body_html != values["body_html"]
        values.pop("key")
        told = {"open": not settled, "decision": False, "snooze_until": False} if changed else {}
        super().write({**values, **told})
        place = (self.message_id.model, self.message_id.res_id)
        stands = self.message_id.exists() and place == (target._name, target.id)
        if not stands:
            self._note(target)
        elif changed or not self.note_stands:
            self.message_id.with_user(SUPERUSER_ID).write({"body": Markup(self.body_html or "")})
            self._keep(self.message_id)
        if settled:
            self.activity_id.with_user(SUPERUSER_ID).filtered("active").unlink()
        elif changed:
            self._remind(target)

    def _note(self, target):
        """The note: for people inside, mailed to nobody."""
        message = target.with_user(SUPERUSER_ID).message_post(
            body=Markup(self.body_html or ""),
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            author_id=self.env.user.partner_id.id,
        )
        self._keep(message)

    def _keep(self, message):
        super().write({"message_id": message.id, "note_sum": self._sum(message.sudo())})

    @api.model
    def _sum(self, message):
        """Of the text as the database has it: Odoo's pages empty a note where people delete it."""
        message.flush_recordset(["body"])
        message.invalidate_recordset(["body"])
        return hashlib.sha256(str(message.body or "").encode()).hexdigest()

    @api.depends("message_id.body", "message_id.model", "message_id.res_id", "note_sum", "res_model", "res_id")
    def _compute_note_stands(self):
        for advisory in self:
            message = advisory.message_id
            there = (message.model, message.res_id) == (advisory.res_model, advisory.res_id)
            advisory.note_stands = there and self._sum(message) == advisory.note_sum

    def _remind(self, target):
        """The activity of the person who should act; closed ones stay closed."""
        if not self.suggested_user_id:
            return
        values = {"summary": self.headline[:200], "user_id": self.suggested_user_id.id}
        if self.act_by:
            values["date_deadline"] = self.act_by
        if self.activity_id.exists() and self.activity_id.active:
            self.activity_id.with_user(SUPERUSER_ID).write(values)
            return
        quiet = target.with_user(SUPERUSER_ID).with_context(mail_activity_quick_update=True)
        activity = quiet.activity_schedule("mail.mail_activity_data_todo", **values)
        super().write({"activity_id": activity.id})

    @api.model
    def _harmless(self, body):
        """Without what acts or loads something from elsewhere; links become text."""
        if not re.search(r"<\s*(?:a|%s)\b" % "|".join(ACTIVE_TAGS), body, re.IGNORECASE):
            return body
        tree = parser.fragment_fromstring(body, create_parent="div")
        for element in list(tree.iter(*ACTIVE_TAGS)):
            element.drop_tree()
        for element in list(tree.iter("a")):
            element.drop_tag()
        return parser.tostring(tree, encoding="unicode")

    def write(self, vals):
        """People write why and until when; everything else is the service's and the buttons'."""
        if not self.env.su and set(vals) - {"comment", "snooze_until"}:
            raise AccessError(self.env._("Only the comment can be written; use the buttons for your judgement."))
        return super().write(vals)

    def open_record(self):
        """The record that the advisory is about."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }

    def _decide(self, decision):
        """Keep a person's judgement. It changes nothing but this list."""
        self.check_access("write")
        for advisory in self:
            self.env["triage.advisory.feedback"].sudo().create(
                {
                    "advisory_id": advisory.id,
                    "decision": decision,
                    "comment": advisory.comment,
                    "user_id": self.env.user.id,
                    "digest": advisory.digest,
                    "snoozed_until": decision == "snoozed" and advisory.snooze_until,
                }
            )
            done = {"decision": decision, "open": decision == "escalated", "comment": False}
            advisory.sudo().write(done if decision == "snoozed" else {**done, "snooze_until": False})

    @api.model
    def _wake(self):
        """Open again what was snoozed until today."""
        over = [("decision", "=", "snoozed"), ("snooze_until", "<=", fields.Date.today())]
        self.sudo().search(over).write({"open": True, "decision": False, "snooze_until": False})

    @api.model
    def _grant_sales(self):
        """The service reads customer orders where the sales application is installed; goes with the module."""
        group = self.env.ref("triage_advisory.group_service")
        models = self.env["ir.model"].search([("model", "in", ["sale.order", "sale.order.line"])])
        self.env["ir.model.access"]._load_records(
            [
                {
                    "xml_id": f"triage_advisory.read_{model.model.replace('.', '_')}",
                    "values": {
                        "name": f"Triage service reads {model.model}",
                        "model_id": model.id,
                        "group_id": group.id,
                        "perm_read": True,
                        "perm_write": False,
                        "perm_create": False,
                        "perm_unlink": False,
                    },
                }
                for model in models
            ]
        )

    def action_accept(self):
        self._decide("accepted")

    def action_accept_with_conditions(self):
        self._decide("conditions")

    def action_reject(self):
        self._decide("rejected")

    def action_revise(self):
        self._decide("revised")

    def action_escalate(self):
        self._decide("escalated")

    def action_snooze(self):
        self._decide("snoozed")
