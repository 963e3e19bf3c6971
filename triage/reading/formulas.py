"""Formulas in tables that would act when a spreadsheet program opens them: start a program, fetch an address, send
what stands in other cells. Recognised by their words; nothing is ever calculated.

A plain link in a workbook ("track your parcel") is ordinary; a formula in a delimited file, where nobody writes any,
is not, and neither is one that puts several cells into an address.
"""

import re
from collections.abc import Iterable

_LONGEST = 4_000  # characters of one cell
_FORMULA = re.compile(r"^[\s'\"]*(?:[=@]|[+\-](?=\s*[@A-Za-z]))")
#: Dynamic data exchange: program|topic!item.
_DDE = re.compile(
    r"\b(?:cmd|msexcel|powershell|mshta|rundll32|regsvr32|wscript|cscript|excel|winword|iexplore|explorer|soffice)"
    r"\s*(?:\.exe)?\s*\|\s*['\"/\w]|[=+\-@,(;]\s*[A-Za-z]\w{1,30}\s*\|\s*'[^']{0,400}'\s*!|\bDDE(?:AUTO)?\s*\(",
    re.I,
)
_FETCHES = re.compile(
    r"\b(?:WEBSERVICE|FILTERXML|IMPORT(?:XML|DATA|HTML|FEED|RANGE)|IMAGE|RTD|CALL|EXEC|REGISTER(?:\.ID)?|SHELL)\s*\(",
    re.I,
)
_STRICT_FETCHES = re.compile(
    r"\b(?:WEBSERVICE|IMPORT(?:XML|DATA|HTML|FEED)|RTD|CALL|EXEC|REGISTER(?:\.ID)?|SHELL)\s*\(", re.I
)
_LINK = re.compile(r"\bHYPERLINK\s*\(", re.I)
_ADDRESS = re.compile(r"(?:https?|ftp|file|smb|javascript|ms-\w+):|\\\\", re.I)
_CELL = re.compile(r"(?<![A-Za-z0-9.])\$?[A-Z]{1,3}\$?[1-9]\d{0,6}(?![A-Za-z0-9(])")


def in_delimited(cells: Iterable[str]) -> str:
    """What formulas in a delimited file would do, "" where there are none."""
    for cell in cells:
        text = cell[:_LONGEST]
        if not _FORMULA.match(text):
            continue
        if _DDE.search(text):
            return "a formula that starts a program"
        if _FETCHES.search(text) or (_LINK.search(text) and _ADDRESS.search(text)):
            return "a formula that opens an address"
    return ""


def in_workbook(formulas: Iterable[str]) -> str:
    """What formulas of a workbook would do, "" where they only calculate or link. formulas: without the leading "="."""
    for formula in formulas:
        text = formula[:_LONGEST]
        if _DDE.search("=" + text):
            return "a formula that starts a program"
        if _STRICT_FETCHES.search(text):
            return "a formula that fetches an address"
        if _LINK.search(text) and _ADDRESS.search(text) and len(set(_CELL.findall(text))) > 1:
            return "a formula that sends cells to an address"
    return ""
