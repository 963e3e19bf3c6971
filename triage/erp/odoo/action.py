"""What `triage odoo setup` puts into an Odoo that takes no modules: the rights, and the server action's code.

The action posts a note and an activity exactly once a key and brings the note up to date in place. It runs inside Odoo
with Odoo's own checks; the service may call it and can neither read nor change it.
"""

import hashlib

from triage.erp.odoo import allowed

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

#: Keys of notes that one question takes.
MOST_KEYS = 500

_CODE = f"""
p = env.context.get('triage') or {{}}
known = {{'key', 'body', 'digest', 'summary', 'user', 'deadline', 'settled', 'standing'}}
if set(p) - known:
    raise UserError('nothing else is taken than what is known')
if 'standing' in p:
    names = [str(item) for item in p['standing']]
    if len(names) > {MOST_KEYS}:
        raise UserError('too many')
    env.cr.execute("SELECT d.name FROM ir_model_data d JOIN mail_message m ON m.id = d.res_id "
                   "JOIN ir_model_data b ON b.module = 'triage_body' AND b.name = d.name || '|' || md5(m.body) "
                   "WHERE d.module = 'triage_advice' AND d.name = ANY(%s)", [names])
    there = [row[0] for row in env.cr.fetchall()]
    action = {{'missing': [item for item in names if item not in there], 'version': 'VERSION'}}
else:
    key, body, summary = p.get('key'), p.get('body'), p.get('summary') or ''
    place = env.context.get('active_model')
    if place not in {sorted(allowed.NOTED_MODELS)}:
        raise UserError('notes are not left on this kind of record')
    record = env[place].browse(env.context.get('active_id') or 0).exists()
    if not record or not key or not body:
        raise UserError('record, key and body are required')
    if len(key) > {_KEY} or len(body) > {_BODY} or len(summary) > {_SUMMARY}:
        raise UserError('too long')
    CHECK
    name = key + '|' + (str(record.id) if place == 'purchase.order' else place + ',' + str(record.id))
    put = ("INSERT INTO ir_model_data (module, name, model, res_id, noupdate) VALUES (%s, %s, %s, 0, true) "
           "ON CONFLICT DO NOTHING")
    env.cr.execute(put, ['triage_advice', name, 'mail.message'])
    env.cr.execute("SELECT res_id FROM ir_model_data WHERE module = 'triage_advice' AND name = %s FOR UPDATE", [name])
    message = env['mail.message'].sudo().browse(env.cr.fetchone()[0]).exists()
    bot = record.with_user(1).with_context(mail_activity_quick_update=True)
    created = not message
    if created:
        message = bot.message_post(body=body, body_is_html=True, message_type='comment', subtype_xmlid='mail.mt_note',
                                   author_id=user.partner_id.id)
        env.cr.execute("UPDATE ir_model_data SET res_id = %s WHERE module = 'triage_advice' AND name = %s",
                       [message.id, name])
    else:
        bot.env['mail.message'].browse(message.id).sudo().write({{'body': body}})
    message.flush_recordset()
    env.cr.execute("DELETE FROM ir_model_data WHERE module = 'triage_body' AND res_id = %s", [message.id])
    env.cr.execute("INSERT INTO ir_model_data (module, name, model, res_id, noupdate) "
                   "SELECT 'triage_body', %s || '|' || md5(body), 'mail.message', id, true FROM mail_message "
                   "WHERE id = %s", [name, message.id])
    env.cr.execute(put, ['triage_told', name + '|' + str(p.get('digest') or ''), 'mail.message'])
    news = bool(env.cr.rowcount)
    env.cr.execute(put, ['triage_activity', name, 'mail.activity'])
    env.cr.execute("SELECT res_id FROM ir_model_data WHERE module = 'triage_activity' AND name = %s", [name])
    activity = bot.env['mail.activity'].with_context(active_test=False).browse(env.cr.fetchone()[0]).exists()
    if p.get('settled'):
        activity.filtered('active').unlink()
    elif summary and news:
        person = env['res.users'].sudo().search([('id', '=', p.get('user')), ('share', '=', False)])
        told = {{'summary': summary, 'user_id': person.id or False}}
        if p.get('deadline'):
            told['date_deadline'] = p['deadline']
        if activity.active:
            activity.write(told)
        else:
            activity = bot.activity_schedule('mail.mail_activity_data_todo', **told)
            env.cr.execute("UPDATE ir_model_data SET res_id = %s WHERE module = 'triage_activity' AND name = %s",
                           [activity.id, name])
    action = {{'message_id': message.id, 'created': created}}
""".strip()  # noqa: S608  no value of a caller stands in it
#: Told by the action with each answer about notes: whether it is of this version of ours.
VERSION = hashlib.sha256(_CODE.encode()).hexdigest()[:12]
_CHECK = "record.check_access('read')"
_CHECK_17 = "record.check_access_rights('read')\n    record.check_access_rule('read')"


def code(major: int) -> str:
    """The action's code for a major version of Odoo; 17 asks for rights by other names."""
    return _CODE.replace("CHECK", _CHECK if major >= 18 else _CHECK_17).replace("VERSION", VERSION)
