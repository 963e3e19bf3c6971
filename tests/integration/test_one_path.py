"""Worker and evaluation take the same path: the same message has the same outcome, down to the last byte stored."""

import json
from pathlib import Path

from triage import bootstrap, pipeline, settings
from triage.domain.message import message_of
from triage.store import codec, entries, results
from triage.tasks import work as working

MAIL = b"""From: Sales <sales@muster.example>
To: buying@northwind.example
Subject: Order confirmation PO77001
Message-ID: <77001@muster.example>
Content-Type: text/plain; charset=utf-8

Dear team,

we confirm your order PO77001:

Pos  Article   Qty   Price   Delivery
1    NW-1000   40    2.60    2026-04-20

Kind regards
"""

ERP = {
    "_now": "2026-03-02 08:00:00",
    "res.company": [{"id": 1, "name": "Northwind", "currency_id": [1, "EUR"], "partner_id": [1, "Northwind"]}],
    "res.partner": [
        {"id": 1, "name": "Northwind", "email": "buying@northwind.example", "is_company": True},
        {"id": 2, "name": "Muster", "email": "sales@muster.example", "is_company": True, "supplier_rank": 1},
    ],
    "product.product": [{"id": 5, "default_code": "NW-1000", "name": "Bracket", "uom_id": [1, "Units"]}],
    "purchase.order": [
        {
            "id": 9,
            "name": "PO77001",
            "partner_id": [2, "Muster"],
            "company_id": [1, "Northwind"],
            "currency_id": [1, "EUR"],
            "state": "purchase",
            "order_line": [90],
        }
    ],
    "purchase.order.line": [
        {
            "id": 90,
            "order_id": [9, "PO77001"],
            "product_id": [5, "[NW-1000] Bracket"],
            "name": "[NW-1000] Bracket",
            "product_qty": 40.0,
            "product_uom_id": [1, "Units"],
            "price_unit": 2.5,
            "date_planned": "2026-04-10 12:00:00",
            "sequence": 10,
        }
    ],
}


def test_worker_and_evaluation_say_the_same(tmp_path: Path) -> None:
    snapshot = tmp_path / "erp.json"
    snapshot.write_text(json.dumps(ERP), encoding="utf-8")
    url = f"sqlite:///{tmp_path}/t.db"
    loaded = settings.load({}, dotenv=None, database_url=url, erp_snapshot=snapshot, mode="rules")
    services = bootstrap.services(loaded)
    work = working.of(services)
    accepted = services.intake.accept(MAIL, door="folder", name="a.eml")
    stored = working.read(work, accepted.message_id)
    assert stored is not None
    assert stored.outbox_id is not None
    assert working.post(work, stored.outbox_id)
    by_worker = results.outcome_of(services.store, accepted.message_id)
    assert by_worker is not None
    with bootstrap.evaluation("rules", loaded) as live:
        tools = live.toolkit(bootstrap.NoMemory())
        erp = live.erp(snapshot)
        message = message_of(MAIL, door="evaluation", received_at=erp.now, name="message.eml")
        by_evaluation = pipeline.triage_message(message, erp, tools)
    assert codec.dumps(by_worker, entries.GoodEnd) == codec.dumps(by_evaluation, entries.GoodEnd)
    types = {item.type.value for item in by_worker.assessment.deviations}
    assert types == {"late_delivery", "price_deviation"}
