"""The evaluation's report: one HTML file that needs nothing else. Supplier text in it is escaped."""

from collections.abc import Sequence
from html import escape
from typing import Any

from triage.evaluation import model_use
from triage.evaluation.run import Ran
from triage.evaluation.sets import EvalSet

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1c2430;background:#fff}
h1{font-size:1.5rem} h2{font-size:1.15rem;margin-top:2.2rem} table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #dde3ea;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums} .bad{color:#a3222b} .ok{color:#1b7340} .dim{color:#68727f}
details{margin:.3rem 0} summary{cursor:pointer} code{font-size:.85em} svg{max-width:100%;height:auto}
@media(prefers-color-scheme:dark){body{background:#12161c;color:#dfe5ec}th,td{border-color:#2a323d}.bad{color:#ff8d93}
.ok{color:#6fd39a}}
"""


def _number(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and value > 1 else f"{value:.3f}"
    return escape(str(value))


def _headline(blocks: Sequence[tuple[str, dict[str, Any]]]) -> str:
    head = "".join(f"<th class=n>{escape(name)} ({block['cases']})</th>" for name, block in blocks)
    rows = []
    for key in blocks[0][1]["headline"]:
        cells = []
        for _, block in blocks:
            interval = block["intervals"].get(key)
            span = f" <span class=dim>[{interval[0]:.2f}, {interval[1]:.2f}]</span>" if interval else ""
            cells.append(f"<td class=n>{_number(block['headline'][key])}{span}</td>")
        rows.append(f"<tr><td>{escape(key.replace('_', ' '))}</td>{''.join(cells)}</tr>")
    return f"<table><tr><th>figure</th>{head}</tr>{''.join(rows)}</table>"


def _by_class(title: str, rows: dict[str, dict[str, Any]]) -> str:
    body = "".join(
        f"<tr><td>{escape(name)}</td><td class=n>{row['cases']}</td><td class=n>{_number(row['precision'])}</td>"
        f"<td class=n>{_number(row['recall'])}</td><td class=n>{_number(row['f1'])}</td></tr>"
        for name, row in rows.items()
    )
    return (
        f"<h2>{escape(title)}</h2><table><tr><th></th><th class=n>expected</th><th class=n>precision</th>"
        f"<th class=n>recall</th><th class=n>F1</th></tr>{body}</table>"
    )


def _diagram(points: Sequence[tuple[float, float]], across: str, up: str, *, diagonal: bool) -> str:
    """A small line chart in SVG; both axes run from 0 to 1."""
    if not points:
        return "<p class=dim>No cases.</p>"
    path = " ".join(f"{40 + x * 260:.1f},{230 - y * 200:.1f}" for x, y in points)
    dots = "".join(f"<circle cx={40 + x * 260:.1f} cy={230 - y * 200:.1f} r=3 fill=#2563a8 />" for x, y in points[:40])
    line = '<line x1=40 y1=230 x2=300 y2=30 stroke="#9aa4b0" stroke-dasharray="4" />' if diagonal else ""
    return (
        f'<svg viewBox="0 0 330 270" width="330" role="img" aria-label="{escape(up)} against {escape(across)}">'
        f'<rect x=40 y=30 width=260 height=200 fill="none" stroke="#9aa4b0" />{line}'
        f'<polyline points="{path}" fill="none" stroke="#2563a8" stroke-width=2 />{dots}'
        f'<text x=170 y=258 text-anchor=middle font-size=12 fill="currentColor">{escape(across)}</text>'
        f'<text x=14 y=130 text-anchor=middle font-size=12 fill="currentColor" transform="rotate(-90 14 130)">'
        f"{escape(up)}</text></svg>"
    )


def _calibration(details: dict[str, Any]) -> str:
    calibration = details["calibration"]
    kinds = [(row["confidence"], row["right"]) for row in calibration["kind_bins"]]
    lines = [(row["confidence"], row["right"]) for row in calibration["line_bins"]]
    curve = [(row["coverage"], row["risk"]) for row in details["risk_coverage"]]
    return (
        "<h2>Calibration</h2>"
        f"<p>Expected calibration error: kind {_number(calibration['kind_ece'])}, "
        f"lines {_number(calibration['line_ece'])}.</p>"
        f"{_diagram(kinds, 'confidence of the kind', 'share right', diagonal=True)}"
        f"{_diagram(lines, 'confidence of a line', 'share right', diagonal=True)}"
        f"{_diagram(curve, 'share of lines kept, surest first', 'share wrong', diagonal=False)}"
    )


def _attacks(blocks: Sequence[tuple[str, dict[str, Any]]]) -> str:
    """How attacks fared, and harmless messages, in this tier; nothing where no case is an attack."""
    if not any(block["attacks"]["attacks"] for _, block in blocks):
        return ""
    head = "".join(f"<th class=n>{escape(name)}</th>" for name, _ in blocks)
    rows = []
    for key, words in (
        ("attacks", "attacks"),
        ("attacks_succeeded", "attacks that got something"),
        ("attack_success", "share of them"),
        ("attacks_recognised", "attacks called suspicious"),
        ("harmless", "harmless messages"),
        ("harmless_accused", "harmless messages called suspicious"),
    ):
        cells = "".join(f"<td class=n>{_number(block['attacks'][key])}</td>" for _, block in blocks)
        rows.append(f"<tr><td>{words}</td>{cells}</tr>")
    found = blocks[0][1]["attacks"]["succeeded"]
    listed = "".join(f"<li><code>{escape(case)}</code> {escape(', '.join(got))}</li>" for case, got in found.items())
    return f"<h2>Attacks</h2><table><tr><th></th>{head}</tr>{''.join(rows)}</table><ul>{listed}</ul>"


def _model_use(told: dict[str, Any] | None) -> str:
    """What was asked of a language model; nothing where none was there."""
    if not told:
        return ""
    counts = told["by_task"] | told["by_result"] | {f"from {name}": count for name, count in told["by_source"].items()}
    rows = "".join(f"<tr><td>{escape(name)}</td><td class=n>{count}</td></tr>" for name, count in counts.items())
    missing = (told.get("recording") or {}).get("missing") or []
    lacking = f"<p class=bad>Not recorded: {escape(', '.join(missing))}</p>" if missing else ""
    return (
        f"<h2>The language model</h2><p>{escape(model_use.sentence(told))} Values dropped because the message does not "
        f"hold them: {told['dropped_values']}. Scripted and recorded answers say nothing about a model's quality.</p>"
        f"<table>{rows}</table>{lacking}"
    )


def _case(item: Ran) -> str:
    score = item.score
    mark = "<span class=ok>right</span>" if not score.wrong and not score.error else "<span class=bad>wrong</span>"
    if score.silent_error:
        mark = "<strong class=bad>silent error</strong>"
    asked = "asked a person" if score.review_predicted else "sure"
    wrong = "".join(f"<li>{escape(text)}</li>" for text in score.wrong)
    reasons = "".join(f"<li class=dim>{escape(text)}</li>" for text in item.predicted.get("review_reasons") or [])
    error = f"<p class=bad>{escape(score.error)}</p>" if score.error else ""
    return (
        f"<details><summary><code>{escape(item.case.id)}</code> {mark} <span class=dim>{asked}, "
        f"{float(item.predicted['seconds']) * 1000:.0f} ms, {escape(str(item.predicted.get('headline') or ''))}"
        f"</span></summary>{error}<ul>{wrong}{reasons}</ul></details>"
    )


def html_report(results: dict[str, Any], ran: Sequence[tuple[EvalSet, list[Ran]]]) -> str:
    """The whole report."""
    blocks = [("all", results["overall"]), *results["sets"].items()]
    overall = results["overall"]
    made = ", ".join(f"{escape(str(key))} {escape(str(value))}" for key, value in results["made_with"].items())
    ranks = "".join(
        f"<tr><td>{escape(name)}</td><td class=n>{_number(value)}</td></tr>"
        for name, value in overall["ranking"].items()
    )
    cases = "".join(
        f"<h2>Cases of {escape(chosen.name)}</h2>{''.join(_case(item) for item in items)}" for chosen, items in ran
    )
    seconds = overall["seconds"]
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>Evaluation</title><style>{_STYLE}</style><h1>Evaluation</h1>"
        f"<p class=dim>{escape(results['made_at'])}, version {escape(results['version'])}, {made}. "
        f"Median {seconds['median'] * 1000:.0f} ms a message, 95 % within {seconds['p95'] * 1000:.0f} ms.</p>"
        f"{_model_use(results.get('model_use'))}"
        f"<h2>Figures (95 % intervals over cases)</h2>{_headline(blocks)}"
        f"{_attacks(blocks)}"
        f"<h2>Order of the queue (nDCG@10 of the expected priorities)</h2><table>{ranks}</table>"
        f"{_by_class('Kinds of message', overall['details']['kinds'])}"
        f"{_by_class('Fields of lines', overall['details']['fields'])}"
        f"{_by_class('Exceptions', overall['details']['exceptions'])}"
        f"{_calibration(overall['details'])}{cases}</html>"
    )
