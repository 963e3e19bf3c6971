"""`triage ingest --show`: writes one HTML page a message with its documents and the words marked that were read.

The page is for the person who has the message anyway: it loads nothing from elsewhere and runs nothing.
"""

import base64
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

from triage.domain.document import Part, PartRole
from triage.domain.evidence import Box, Evidence
from triage.domain.message import Message
from triage.domain.outcome import Understood
from triage.errors import InputError
from triage.reading.sandbox import SandboxedReader
from triage.store import facts

Pictures = Mapping[tuple[str, int], bytes]

_STYLE = (
    "body{font:15px/1.45 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem;color:#1c1c1c}"
    "mark{background:#ffd600;outline:1px solid #d65a00}img{max-width:100%;border:1px solid #bbb}"
    "pre{white-space:pre-wrap;background:#f6f6f4;padding:.8rem;border:1px solid #ddd}"
    "table{border-collapse:collapse}td,th{text-align:left;padding:.2rem .8rem .2rem 0;vertical-align:top;"
    "border-bottom:1px solid #ddd}"
)
_MOST_LINES = 2_000  # of one part
_TELLING = 4  # characters from which words are marked wherever they stand


def write(folder: Path, name: str, message: Message, outcome: Understood, reader: SandboxedReader) -> Path:
    """Write the page and return its path. name: of the file that was read; only its harmless characters are used.

    Raises InputError where the folder can't be written.
    """
    evidence = _evidence(outcome)
    marks: dict[str, dict[int, list[Box]]] = defaultdict(lambda: defaultdict(list))
    for item in evidence:
        if item.page is not None and item.box is not None and item.box not in marks[item.part][item.page]:
            marks[item.part][item.page].append(item.box)
    pictures: dict[tuple[str, int], bytes] = {}
    if marks:
        plain = {part: dict(pages) for part, pages in marks.items()}
        reader.draw(message, plain, lambda part, page, picture: pictures.update({(part, page): picture}))
    harmless = re.sub(r"[^\w.-]+", "_", name).strip("._")[:80] or "message"
    path = folder / f"{harmless}.html"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(_page(name, outcome, evidence, pictures), encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(
            error.strerror or "can't be written", subject=str(path), way_out="Name a folder that you may write."
        ) from error
    return path


def _evidence(outcome: Understood) -> tuple[Evidence, ...]:
    """All places that values and exceptions come from, each once."""
    assessment = outcome.assessment
    found: list[Evidence] = []
    for line in assessment.confirmation.lines:
        found.extend(line.evidence)
    for deviation in assessment.deviations:
        found.extend(deviation.evidence)
    if assessment.confirmation.supplier_reference is not None:
        found.append(assessment.confirmation.supplier_reference.evidence)
    return tuple(dict.fromkeys(item for item in found if item.text.strip()))


def _page(name: str, outcome: Understood, evidence: Sequence[Evidence], pictures: Pictures) -> str:
    hide = facts.hiding(outcome)
    pieces = [
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(name)}</title><style>{_STYLE}</style>',
        f"<h1>{escape(hide(outcome.advice.headline))}</h1>",
        "<table><tr><th>read</th><th>where</th><th>words</th></tr>",
    ]
    for what, places in _values(outcome):
        for item in places[:1]:
            page = f", page {item.page}" if item.page else ""
            words = escape(hide(item.text))
            pieces.append(f"<tr><td>{escape(what)}</td><td>{escape(item.part)}{page}</td><td>{words}</td></tr>")
    pieces.append("</table>")
    for part in outcome.reading.parts:
        if part.role is PartRole.BOILERPLATE:
            continue
        pieces.append(f"<h2>{escape(part.name)}</h2>")
        drawn = sorted(page for owner, page in pictures if owner == part.name)
        for number in drawn:
            data = base64.b64encode(pictures[part.name, number]).decode("ascii")
            pieces.append(f'<p>page {number}</p><img alt="page {number}" src="data:image/png;base64,{data}">')
        if not drawn:
            pieces.append(_text(part, [item for item in evidence if item.part == part.name], hide))
    return "\n".join(pieces) + "\n"


def _values(outcome: Understood) -> Iterable[tuple[str, tuple[Evidence, ...]]]:
    """What was read, in words, with its places."""
    for line in outcome.assessment.confirmation.lines:
        where = f"{line.order_name or '?'}/{line.line_number or '?'}"
        statement = line.statement
        for what, value, stated in (
            ("quantity", line.quantity, statement.quantity),
            ("price", line.price, statement.price),
            ("promised", line.promised, statement.promised),
            ("status", line.status, statement.disposition),
        ):
            if value is not None and stated is not None:
                yield f"{where} {what} {value} ({line.confidence:.0%})", (stated.evidence,)
    for item in outcome.assessment.deviations:
        yield f"{item.type.value.replace('_', ' ')} ({item.confidence:.0%})", item.evidence


def _text(part: Part, evidence: Sequence[Evidence], hide: facts.Hide) -> str:
    """The part's lines with the words marked; a short word only on a line that was read as a row."""
    rows = {" ".join(item.text.split()) for item in evidence}
    words = sorted({item.text.strip() for item in evidence}, key=lambda text: (-len(text), text))
    shown = []
    for line in part.lines[:_MOST_LINES]:
        is_row = " ".join(line.text.split()) in rows
        found = [text for text in words if text in line.text and (is_row or len(text) >= _TELLING)]
        shown.append(_marked(line.text, found, hide))
    return f"<pre>{chr(10).join(shown)}</pre>"


def _marked(text: str, words: Sequence[str], hide: facts.Hide) -> str:
    """Escaped, with each of the words marked once where it stands by itself; longer words win over their parts."""
    taken: list[tuple[int, int]] = []
    for wanted in words:
        for match in re.finditer(rf"(?<!\w){re.escape(wanted)}(?!\w)", text):
            start, end = match.span()
            if all(end <= left or start >= right for left, right in taken):
                taken.append((start, end))
                break
    pieces, position = [], 0
    for start, end in sorted(taken):
        pieces += [escape(hide(text[position:start])), f"<mark>{escape(hide(text[start:end]))}</mark>"]
        position = end
    return "".join(pieces) + escape(hide(text[position:]))
