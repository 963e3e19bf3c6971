from . import models


def grant_sales(env):
    """The service reads customer orders where the sales application is installed."""
    group = env.ref("triage_advisory.group_service")
    for name in ("sale.order", "sale.order.line"):
        model = env["ir.model"].search([("model", "=", name)])
        if model:
            env["ir.model.access"].create(
                {"name": f"Triage service: {name}", "model_id": model.id, "group_id": group.id, "perm_read": True}
            )
