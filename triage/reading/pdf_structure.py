"""What a PDF carries beside its pages: attached files, scripts, launch actions, form values, notes, metadata.

Never decrypts with a guessed password, never follows a link. Broken structure gives less, not an error.
"""

import io
import re
from dataclasses import dataclass
from typing import Any

#: Names that make it worth reading the structure at all. Most order confirmations have none of them.
_HINTS = re.compile(
    rb"/(?:EmbeddedFiles?|AcroForm|JavaScript|JS|Launch|FreeText|AF|RichMedia|XFA|SubmitForm|ImportData|GoToE|ObjStm|Encrypt)\b"
)
_ACTIVE = {
    "/JavaScript": "a script in the PDF",
    "/JS": "a script in the PDF",
    "/Launch": "an action that starts a program",
    "/SubmitForm": "a form that sends its contents",
    "/ImportData": "an action that loads data",
    "/GoToE": "an action that opens an attached file",
    "/RichMedia": "embedded media",
}
_MOST_OBJECTS = 20_000
_MOST_FILES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """What stands beside the pages."""

    files: tuple[tuple[str, bytes], ...] = ()
    active: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    metadata: tuple[tuple[str, str], ...] = ()


def inspect(data: bytes) -> Structure:
    """Read the structure as far as it can be read."""
    import pypdf
    import pypdf.errors

    metadata = _metadata(data)
    if not _HINTS.search(data):
        return Structure(metadata=metadata)
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            return Structure(metadata=metadata)
        return Structure(
            files=_files(reader),
            active=_active(reader),
            fields=_fields(reader),
            metadata=_metadata_of(reader) or metadata,
        )
    except (
        pypdf.errors.PyPdfError,
        pypdf.errors.DependencyError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        RecursionError,
        OSError,
        NotImplementedError,
        AssertionError,
    ):
        return Structure(metadata=metadata, active=_active_bytes(data))


def _active_bytes(data: bytes) -> tuple[str, ...]:
    """What the bytes of a broken file still tell."""
    found = {what for mark, what in _ACTIVE.items() if re.search(re.escape(mark).encode() + rb"\b", data)}
    return tuple(sorted(found))


def _metadata(data: bytes) -> tuple[tuple[str, str], ...]:
    """Metadata by a glance at the bytes: enough where the structure is not worth reading."""
    found = []
    for key in ("Title", "Author", "Producer", "Creator"):
        match = re.search(rb"/" + key.encode() + rb"\s*\(((?:[^()\\]|\\.){1,300})\)", data)
        if match:
            found.append((key.lower(), _pdf_text(match[1])))
    return tuple((key, text) for key, text in found if text)


def _pdf_text(raw: bytes) -> str:
    raw = re.sub(rb"\\([0-7]{3})", lambda match: bytes([int(match[1], 8) & 255]), raw)
    raw = re.sub(rb"\\(.)", rb"\1", raw, flags=re.S)
    if raw.startswith(b"\xfe\xff"):
        return raw[2:].decode("utf-16-be", "replace").strip()
    return raw.decode("latin-1").strip()


def _metadata_of(reader: Any) -> tuple[tuple[str, str], ...]:
    info = reader.metadata or {}
    found = []
    for key in ("/Title", "/Author", "/Subject", "/Producer", "/Creator"):
        value = info.get(key)
        if value:
            found.append((key[1:].lower(), str(value)[:300]))
    return tuple(found)


def _files(reader: Any) -> tuple[tuple[str, bytes], ...]:
    found = []
    for name, contents in list(reader.attachments.items())[:_MOST_FILES]:
        for content in contents[:1]:
            found.append((str(name).replace("\\", "/").rsplit("/", 1)[-1], bytes(content)))
    return tuple(found)


def _active(reader: Any) -> tuple[str, ...]:
    """Actions in any object. A plain "open on page 1" is none."""
    found: set[str] = set()
    for number in (
        list(reader.xref.get(0, {}))[:_MOST_OBJECTS] + list(getattr(reader, "xref_objStm", {}))[:_MOST_OBJECTS]
    ):
        _active_in(_object(reader, number), found, 0)
    root = reader.trailer.get("/Root")
    root = root.get_object() if root is not None else None
    if isinstance(root, dict):
        _active_in(root, found, 0)
        form = root.get("/AcroForm")
        if form is not None and "/XFA" in (form.get_object() or {}):
            found.add("an XFA form")
    return tuple(sorted(found))


def _object(reader: Any, number: int) -> Any:
    from pypdf.errors import PyPdfError
    from pypdf.generic import IndirectObject

    try:
        return IndirectObject(number, 0, reader).get_object()
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        RecursionError,
        NotImplementedError,
        AssertionError,
    ):
        return None


def _active_in(value: Any, found: set[str], depth: int) -> None:
    if depth > 4 or not isinstance(value, (dict, list)):
        return
    if isinstance(value, dict):
        kind = str(value.get("/S", ""))
        if kind in _ACTIVE:
            found.add(_ACTIVE[kind])
        for key in ("/JavaScript", "/RichMediaContent"):
            if key in value:
                found.add(_ACTIVE.get(key, "embedded media"))
        inner = [
            item for key, item in value.items() if key in ("/A", "/AA", "/OpenAction", "/Next", "/Names", "/Annots")
        ]
    else:
        inner = list(value)[:200]
    for item in inner:
        if isinstance(item, (dict, list)):
            _active_in(item, found, depth + 1)


def _fields(reader: Any) -> tuple[str, ...]:
    """Values filled into a form, and the text of notes put on a page, as lines."""
    found: list[str] = []
    for name, field in list((reader.get_fields() or {}).items())[:500]:
        value = field.get("/V")
        if value is not None and str(value).strip() not in ("", "/Off"):
            label = str(field.get("/TU") or name)
            found.append(f"{label}: {str(value)[:500]}")
    for number, leaf in enumerate(reader.pages):
        if number >= 20:
            break
        for note in (leaf.get("/Annots") or [])[:200]:
            body = note.get_object()
            if (
                isinstance(body, dict)
                and body.get("/Subtype") in ("/Text", "/FreeText", "/Note")
                and body.get("/Contents")
            ):
                found.append(str(body["/Contents"])[:1000])
    return tuple(" ".join(text.split()) for text in found)
