"""`triage replay` in the order of dates, and `triage bench` on a small set."""

import json
from pathlib import Path

import pytest

from triage import cli

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("TRIAGE_MODE", "rules")
    monkeypatch.setenv("TRIAGE_DATABASE_URL", f"sqlite:///{tmp_path}/t.db")


def mail(folder: Path, name: str, day: str, text: str) -> None:
    head = f"From: auftrag@halvorsberg.example\nTo: einkauf@orvanta.example\nSubject: P00321\nDate: {day}\n\n"
    (folder / name).write_text(head + text, encoding="utf-8")


def test_the_first_message_that_tells_counts_whatever_the_file_is_called(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "P00321: die HS-B10-1 kommen leider erst am 11.01.2027.\n"
    mail(tmp_path, "a.eml", "Fri, 20 Nov 2026 09:00:00 +0100", text + "Nochmals zur Erinnerung.\n")
    mail(tmp_path, "b.eml", "Mon, 16 Nov 2026 09:00:00 +0100", text)
    assert cli.main(["replay", str(tmp_path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    (flag,) = [item for item in told["list"] if item["type"] == "late_delivery"]
    assert (flag["file"], flag["told_on"], flag["due"], flag["days_before_due"]) == (
        "b.eml", "2026-11-16", "2026-12-18", 32,
    )  # fmt: skip
    assert told["messages"] == 2


def test_a_folder_without_mails_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["replay", str(tmp_path)]) == 2
    assert "holds no .eml file" in capsys.readouterr().err
    assert cli.main(["replay", str(tmp_path / "none")]) == 2


def test_the_bench_prints_figures_beside_a_floor(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", "--seconds", "0.1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert all(item["per second"] > 0 for item in told["rates"].values())
    assert any(name.startswith("floor") for name in told["rates"])
    assert told["messages"] == 55
