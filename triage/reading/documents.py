"""One file, whatever its kind, to a part. Never trusts name or label where the bytes say otherwise."""

from collections.abc import Callable
from dataclasses import replace

from triage.domain.document import Part, PartRole, UnreadableReason
from triage.reading import (
    archives,
    charsets,
    delimited,
    docx,
    html,
    html_tables,
    invisible,
    kinds,
    odt,
    pdf,
    pictures,
    roles,
    rtf,
    sheets,
    structured,
    svg,
    text_tables,
)
from triage.reading.findings import Damaged, Findings, Locked, TooMuch, Unfamiliar
from triage.reading.lines import split_lines, text_lines

#: Reads a mail that is attached: bytes, name, nesting.
MailReader = Callable[[bytes, str, str, int], None]

_LOCKED = frozenset({kinds.LOCKED_OFFICE, kinds.ENVELOPED, kinds.PGP})
_PACKED = {
    "application/x-7z-compressed": "a 7z archive",
    "application/vnd.rar": "a RAR archive",
    "application/gzip": "a gzip archive",
    "application/x-bzip2": "a bzip2 archive",
    "application/x-xz": "an xz archive",
    "application/vnd.ms-cab-compressed": "a cabinet archive",
}


class DocumentReader:
    """Reads the files of one message into its findings."""

    def __init__(self, findings: Findings, read_mail: MailReader) -> None:
        self.findings = findings
        self.read_mail = read_mail

    def open(
        self,
        data: bytes,
        name: str,
        *,
        label: str = "",
        charset: str | None = None,
        depth: int = 0,
        inline: bool = False,
    ) -> None:
        """Read one file; whatever goes wrong is noted under its name."""
        self.findings.names.append(name)
        self.findings.attempt(name, lambda: self._read(data, name, label, charset, depth, inline))

    def _read(self, data: bytes, name: str, label: str, charset: str | None, depth: int, inline: bool) -> None:
        if depth > self.findings.limits.nesting:
            raise TooMuch(UnreadableReason.TOO_DEEP, f"nested more than {self.findings.limits.nesting} deep")
        if not data:
            raise Damaged("it is empty")
        kind = kinds.kind_of(data, name=name, label=label)
        acts = kinds.runs(kind, name)
        if acts:
            self.findings.act(name, acts)
        role = roles.role_of(name, kind, inline=inline)
        if kind in _LOCKED:
            raise Locked("encrypted")
        if kind in _PACKED:
            raise Unfamiliar(f"{_PACKED[kind]}, which is not opened")
        if kind == kinds.SVG:
            svg.read_svg(data, name, self.findings)
        elif kinds.is_image(kind, name):
            pictures.read_picture(data, kind, name, role, self.findings)
        elif kind == kinds.ZIP:
            self._archive(data, name, depth)
        elif kind in (kinds.MAIL, kinds.MSG, kinds.TNEF):
            self.read_mail(data, name, kind, depth + 1)
        else:
            self._document(data, kind, name, role, charset, depth)

    def _document(self, data: bytes, kind: str, name: str, role: PartRole, charset: str | None, depth: int) -> None:
        findings = self.findings
        before = len(findings.parts)
        if kind == kinds.PDF:
            pdf.read_pdf(data, name, role, findings, lambda inner, path: self.open(inner, path, depth=depth + 1))
        elif kind in (kinds.XLSX, kinds.XLSB, kinds.XLS, kinds.ODS):
            sheets.read_sheets(data, kind, name, role, findings)
        elif kind == kinds.DOCX:
            docx.read_docx(data, name, role, findings)
        elif kind == kinds.ODT:
            odt.read_odt(data, name, role, findings)
        elif kind == kinds.RTF:
            rtf.read_rtf(data, name, role, findings)
        elif kind in (kinds.EDIFACT, kinds.X12, kinds.XML):
            structured.read_structured(data, kind, name, role, findings)
        elif kind == kinds.CSV:
            delimited.read_delimited(data, name, role, findings, charset)
        elif kind == kinds.HTML:
            self._html(data, name, role, charset)
        elif kind == kinds.TEXT and name.lower().endswith((".pdf", ".docx", ".odt")):
            # A spreadsheet's name on a text is a habit of old systems; these names on a text are damage.
            raise Damaged(f"it is no {name.rpartition('.')[2].upper()} file")
        elif kind in (kinds.TEXT, kinds.VCARD, kinds.CALENDAR):
            self._text(data, kind, name, role, charset)
        elif kind == kinds.SIGNED:
            return
        else:
            raise Unfamiliar("a format that is not read")
        self._recognise_terms(before)

    def _recognise_terms(self, before: int) -> None:
        """General terms tell what they are in their title, whatever the file is called."""
        for index in range(before, len(self.findings.parts)):
            part = self.findings.parts[index]
            if part.role is PartRole.ATTACHMENT and roles.is_terms([line.text for line in part.lines[:8]]):
                self.findings.parts[index] = replace(part, role=PartRole.BOILERPLATE)

    def _archive(self, data: bytes, name: str, depth: int) -> None:
        with archives.opened(data) as archive:
            for inner, content in archives.files(archive, self.findings):
                if not inner.startswith("__MACOSX/") and not inner.endswith((".DS_Store", "Thumbs.db")):
                    self.open(content, f"{name}/{inner}", depth=depth + 1)

    def _html(self, data: bytes, name: str, role: PartRole, charset: str | None) -> None:
        page = html.read_html(charsets.decode(data, charset), characters=self.findings.limits.text_characters)
        if page.active:
            self.findings.act(name, f"an HTML file with {', '.join(page.active)}")
        texts = [line.text for line in page.flow]
        self.findings.parts.append(
            Part(
                name=name,
                role=role,
                media_type=kinds.HTML,
                lines=text_lines(texts),
                tables=html_tables.tables_of(page.flow),
                hidden=page.hidden,
                turned=page.turned,
            )
        )

    def _text(self, data: bytes, kind: str, name: str, role: PartRole, charset: str | None) -> None:
        text = charsets.decode(data, charset)
        limit = self.findings.limits.text_characters
        if len(text) > limit:
            self.findings.fail(name, UnreadableReason.TOO_LARGE, f"more than {limit} characters of text")
        lines = split_lines(text, characters=limit)
        found = structured.pasted(lines)
        if found:
            structured.add(found[1], found[0], name, role, self.findings)
            return
        if delimited.looks_delimited(lines):
            delimited.read_delimited(data, name, role, self.findings, charset)
            return
        if not any(lines):
            self.findings.fail(name, UnreadableReason.NO_TEXT, "it is empty")
            return
        self.findings.parts.append(
            Part(
                name=name,
                role=role,
                media_type=kind,
                lines=text_lines(lines),
                tables=text_tables.read_text_tables(lines),
                hidden=tuple(item for item in invisible.smuggled(text) if invisible.is_telling(item)),
                turned=invisible.turned(text),
            )
        )
