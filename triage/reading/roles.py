"""What an attachment is for, from its name, kind and first lines: a document of the supplier's, or boilerplate."""

# ruff: noqa: E501 (lists of words stay in one piece)

import re
from collections.abc import Sequence

from triage.domain.document import PartRole
from triage.reading import kinds

_TERMS_NAME = re.compile(
    r"\b(?:agb|avb|alb|vkb|gtc|t&c|tcs?|cgv|cgs)\b|terms?[ _-]?(?:and|&|of)|general[ _-]?(?:terms|conditions)|conditions[ _-]?(?:of[ _-]?sale|g[ée]n[ée]rales)|gesch[äa]e?ftsbedingungen|"
    r"(?:verkaufs|liefer|einkaufs)[\w -]{0,20}bedingungen|condiciones[ _-]?generales|condizioni[ _-]?generali|algemene[ _-]?voorwaarden|leveringsvoorwaarden|"
    r"warunki|owu|ows|condi[çc][õo]es[ _-]?gerais|genel[ _-]?[şs]artlar|一般条款|销售条款|取引条件|約款|datenschutz|privacy|code[ _-]?of[ _-]?conduct|"
    r"certificate|zertifikat|iso[ _-]?9001|brosch|brochure|flyer|katalog|catalog|newsletter|datasheet|datenblatt|msds|sdb",
    re.I,
)
_DRAWING_NAME = re.compile(
    r"drawing|zeichnung|dessin|plano\b|disegno|tekening|rysunek|desenho|[çc]izim|图纸|図面|\.(?:dwg|dxf|step|stp|igs|iges|stl)$",
    re.I,
)
_TERMS_TITLE = re.compile(
    r"^\W{0,4}(?:unsere |our |the )?(?:allgemeine\w* [\w ,-]{0,40}bedingungen|general (?:terms|conditions)|(?:standard )?terms (?:and|&) conditions|conditions? générales|condiciones generales|"
    r"condizioni generali|algemene [\w -]{0,30}voorwaarden|ogólne warunki|condições gerais|genel [\w ]{0,20}(?:şartlar|koşullar)|一般(?:交易|销售)?条款|取引(?:基本)?(?:条件|約款))",
    re.I,
)
_CARDS = frozenset({kinds.VCARD, kinds.SIGNED, kinds.CALENDAR})


def role_of(name: str, kind: str, *, inline: bool = False) -> PartRole:
    """The role as far as name and kind tell it."""
    if kind in _CARDS or (inline and kinds.is_image(kind, name)):
        return PartRole.BOILERPLATE
    if _TERMS_NAME.search(name.replace("_", " ")) or _DRAWING_NAME.search(name):
        return PartRole.BOILERPLATE
    return PartRole.ATTACHMENT


def is_terms(lines: Sequence[str]) -> bool:
    """True for a text that opens as general terms of business."""
    return any(_TERMS_TITLE.match(line.strip()) for line in lines[:8])
