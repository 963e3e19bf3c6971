"""Cuts running text into sentences: joins lines that a mail program wrapped, keeps lists and tables apart."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from triage.domain import units
from triage.domain.document import Part, TextLine
from triage.extractors import calendar_words, vocabulary

_BULLET = re.compile(
    r"^\s*(?:[-*•–·>▪]|\(?\d{1,3}[.)]|[a-z]\))\s+|^\s*\d[\d.,]*\s?[x×]\s|^\s*\d[\d.,]*\s?[^\W\d]{1,8}\.?\s+(?=\S*\d)\S*[A-Za-z]"
    r"|^\s*(?=\S*\d)[A-Z][\w./-]{2,20}\s*:\s"
)
_LABELLED = re.compile(r"^\W{0,3}[^\s:：][^:：.!?]{1,48}[:：]\s")
#: "TB-SPI35 ... 20 pcs ... 289.00": dots that lead from column to column.
_LEADERS = re.compile(r"\s(?:\.{3,}|…+|\.(?:\s\.){2,}|_{3,}|-{3,})\s")
_GREETING = re.compile(r"^\w[^,.;:\d]{1,40}[,!]\s*$")
_QUANTITY_FIRST = re.compile(r"\s*\d[\d.,]*\s?([^\W\d_]{1,12}\.?)\s")
_COLUMNS = re.compile(r"\S {3,}\S|\t|\|")
_GAPS = re.compile(r"(?<=\S) {3,}(?=\S)|\t|(?<=[^.!?\s]) {2}(?=\S)|(?<=\S) {2}(?=\d)")
_LIST_NUMBER = re.compile(r"\W{0,3}\d{1,3}\.$")
_SENTENCE_END = re.compile(r"[.!?…][\"'”»)]?\s+(?=[\"'“„«(¿¡]?[A-ZÀ-ÞĀ-ŽЀ-Я0-9])|(?<=[。！？；])")
_ABBREVIATION = re.compile(
    # One letter, letters without a vowel, and words of three letters at most that are known to be shortened.
    r"(?:^|[\s(/.])(?:[A-Za-zÀ-ž]|(?i:[b-df-hj-np-tv-xzłńśźżß]{2,3})|(?i:pos|poz|pol|art|abt|ref|réf|rif|tel|inc|ca|ing|bzw|usw"
    r"|etc|eg|ie|max|min|avg|ul|al|fa|ud|uds|un|und(?=\.$)|sig|env|éts|sté|cde|qté|evt|mw|vb|ok(?=\.$)|av|no|lot|co|st|str|men|est|exp"
    r"|del|inv|ord|pal|vol|div|dep|rev|fig|ex|et|em|nn|jr|sr|rys|dis|des|zng|dwg|drg|dib|tek|tyg|zam|ad|adt|szt|nak|ogs|wk|kw|rif|sek)|[Bb]est|[Bb]estell|[Ll]ief|[Pp]rov|[Aa]pprox|[Ss]tck|[Ss]tk"
    r"|zzgl|abzgl|einschl|zuz[uü]gl|inkl|exkl|evtl|vorauss|[Ss]em|[Ss]ett|[Tt]ydz|[Pp]oz|[Ll]ín|[Uu]ds|[Pp]zas|[Cc]ód|[Cc]od|[Rr]éf|[Rr]if"
    r"|[Dd]ept|[Qq]ty|[Nn]úm|[Nn]um|[Kk]om|[Aa]antal|[Mm]evr|[Dd]hr|[Ss]ept|[Jj]an|[Ff]eb|[Mm]ar|[Aa]pr|[Aa]ug|[Oo]kt"
    r"|[Oo]ct|[Nn]ov|[Dd]ez|[Dd]ec|[Dd]éc|[Ff]évr?|[Jj]uil)\.$"
)
_ORDINAL = re.compile(r"(?:^|\D)\d{1,2}\.$")
#: "500 m.", "1,15 EUR/kg.": a unit ends a sentence.
#: "It was loaded on 4th Jan. Then": a month behind its day ends a sentence, unless a year follows.
_MONTH_END = re.compile(r"\d{1,2}(?:st|nd|rd|th)?\s([A-Za-zéûôä]{3,4})\.$")
_UNIT_END = re.compile(r"(?:\d\s?|/\s?)(?:[mlgt]|kg|km|cm|mm)\.$")
#: What makes the number with a point before it an ordinal: "50. Woche", "1. Quartal", "4. Dezember".
_COUNTED = re.compile(
    r"(?:woche|kw|kalenderwoche|quartal|hälfte|dekade|tag|teil|position|pos|etage|stock|lieferung|charge|mahnung|tydz|kwart|hafta|gün)",
    re.IGNORECASE,
)
_DAY_MONTH = re.compile(r"\d{1,2}\.\d{1,2}\.$")
#: Where a sentence may turn to other goods.
BREAK = re.compile(
    r"[,:](?!\d)\s*|[;，；：、。]\s*|\.\s+|\s[-–—]\s|\s[&+]\s|[(（]"
    r"|\s(?:und|and|et|y|e|ed|en|i|a|oraz|ve|sowie|aber|but|mais|pero|ma|maar|ale|while|während|natomiast|zaś|mas"
    r"|terwijl|tandis que|mientras)\s"
    r"|和|及|，而|と"
)
_LABEL_WORDS = 4
_LONG = 48  # columns; a line this long was wrapped rather than ended
_LONGEST = 1200  # characters of one sentence; longer ones are cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence or list item, with the lines it stands in."""

    text: str
    page: int | None
    first_line: int  # index into the part's lines
    paragraph: int
    about: str = ""  # the quoted words that it answers


def _is_long(text: str) -> bool:
    """As wide as a line that was wrapped; Chinese and Japanese signs are two columns wide."""
    return len(text) + sum("\u3040" <= char <= "\u9fff" for char in text) >= _LONG


def goes_on(before: str, line: str) -> bool:
    """The next line belongs to the same sentence."""
    if (
        not before
        or not line.strip()
        or _BULLET.match(line)
        or _begins_with_position(line)
        or _COLUMNS.search(line)
        or _COLUMNS.search(before)
    ):
        return False
    if re.search(r"[.!?:;。！？：；]\s*$", before) and not _ABBREVIATION.search(before.rstrip()):
        return False
    if _GREETING.match(before):
        return False
    if _LABELLED.match(before) and _LABELLED.match(line):
        return False  # "valves: in stock", "pumps: 12 December"
    label = _LABELLED.match(line)
    if label and len(label.group().split()) <= _LABEL_WORDS:
        return False  # "Remarks: item 40 …" below the lines of a letter's head
    if _begins_with_quantity(before) and _begins_with_quantity(line):
        return False  # two rows of a list
    last = before.rsplit("\n", 1)[-1]
    if not _is_long(last) and not _is_long(line) and _ENDS_IN_NUMBER.search(last) and _ENDS_IN_NUMBER.search(line):
        return False  # "hinges ok 29/9", "locks 50 ok 29/9"
    return _is_long(before) or line.lstrip()[:1].islower()


_ENDS_IN_NUMBER = re.compile(r"\d[\d./:-]*\s?(?:[^\W\d_]{1,8}\.?)?\s*$")


def _begins_with_position(line: str) -> bool:
    """ "Pos 2: …", "línea 3 - …": a row of a list, not the next words of a sentence."""
    words = vocabulary.phrases_in(line[:24], "columns.position")
    return any(
        not line[: hit.start].strip(" -*•") and re.match(r"[ .:#nN°º]{0,4}\d{1,3}\s?[-–:.)]", line[hit.end :])
        for hit in words
    )


def _begins_with_quantity(line: str) -> bool:
    match = _QUANTITY_FIRST.match(line)
    return match is not None and units.find_unit(match.group(1)) is not None


def _paragraphs(lines: Iterable[tuple[int, TextLine]]) -> Iterator[tuple[str, int | None, int, int]]:
    """(text, page, first line, paragraph number)."""
    text, page, first, number, about = "", None, 0, 0, ""
    for index, line in lines:
        if len(_LEADERS.findall(line.text)) >= 2:
            line = replace(line, text=_LEADERS.sub("   ", line.text))
        if line.about != about:
            # Quoted lines stand between.
            if text:
                yield text, page, first, number
            text, about = "", line.about
            number += 1
        if not line.text.strip():
            if text:
                yield text, page, first, number
            text = ""
            number += 1
        elif text and page == line.page and not line.after_gap and goes_on(text.rsplit("\n", 1)[-1], line.text):
            joint = "" if _is_cjk_end(text) else " "
            text = f"{text}{joint}{line.text.strip()}"
        else:
            if text:
                yield text, page, first, number
            text, page, first = line.text.strip(), line.page, index
    if text:
        yield text, page, first, number


def _is_cjk_end(text: str) -> bool:
    return bool(text) and "\u3000" <= text[-1] <= "\u9fff"


def _is_counted(behind: str) -> bool:
    """What follows a number with a point belongs to it: a month, a week, or a word in lower case."""
    word = re.match(r"[\"'„“(]?([^\W\d_]+)", behind)
    if word is None:
        return False
    return (
        word.group(1)[0].islower()
        or _COUNTED.match(word.group(1)) is not None
        or calendar_words.plain(word.group(1)) in calendar_words.months()
    )


def split_sentences(text: str) -> list[str]:
    """Sentences of a paragraph. Ordinals, abbreviations and days ("4. Dezember") end none."""
    if len(_GAPS.findall(text)) >= 2:
        return [piece[:_LONGEST] for piece in _fields_apart(text)]  # a row with columns
    found, start = [], 0
    for match in _SENTENCE_END.finditer(text):
        head = text[start : match.end()].rstrip()
        dotted = head.endswith(".")
        if dotted and start == 0 and _LIST_NUMBER.match(head):
            continue
        month = _MONTH_END.search(head)
        month_ends = month is not None and calendar_words.plain(month.group(1)) in calendar_words.months()
        month_ends = month_ends and not text[match.end() : match.end() + 1].isdigit()
        if dotted and _ABBREVIATION.search(head) and not _UNIT_END.search(head) and not month_ends:
            continue
        if dotted and _ORDINAL.search(head) and not _DAY_MONTH.search(head) and _is_counted(text[match.end() :]):
            continue
        if head:
            found.append(head[:_LONGEST])
        start = match.end()
    tail = text[start:].strip()
    if tail:
        found.append(tail[:_LONGEST])
    return found


def _fields_apart(text: str) -> list[str]:
    """A row of fields, without those that tell the document's own date or its terms of payment: each of these is a
    sentence of its own, for a day in it is no delivery's. Everything else stays together.
    """
    apart: list[str] = []
    rest: list[str] = []
    for piece in _GAPS.split(text):
        label, colon, value = piece.partition(":")
        named = [hit for name in _OF_DOCUMENT for hit in vocabulary.phrases_in(label, name)]
        own = any(hit.end - hit.start == len(label.strip()) >= _LEAST_LABEL for hit in named)
        (apart if colon and value.strip() and own else rest).append(piece)
    return [*apart, "   ".join(rest)] if apart and rest else [text]


_OF_DOCUMENT = ("labels.document_date", "labels.payment_terms")
_LEAST_LABEL = 9  # letters: "Date" and "Fecha" may head the day of an item


def breaks(text: str, start: int = 0, end: int | None = None) -> list[re.Match[str]]:
    """Where a sentence may turn to other goods; the point of an abbreviation ("60 szt. A") is no such place."""
    return [
        match
        for match in BREAK.finditer(text, start, len(text) if end is None else end)
        if not (match.group().startswith(".") and _is_shortened(text[: match.start() + 1]))
    ]


def _is_shortened(head: str) -> bool:
    counted = _COUNTED_UNIT.search(head)
    return bool(_ABBREVIATION.search(head)) or (counted is not None and units.find_unit(counted.group(1)) is not None)


_COUNTED_UNIT = re.compile(r"\d\s?([^\W\d_]{1,8})\.$")


def stretches(text: str) -> list[tuple[int, int]]:
    """(start, end) of the stretches of a sentence between commas, conjunctions and their like."""
    found, start = [], 0
    for match in breaks(text):
        if match.start() > start:
            found.append((start, match.start()))
        start = match.end()
    if start < len(text):
        found.append((start, len(text)))
    return found


def sentences(part: Part, skip: frozenset[int] = frozenset()) -> list[Sentence]:
    """All sentences of a part but for the lines in `skip` (indexes of lines that stand in tables)."""
    lines = [(index, line) for index, line in enumerate(part.lines) if index not in skip]
    return [
        Sentence(text=text, page=page, first_line=first, paragraph=number, about=part.lines[first].about)
        for paragraph, page, first, number in _paragraphs(lines)
        for text in split_sentences(paragraph)
    ]
