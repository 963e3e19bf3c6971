"""What reading one message may cost. Never unlimited: every number here ends something."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds for one message. What exceeds one becomes an `Unreadable`; the rest is still read."""

    message_bytes: int = 40_000_000
    parts: int = 200  # attachments and files inside archives together
    nesting: int = 8  # mails in mails, archives in archives, multiparts in multiparts
    pages: int = 60  # of one document; pages behind are not read, and the document says so
    ocr_pages: int = 3  # of one document; a page takes 2 to 5 seconds
    drawn_pages: int = 20  # of one document, where a person asks to see the places
    expanded_bytes: int = 100_000_000  # of everything unpacked; source: the eval set format
    seconds: float = 20.0  # wall clock for one message, kept by the sandbox
    memory_bytes: int = 1_000_000_000  # address space of the child beyond what it needs at rest
    ocr_memory_bytes: int = 2_000_000_000  # address space more where OCR is installed; about 0.7 GB of it is used
    text_characters: int = 2_000_000  # visible text of one part
    table_cells: int = 200_000  # of one part
