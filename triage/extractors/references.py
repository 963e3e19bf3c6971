"""Finds the order numbers and the supplier's own reference in a message. Never decides which order is meant."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from triage.domain import codes
from triage.domain.document import Part, PartRole, Reading
from triage.domain.erp import OrderBook
from triage.domain.evidence import Evidence, Stated
from triage.extractors import titles, vocabulary

#: A run that can be a number of a document: has a digit, may hold letters and separators inside.
_NUMBER = re.compile(
    r"(?:(?<=[\u3040-\u9fff])|(?<![\w@]))[A-Za-z]{0,6}(?:[-/.#_][A-Za-z]{1,4})?[-/.#_]?\d[\dA-Za-z]*(?:[-/._][\dA-Za-z]+)*"
)
#: The same with one blank behind its letters, for numbers that are known.
_LOOSE = re.compile(
    r"(?:(?<=[\u3040-\u9fff])|(?<![\w@]))(?:[A-Za-z]{1,6}[-/._])?(?:[A-Za-z]{1,6}[-/.#_ ]{0,2})?"
    r"\d[\dA-Za-z]*(?:[-/._][\dA-Za-z]+)*"
)
_GENERIC = re.compile(r"^(?:P\.?O|ORDER|BESTELLUNG|BEST|NR|NO|N)[-. #:]*(?=\d)", re.IGNORECASE)
_BREAKS = re.compile(r"[/_\s,;:()#]+")
_DATE_LIKE = re.compile(r"^(?:\d{1,2}|(?:19|20)\d\d)[-./]\d{1,2}[-./]\d{1,4}$")
_AMOUNT = re.compile(r"^(?:\d{1,3}(?:[.,]\d{3})+|\d+[.,]\d{1,2})$")
_LONGEST = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line of text somewhere in the message."""

    part: str
    text: str
    page: int | None
    weight: float  # how prominent
    unwrapped: str = ""  # of a body: with the next line, which may hold the number that this one speaks of


def places(reading: Reading) -> Iterator[Place]:
    """Subject, visible lines of all stating parts, file names; most prominent first."""
    yield Place(part="subject", text=reading.headers.subject, page=None, weight=1.0)
    for part in reading.parts:
        if part.role is PartRole.BOILERPLATE:
            continue
        for line, below in zip_longest(part.lines, part.lines[1:]):
            both = f"{line.text} {below.text}" if below and part.role is PartRole.BODY else ""
            yield Place(part=part.name, text=titles.joined(line.text), page=line.page, weight=1.0, unwrapped=both)
    for name in reading.attachment_names:
        yield Place(part=name, text=name, page=None, weight=0.8)


def _pieces(written: str) -> Iterator[str]:
    """The number itself and the pieces it may be glued together from ("4711/P00123")."""
    yield written
    parts = [piece for piece in _BREAKS.split(written) if piece]
    if len(parts) > 1:
        yield from parts


_AND_NUMBER = re.compile(
    r"\s?(?:,|/|&|\+|und|and|et|e|y|ed|en|i|oraz|ve|和|と)\s?(\d{2,6})(?![\d/.,-]|\s?%)", re.IGNORECASE
)


class OrderNumbers:
    """Looks for the numbers of known orders, and for numbers that look like ours but are not."""

    def __init__(self, book: OrderBook) -> None:
        self._known = {codes.canonical(order.name): order.name for order in book.orders}
        self._shapes = {codes.shape(order.name) for order in book.orders}
        self._digits: dict[str, list[str]] = {}
        for order in book.orders:
            self._digits.setdefault(codes.digits(order.name), []).append(order.name)

    def known(self, text: str) -> Iterator[tuple[str, str]]:
        """(our order's name, as written) for every known order in `text`."""
        for match in _LOOSE.finditer(text):
            for piece in _pieces(match.group()[:_LONGEST]):
                name = self._known.get(codes.canonical(piece))
                if name is None and _GENERIC.match(piece) and len(codes.digits(piece)) >= 4:
                    name = self.by_digits(piece)
                if name is not None:
                    yield name, piece.strip()
                    break

    def abbreviated(self, text: str) -> Iterator[tuple[str, str]]:
        """ "CI/2027/0176 e 0180", "PO 4711 and 12": the last digits of a known order behind another one of ours."""
        for match in _LOOSE.finditer(text):
            first = next((name for name, _ in self.known(match.group())), None)
            behind = _AND_NUMBER.match(text, match.end())
            if first is None or behind is None or len(behind.group(1)) >= len(codes.digits(first)):
                continue
            digits = behind.group(1)
            meant = [name for name in self._known.values() if name == f"{first[: -len(digits)]}{digits}"]
            if len(meant) == 1 and meant[0] != first:
                yield meant[0], digits

    def mentions(self, text: str) -> Iterator[tuple[str, int]]:
        """(our order's name, offset) for every known order in `text`."""
        for match in _LOOSE.finditer(text):
            name = next((name for name, _ in self.known(match.group())), None)
            if name is not None:
                yield name, match.start()

    def by_digits(self, written: str) -> str | None:
        """Our order whose digits alone are written, where that is one order only."""
        names = self._digits.get(codes.digits(written), [])
        return names[0] if len(names) == 1 and len(codes.digits(written)) >= 3 else None

    def looks_ours(self, written: str) -> bool:
        """The outline of our numbers, and none of them. An outline of digits alone says nothing."""
        outline = codes.shape(written)
        return outline in self._shapes and any(char != "9" for char in outline)

    def slip_of(self, written: str) -> str | None:
        """Our only order that differs by one digit or one swap."""
        wanted = codes.canonical(written)
        close = [name for code, name in self._known.items() if codes.near(code, wanted)]
        return close[0] if len(close) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundNumbers:
    """`named`: our orders' names, most prominent first. `strange`: numbers called ours that are not."""

    named: tuple[Stated[str], ...]
    strange: tuple[Stated[str], ...]


_LETTERS_BEFORE = re.compile(r"(?:(?<![^\W_])([A-Z]{2,4}|(?:[A-Z]\.){2,4})|(?:(?<=[:：] )|(?<=^ ))([A-MO-Z])) $")
_NO_LETTERS = {
    "NR",
    "NO",
    "PO",
    "DU",
    "OF",
    "DE",
    "DEL",
    "VOM",
    "VAN",
    "LS",
    "BL",
    "DDT",
    "BC",
    "NUM",
    "REF",
    "THE",
    "YOUR",
    "OUR",
    "NRO",
}


def _with_letters(window: str, match: re.Match[str]) -> str:
    """ "N° AC 26/10447": letters in front that belong to the number."""
    before = _LETTERS_BEFORE.search(window[: match.start()])
    number = match.group().strip()
    letters = before and (before.group(1) or before.group(2))
    if letters and letters not in _NO_LETTERS and number[0].isdigit():
        return f"{letters} {number}"
    return number


_ABBREVIATED = 3  # letters of labels that are words of everyday language, too


def _is_written_as_label(hit: vocabulary.Hit) -> bool:
    """ "SO 4711", "AB 4711": capitals make an abbreviation of what is a word otherwise ("so 40 pieces", "ab 250")."""
    letters = [char for char in hit.phrase if char.isalpha() and char.isascii()]
    return len(letters) != len(hit.phrase) or len(letters) > _ABBREVIATED or hit.phrase.isupper()


def labelled_numbers(text: str, section: str) -> Iterator[tuple[str, int]]:
    """Numbers that follow a label of `section` in the same line, with their offset."""
    for hit in vocabulary.phrases_in(text, f"labels.{section}"):
        if not _is_written_as_label(hit):
            continue
        window = text[hit.end : hit.end + 60]
        match = _NUMBER.search(window)
        if match is None:
            continue
        between = window[: match.start()]
        if len(re.findall(r"[^\W\d_]{3,}", between)) > 2:
            continue
        if not match.start() and re.match(r"[-/.]", window) and re.search(r"(?<!\w)[A-Z]{1,4}$", text[: hit.end]):
            # "ZK/0318/2027": the label is the beginning of the number itself.
            letters = re.search(r"[A-Z]{1,4}$", text[: hit.end])
            yield (letters.group() if letters else "") + match.group(), hit.start
            continue
        yield _with_letters(window, match), hit.end + match.start()


def _stated(value: str, place: Place, written: str, confidence: float) -> Stated[str]:
    evidence = Evidence(part=place.part, page=place.page, text=written)
    source = "subject" if place.part == "subject" else "text"
    return Stated(value=value, evidence=evidence, confidence=confidence, source=source)


def order_numbers(reading: Reading, book: OrderBook) -> FoundNumbers:
    """All order numbers of ours that the message states, and those that it only seems to call ours."""
    finder = OrderNumbers(book)
    named: dict[str, Stated[str]] = {}
    strange: dict[str, Stated[str]] = {}
    for place in places(reading):
        for name, written in finder.known(place.text):
            named.setdefault(name, _stated(name, place, written, 0.99))
        for name, written in finder.abbreviated(place.text):
            named.setdefault(name, _stated(name, place, written, 0.9))
        for written, _ in labelled_numbers(place.text, "our_order_number"):
            if _DATE_LIKE.match(written) or any(finder.known(written)):
                continue
            by_digits = finder.by_digits(written)
            if by_digits is not None and not finder.looks_ours(written):
                named.setdefault(by_digits, _stated(by_digits, place, written, 0.9))
            elif len(codes.digits(written)) >= 3:
                strange.setdefault(codes.canonical(written), _stated(written, place, written, 0.75))
        for match in _NUMBER.finditer(place.text):
            for piece in _pieces(match.group()[:_LONGEST]):
                if finder.looks_ours(piece) and codes.canonical(piece) not in map(codes.canonical, named):
                    strange[codes.canonical(piece)] = _stated(piece.strip(), place, piece.strip(), 0.95)
    known = {codes.canonical(name) for name in named}
    supplier_refs = {codes.canonical(order.partner_ref) for order in book.orders if order.partner_ref}
    kept = tuple(item for code, item in strange.items() if code not in known and code not in supplier_refs)
    if named:
        # A second number behind "your order" next to a known order is usually the requester's or an old one.
        kept = tuple(item for item in kept if item.confidence >= 0.9)
    return FoundNumbers(named=tuple(named.values()), strange=kept)


_TITLES = ("order_confirmation", "shipping_notice", "invoice", "credit_note", "quotation", "delay_notice",
           "cancellation", "price_change_notice", "quality_notice")  # fmt: skip


#: An offer's number is a confirmation's reference only where it has none of its own.
_TITLED, _OFFERED = 0.9, 0.7


def _title_numbers(text: str) -> Iterator[tuple[str, float]]:
    for section in _TITLES:
        for hit in vocabulary.phrases_in(text, f"titles.{section}"):
            window = text[hit.end : hit.end + 40]
            match = _NUMBER.search(window)
            if match is None or not _is_written_as_label(hit):
                continue
            between = window[: match.start()]
            if "," not in between and not re.search(r"[^\W\d_]{4,}", between):
                yield _with_letters(window, match), _OFFERED if section == "quotation" else _TITLED


#: "our PV-6620", "ons nr. 88213", "nasz nr ZK/31", "under number 4711": a number that the supplier calls its own.
_OWN = re.compile(
    r"(?<![^\W\d_])(?:our|unser[enm]?|notre|nos|nuestr[oa]|nostr[oa]|ns|ons|onze|nasz(?:ym)?|noss[oa]|bizim"
    r"|with us (?:as|under))[. ]{1,2}"
    r"(?:(?:(?:internal |own |sales )?(?:order|ordine|order-?nr|auftrag\w*|nr|no|n[º°]|num|number|n[uú]mero|numer"
    r"|ref\w*|rif\w*|so|oa|job|works|dossier|file|parte|bon|commessa|conferma|confirmaci[oó]n|confirma[cç][aã]o|bevestiging|potwierdzenie|zam[oó]wienie|commande|pedido|encomenda|zlecenie|dossier|expediente|pratica|processo|case"
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
        letters = re.search(r"[A-Za-z]", number) is not None
        if len(codes.digits(number)) >= (3 if letters else 4):
            yield number


def supplier_reference(reading: Reading, book: OrderBook) -> Stated[str] | None:
    """The supplier's own number of the document: printed behind its title, else behind a label."""
    finder = OrderNumbers(book)
    goods = {codes.canonical(item.code) for item in book.products if item.code}
    goods |= {codes.canonical(item.code) for item in book.supplier_products if item.code}
    best: tuple[float, Stated[str]] | None = None
    for place in places(reading):
        if place.weight < 1.0:
            continue
        found = list(_title_numbers(place.text))
        found += [(number, 0.8) for number, _ in labelled_numbers(place.text, "supplier_reference")]
        found += [(number, 0.79) for number in (*_own_numbers(place.text), *_own_numbers(place.unwrapped))]
        for number, confidence in found:
            if any(finder.known(number)) or finder.looks_ours(number) or _DATE_LIKE.match(number):
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
                best = (confidence, _stated(number, place, number, confidence))
    if best is None or best[0] < _TITLED:
        named = _named_by_file(reading, finder, best[1].value if best else "")
        best = named if named is not None and (best is None or named[0] > best[0]) else best
    return best[1] if best else None


#: A number as documents write it: letters in front, apart or not, and blanks between its groups.
_WRITTEN = re.compile(r"(?<![\w/.-])(?:[A-Z]{1,5}[-/. ]?)?\d[\dA-Za-z]*(?:[-/._ ][\dA-Za-z]*\d[\dA-Za-z]*)*(?![\w/])")


def _named_by_file(reading: Reading, finder: OrderNumbers, found: str) -> tuple[float, Stated[str]] | None:
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
        for place in places(reading):
            if place.weight < 1.0:
                continue
            for match in _WRITTEN.finditer(place.text):
                written = _part_of(match.group(), whole)
                if written is None or any(finder.known(written)) or finder.looks_ours(written):
                    continue
                length = len(codes.canonical(written))
                if best is None or length > best[0]:
                    best = (length, _stated(written, place, written, 0.85))
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
            if len(codes.digits(canonical)) < _LEAST_NAMED or _DATE_LIKE.match(piece):
                continue
            # A piece of a longer number is none.
            if re.search(rf"{'(?<![0-9])' if canonical[0].isdigit() else ''}{canonical}(?![0-9])", whole):
                return piece
    return None


def stating_parts(reading: Reading) -> tuple[Part, ...]:
    """The parts that can state something: all but boilerplate."""
    return tuple(part for part in reading.parts if part.role is not PartRole.BOILERPLATE)
