"""Finds the order numbers in a message. Never decides which order is meant."""

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
NUMBER = re.compile(
    r"(?:(?<=[\u3040-\u9fff])|(?<![\w@]))[A-Za-z]{0,6}(?:[-/.#_][A-Za-z]{1,4})?[-/.#_]?\d[\dA-Za-z]*(?:[-/._][\dA-Za-z]+)*"
)
#: The same with one blank behind its letters, for numbers that are known.
_LOOSE = re.compile(
    r"(?:(?<=[\u3040-\u9fff])|(?<![\w@]))(?:[A-Za-z]{1,6}[-/._])?(?:[A-Za-z]{1,6}[-/.#_ ]{0,2})?"
    r"\d[\dA-Za-z]*(?:[-/._][\dA-Za-z]+)*"
)
_GENERIC = re.compile(r"^(?:P\.?O|ORDER|BESTELLUNG|BEST|NR|NO|N)[-. #:]*(?=\d)", re.IGNORECASE)
_BREAKS = re.compile(r"[/_\s,;:()#]+")
DATE_LIKE = re.compile(r"^(?:\d{1,2}|(?:19|20)\d\d)[-./]\d{1,2}[-./]\d{1,4}$")
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


_ANDNUMBER = re.compile(
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
        """ "PX/27/0042 e 0057", "PO 4711 and 12": the last digits of a known order behind another one of ours."""
        for match in _LOOSE.finditer(text):
            first = next((name for name, _ in self.known(match.group())), None)
            behind = _ANDNUMBER.match(text, match.end())
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


def with_letters(window: str, match: re.Match[str]) -> str:
    """ "N° AC 26/10447": letters in front that belong to the number."""
    before = _LETTERS_BEFORE.search(window[: match.start()])
    number = match.group().strip()
    letters = before and (before.group(1) or before.group(2))
    if letters and letters not in _NO_LETTERS and number[0].isdigit():
        return f"{letters} {number}"
    return number


_LABEL_LETTERS = re.compile(r"(?<!\w)[A-Z]{1,4}$")
#: "527 096": digits in groups of three.
_GROUPS = re.compile(r"(?: \d{3}){1,2}(?![\d\w]|[.,]\d|\s?[%€$£]|\s[^\W\d_]{1,3}(?![^\W\d_]))")


def whole_number(text: str, hit: vocabulary.Hit, match: re.Match[str]) -> str:
    """The number behind a label, with what belongs to it: letters in front, groups of digits behind.

    match: found in the text behind the hit.
    """
    window = text[hit.end :]
    if not match.start() and re.match(r"[-/.]", window):
        # "ZK/0318/2027": the label is the beginning of the number itself.
        letters = _LABEL_LETTERS.search(text[: hit.end])
        return (letters.group() if letters else "") + match.group()
    return with_letters(window, match) + behind(window[match.end() :], match.group())


def behind(rest: str, number: str) -> str:
    """Further groups of digits of a number that is written with blanks."""
    groups = _GROUPS.match(rest) if re.fullmatch(r"\d{1,3}", number.strip()) else None
    return groups.group() if groups else ""


_ABBREVIATED = 3  # letters of labels that are words of everyday language, too


def is_written_as_label(hit: vocabulary.Hit) -> bool:
    """ "SO 4711", "AB 4711": capitals make an abbreviation of what is a word otherwise ("so 40 pieces", "ab 250")."""
    letters = [char for char in hit.phrase if char.isalpha() and char.isascii()]
    return len(letters) != len(hit.phrase) or len(letters) > _ABBREVIATED or hit.phrase.isupper()


def labelled_numbers(text: str, section: str) -> Iterator[tuple[str, int]]:
    """Numbers that follow a label of `section` in the same line, with their offset."""
    for hit in vocabulary.phrases_in(text, f"labels.{section}"):
        if not is_written_as_label(hit):
            continue
        window = text[hit.end : hit.end + 60]
        match = NUMBER.search(window)
        if match is None:
            continue
        between = window[: match.start()]
        if len(re.findall(r"[^\W\d_]{3,}", between)) > 2:
            continue
        yield whole_number(text, hit, match), hit.end + match.start()


def stated(value: str, place: Place, written: str, confidence: float) -> Stated[str]:
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
            named.setdefault(name, stated(name, place, written, 0.99))
        for name, written in finder.abbreviated(place.text):
            named.setdefault(name, stated(name, place, written, 0.9))
        for written, _ in labelled_numbers(place.text, "our_order_number"):
            if DATE_LIKE.match(written) or any(finder.known(written)):
                continue
            by_digits = finder.by_digits(written)
            if by_digits is not None and not finder.looks_ours(written):
                named.setdefault(by_digits, stated(by_digits, place, written, 0.9))
            elif len(codes.digits(written)) >= 3:
                strange.setdefault(codes.canonical(written), stated(written, place, written, 0.75))
        for match in NUMBER.finditer(place.text):
            for piece in _pieces(match.group()[:_LONGEST]):
                if finder.looks_ours(piece) and codes.canonical(piece) not in map(codes.canonical, named):
                    strange[codes.canonical(piece)] = stated(piece.strip(), place, piece.strip(), 0.95)
    if not named and not strange:
        named = {item.value: item for item in _hinted(reading, book, finder)}
    known = {codes.canonical(name) for name in named}
    supplier_refs = {codes.canonical(order.partner_ref) for order in book.orders if order.partner_ref}
    kept = tuple(item for code, item in strange.items() if code not in known and code not in supplier_refs)
    if named:
        # A second number behind "your order" next to a known order is usually the requester's or an old one.
        kept = tuple(item for item in kept if item.confidence >= 0.9)
    return FoundNumbers(named=tuple(named.values()), strange=kept)


_SHORT = re.compile(r"(?<![\w/.,-])0*\d{3,6}(?![\w/,-]|\.\d)")


def _hinted(reading: Reading, book: OrderBook, finder: OrderNumbers) -> Iterator[Stated[str]]:
    """The one open order that a message without a full number means.

    Its subject has the last digits of the number ("AW: 0377 …"), or the thread that it answers names it.
    """
    tails = {codes.canonical(order.name): order for order in book.orders if order.is_open}
    place = Place(part="subject", text=reading.headers.subject, page=None, weight=1.0)
    for match in _SHORT.finditer(place.text):
        meant = [order.name for order in tails.values() if _ends_with(order.name, match.group())]
        if len(meant) == 1:
            yield stated(meant[0], place, match.group(), 0.8)
            return
    threads = {
        name: (part.name, written)
        for part in reading.parts
        for line in part.quoted
        for name, written in finder.known(line.text)
    }
    if len(threads) == 1:
        (name, (part_name, written)) = next(iter(threads.items()))
        yield stated(name, Place(part=part_name, text=written, page=None, weight=0.5), written, 0.7)


def _ends_with(name: str, digits: str) -> bool:
    """The last group of digits of the order's name, leading zeros apart."""
    groups = re.findall(r"\d+", name)
    return bool(groups) and groups[-1].lstrip("0") == digits.lstrip("0") != ""


def stating_parts(reading: Reading) -> tuple[Part, ...]:
    """The parts that can state something: all but boilerplate."""
    return tuple(part for part in reading.parts if part.role is not PartRole.BOILERPLATE)
