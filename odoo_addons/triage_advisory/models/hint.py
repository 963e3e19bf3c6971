"""Webhooks to the triage service are signed, so that nobody else can ring there and nothing can be repeated."""

import hashlib
import hmac
import json
import logging
import time
import uuid

import requests
from odoo import models

_logger = logging.getLogger(__name__)
PARAMETER = "triage_advisory.hook_secret"
PATH = "/hooks/odoo"
LONGEST = 1  # seconds, as Odoo's own webhooks wait


class IrActionsServer(models.Model):
    _inherit = "ir.actions.server"

    def _run_action_webhook(self, eval_context=None):
        secret = self.env["ir.config_parameter"].sudo().get_param(PARAMETER)
        if not secret or not (self.webhook_url or "").endswith(PATH):
            return super()._run_action_webhook(eval_context=eval_context)
        record = self.env[self.model_id.model].browse(self.env.context.get("active_id"))
        # Where there is news, and nothing of what it says. The number tells two hints of one second apart.
        told = {"_model": record._name, "_id": record.id, "_action": self.name, "_once": uuid.uuid4().hex}
        body = json.dumps(told).encode()
        url = self.webhook_url

        @self.env.cr.postcommit.add
        def send():
            moment = str(int(time.time()))
            signature = hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
            headers = {"Content-Type": "application/json", "X-Triage-Signature": f"t={moment},v1={signature}"}
            try:
                requests.post(url, data=body, headers=headers, timeout=LONGEST).raise_for_status()
            except requests.exceptions.RequestException as error:
                _logger.info("The triage service took no hint (%s); it looks by itself.", type(error).__name__)
