"""An SVG picture: what it would do if a browser opened it, and the words in it. Never draws or loads anything."""

import re

from triage.domain.document import Part, PartRole, UnreadableReason
from triage.reading import active_markup, kinds
from triage.reading.findings import Damaged, Findings, TooMuch
from triage.reading.lines import text_lines

_LARGEST = 20_000_000  # bytes


def read_svg(data: bytes, name: str, findings: Findings) -> None:
    """Note what the picture would do, and add its words as boilerplate: a picture states nothing about lines.

    Raises `TooMuch` for a picture of absurd size or one that declares entities, `Damaged` where it is no XML.
    """
    import lxml.etree

    if len(data) > _LARGEST or re.search(rb"<!ENTITY\s", data[:200_000]):
        raise TooMuch(UnreadableReason.TOO_LARGE, "a drawing of absurd size, or one that declares entities")
    parser = lxml.etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    try:
        root = lxml.etree.fromstring(data, parser)
    except lxml.etree.XMLSyntaxError as error:
        raise Damaged("damaged drawing") from error
    if root is None:
        raise Damaged("damaged drawing")
    active = active_markup.active_in(root)
    if active:
        findings.act(name, f"a drawing with {', '.join(sorted(active))}")
    told = [
        " ".join("".join(map(str, node.itertext())).split())
        for node in root.iter("{*}text", "{*}title", "{*}desc", "{*}foreignObject", "{*}metadata")
    ]
    comments = [" ".join((node.text or "").split()) for node in root.iter(lxml.etree.Comment)]
    lines = text_lines(told[:500])
    if lines or comments:
        findings.parts.append(
            Part(
                name=name,
                role=PartRole.BOILERPLATE,
                media_type=kinds.SVG,
                lines=lines,
                hidden=tuple(text[:2000] for text in comments[:50] if len(text.split()) >= 3),
            )
        )
