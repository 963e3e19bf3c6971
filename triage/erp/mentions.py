"""Lets you find which orders a text names, however their numbers are prefixed, spaced, hyphenated or zero-padded.

Indexes are built once; looking is linear in the text. Never guesses at misspelt numbers: a number that is nearly one
of ours names none.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from triage.domain import codes

LONGEST_TEXT = 2_000_000  # characters that are looked at
_LONGEST_WINDOW = 8  # pieces of letters or digits that one number may be written in
_SHORTEST_BARE = 4  # significant digits of a number that may stand without its prefix
_SHORTEST_REFERENCE = 5  # characters of a reference that is not our order's own name
_MANY = 5  # a reference that leads to more orders than this says nothing

_PIECE = re.compile(r"[A-Z]{1,24}|[0-9]{1,24}")
_GAP = re.compile(r"[\s\-‐-―−_/\\.#:·]{0,3}")
_PREFIXES = frozenset(
    [
        "P",
        "PO",
        "BC",
        "OC",
        "CO",
        "BE",
        "BST",
        "BEST",
        "NO",
        "NR",
        "N",
        "ORDER",
        "BESTELLUNG",
        "COMMANDE",
        "PEDIDO",
        "ORDINE",
        "ZAM",
        "ZZ",
        "PZ",
        "SA",
    ]
)
# A word for "order" shortly before a bare number, in the languages that suppliers write.
_ORDER_WORD = re.compile(
    r"(?:\bPO|\bP\.O\.|ORDER|BESTELL|BESTELNR|BESTELNUMMER|AUFTRAG|COMMANDE|\bCDE|PEDIDO|\bOC\b|\bBC\b|ORDINE|\bODA\b|"
    r"ZAMOWIEN|ZAMOWIEŃ|ENCOMENDA|SIPARIS|订单|訂單|采购|採購|合同|注文|発注|オーダー)[^0-9]{0,16}$"
)
_BEFORE = 32  # characters before a number that are searched for such a word


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    text: str
    start: int
    end: int

    @property
    def is_digits(self) -> bool:
        return self.text[0].isdigit()


def folded(text: str) -> str:
    """Upper case, compatibility forms and accents folded: what all comparisons here are made on."""
    decomposed = unicodedata.normalize("NFKD", text[:LONGEST_TEXT].replace("ł", "l").replace("Ł", "L"))
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", plain).upper()


def _pieces(text: str) -> list[_Piece]:
    return [_Piece(text=match[0], start=match.start(), end=match.end()) for match in _PIECE.finditer(text)]


def _significant(parts: Iterable[str]) -> tuple[str, ...]:
    """The parts of a number without padding: "P", "04101" → "P", "4101"."""
    return tuple(part.lstrip("0") or "0" if part[0].isdigit() else part for part in parts)


class Mentions:
    """Finds the orders that a text names. Built from (order id, name) pairs and from other references to orders."""

    def __init__(self, names: Iterable[tuple[int, str]], references: Iterable[tuple[int, str]] = ()) -> None:
        self._joined: dict[str, set[int]] = defaultdict(set)
        self._padded: dict[tuple[str, ...], set[int]] = defaultdict(set)
        self._digits: dict[tuple[str, ...], set[int]] = defaultdict(set)
        self._written: dict[int, tuple[str, ...]] = {}
        self._references: dict[str, set[int]] = defaultdict(set)
        for order_id, name in names:
            self._add_name(order_id, [piece.text for piece in _pieces(folded(name))])
        for order_id, reference in references:
            key = codes.canonical(reference)
            if len(key) >= _SHORTEST_REFERENCE and sum(char.isdigit() for char in key) >= 3:
                self._references[key].add(order_id)

    def _add_name(self, order_id: int, parts: list[str]) -> None:
        digits = tuple(part for part in parts if part[0].isdigit())
        if not digits or len(parts) > _LONGEST_WINDOW:
            return
        self._joined["".join(parts)].add(order_id)
        self._padded[_significant(parts)].add(order_id)
        self._digits[_significant(digits)].add(order_id)
        self._written[order_id] = digits

    def named(self, text: str) -> frozenset[int]:
        """Ids of the orders that the text names by their own number."""
        return frozenset().union(*self._find(folded(text)))

    def referred(self, text: str) -> frozenset[int]:
        """Ids of the orders that the text reaches by another reference: the supplier's, an invoice's, a receipt's."""
        if not self._references:
            return frozenset()
        whole = folded(text)
        found: set[int] = set()
        for window in _windows(whole, _pieces(whole)):
            ids = self._references.get("".join(piece.text for piece in window), set())
            if len(ids) <= _MANY:
                found |= ids
        return frozenset(found)

    def _find(self, text: str) -> Iterator[set[int]]:
        pieces = _pieces(text)
        exact: set[int] = set()  # where digits lie that a full name has explained
        for window in _windows(text, pieces):
            parts = [piece.text for piece in window]
            if len(parts) == 1 and (not window[0].is_digits or len(parts[0]) < _SHORTEST_REFERENCE):
                continue
            if all(piece.is_digits for piece in window) and sum(map(len, parts)) < _SHORTEST_REFERENCE:
                continue
            if len(window) > 1 and _continues(text, window[0]) and window[0].is_digits:
                continue
            ids = self._joined.get("".join(parts), set()) | self._padded.get(_significant(parts), set())
            if ids:
                exact.update(piece.start for piece in window if piece.is_digits)
                yield ids
        for window in _windows(text, pieces):
            if all(piece.is_digits for piece in window) and window[0].start not in exact:
                yield self._bare(text, window)

    def _bare(self, text: str, window: tuple[_Piece, ...]) -> set[int]:
        """Orders whose digits these are, where length, padding or the words before say that it is an order's number."""
        written = tuple(piece.text for piece in window)
        key = _significant(written)
        ids = self._digits.get(key)
        if not ids:
            return set()
        start = window[0].start
        before = text[max(0, start - _BEFORE) : start]
        letters = re.search(r"[A-Z]+$", before)
        if letters and letters[0] not in _PREFIXES and not letters[0].endswith(("ORDER", "BESTELLUNG")):
            return set()
        worded = letters is not None or _ORDER_WORD.search(before) is not None
        as_named = {item for item in ids if self._written[item] == written}
        if worded and (len("".join(key)) >= _SHORTEST_BARE or sum(map(len, written)) >= _SHORTEST_BARE):
            return ids if len("".join(key)) >= _SHORTEST_BARE else as_named
        return as_named if sum(map(len, written)) >= _SHORTEST_REFERENCE else set()


def _continues(text: str, piece: _Piece) -> bool:
    """True where a digit stands right before: the piece is the rest of a longer number."""
    return piece.start > 0 and text[piece.start - 1].isdigit()


def _windows(text: str, pieces: list[_Piece]) -> Iterator[tuple[_Piece, ...]]:
    """Every run of neighbouring pieces that may be one number: at most a few separators between them."""
    for index, first in enumerate(pieces):
        window = [first]
        yield (first,)
        for piece in pieces[index + 1 : index + _LONGEST_WINDOW]:
            if not _GAP.fullmatch(text, window[-1].end, piece.start):
                break
            window.append(piece)
            yield tuple(window)
