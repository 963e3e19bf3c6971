"""Lets you find which orders a text names, however their numbers are prefixed, spaced, hyphenated or zero-padded.

Indexes are built once; looking is linear in the text. Never guesses at misspelt numbers: a number that is nearly one
of ours names none.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator

from triage.domain import codes

LONGEST_TEXT = 2_000_000  # characters that are looked at
_LONGEST_WINDOW = 8  # pieces of letters or digits that one number may be written in
_SHORTEST_BARE = 4  # significant digits of a number that may stand without its prefix
_SHORTEST_REFERENCE = 5  # characters of a reference that is not our order's own name
_MANY = 5  # a reference that leads to more orders than this says nothing

_PIECE = re.compile(r"[A-Z]{1,24}|[0-9]{1,24}")
_GAP = re.compile(r"[\s\-‐-―−_/\\.#:·]{0,3}")
# Letters that may stand right before an order's digits in place of its own prefix.
_PREFIXES = frozenset(
    "P PO BC OC CO BE BST BEST NO NR N ORDER BESTELLUNG COMMANDE PEDIDO ORDINE ZAM ZZ PZ SA".split()  # noqa: SIM905
)
# A word for "order" shortly before a bare number, in the languages that suppliers write.
_ORDER_WORD = re.compile(
    r"(?:\bPO|\bP\.O\.|ORDER|BESTELL|BESTELNR|BESTELNUMMER|AUFTRAG|COMMANDE|\bCDE|PEDIDO|\bOC\b|\bBC\b|ORDINE|\bODA\b|"
    r"ZAMOWIEN|ENCOMENDA|SIPARIS|订单|訂單|采购|採購|合同|注文|発注|オーダー)[^0-9]{0,16}$"
)
_BEFORE = 32  # characters before a number that are searched for such a word


def folded(text: str) -> str:
    """Upper case; compatibility forms, accents and invisible characters folded: what all comparisons are made on."""
    text = text[:LONGEST_TEXT]
    if text.isascii():
        return text.upper()
    decomposed = unicodedata.normalize("NFKD", text.replace("ł", "l").replace("Ł", "L"))
    plain = "".join(char for char in decomposed if unicodedata.category(char) not in ("Mn", "Cf"))
    return unicodedata.normalize("NFC", plain).upper()


def _parts(text: str) -> list[str]:
    """Runs of letters and runs of digits."""
    return _PIECE.findall(text)


def _significant(part: str) -> str:
    """A part of a number without padding: "04101" → "4101"."""
    return part.lstrip("0") or "0" if part[0].isdigit() else part


def _key(parts: Iterable[str]) -> str:
    """Parts without padding, kept apart: "P", "04101" → "|P|4101"."""
    return "".join(f"|{_significant(part)}" for part in parts)


class _Text:
    """A folded text, cut into runs of letters and digits."""

    def __init__(self, text: str) -> None:
        self.text = text
        found = list(_PIECE.finditer(text))
        self.parts = [match[0] for match in found]
        self.starts = [match.start() for match in found]
        self._keys = [f"|{_significant(part)}" for part in self.parts]
        ends = [match.end() for match in found]
        self._joins = [
            _GAP.fullmatch(text, end, start) is not None for end, start in zip(ends, self.starts[1:], strict=False)
        ]

    def windows(self, longest: int) -> Iterator[tuple[int, int, str, str]]:
        """Every run of neighbouring parts that may be one number: (first, behind the last, joined, key)."""
        count = len(self.parts)
        for first in range(count):
            joined = key = ""
            for last in range(first, min(first + longest, count)):
                if last > first and not self._joins[last - 1]:
                    break
                joined += self.parts[last]
                key += self._keys[last]
                yield first, last + 1, joined, key


class Mentions:
    """Finds the orders that a text names. Built from (order id, name) pairs and from other references to orders."""

    def __init__(self, names: Iterable[tuple[int, str]], references: Iterable[tuple[int, str]] = ()) -> None:
        self._joined: dict[str, set[int]] = defaultdict(set)
        self._padded: dict[str, set[int]] = defaultdict(set)
        self._digits: dict[str, set[int]] = defaultdict(set)
        self._written: dict[int, str] = {}
        self._references: dict[str, set[int]] = defaultdict(set)
        self._longest_name = self._longest_reference = 1  # parts
        for order_id, name in names:
            self._add_name(order_id, _parts(folded(name)))
        for order_id, reference in references:
            key = codes.canonical(reference)
            if len(key) >= _SHORTEST_REFERENCE and sum(char.isdigit() for char in key) >= 3:
                self._references[key].add(order_id)
                longest = max(self._longest_reference, len(_parts(folded(reference))) + 1)
                self._longest_reference = min(longest, _LONGEST_WINDOW)

    def _add_name(self, order_id: int, parts: list[str]) -> None:
        digits = [part for part in parts if part[0].isdigit()]
        if not digits or len(parts) > _LONGEST_WINDOW:
            return
        self._joined["".join(parts)].add(order_id)
        self._padded[_key(parts)].add(order_id)
        self._digits[_key(digits)].add(order_id)
        self._written[order_id] = "|".join(digits)
        # A number may be torn into more parts than it has: "P04 101".
        self._longest_name = min(max(self._longest_name, len(parts) + 2), _LONGEST_WINDOW)

    def named(self, text: str) -> frozenset[int]:
        """Ids of the orders that the text names by their own number."""
        cut = _Text(folded(text))
        found: set[int] = set()
        explained: set[int] = set()  # digits that a whole name has explained
        digits: list[tuple[int, int, str]] = []
        for first, behind, joined, key in cut.windows(self._longest_name):
            ids = self._joined.get(joined, set()) | self._padded.get(key, set())
            bare = joined.isdigit()
            if ids and (len(joined) >= _SHORTEST_REFERENCE if bare else True):
                found |= ids
                explained.update(range(first, behind))
            elif bare and key in self._digits:
                digits.append((first, behind, key))
        for first, behind, key in digits:
            if first not in explained:
                found |= self._bare(cut, first, behind, key)
        return frozenset(found)

    def referred(self, text: str) -> frozenset[int]:
        """Ids of the orders that the text reaches by another reference: the supplier's, an invoice's, a receipt's."""
        if not self._references:
            return frozenset()
        found: set[int] = set()
        for _, _, joined, _ in _Text(folded(text)).windows(self._longest_reference):
            ids = self._references.get(joined)
            if ids is not None and len(ids) <= _MANY:
                found |= ids
        return frozenset(found)

    def _bare(self, cut: _Text, first: int, behind: int, key: str) -> set[int]:
        """Orders whose digits these are, where length, padding or the words before say that it is an order's number."""
        ids, written = self._digits[key], cut.parts[first:behind]
        before = cut.text[max(0, cut.starts[first] - _BEFORE) : cut.starts[first]]
        letters = re.search(r"[A-Z]+$", before)
        if letters and letters[0] not in _PREFIXES and not letters[0].endswith(("ORDER", "BESTELLUNG")):
            return set()
        worded = letters is not None or _ORDER_WORD.search(before) is not None
        as_named = {item for item in ids if self._written[item] == "|".join(written)}
        length = sum(map(len, written))
        if worded and len(key) - key.count("|") >= _SHORTEST_BARE:
            return ids
        if worded and length >= _SHORTEST_BARE:
            return as_named
        return as_named if length >= _SHORTEST_REFERENCE else set()
