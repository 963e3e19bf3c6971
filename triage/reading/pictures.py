"""Pictures sent as documents: scans and photos. A logo is boilerplate; a picture without text is noted as illegible."""

from triage.domain.document import PartRole, UnreadableReason
from triage.reading.findings import Findings

_LOGO_BYTES = 15_000  # a scan that can be read is larger


def read_picture(data: bytes, kind: str, name: str, role: PartRole, findings: Findings) -> None:
    """Note a picture that may be a document as illegible; logos and inline pictures are passed over."""
    if role is PartRole.BOILERPLATE or len(data) < _LOGO_BYTES:
        return
    findings.fail(name, UnreadableReason.NO_TEXT, "a picture, whose text is not read")
