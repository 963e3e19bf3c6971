"""Spreadsheets (xlsx, xlsm, xlsb, xls, ods) to lines and tables, one table or more a sheet.

Cells are what is stored, not what Excel would show: numbers with "." and without exponent or thousands separators,
percentages with their sign where the file says so, dates as YYYY-MM-DD; `Part.metadata` says ("numbers", "typed").
Hidden sheets, rows, columns and invisible cells are reported apart. Never calculates, never runs a macro.
"""

import datetime
import io
import zipfile
from decimal import Decimal, InvalidOperation

from triage.domain.document import Part, PartRole, Table, TextLine, UnreadableReason
from triage.reading import archives, grids, invisible, kinds, xlsx_marks
from triage.reading.findings import Damaged, Findings, Locked, TooMuch

_MOST_SHEETS = 40


def read_sheets(data: bytes, kind: str, name: str, role: PartRole, findings: Findings) -> None:
    """Add the workbook as a part. Raises `Locked`, `TooMuch`, or `Damaged` where it is broken."""
    import python_calamine

    marks: dict[str, xlsx_marks.Marks] = {}
    if kind != kinds.XLS:
        marks = _checked(data, kind, name, findings)
    elif b"_\0V\0B\0A\0_\0P\0R\0O\0J\0E\0C\0T" in data:
        findings.act(name, "a workbook with macros")
    try:
        book = python_calamine.load_workbook(io.BytesIO(data))
    except python_calamine.PasswordError as error:
        raise Locked("the workbook is protected by a password") from error
    except python_calamine.CalamineError as error:
        raise Damaged("damaged workbook") from error
    lines: list[TextLine] = []
    tables: list[Table] = []
    hidden: list[str] = []
    budget = findings.limits.table_cells
    shown = 0
    for number, about in enumerate(book.sheets_metadata[:_MOST_SHEETS], start=1):
        if about.typ is not python_calamine.SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_name(about.name)
        if sheet.total_height * sheet.total_width > 5_000_000:
            raise TooMuch(UnreadableReason.TOO_LARGE, "a sheet with cells too far apart")
        rows, budget = _cells(sheet, budget)
        if budget <= 0:
            findings.fail(name, UnreadableReason.TOO_LARGE, f"more than {findings.limits.table_cells} cells")
        if about.visible is not python_calamine.SheetVisibleEnum.Visible:
            hidden.extend(_telling("\n".join(line.text for line in grids.lines_of(rows))))
            continue
        rows, unseen = xlsx_marks.visible(rows, marks.get(about.name))
        hidden.extend(_telling(" ".join(unseen)))
        shown += 1
        lines.extend(grids.lines_of(rows, number))
        tables.extend(grids.tables_of(rows, title=about.name, page=number))
    for found in marks.values():
        hidden.extend(found.comments)
    findings.parts.append(
        Part(
            name=name,
            role=role,
            media_type=kind,
            lines=tuple(lines),
            tables=tuple(tables),
            hidden=tuple(hidden),
            pages=max(shown, 1),
            metadata=(("numbers", "typed"),),
        )
    )


def _telling(text: str) -> list[str]:
    return [text[:4000]] if invisible.is_telling(text) else []


def _checked(data: bytes, kind: str, name: str, findings: Findings) -> dict[str, xlsx_marks.Marks]:
    """Unpack once to count, and look for macros and for what is hidden."""
    with archives.opened(data) as archive:
        archives.check_expansion(archive, findings)
        names = archive.namelist()
        if any(entry.lower().endswith("vbaproject.bin") for entry in names):
            findings.act(name, "a workbook with macros")
        if any(entry.startswith("xl/macrosheets/") for entry in names):
            findings.act(name, "a workbook with macro sheets")
        if any("externalLinks/" in entry for entry in names) and _has_dde(archive):
            findings.act(name, "a workbook with a DDE link")
        marks = xlsx_marks.read_marks(archive) if kind == kinds.XLSX else {}
    for acts in {found.formulas for found in marks.values() if found.formulas}:
        findings.act(name, acts)
    return marks


def _has_dde(archive: zipfile.ZipFile) -> bool:
    return any(
        b"ddeLink" in archive.read(entry)[:100_000]
        for entry in archive.namelist()
        if "externalLinks/" in entry and entry.endswith(".xml")
    )


def _cells(sheet: object, budget: int) -> tuple[list[list[str]], int]:
    """Every row from the sheet's first on, so that places agree with the file's own; and what is left of the budget."""
    rows: list[list[str]] = []
    for values in sheet.to_python(skip_empty_area=False):  # type: ignore[attr-defined]
        texts = [shown(value) for value in values]
        budget -= sum(map(bool, texts))
        if budget <= 0:
            break
        rows.append(texts)
    return rows, budget


def shown(value: object) -> str:
    """A stored value as text."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return number_text(value)
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d") if value.time() == datetime.time() else value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.time):
        return value.strftime("%H:%M")
    return str(value).strip()


def number_text(value: int | float) -> str:
    """A number with fifteen significant digits (what Excel keeps), "." and no exponent."""
    try:
        number = Decimal(format(value, ".15g"))
    except InvalidOperation:
        return str(value)
    if not number.is_finite():
        return str(value)
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
