# Runs in `odoo shell` while the template is made: two companies, suppliers, products, orders in every state.
from datetime import datetime

company = env.company
company.write({"name": "Northwind Trading", "email": "purchasing@northwind.example"})
euro = env.ref("base.EUR")
euro.active = True
company.currency_id = euro
other = env["res.company"].create(
    {"name": "Southwind Trading", "email": "buy@southwind.example", "currency_id": euro.id}
)
env.user.company_ids = [(4, other.id)]
houses = env["stock.warehouse"].with_company(other)
if not houses.search([("company_id", "=", other.id)]):
    houses.create({"name": "Southwind", "code": "SW", "company_id": other.id})

buyer = env["res.users"].create(
    {
        "name": "Bea Buyer",
        "login": "buyer",
        "email": "bea@northwind.example",
        "group_ids": [(6, 0, [env.ref("base.group_user").id, env.ref("purchase.group_purchase_user").id])],
    }
)
supplier = env["res.partner"].create(
    {"name": "Alder Fittings", "email": "orders@alder.example", "is_company": True, "country_id": env.ref("base.de").id}
)
second = env["res.partner"].create({"name": "Birch Supplies", "email": "sales@birch.example", "is_company": True})
customer = env["res.partner"].create({"name": "Cedar Buildings", "is_company": True})
env["res.partner.bank"].create({"acc_number": "DE89370400440532013000", "partner_id": supplier.id})

products = []
for number, name in enumerate(("Elbow 15 mm", "Tee 22 mm", "Valve 28 mm", "Clamp 40 mm"), start=1):
    product = env["product.product"].create(
        {
            "name": name,
            "default_code": f"FIT-{number:03}",
            "is_storable": True,
            "standard_price": 2.5 * number,
            "seller_ids": [
                (0, 0, {"partner_id": supplier.id, "product_code": f"AL-{number}00", "price": 2.5 * number})
            ],
        }
    )
    products.append(product)

due = datetime(2026, 12, 4, 12)


def order(partner, owner, count, confirm=True, goods=products):
    lines = [
        (0, 0, {"product_id": item.id, "product_qty": 10.0 * place, "price_unit": 2.5 * place, "date_planned": due})
        for place, item in enumerate(goods[:count], start=1)
    ]
    house = env["stock.warehouse"].search([("company_id", "=", owner.id)], limit=1)
    values = {
        "partner_id": partner.id,
        "company_id": owner.id,
        "user_id": buyer.id,
        "picking_type_id": house.in_type_id.id,
        "order_line": lines,
    }
    found = env["purchase.order"].with_company(owner).create(values)
    found.date_planned = due
    if confirm:
        found.button_confirm()
    return found


for index in range(6):
    order(supplier, company, 1 + index % 4)
order(second, company, 2)
order(supplier, company, 1, confirm=False)
order(supplier, other, 2)
sale = env["sale.order"].create(
    {"partner_id": customer.id, "order_line": [(0, 0, {"product_id": products[0].id, "product_uom_qty": 15})]}
)
sale.action_confirm()
# One order that came, with a draft bill that asks for more a unit.
came = order(second, company, 1, goods=products[3:])
receipt = came.picking_ids
for move in receipt.move_ids:
    move.quantity = move.product_uom_qty
    move.picked = True
receipt.button_validate()
came.action_create_invoice()
came.invoice_ids.invoice_line_ids.write({"price_unit": 3.0})
env.cr.commit()
print("ANSWERdone")
