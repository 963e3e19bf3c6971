"""Tells the newest statement of a mail from what it quotes, forwards and signs. Never throws a line away.

A quote without marks reaches to the end of the mail; one with marks (">", a quoting element) ends where they end,
so that answers inside and below it stay part of the statement.
"""

import enum
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from triage.reading import quote_marks, signatures
from triage.reading.lines import FlowLine

_COVERING_LINES = 8  # a forwarding person writes at most this many lines above
_COVERING_WORDS = 70
_ANSWERED_LINES = 4  # of a quote, those directly above an answer
_ANSWERED_CHARACTERS = 400


class Share(enum.Enum):
    """What a line belongs to."""

    STATEMENT = enum.auto()
    QUOTED = enum.auto()
    SIGNATURE = enum.auto()
    FORWARDED = enum.auto()  # handed on as the statement itself; to be split again on its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The lines of a mail by what they belong to, each in its order."""

    statement: tuple[FlowLine, ...]
    quoted: tuple[FlowLine, ...]
    signature: tuple[FlowLine, ...]
    forwarded: tuple[FlowLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Boundary:
    """Where a quoted mail begins."""

    start: int
    content: int  # first line behind the introducing ones
    forwarded: bool  # introduced in words as forwarded
    block: bool  # introduced by mail headers or a rule, not by "X wrote:"
    sender_domain: str = ""


def split(flow: Sequence[FlowLine], *, subject: str, own_domains: frozenset[str] = frozenset()) -> Split:
    """Split the lines of one mail.

    `own_domains` are those of the people who receive it: a forwarded mail that they wrote is no statement of the
    supplier's.
    """
    shares = [Share.QUOTED if _is_marked(line) else Share.STATEMENT for line in flow]
    for index in _barred(flow):
        shares[index] = Share.QUOTED
    boundary = _first_boundary(flow, shares)
    while boundary is not None:
        shares[boundary.start : boundary.content] = [Share.QUOTED] * (boundary.content - boundary.start)
        rest = range(boundary.content, len(flow))
        if _is_handed_on(flow, shares, boundary, subject, own_domains):
            for index in rest:
                shares[index] = Share.FORWARDED
            break
        answered = _is_answered_inside(flow, shares, boundary.content)
        if not answered and (boundary.block or not _has_marks_below(flow, shares, boundary.content)):
            for index in rest:
                shares[index] = Share.QUOTED
            break
        boundary = _first_boundary(flow, shares, boundary.content)
    _whole_mail_is_quoted(flow, shares, subject)
    statement = [index for index, share in enumerate(shares) if share is Share.STATEMENT]
    signed = signatures.find([flow[index] for index in statement])
    for place in signed:
        shares[statement[place]] = Share.SIGNATURE

    def lines_of(share: Share) -> tuple[FlowLine, ...]:
        return tuple(line for line, own in zip(flow, shares, strict=True) if own is share)

    return Split(
        statement=_answers(flow, shares),
        quoted=lines_of(Share.QUOTED),
        signature=lines_of(Share.SIGNATURE),
        forwarded=lines_of(Share.FORWARDED),
    )


def _answers(flow: Sequence[FlowLine], shares: Sequence[Share]) -> tuple[FlowLine, ...]:
    """The lines of the statement; where several answers stand between quoted lines, each with what it answers."""
    statement = [index for index, share in enumerate(shares) if share is Share.STATEMENT]
    filled = [index for index in range(len(flow)) if flow[index].text.strip()]
    runs = [(share, list(members)) for share, members in itertools.groupby(filled, key=lambda index: shares[index])]
    between = [
        place
        for place in range(1, len(runs))
        if runs[place][0] is Share.STATEMENT and runs[place - 1][0] is Share.QUOTED
    ]
    if len(between) < 2:
        return tuple(flow[index] for index in statement)
    about: dict[int, str] = {}
    for place in between:
        quoted = [quote_marks.PREFIX.sub("", flow[index].text).strip() for index in runs[place - 1][1]]
        words = "\n".join(quoted[-_ANSWERED_LINES:])[-_ANSWERED_CHARACTERS:]
        about.update(dict.fromkeys(runs[place][1], words))
    return tuple(replace(flow[index], about=about.get(index, "")) for index in statement)


def _barred(flow: Sequence[FlowLine]) -> list[int]:
    """Lines that a bar marks as quoted: below "X wrote:", with answers between, and no table."""
    texts = [line.text.strip() for line in flow]
    start = next((index for index, text in enumerate(texts) if quote_marks.is_attribution(text)), None)
    if start is None:
        return []
    below = _next_filled(texts, start + 1)
    bars = [index for index in range(below, len(texts)) if re.match(r"\|\s?[^|]+$", texts[index])]
    return bars if below in bars else []


def _is_marked(line: FlowLine) -> bool:
    return line.in_quote or bool(quote_marks.PREFIX.match(line.text))


def _has_marks_below(flow: Sequence[FlowLine], shares: list[Share], start: int) -> bool:
    """True where the lines behind an introduction are marked as quoted: then what is not marked is an answer."""
    for index in range(start, min(start + 6, len(flow))):
        if flow[index].text.strip():
            return _is_marked(flow[index])
    return any(share is Share.QUOTED for share in shares[start:])


def _is_answered_inside(flow: Sequence[FlowLine], shares: list[Share], start: int) -> bool:
    """Below the headers of a mail its lines carry marks, and lines without any stand between them: answers."""
    filled = [shares[index] for index in range(start, len(flow)) if flow[index].text.strip()]
    runs = [share for share, _ in itertools.groupby(filled)]
    return runs[:3] == [Share.QUOTED, Share.STATEMENT, Share.QUOTED]


def _first_boundary(flow: Sequence[FlowLine], shares: list[Share], start: int = 0) -> _Boundary | None:
    """The first introduction of a quoted mail among the lines that carry no marks themselves."""
    texts = [line.text for line in flow]
    for index in range(start, len(flow)):
        if not texts[index].strip():
            continue
        marked = shares[index] is Share.QUOTED
        if marked and not flow[index].in_quote:
            continue
        found = _boundary_at(flow, texts, index)
        if found is None:
            continue
        if marked and not found.forwarded:
            # Inside a quoting element: the element tells where the quote ends.
            continue
        return found
    return None


def _boundary_at(flow: Sequence[FlowLine], texts: list[str], index: int) -> _Boundary | None:
    text = texts[index]
    forwarded = bool(quote_marks.FORWARDED.match(text))
    if forwarded or quote_marks.ORIGINAL.match(text):
        below = _next_filled(texts, index + 1)
        length = quote_marks.header_block(texts, below) if below < len(texts) else 0
        loose = length or _loose_headers(texts, below)
        content = below + loose if loose else index + 1
        return _Boundary(
            start=index, content=content, forwarded=forwarded, block=True, sender_domain=_domain(texts[index:content])
        )
    length = quote_marks.header_block(texts, index)
    if length:
        first = index - 1 if index and quote_marks.RULE.match(texts[index - 1]) else index
        return _Boundary(
            start=first,
            content=index + length,
            forwarded=False,
            block=True,
            sender_domain=_domain(texts[index : index + length]),
        )
    joined = text.strip()
    for extra in range(3):
        if quote_marks.is_attribution(joined) and not flow[index].cells:
            return _Boundary(start=index, content=index + extra + 1, forwarded=False, block=False)
        following = index + extra + 1
        if following >= len(texts) or not texts[following].strip() or len(joined) > 250:
            break
        if not _may_wrap(joined):
            break
        joined = f"{joined} {texts[following].strip()}"
    return None


def _may_wrap(text: str) -> bool:
    """An introduction that goes on in the next line names a date or an address, or opens with its word."""
    return bool(quote_marks.ADDRESS.search(text)) or text.startswith(
        ("On ", "Am ", "Le ", "El ", "Il ", "Op ", "W dniu", "Dnia", "Em ", "In data", "Von ", "在", "20")
    )


def _next_filled(texts: list[str], start: int) -> int:
    while start < len(texts) and not texts[start].strip():
        start += 1
    return start


def _loose_headers(texts: list[str], start: int) -> int:
    """Header lines in any order right under a rule that says "original" or "forwarded"."""
    count = 0
    for index in range(start, min(start + 10, len(texts))):
        if not quote_marks.HEADER_LINE.match(texts[index]):
            break
        count += 1
    return count


def _domain(lines: Sequence[str]) -> str:
    for line in lines:
        if quote_marks.HEADER_FROM.match(line):
            match = quote_marks.ADDRESS.search(line)
            return match[1].lower() if match else ""
    return ""


def _is_handed_on(
    flow: Sequence[FlowLine], shares: list[Share], boundary: _Boundary, subject: str, own_domains: frozenset[str]
) -> bool:
    """True where the mail below is forwarded as the statement itself, rather than quoted in a reply."""
    if boundary.sender_domain and boundary.sender_domain in own_domains:
        return False
    if not boundary.block or not (boundary.forwarded or quote_marks.is_forward_subject(subject)):
        return False
    above = [flow[i] for i in range(boundary.start) if shares[i] is Share.STATEMENT and flow[i].text.strip()]
    signed = signatures.find(above)
    covering = [line.text for place, line in enumerate(above) if place not in signed]
    if any(line.cells for line in above):
        return False
    return len(covering) <= _COVERING_LINES and sum(len(text.split()) for text in covering) <= _COVERING_WORDS


def _whole_mail_is_quoted(flow: Sequence[FlowLine], shares: list[Share], subject: str) -> None:
    """A mail that is one quoting element altogether was wrapped by its program: then it is the statement."""
    if quote_marks.is_forward_subject(subject) or any(share is not Share.QUOTED for share in shares if share):
        if any(share is Share.STATEMENT and line.text.strip() for line, share in zip(flow, shares, strict=True)):
            return
        if any(share is Share.FORWARDED for share in shares):
            return
    if flow and all(line.in_quote for line in flow if line.text.strip()) and _boundary_free(flow):
        shares[:] = [Share.STATEMENT] * len(flow)


def _boundary_free(flow: Sequence[FlowLine]) -> bool:
    texts = [line.text for line in flow]
    return all(_boundary_at(flow, texts, index) is None for index in range(len(flow)))
