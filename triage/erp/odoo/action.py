"""What `triage odoo setup` puts into an Odoo that takes no modules: the rights, and the server action's code.

The action posts a note and an activity exactly once a key and brings the note up to date in place. It runs inside Odoo
with Odoo's own checks; the service may call it and can neither read nor change it.
"""

GROUP = "Triage service"
LOGIN = "triage-service"
ACTION = "Triage: leave an advisory"
#: Read-only rights of the service's group; what is not here it can't even read.
READS = (
    "purchase.order", "purchase.order.line", "product.product", "product.template", "product.supplierinfo",
    "product.category", "res.partner", "stock.picking", "stock.picking.type", "stock.move", "stock.quant",
    "stock.location", "stock.warehouse", "stock.warehouse.orderpoint", "sale.order", "sale.order.line", "uom.uom",
    "res.currency", "res.company", "mail.message", "mail.message.subtype", "mail.notification", "ir.attachment",
)  # fmt: skip
#: Longest texts that the action takes, in characters.
_BODY, _SUMMARY, _KEY = 60_000, 200, 200

CODE = f"""
p = env.context.get('triage') or {{}}
key, body, summary = p.get('key'), p.get('body'), p.get('summary') or ''
known = {{'key', 'body', 'digest', 'summary', 'login', 'deadline'}}
if not record or not key or not body or set(p) - known:
    raise UserError('record, key and body are required, and nothing else is taken')
if len(key) > {_KEY} or len(body) > {_BODY} or len(summary) > {_SUMMARY}:
    raise UserError('too long')
record.check_access('read')
name = key + '|' + str(record.id)
env.cr.execute("INSERT INTO ir_model_data (module, name, model, res_id, noupdate) VALUES ('triage_advice', %s, "
               "'mail.message', 0, true) ON CONFLICT DO NOTHING", [name])
created = bool(env.cr.rowcount)
env.cr.execute("SELECT res_id FROM ir_model_data WHERE module = 'triage_advice' AND name = %s FOR UPDATE", [name])
message = env['mail.message'].sudo().browse(env.cr.fetchone()[0])
bot = record.with_user(1).with_context(mail_activity_quick_update=True)
if created:
    message = bot.message_post(body=body, body_is_html=True, message_type='comment', subtype_xmlid='mail.mt_note',
                               author_id=user.partner_id.id)
    env.cr.execute("UPDATE ir_model_data SET res_id = %s WHERE module = 'triage_advice' AND name = %s",
                   [message.id, name])
    if summary:
        person = env['res.users'].sudo().search([('login', '=', p.get('login')), ('share', '=', False)], limit=1)
        bot.activity_schedule('mail.mail_activity_data_todo', summary=summary, user_id=person.id or False,
                              date_deadline=p.get('deadline') or False)
elif message.exists():
    bot.env['mail.message'].browse(message.id).sudo().write({{'body': body}})
action = {{'message_id': message.id, 'created': created}}
""".strip()  # noqa: S608  no value of a caller stands in it
