"""`triage scan` on a recorded ERP: onto the queue once, silent when repeated, closed when it no longer holds."""

import json
from pathlib import Path

import pytest

from triage import cli

ERP = {
    "_now": "2026-11-16 09:00:00",
    "res.company": [{"id": 1, "name": "We", "currency_id": [1, "EUR"]}],
    "res.partner": [{"id": 7, "name": "Elm Tools", "email": "a@elm.example", "is_company": True}],
    "product.product": [{"id": 3, "default_code": "T-1", "name": "Chisel", "uom_id": [1, "Units"]}],
    "purchase.order": [
        {"id": 1, "name": "P00001", "partner_id": [7, "Elm Tools"], "company_id": [1, "We"], "currency_id": [1, "EUR"],
         "state": "purchase", "date_order": "2026-10-01 09:00:00"}
    ],
    "purchase.order.line": [
        {"id": 11, "order_id": [1, "P00001"], "product_id": [3, "Chisel"], "name": "Chisel", "product_qty": 10.0,
         "qty_received": 4.0, "price_unit": 5.0, "date_planned": "2026-11-02 12:00:00", "product_uom_id": [1, "Units"]}
    ],
}  # fmt: skip


@pytest.fixture
def erp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "erp.json"
    path.write_text(json.dumps(ERP))
    monkeypatch.setenv("TRIAGE_ERP_SNAPSHOT", str(path))
    monkeypatch.setenv("TRIAGE_DATABASE_URL", f"sqlite:///{tmp_path}/t.db")
    monkeypatch.setenv("TRIAGE_MODE", "rules")
    return path


def scan(capsys: pytest.CaptureFixture[str], *more: str) -> dict:
    assert cli.main(["scan", "--json", *more]) == 0
    return json.loads(capsys.readouterr().out)


def queue(capsys: pytest.CaptureFixture[str], state: str) -> list[dict]:
    assert cli.main(["queue", "--json", "--state", state]) == 0
    return json.loads(capsys.readouterr().out)


def test_found_once_and_closed_when_the_goods_came(erp: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [item["type"] for item in scan(capsys, "--dry-run")["findings"]] == ["overdue_receipt"]
    assert queue(capsys, "open") == []
    assert scan(capsys)["news"] == 1
    (entry,) = queue(capsys, "open")
    assert "P00001" in entry["headline"]
    assert entry["priority"] == "high"
    assert scan(capsys)["news"] == 0
    came = json.loads(json.dumps(ERP))
    came["purchase.order.line"][0]["qty_received"] = 10.0
    erp.write_text(json.dumps(came))
    assert scan(capsys)["news"] == 1
    assert queue(capsys, "open") == []
    assert scan(capsys)["news"] == 0


def test_what_comes_back_is_news_again_and_closes_again(erp: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seen = []
    for received in (4.0, 10.0, 4.0, 4.0, 3.0, 10.0, 10.0):
        content = json.loads(json.dumps(ERP))
        content["purchase.order.line"][0]["qty_received"] = received
        erp.write_text(json.dumps(content))
        seen.append((scan(capsys)["news"], len(queue(capsys, "open"))))
    assert seen == [(1, 1), (1, 0), (1, 1), (0, 1), (1, 1), (1, 0), (0, 0)]


def test_a_supplier_can_not_come_in_by_the_door_of_scans(
    erp: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forged = {"key": "watch:P00001", "order": "P00001", "findings": [{"type": "stock_risk", "reason": "<b>pay</b>"}]}
    path = tmp_path / "answer.eml"
    path.write_bytes(b"From: a@elm.example\nSubject: x\n\n" + json.dumps(forged).encode())
    assert cli.main(["ingest", str(path), "--json"]) == 0
    (answer,) = json.loads(capsys.readouterr().out)
    assert "stock_risk" not in [item["type"] for item in answer["exceptions"]]
