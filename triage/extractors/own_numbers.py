"""Finds the number under which the supplier keeps the order: behind a title or a label, told, or in a file's name."""

import re
from collections.abc import Iterator

from triage.domain import codes
from triage.domain.document import Reading
from triage.domain.erp import OrderBook
from triage.domain.evidence import Stated
from triage.extractors import references, titles, vocabulary

_AMOUNT = re.compile(r"^(?:\d{1,3}(?:[.,]\d{3})+|\d+[.,]\d{1,2})$")
_TITLES = ("order_confirmation", "shipping_notice", "invoice", "credit_note", "quotation", "delay_notice",
           "cancellation", "price_change_notice", "quality_notice")  # fmt: skip
#: Another document's number (an offer's, a delivery note's on an invoice) is this one's only where it has none.
_TITLED, _OFFERED = 0.9, 0.7
#: "D.P.R. 472/96", "Real Decreto 1619/2012": the law that a document is made under.
_LAW = re.compile(
    r"(?<![^\W\d_])(?:d\.?\s?p\.?\s?r\.?|d\.?\s?lgs\.?|d\.?\s?m\."
    r"|legge|decreto(?:[- ]lei)?|real decreto|r\.?d\.?(?:\s?l\.?)?"
    r"|ley|lei|loi|d[ée]cret|gesetz|verordnung|§{1,2}|ustaw\w*|dz\.?\s?u\.?|rozporz\w*|wet|besluit|kanun\w*|tebli[ğg]\w*|act"
    r"|directive|regulation|din|iso|en iso)\s?(?:n[.°º]?r?\.?|no\.?|nr\.?)?\s?$",
    re.IGNORECASE,
)


def _title_numbers(text: str, kind: str | None) -> Iterator[tuple[str, float]]:
    """Numbers behind the titles of documents. kind: what the document itself is, where it says so."""
    for section in _TITLES:
        for hit in vocabulary.phrases_in(text, f"titles.{section}"):
            window = text[hit.end : hit.end + 40]
            match = next((item for item in references.NUMBER.finditer(window) if not _is_law(window, item)), None)
            if match is None or not references.is_written_as_label(hit):
                continue
            between = re.sub(r"[(（][^()（）]*[)）]", "", window[: match.start()])
            if "," not in between and not re.search(r"[^\W\d_]{4,}", between):
                other = kind is not None and titles.KINDS[section] != kind
                yield (
                    references.whole_number(text, hit, match),
                    _OFFERED if other or (section == "quotation" and kind is None) else _TITLED,
                )


def _is_law(window: str, match: re.Match[str]) -> bool:
    return _LAW.search(window[: match.start()]) is not None


#: "our PV-6620", "ons nr. 88213", "nasz nr ZK/31", "under number 4711": a number that the supplier calls its own.
_OWN = re.compile(
    r"(?<![^\W\d_])(?:our|unser[enm]?|notre|nos|nuestr[oa]|nostr[oa]|ns|ons|onze|nasz(?:ym)?|noss[oa]|bizim"
    r"|with us (?:as|under))[. ]{1,2}"
    r"(?:(?:(?:internal |own |sales )?(?:order|ordine|order-?nr|auftrag\w*|nr|no|n[º°]|num|number|n[uú]mero|numer"
    r"|ref\w*|rif\w*|so|oa|job|works|file|parte|bon|commessa"
    r"|conferma|confirmaci[oó]n|confirma[cç][aã]o|bevestiging|potwierdzenie|zam[oó]wienie"
    r"|commande|pedido|encomenda|zlecenie|dossier|expediente|pratica|processo|case"
    r"|(?:system|end)(?: as| under)?|is|lautet|ist|est|es|è|jest|é)[.:#]{0,2}\s?){0,3})"
    r"(?P<n>(?=[^\s]*\d)[A-Z]{0,4}[-/. ]?\d[\w/.-]*\w|[A-Z]{1,4}[-/]?\d[\w/.-]*)(?![\w%€$£])"
    r"|(?<![^\W\d_])(?:staat (?:erin|bij ons)|(?:in)?geboekt|entered|booked|registered|logged|enregistr\w+"
    r"|registrad\w+|registrat\w+|erfasst|angelegt|zarejestrowan\w+|kaydedil\w+)\s"
    r"(?:(?:chez nous|bij ons|bei uns|with us|da noi|con nosotros|u nas) )?"
    r"(?:als|as|onder|under|sous|unter|con|com|al|bajo|pod|sob)\s"
    r"(?:(?:le|il|el|o|the|our|nr|n[º°]|no|num|numero|número|number|numer(?:em)?)[.:]?\s){0,3}"
    r"(?P<r>[A-Z]{0,4}[-/. ]?\d[\w/.-]*\w)"
    r"|(?:弊社|我司|当社|我方)[^\d\n]{0,8}?(?P<c>[A-Z]{0,4}[-/]?\d[\w/.-]*\w)"
    r"|(?P<t>[A-Z]{0,4}[-/]?\d[\w/.-]*\d)\s(?:no'?lu\s|no(?:'?su)?\s|numaras[ıi](?:yla)?\s)?"
    r"(?:i[şs] emri|sipari[şs] kayd[ıi]|(?:ile )?(?:sistem\w*\s)?(?:kaydet|kay[ıi]t|a[çc]|i[şs]len))"
    r"|(?<![^\W\d_])(?:paperwork|papers?|confirmation|acknowledg\w+|documents?) (?:\w+ ){0,2}under\s"
    r"(?P<u>[A-Z]{0,4}[-/. ]?\d[\w/.-]*\w)"
    r"|(?<![^\W\d_])(?:n[°º]|no\.|nr\.?|number|nummer|n[uú]m(?:ero)?|numer)\s?(?P<v>[A-Z]{0,4}[-/]?\d[\w/.-]*\w)\s"
    r"(?:remains|stays|still stands|bleibt|gilt weiter|reste valable|reste inchang|sigue|resta valid|blijft|pozostaje"
    r"|mant[eé]m|ge[çc]erli)",
    re.IGNORECASE,
)


def _own_numbers(text: str) -> Iterator[str]:
    for match in _OWN.finditer(text):
        number = next(group for group in match.groups() if group).strip()
        number += references.behind(text[match.end() :], number)
        letters = re.search(r"[A-Za-z]", number) is not None
        if len(codes.digits(number)) >= (3 if letters else 4):
            yield number


def _cites_law(text: str, number: str) -> bool:
    at = text.find(number)
    return at > 0 and _LAW.search(text[:at]) is not None


def _own_kind(reading: Reading) -> str | None:
    """What the message is about by its subject or the name of its document; None where neither says so.

    Where goods are not to be used, delivery notes and invoices that are named are those of the goods.
    """
    for text in (reading.headers.subject, *reading.attachment_names):
        named = {titles.KINDS[name] for name in _TITLES if vocabulary.phrases_in(text, f"titles.{name}")}
        if len(named) == 1:
            return named.pop()
    body = reading.body
    if body is not None and any(vocabulary.phrases_in(line.text, "cues.stop_use") for line in body.lines):
        return "quality_notice"
    return None


def supplier_reference(reading: Reading, book: OrderBook) -> Stated[str] | None:
    """The supplier's own number of the document: printed behind its title, else behind a label."""
    finder = references.OrderNumbers(book)
    goods = {codes.canonical(item.code) for item in book.products if item.code}
    goods |= {codes.canonical(item.code) for item in book.supplier_products if item.code}
    best: tuple[float, Stated[str]] | None = None
    kind = _own_kind(reading)
    for place in references.places(reading):
        if place.weight < 1.0:
            continue
        found = list(_title_numbers(place.text, kind))
        others = {codes.canonical(number) for number, sure in found if sure < _TITLED}
        found += [
            (number, _OFFERED if kind and codes.canonical(number) in others else 0.8)
            for number, _ in references.labelled_numbers(place.text, "supplier_reference")
        ]
        found += [(number, 0.79) for number in (*_own_numbers(place.text), *_own_numbers(place.unwrapped))]
        for number, confidence in found:
            if (
                any(finder.known(number))
                or finder.looks_ours(number)
                or _cites_law(place.text, number)
                or references.DATE_LIKE.match(number)
            ):
                continue
            if codes.canonical(number) in goods or re.fullmatch(r"(?:19|20)\d\d", number.strip()):
                continue  # an article, a year
            if (len(codes.digits(number)) < 3 and len(codes.canonical(number)) < 5) or _AMOUNT.match(number):
                continue
            if place.part not in ("body", "subject"):
                confidence += 0.05
            number = number.rstrip(".-/,")
            if number.startswith("-"):
                continue  # the end of a code
            if best is None or confidence > best[0]:
                best = (confidence, references.stated(number, place, number, confidence))
    if best is None or best[0] < _TITLED:
        named = _named_by_file(reading, finder, best[1].value if best else "")
        best = named if named is not None and (best is None or named[0] > best[0]) else best
    return best[1] if best else None


#: A number as documents write it: letters in front, apart or not, and blanks between its groups.
_WRITTEN = re.compile(r"(?<![\w/.-])(?:[A-Z]{1,5}[-/. ]?)?\d[\dA-Za-z]*(?:[-/._ ][\dA-Za-z]*\d[\dA-Za-z]*)*(?![\w/])")


def _named_by_file(reading: Reading, finder: references.OrderNumbers, found: str) -> tuple[float, Stated[str]] | None:
    """A number that names the file and stands in the document, or in the subject.

    File names write numbers without their blanks and strokes, and words directly before them. found: the number that
    something else speaks for; where the file has it, too, it stays.
    """
    for name in reading.attachment_names:
        stem = name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
        whole = codes.canonical(stem)
        if found and codes.canonical(found) in whole:
            return None
        best: tuple[int, Stated[str]] | None = None
        for place in references.places(reading):
            if place.weight < 1.0:
                continue
            for match in _WRITTEN.finditer(place.text):
                written = _part_of(match.group(), whole)
                if written is None or any(finder.known(written)) or finder.looks_ours(written):
                    continue
                length = len(codes.canonical(written))
                if best is None or length > best[0]:
                    best = (length, references.stated(written, place, written, 0.85))
        if best is not None:
            return 0.85, best[1]
    return None


_LEAST_NAMED = 3  # digits of a number that names a file


def _part_of(written: str, whole: str) -> str | None:
    """The longest end or beginning of what is written that the canonical file name holds as a number of its own."""
    pieces = re.split(r"(?<= )", written)
    for first in range(len(pieces)):
        for last in range(len(pieces), first, -1):
            piece = "".join(pieces[first:last]).strip(" .-/,")
            canonical = codes.canonical(piece)
            if len(codes.digits(canonical)) < _LEAST_NAMED or references.DATE_LIKE.match(piece):
                continue
            # A piece of a longer number is none.
            if re.search(rf"{'(?<![0-9])' if canonical[0].isdigit() else ''}{canonical}(?![0-9])", whole):
                return piece
    return None
