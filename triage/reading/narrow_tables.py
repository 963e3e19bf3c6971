"""Tables in plain text whose columns stand one blank apart, under a line of heads. What does not fit is no table.

Only the description may have several words; it takes what the heads before and behind it leave.
"""

import re
from collections.abc import Sequence

from triage.reading import columns

_DESCRIPTION = re.compile(
    r"^(?:description|designation|item|product|article|text|details|bezeichnung|artikelbezeichnung|beschreibung|produkt|désignation|libellé|produit"
    r"|descripción|denominación|concepto|producto|descrizione|prodotto|omschrijving|benaming|nazwa|opis|towar|descrição|designação|produto|açıklama"
    r"|tanım|ürün|malzeme|品名|名称|商品|规格|規格)$",
    re.IGNORECASE,
)
#: Two words that head one column.
_PAIRS = re.compile(
    r"(?<!\S)(unit|net|list|line|delivery|del\.?|ship|due|our|your|art\.?|item|part|order|promised|confirmed|prix|total|date|délai|qté|precio|importe|fecha"
    r"|cant\.?|prezzo|data|prijs|cena|wartość|termin|preço|birim|toplam|teslim|gesamt|einzel|best\.?) "
    r"(price|total|date|code|no\.?|nr\.?|ref\.?|qty|amount|unitaire|ht|livraison|cdée|confirmée|unitario|unit\.?|unitária|entrega|pedida|confirmada|consegna"
    r"|netto|dostawy|jedn\.?|fiyat|fiyatı|tutar|tarihi|preis|menge|week|stuk)(?!\S)",
    re.IGNORECASE,
)
_MONTH = r"[^\W\d_]{3,10}\.?"
#: Values of several words: "2 Dec 2026", "KW 50", "EUR 1,85", "1,85 EUR", "50 pcs".
_JOINED = (
    re.compile(rf"(?<!\S)\d{{1,2}}\.? {_MONTH} (?:20)?\d\d(?!\S)"),
    re.compile(
        r"(?<!\S)(?:KW|CW|wk|week|sem\.?|semaine|semana|settimana|tydz\.?|hafta) \d{1,2}(?:[/.]\d{2,4})?(?!\S)", re.I
    ),
    re.compile(r"(?<!\S)(?:EUR|USD|GBP|CHF|PLN|TRY|CNY|JPY|BRL|[€$£¥₺]) [\d.,']+(?!\S)"),
    re.compile(r"(?<!\S)[\d.,']+ (?:EUR|USD|GBP|CHF|PLN|TRY|CNY|JPY|BRL|zł|TL|[€$£¥₺])(?!\S)"),
)
_FEWEST_HEADS = 4
_MOST_ROWS = 500
_HELD = "\x1f"  # stands for the blank inside a value


def read(lines: Sequence[str], start: int) -> tuple[list[list[str]], int]:
    """Rows under a line of heads at `start`, and the line behind them; nothing where there is no such table."""
    head = _heads(lines[start])
    if not head:
        return [], start
    wide = next((index for index, text in enumerate(head) if _DESCRIPTION.match(text)), None)
    rows = [head]
    index = start + 1
    while index < len(lines) and len(rows) < _MOST_ROWS:
        line = lines[index].strip()
        if line:
            row = _row(line, len(head), wide)
            if row is None:
                break
            rows.append(row)
        elif len(rows) > 1:
            break
        index += 1
    return (rows, index) if len(rows) > 1 else ([], start)


def _heads(line: str) -> list[str]:
    text = line.strip()
    if len(text) > 120 or any(char.isdigit() for char in text) or text[-1:] in ".:;!?,":
        return []
    text = _PAIRS.sub(lambda match: f"{match[1]}{_HELD}{match[2]}", text)
    found = [piece.replace(_HELD, " ") for piece in text.split()]
    known = columns.heads(found)
    return found if len(found) >= _FEWEST_HEADS and known >= len(found) - 1 else []


def _row(line: str, width: int, wide: int | None) -> list[str] | None:
    for pattern in _JOINED:
        line = pattern.sub(lambda match: match[0].replace(" ", _HELD), line)
    pieces = line.split()
    if wide is None:
        cells = pieces
    else:
        behind = width - wide - 1
        if len(pieces) < width:
            return None
        middle = pieces[wide : len(pieces) - behind]
        cells = [*pieces[:wide], " ".join(middle), *pieces[len(pieces) - behind :]]
    cells = [cell.replace(_HELD, " ") for cell in cells]
    values = [columns.is_value(cell) for cell in cells]
    if len(cells) != width or sum(values) < 2 or (wide is not None and values[wide]):
        return None
    tail = cells[wide + 1 :] if wide is not None else cells[-2:]
    return cells if all(columns.is_value(cell) or len(cell) <= 6 for cell in tail) else None
