"""What people judged: read back by the service, changed by nobody."""

from odoo import fields, models


class TriageAdvisoryFeedback(models.Model):
    _name = "triage.advisory.feedback"
    _description = "Judgement on a triage advisory"
    _order = "id desc"
    _rec_name = "decision"

    advisory_id = fields.Many2one("triage.advisory", required=True, readonly=True, ondelete="cascade", index=True)
    key = fields.Char(related="advisory_id.key", store=True)
    company_id = fields.Many2one(related="advisory_id.company_id", store=True)
    decision = fields.Selection(
        lambda self: self.env["triage.advisory"]._fields["decision"].selection, required=True, readonly=True
    )
    comment = fields.Text(readonly=True)
    user_id = fields.Many2one("res.users", required=True, readonly=True)
    login = fields.Char(related="user_id.login", store=True)
    snoozed_until = fields.Date(readonly=True, help="Empty: until something worse is told")
    digest = fields.Char(readonly=True, help="Of the note that was judged")
    at = fields.Datetime(default=fields.Datetime.now, required=True, readonly=True)
