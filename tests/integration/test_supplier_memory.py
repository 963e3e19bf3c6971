"""What a person accepts teaches what the supplier calls our goods, and how it heads its columns; for that supplier."""

import json
from pathlib import Path

import pytest

from triage import bootstrap, cli, settings
from triage.store import queue

ORDERS = {1: ("P00001", 7), 2: ("P00002", 7), 3: ("P00003", 8)}
GOODS = ((3, "T-1", "Chisel oak handle", 10.0, 5.0), (4, "T-2", "Mallet beech", 20.0, 8.0))
ERP = {
    "_now": "2026-11-16 09:00:00",
    "res.company": [{"id": 1, "name": "We", "currency_id": [1, "EUR"]}],
    "res.partner": [
        {"id": 7, "name": "Elm Tools", "email": "a@elm.example", "is_company": True},
        {"id": 8, "name": "Ash Tools", "email": "a@ash.example", "is_company": True},
    ],
    "product.product": [
        {"id": number, "default_code": code, "name": name, "uom_id": [1, "Units"]} for number, code, name, _, _ in GOODS
    ],
    "purchase.order": [
        {"id": number, "name": name, "partner_id": [supplier, "x"], "company_id": [1, "We"], "currency_id": [1, "EUR"],
         "state": "purchase", "date_order": "2026-11-10 09:00:00"}
        for number, (name, supplier) in ORDERS.items()
    ],
    "purchase.order.line": [
        {"id": number * 10 + product, "order_id": [number, "x"], "product_id": [product, name], "name": name,
         "product_qty": quantity, "price_unit": price, "date_planned": "2026-12-01 12:00:00",
         "product_uom_id": [1, "Units"]}
        for number in ORDERS
        for product, _, name, quantity, price in GOODS
    ],
}  # fmt: skip
FIRST = """\
From: a@elm.example
Subject: Order confirmation P00001
Content-Type: text/html; charset=utf-8

<p>We confirm P00001:</p>
<table>
<tr><th>Article</th><th>Description</th><th>Zorb</th><th>Unit price</th><th>Amount</th><th>Delivery date</th></tr>
<tr><td>EL-9104</td><td>Chisel oak handle</td><td>10</td><td>5.00</td><td>50.00</td><td>2026-12-08</td></tr>
<tr><td>EL-9207</td><td>Mallet beech</td><td>20</td><td>8.00</td><td>160.00</td><td>2026-12-08</td></tr></table>
"""
#: No description, no amount to check by: only the code and the head of the column tell.
SECOND = """\
From: a@{sender}.example
Subject: Order confirmation {order}
Content-Type: text/html; charset=utf-8

<p>We confirm {order}:</p>
<table><tr><th>Article</th><th>Zorb</th><th>Delivery date</th></tr>
<tr><td>EL-9207</td><td>15</td><td>2026-12-15</td></tr></table>
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "erp.json").write_text(json.dumps(ERP))
    monkeypatch.setenv("TRIAGE_ERP_SNAPSHOT", str(tmp_path / "erp.json"))
    monkeypatch.setenv("TRIAGE_DATABASE_URL", f"sqlite:///{tmp_path}/t.db")
    monkeypatch.setenv("TRIAGE_MODE", "rules")
    return tmp_path


def ingest(place: Path, capsys: pytest.CaptureFixture[str], text: str, *more: str) -> dict:
    path = place / "answer.eml"
    path.write_text(text)
    assert cli.main(["ingest", str(path), "--json", *more]) == 0
    (answer,) = json.loads(capsys.readouterr().out)
    return answer


def accept(place: Path, decision: queue.Decision = queue.Decision.ACCEPTED) -> None:
    store = bootstrap.services(settings.load()).store
    (entry,) = queue.listed(store, queue.Filters(state="open")).entries
    queue.decide(store, entry.key, decision, comment="", person="Ines")


def memory(capsys: pytest.CaptureFixture[str], *more: str) -> list[dict]:
    assert cli.main(["memory", "--json", *more]) == 0
    return json.loads(capsys.readouterr().out)


def lines(answer: dict) -> list[tuple]:
    return [(item["product_code"], item["confirmed_quantity"], item["promised_date"]) for item in answer["lines"]]


def test_an_accepted_answer_teaches_codes_and_columns_of_that_supplier_alone(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = SECOND.format(sender="elm", order="P00002")
    assert lines(ingest(place, capsys, answer, "--dry-run")) != [("T-2", "15", "2026-12-15")]
    assert [item[0] for item in lines(ingest(place, capsys, FIRST))] == ["T-1", "T-2"]
    assert memory(capsys) == []
    accept(place)
    told = {(item["supplier_id"], item["kind"], item["written"], item["meaning"]) for item in memory(capsys)}
    assert told == {(7, "code", "EL9104", "3"), (7, "code", "EL9207", "4"), (7, "column", "zorb", "quantity")}
    assert lines(ingest(place, capsys, answer)) == [("T-2", "15", "2026-12-15")]
    stranger = SECOND.format(sender="ash", order="P00003")
    assert lines(ingest(place, capsys, stranger)) != [("T-2", "15", "2026-12-15")]


def test_a_rejected_answer_teaches_nothing_and_a_lesson_can_be_forgotten(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ingest(place, capsys, FIRST)
    accept(place, queue.Decision.REJECTED)
    assert memory(capsys) == []
    ingest(place, capsys, FIRST.replace("12-08", "12-10"))
    accept(place)
    known = memory(capsys)
    assert len(known) == 3
    for item in known:
        assert cli.main(["memory", "--forget", str(item["id"])]) == 0
    capsys.readouterr()
    assert memory(capsys) == []
    assert cli.main(["memory", "--forget", "99"]) == 2
    assert "triage memory" in capsys.readouterr().err
