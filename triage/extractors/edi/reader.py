"""One door to the structured formats: recognises the format from the text itself, not from its label."""

from triage.domain.document import Part
from triage.extractors.edi import edifact, x12, xml_orders
from triage.extractors.edi.structured import Structured


def read(part: Part) -> Structured | None:
    """The structured document in a part; None where there is none. Malformed rests are named in `doubts`."""
    text = part.raw_text
    if not text:
        return None
    head = text.lstrip("\ufeff \r\n\t")[:2000]
    if head.startswith("<"):
        return xml_orders.read(part.name, text)
    return edifact.read(part.name, text) or x12.read(part.name, text)
