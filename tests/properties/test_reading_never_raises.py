"""Whatever the bytes are, reading ends with a `Reading`; splitting a mail loses no line."""

# ruff: noqa: E501 (examples stay in one piece)

import pickle

from hypothesis import given, settings
from hypothesis import strategies as st

from triage.domain.document import Reading
from triage.reading import charsets, headers, invisible, quotes
from triage.reading.limits import Limits
from triage.reading.lines import FlowLine
from triage.reading.reader import read_message

STARTS = [
    b"",
    b"%PDF-1.4\n",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"{\\rtf1",
    b"<html>",
    b"<?xml?>",
    b"UNB+",
    b"\x78\x9f\x3e\x22",
]
PHRASES = [
    "", "40 pieces on 4.12.2026", "> quoted", "On 6 Oct 2026, Jane <j@b.example> wrote:", "From: Jane <j@b.example>", "Sent: Tuesday 6",
    "To: Ann", "Subject: Order", "-----Original Message-----", "---------- Forwarded message ---------", "Best regards", "-- ", "Ann",
    "P.S. 12 more", "Von: Jana", "Gesendet: 6.10.2026", "Betreff: x", "_______________",
]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(STARTS),
    st.binary(max_size=400),
    st.sampled_from(["", "a.eml", "a.pdf", "a.csv", "a.xlsx", "a.msg", "a.html"]),
)
def test_any_bytes_end_in_a_reading(start: bytes, rest: bytes, name: str) -> None:
    reading = read_message(start + rest, name=name, limits=Limits())
    assert isinstance(reading, Reading)
    assert pickle.loads(pickle.dumps(reading)) == reading


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["From", "Subject", "Date", "Content-Type", "Content-Disposition", "To"]), st.text(max_size=60)
    ),
    st.binary(max_size=200),
)
def test_odd_headers_end_in_a_reading(lines: dict[str, str], body: bytes) -> None:
    head = "\n".join(f"{name}: {value}" for name, value in lines.items()).encode("utf-8", "replace")
    assert isinstance(read_message(head + b"\n\n" + body, name="a.eml", limits=Limits()), Reading)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PHRASES), max_size=25), st.sampled_from(["Re: x", "Fwd: x", "WG: x", "Order"]))
def test_splitting_a_mail_loses_no_line(texts: list[str], subject: str) -> None:
    found = quotes.split([FlowLine(text=text) for text in texts], subject=subject)
    together = [
        line.text for share in (found.statement, found.quoted, found.signature, found.forwarded) for line in share
    ]
    assert sorted(together) == sorted(texts)


@given(
    st.binary(max_size=300),
    st.one_of(st.none(), st.sampled_from(["utf-8", "gb2312", "utf-7", "hex", "rot13", "x", "iso-2022-jp", "idna"])),
)
def test_any_bytes_decode(raw: bytes, label: str | None) -> None:
    assert isinstance(charsets.decode(raw, label), str)


@given(st.text(max_size=200))
def test_cleaning_is_done_once(text: str) -> None:
    assert invisible.cleaned(invisible.cleaned(text)) == invisible.cleaned(text)


@given(st.text(max_size=200))
def test_any_header_decodes(text: str) -> None:
    assert "\n" not in headers.decoded(text)
