"""Reads what a document says once for all its lines: delivery date, terms, currency, price basis, its own date."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from triage.domain.document import Part
from triage.domain.evidence import Evidence, Stated
from triage.domain.statement import Term, TermKind, WholeOrder
from triage.extractors import (
    anchors,
    clauses,
    cues,
    descriptions,
    money,
    numbers,
    quantities,
    shifts,
    vocabulary,
)
from triage.extractors.context import Context

#: CIF is a tax number in Spain: no incoterm is followed by a number.
_INCOTERM = re.compile(r"\b(EXW|FCA|FAS|FOB|CFR|CIF|CPT|CIP|DAP|DPU|DDP|DDU|DAT)\b(?!\s?[:.]?\s?[A-Z]{0,3}-?\d)")
_DAYS = re.compile(
    r"(?P<n>\d{1,3})\s*(?:-\s*)?(?:days?|tagen?|tg\b|jours?|d[ií]as?|giorni|gg\b|dagen|dni|dias?|g[uü]n|天|日)"
    r"|\bnet(?:to)?\s*(?P<m>\d{1,3})\b|\bN(?P<k>\d{2,3})\b",
    re.IGNORECASE,
)
#: Payment before delivery, in eleven languages.
_ADVANCE = re.compile(
    r"prepay|pre-pay|in advance|advance payment|deposit|before shipment|vorkasse|vorauskasse|anzahlung|acompte"
    r"|paiement d'avance|pr[ée]paiement|pago anticipado|anticipo|prepago|pagamento anticipato|acconto|vooruitbetaling"
    r"|vooraf|przedp[łl]at|zaliczk|pr[ée]-?pagamento|adiantad|pe[şs]in|avans|预付|定金|款到发货|前払",
    re.IGNORECASE,
)
#: Words that mean payment before delivery wherever they stand.
_SURELY_ADVANCE = re.compile(
    r"prepayment|payment in advance|cash in advance|advance payment|vorkasse|vorauskasse|paiement d'avance"
    r"|paiement [àa] la commande|pago anticipado|pago por adelantado|pagamento anticipato|vooruitbetaling"
    r"|przedp[łl]at|pagamento antecipado|pr[ée]-pagamento|pe[şs]in [öo]deme|款到发货|前払",
    re.IGNORECASE,
)
_LONGEST_FIELD = 140


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFields:
    """What holds for the whole part, and the lines that said it."""

    promised: Stated[date] | None
    price_per: Decimal | None
    currency: str | None
    document_date: date | None
    terms: tuple[Term, ...]
    used: frozenset[int]  # indexes of lines that are fields and no sentences


def currency_of(part: Part) -> str | None:
    """The currency most amounts of the part carry."""
    votes: Counter[str] = Counter()
    for line in part.lines[:400]:
        for found in money.find_money(line.text):
            if found.currency:
                votes[found.currency] += 1
        stated = money.currency_in(line.text) if vocabulary.phrases_in(line.text, "columns.currency") else None
        if stated:
            votes[stated] += 2
    if not votes:
        for line in part.lines[:400]:
            if vocabulary.phrases_in(line.text, "columns.unit_price") or vocabulary.phrases_in(
                line.text, "labels.total"
            ):
                code = money.currency_in(line.text)
                if code:
                    votes[code] += 1
    return votes.most_common(1)[0][0] if votes else None


def price_basis_of(part: Part) -> Decimal | None:
    """A basis that is said once for all prices ("Prices per hundred")."""
    for line in part.lines[:400]:
        if not any(char.isalpha() for char in line.text):
            continue
        if any(
            vocabulary.phrases_in(line.text, name) for name in ("columns.unit_price", "columns.amount", "labels.prices")
        ):
            bases = money.find_price_basis(line.text)
            amounts = [
                found
                for found in money.find_money(line.text)
                if found.currency or re.search(r"[.,]\d{2}$", found.amount.text)
            ]
            if bases and not amounts:
                return bases[0].per
    return None


_FORMER_REACH = 12  # characters before a number of days in which it is called the former one
_FORMER = re.compile(
    r"(?:was|were|war|waren|bisher|vorher|statt|zuvor|previously|formerly|old|au lieu de|non plus|auparavant|antes"
    r"|prima|invece di|anzich[ée]|en vez de|en lugar de|anterior\w*|voorheen|in plaats van|zamiast|poprzednio"
    r"|wcze[śs]niej|em vez de|eski\w*|[öo]nceki|原|而非|旧|従来)\W*$",
    re.IGNORECASE,
)
#: "From 60 to 30 days", "由 60 天改为": what stands behind is the new term.
_MOVED = re.compile(
    r"(?:(?<![^\W\d_])(?:from|von|de|da|van|z|ze)\s(?:\w+\s){0,2}\d{1,3}\s?(?:\w+\s){0,3}?(?:to|auf|à|a|naar|na|para|in)\s"
    r"|[由从自][^。\n]{1,20}?(?:改为|改成|变更为|调整为|变为)|から(?=\s?\d))",
    re.IGNORECASE,
)
_TERM_REACH = 40  # characters between days and the words for payment behind them


def _terms(text: str, below: str, evidence: Evidence) -> Iterator[Term]:
    """Terms of a line; below: the next one, on which a new term may stand."""
    labels = vocabulary.phrases_in(text, "labels.payment_terms")
    if labels:
        moved = _MOVED.search(text, labels[0].start)
        if moved is not None and not text[moved.end() :].strip():
            text = f"{text} {below}"
        behind = moved.end() if moved is not None else 0
        days = [
            next(group for group in match.groups() if group)
            for match in _DAYS.finditer(text, behind)
            if any(_is_of(label, match, text) for label in labels) and not _is_former(text[: match.start()])
        ]
        if days:
            longest = max(days, key=int)
            yield Term(kind=TermKind.PAYMENT, value=longest, evidence=evidence, confidence=0.85)
        elif _ADVANCE.search(text, behind):
            yield Term(kind=TermKind.PAYMENT, value="0", evidence=evidence, confidence=0.8)
    elif _SURELY_ADVANCE.search(text):
        yield Term(kind=TermKind.PAYMENT, value="0", evidence=evidence, confidence=0.8)
    incoterm = _INCOTERM.search(text)
    if incoterm:
        yield Term(kind=TermKind.DELIVERY, value=incoterm.group(1), evidence=evidence, confidence=0.85)
    for section, kind in (("labels.minimum_order", TermKind.MINIMUM), ("labels.surcharge", TermKind.SURCHARGE)):
        if vocabulary.phrases_in(text, section) and any(char.isdigit() for char in text):
            yield Term(kind=kind, value=text[:120], evidence=evidence, confidence=0.7)


def _is_of(label: vocabulary.Hit, days: re.Match[str], text: str) -> bool:
    """Days behind words for payment, or close before them in the same sentence ("payable at 30 days")."""
    between = text[days.end() : label.start]
    return label.start <= days.start() or (len(between) <= _TERM_REACH and not re.search(r"[.;。；]", between))


def _is_former(before: str) -> bool:
    """ "14 days net (new, was 45 days)": the words before a number call it the old one."""
    return cues.has(before[-_FORMER_REACH:], "former", "instead_of") or _FORMER.search(before) is not None


def _is_field(text: str, end: int) -> bool:
    """Short, and no sentence of words behind the value; Chinese and Japanese words count by two characters."""
    behind = text[end:]
    words = len(re.findall(r"[^\W\d_\u3040-\u9fff]{2,}", behind)) + len(re.findall(r"[\u3040-\u9fff]", behind)) // 2
    return len(text) <= _LONGEST_FIELD and words <= 8


def document_fields(part: Part, context: Context, in_tables: frozenset[int]) -> DocumentFields:
    """Fields of a part: label and value in one line, or the value alone in the line below its label."""
    promised: tuple[float, Stated[date]] | None = None
    stated_days: dict[float, set[date]] = {}
    document_date: date | None = None
    terms: list[Term] = []
    used: set[int] = set()
    for index, line in enumerate(part.lines[:600]):
        if not line.text.strip():
            continue
        evidence = context.evidence(line.text, page=line.page, box=line.box)
        below = part.lines[index + 1].text if index + 1 < len(part.lines) else ""
        terms.extend(_terms(line.text, below, evidence))
        if index in in_tables:
            continue
        found = _field_date(line.text, part, index, context)
        if found is not None:
            rank, value, confidence, text = found
            stated = Stated(
                value=value, evidence=context.evidence(text, page=line.page, box=line.box),
                confidence=confidence, source="field",
            )  # fmt: skip
            used.add(index)
            stated_days.setdefault(rank, set()).add(value)
            if promised is None or rank > promised[0]:
                promised = (rank, stated)
        elif document_date is None and vocabulary.phrases_in(line.text, "labels.document_date"):
            days = cues.dates_in(line.text, context)
            document_date = days[0].value if days else None
    if promised is None:
        promised = _boxed_date(part, context)
    if promised is not None and len(stated_days.get(promised[0], ())) > 1:
        # Several delivery dates: each belongs to the goods beside it, none to the whole document.
        promised, used = None, set()
    return DocumentFields(
        promised=promised[1] if promised else None,
        price_per=price_basis_of(part),
        currency=currency_of(part),
        document_date=document_date,
        terms=tuple(_once(terms)),
        used=frozenset(used),
    )


def _boxed_date(part: Part, context: Context) -> tuple[float, Stated[date]] | None:
    """The delivery date of a box: a row of labels, and a row of values below it."""
    for table in part.tables:
        if len(table.rows) != _BOX_ROWS:
            continue
        for head, cell in zip(*table.rows, strict=False):
            label = head.text.strip()
            named = any(
                hit.end - hit.start >= len(label) - 2 and not within_other_label(label, hit.start, hit.end)
                for name in ("labels.arrival", "labels.delivery_date")
                for hit in vocabulary.phrases_in(label, name)
            )
            days = cues.dates_in(cell.text, context) if named else []
            if len(days) == 1 and days[0].value >= context.today:
                place = context.evidence(cell.text, page=table.page, box=cell.box)
                return 2.0, Stated(value=days[0].value, evidence=place, confidence=0.9, source="field")
    return None


_BOX_ROWS = 2  # labels and values


def _once(terms: list[Term]) -> Iterator[Term]:
    seen: set[tuple[TermKind, str]] = set()
    for term in terms:
        if (term.kind, term.value) not in seen:
            seen.add((term.kind, term.value))
            yield term


def within_other_label(text: str, start: int, end: int) -> bool:
    """The label is only a piece of another one: "Termin" in "Termin płatności", "date" in "invoice date"."""
    others = ("labels.payment_terms", "labels.document_date", "labels.our_order_number", "cues.valid_until")
    return any(
        hit.start <= start and hit.end >= end and hit.end - hit.start > end - start
        for name in others
        for hit in vocabulary.phrases_in(text, name)
    )


def field_date(text: str, context: Context) -> tuple[date, float] | None:
    """(date, confidence) of a line that is nothing but a delivery date field."""
    found = _field_date(text, context.part, len(context.part.lines), context)
    return (found[1], found[2]) if found else None


def _words_before(text: str) -> int:
    """Words between the last column gap, or the field before ("ETD 30 Oct, ETA …"), and a label."""
    piece = re.split(r" {3,}|\t|\||[;·•]|(?<=[^\W\d_]{3})\.\s", text)[-1]
    head, comma, tail = piece.rpartition(",")
    if comma and any(char.isdigit() for char in head) and len(re.findall(r"[^\W\d_]{2,}", head)) <= 3:
        piece = tail
    return len(re.findall(r"[^\W\d_]{2,}", piece))


def _field_date(text: str, part: Part, index: int, context: Context) -> tuple[float, date, float, str] | None:
    """(rank, date, confidence, words) of a date field; arrival outranks delivery, delivery outranks dispatch."""
    if len(text) > _LONGEST_FIELD or cues.has(text, "instead_of", "former", "closure"):
        return None
    if 0 < index < len(part.lines) and clauses.goes_on(part.lines[index - 1].text, text):
        return None  # the middle of a sentence that was wrapped
    told = any(vocabulary.phrases_in(text, name) for name in ("labels.prices", "labels.quantities"))
    if told and cues.has(text, "as_ordered"):
        return None  # "quantities, prices and the date of 9 April as you wrote": a sentence
    for rank, section in ((3.0, "arrival"), (2.0, "delivery_date"), (1.0, "dispatch_date")):
        for label in vocabulary.phrases_in(text, f"labels.{section}"):
            if _words_before(text[: label.start]) > 1 or within_other_label(text, label.start, label.end):
                continue
            behind = text[label.end :]
            found = [item for item in cues.dates_in(text, context) if item.start >= label.end]
            alone = not behind.strip(" :.-") and not any(char.isdigit() for char in text)
            if not found and alone and index + 1 < len(part.lines):
                below = part.lines[index + 1].text
                days = cues.dates_in(below, context)
                if days and len(below) <= 40:
                    return rank, days[0].value, 0.85 * days[0].confidence, below
                continue
            if not found or found[0].start - label.end > 30:
                continue
            between = text[label.end : found[0].start]
            if len(re.findall(r"[^\W\d_]{2,}", between)) > 3 or not _is_field(text, found[0].end):
                continue
            if _speaks_of_goods(text, context):
                return None
            moves = len({item.value for item in found}) > 1 or bool(shifts.find_shifts(text))
            if moves and cues.has(text, "delay"):
                return None  # a day that moves to another is told by a sentence
            last = found[0]
            confidence = (0.95 if section != "dispatch_date" else 0.8) * last.confidence
            return rank, last.value, confidence, text
    return None


def _speaks_of_goods(text: str, context: Context) -> bool:
    """A line that names goods, how many, or a price, says when these come, not when everything comes."""
    if any(item.currency for item in money.find_money(text)):
        return True
    if any(item.unit for item in quantities.in_text(text, context, ())):
        return True
    if anchors.by_code(text, context.hints) or anchors.by_position(text, context.hints):
        return True
    if descriptions.by_type(text, context.hints):
        return True
    return len(context.hints.candidates) > 1 and bool(descriptions.by_description(text, context.hints))


def whole_order_of(fields: DocumentFields, order_number: str | None) -> WholeOrder | None:
    """The delivery date of the document as a statement about all its lines."""
    if fields.promised is None:
        return None
    return WholeOrder(evidence=fields.promised.evidence, order_number=order_number, promised=fields.promised)


#: A day for an answer is read with the other fields of a text.


def decimal_mark_of(part: Part) -> str | None:
    """The decimal mark that the unambiguous numbers of the part use."""
    if ("numbers", "typed") in part.metadata:
        return "."
    return numbers.decimal_mark_of(line.text for line in part.lines[:400])
