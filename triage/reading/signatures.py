"""Finds signatures, legal footers and disclaimers in a mail's own lines. Never takes a line that may state something.

Sources of the rules: "-- " is RFC 3676's signature mark; closing formulas are those of business letters in the
eleven languages.
"""

# ruff: noqa: E501 (lists of words stay in one piece)

import re
from collections.abc import Sequence

from triage.reading.lines import FlowLine

_CLOSINGS = re.compile(
    r"^(?:(?:with |many )?(?:best|kind|kindest|warm|warmest|yours|sincerely|regards|cheers|rgds|brgds|br,|respectfully)\b|"
    r"thanks?(?: you)?(?: (?:and|&) (?:best |kind )?regards| in advance| again)?[,.! ]*$|many thanks[,.! ]*$|thank you and\b|"
    r"(?:mit )?(?:freundliche[nmr]?|beste[nr]?|viele|herzliche[nr]?|schöne|liebe|sonnige)\s+(?:\w+\s+){0,2}(?:grü(?:ß|ss)e?n?|gruß|gruss)|mfg\b|"
    r"(?:viele |beste |liebe )?grü(?:ß|ss)e\b|gruß\b|hochachtungsvoll|i\.\s?a\.\s|i\.\s?v\.\s|"
    r"(?:bien )?cordialement|(?:très )?cordialement|bien à vous|sincères salutations|salutations|meilleures salutations|"
    r"(?:veuillez|je vous prie|nous vous prions)\b[^\n]{0,80}(?:salutations|considération|sentiments)|"
    r"(?:un |muchos )?(?:cordial(?:es)? )?saludos?\b|atentamente|reciba un|quedamos a|"
    r"(?:cordiali|distinti|cari|migliori)\s+saluti|cordialmente|saluti\b|buon lavoro|grazie e saluti|"
    r"(?:met |hoogachtend|m\.?v\.?g)|(?:vriendelijke|hartelijke) groet|groet(?:en|jes)?\b|"
    r"z (?:poważaniem|wyrazami szacunku)|pozdrawiam|serdecznie pozdrawiam|łączę pozdrowienia|"
    r"atenciosamente|(?:com os (?:melhores|meus) )?cumprimentos|cordiais saudações|abraços?\b|com os melhores|att[.,]?\s*$|"
    r"saygılar(?:ımla|ımızla)|iyi çalışmalar|kolay gelsin|selamlar|saygılarımı|"
    r"此致|敬礼|敬禮|祝好|顺颂|順頌|顺祝|祝商祺|商祺|谢谢|此致敬礼|祝您|祝：|"
    r"以上[、,]?\s*よろしく|(?:何卒)?(?:宜|よろ)しくお願い|敬具|草々)",
    re.I,
)
_LONGEST_CLOSING = 9  # words
_MARK = re.compile(r"^--\s?$|^—\s?$")
_FOOTER = re.compile(
    r"geschäftsführ|registergericht|amtsgericht|handelsregister|\bHRB\b|ust-?id|steuernummer|sitz der gesellschaft|\bVAT\b|company reg|registered (?:in|office)|"
    r"\bSIRET\b|\bSIREN\b|\bRCS\b|capital (?:social|de)|\bTVA\b|\bCIF\b|registro mercantil|p\.?\s?iva|\bREA\b|cap\. soc|partita iva|\bKvK\b|\bBTW\b|"
    r"\bNIP\b|\bREGON\b|\bKRS\b|\bCNPJ\b|\bNIF\b|contribuinte|vergi (?:no|dairesi)|mersis|"
    r"think before you print|consider the environment|umwelt|avant d'imprimer|antes de imprimir|prima di stampare|denk aan het milieu|"
    r"confidential|vertraulich|confidentiel|confidencial|riservat|vertrouwelijk|poufn|gizli|保密|机密|機密|intended (?:solely|only)|"
    r"this (?:e-?mail|message|communication)|diese (?:e-?mail|nachricht)|ce (?:message|courriel|mail)|este (?:mensaje|correo|e-?mail|mensagem)|"
    r"questo messaggio|dit bericht|deze e-?mail|ta wiadomość|niniejsza wiadomość|bu e-?posta|本邮件|本メール|"
    r"general terms|allgemeinen? (?:geschäfts|verkaufs|liefer)|datenschutz|privacy (?:policy|notice)|datenschutzhinweise|unsubscribe|sent from my|von meinem|envoyé de mon|"
    r"enviado desde mi|inviato da (?:i?phone|mobile)|verzonden vanaf|wysłane z|enviado do meu|iphone|get outlook",
    re.I,
)
_CONTACT = re.compile(
    r"\b(?:tel|fon|phone|fax|mob(?:ile|il)?|cell|handy|telefon|téléphone|teléfono|tél|telefono|telefoon|tfno|direct|ext|durchwahl|gsm|t|f|m|e|w)\b\s*[.:)+(]|"
    r"电话|手机|传真|電話|携帯|ファックス|地址|邮编|〒|https?://|www\.|@|\+\d{2}[\s(/-]",
    re.I,
)
_DAY = re.compile(
    r"\b\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})\b|\b20\d\d[-/.]\d{1,2}[-/.]\d{1,2}\b|\b(?:KW|CW|wk|week|semaine|semana|settimana|tydzień|tyg|hafta)\.?\s?\d{1,2}\b|"
    r"\d{1,2}\s?月\s?\d{1,2}\s?[日号]|第\s?\d{1,2}\s?[周週]|\b\d{1,2}(?:st|nd|rd|th|er|\.|º)?\s(?:de\s)?(?:jan|feb|fév|mar|mär|apr|avr|abr|may|mai|maj|jun|juin|jul|juil|"
    r"aug|aoû|ago|sep|set|oct|okt|ott|out|nov|dec|dez|déc|dic|gru|lis|paź|wrz|sie|lip|cze|kwi|lut|sty|oca|şub|nis|haz|tem|ağu|eyl|eki|kas|ara)\w{0,9}\b",
    re.I,
)
_AMOUNT = re.compile(
    r"\d[\d.,' ]{0,15}\s?(?:€|\$|£|¥|zł|₺|eur|usd|gbp|pln|chf|cny|rmb|jpy|try|tl|元|円|pcs|pc|stk|stück|st\.|pieces|units?|pièces|pce|uds|unidades|pz|pezzi|"
    r"stuks|szt|un\b|adet|个|只|件|台|支|套|個|本|枚|kg|m\b|mm|box|rolls?)|[€$£¥]\s?\d",
    re.I,
)
_POSTSCRIPT = re.compile(
    r"^\s*(?:p\.?\s?p?\.?\s?s\.?\s*[:.\-–—]|ps\s|p\.s\.|n\.?b\.?\s*[:.]|post ?scriptum|nachtrag|附[:：]|追伸|又及)",
    re.I,
)
_OUTER_RULE = re.compile(r"^\s*[-=_*~＝━─―☆★◆*+#]{4,}[^\n]{0,60}$")


def _states(text: str) -> bool:
    """True for a line behind a closing that says something about deliveries, quantities or prices."""
    if _FOOTER.search(text) and not _DAY.search(text):
        return False
    return bool(_DAY.search(text) or (_AMOUNT.search(text) and not _CONTACT.search(text)))


def _is_closing(text: str) -> bool:
    plain = text.strip()
    words = plain.split()
    if len(words) > _LONGEST_CLOSING and not re.match(r"^(?:veuillez|je vous prie|nous vous prions)", plain, re.I):
        return False
    return bool(_CLOSINGS.match(plain)) and not _states(plain) and "?" not in plain and len(plain) <= 160


def find(lines: Sequence[FlowLine]) -> set[int]:
    """The indices of the lines that sign, as far as they certainly state nothing."""
    texts = [line.text for line in lines]
    start = _start(lines, texts)
    found = {index for index, line in enumerate(lines) if line.in_signature and not _states(line.text)}
    found |= _trailing_footers(texts)
    if start is None:
        return found
    kept_block = False
    prose = 0
    for index in range(start, len(texts)):
        text = texts[index].strip()
        if not text:
            kept_block = False
            continue
        if _POSTSCRIPT.match(text):
            kept_block = True
        if kept_block or lines[index].cells:
            continue
        if index > start and _states(text):
            kept_block = True
            continue
        if index > start and _is_prose(text):
            prose += 1
            continue
        found.add(index)
    return found


def _is_prose(text: str) -> bool:
    """A full sentence that is neither footer nor contact: kept."""
    if _FOOTER.search(text) or _CONTACT.search(text):
        return False
    words = len(text.split())
    wide = len(re.findall(r"[\u3040-\u30ff\u4e00-\u9fff]", text))
    return (words >= 8 or wide >= 16) and bool(re.search(r"[.!?。！？:]\s*$|,\s", text + " "))


def _start(lines: Sequence[FlowLine], texts: list[str]) -> int | None:
    """The first line of the signature: the mark, or the last closing formula that nothing but a signature follows."""
    for index, text in enumerate(texts):
        if _MARK.match(text) and (text.startswith("-- ") or len(texts) - index <= 25):
            return index
    candidates = [index for index, text in enumerate(texts) if not lines[index].cells and _is_closing(text)]
    for index in candidates:
        below = [text for text in texts[index + 1 :] if text.strip()]
        if sum(_is_prose(text) or _states(text) for text in below) * 3 <= max(len(below), 2):
            return index
    return candidates[-1] if candidates else None


def _trailing_footers(texts: list[str]) -> set[int]:
    """Disclaimers and register entries at the end of a mail without closing formula."""
    found: set[int] = set()
    for index in range(len(texts) - 1, -1, -1):
        text = texts[index].strip()
        if not text or _OUTER_RULE.match(text):
            continue
        if _FOOTER.search(text) and not _states(text) and len(text) > 12:
            found.add(index)
        else:
            break
    return found
