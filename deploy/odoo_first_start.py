# Runs in Odoo's shell once after the first start: makes the service's user and its API key, and prints the key alone.
#
#   docker compose run --rm -T odoo odoo shell -d odoo --no-http < deploy/odoo_first_start.py > secrets/odoo_key
#
# Run again it makes a new key and ends the old ones. The user reads what our module's group may read, leaves
# advisories, and has no role of an internal user. Without our module run `triage odoo setup` instead.
from datetime import datetime, timedelta

LOGIN, DAYS = "triage-service", 365
group = env.ref("triage_advisory.group_service")
companies = env["res.company"].search([])
rights = {"group_ids": [(6, 0, group.ids)], "company_ids": [(6, 0, companies.ids)]}
user = env["res.users"].with_context(active_test=False).search([("login", "=", LOGIN)])
if user:
    user.write(rights)
else:
    user = env["res.users"].create({"name": "Triage service", "login": LOGIN, "company_id": companies[0].id, **rights})
keys = env["res.users.apikeys"].sudo()
keys.search([("user_id", "=", user.id), ("name", "=", "triage")]).unlink()
key = keys.with_user(user).sudo()._generate("rpc", "triage", datetime.now() + timedelta(days=DAYS))
env.cr.commit()
print(key)
