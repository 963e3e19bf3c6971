"""Bytes to text, with wrong, missing and misspelt charset labels. Never raises: what can't be decoded is replaced.

Labels lie in known ways: gb2312 means GB 18030, iso-8859-1 means Windows-1252, ks_c_5601-1987 means cp949 (source:
the WHATWG Encoding standard's label table), and undeclared text is UTF-8 more often than anything else.
"""

import codecs
import re

_MEANT = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "hz-gb-2312": "hz",
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "big5": "big5hkscs",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "unicode-1-1-utf-7": "utf-7",
    "utf8": "utf-8",
    "cp-850": "cp850",
    "macintosh": "mac-roman",
    "x-mac-roman": "mac-roman",
}
_UNSAFE = frozenset({"utf-7", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "base64", "hex"})
_LEGACY = ("gb18030", "cp932", "big5hkscs", "cp949")
_ASIAN = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af\u3000-\u303f\uff00-\uffef]")
_COMMON_CHINESE = frozenset("的是我们贵司订单交货确认请您好数量价格日期年月公司号发有限产品")
_COMMON_JAPANESE = frozenset("のにはをたがでてとしますお願い致納期注文数量")


def canonical(label: str | None) -> str:
    """The codec that a label means; "" where Python knows none or it is no character encoding."""
    if not label:
        return ""
    plain = label.strip().strip("\"'").lower()
    plain = _MEANT.get(plain, plain)
    try:
        info = codecs.lookup(plain)
    except (LookupError, ValueError):
        return ""
    return "" if info.name in _UNSAFE or not getattr(info, "_is_text_encoding", True) else info.name


def decode(raw: bytes, label: str | None = None) -> str:
    """The text that `raw` most likely is, the label being a hint."""
    marked = _by_mark(raw)
    if marked is not None:
        return marked
    name = canonical(label)
    if name in ("", "cp1252", "utf-8"):
        # These labels are the ones that programs write without looking.
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            cut_off = error.reason == "unexpected end of data" and not raw[: error.start].isascii()
            if cut_off or (name == "utf-8" and _mostly_utf8(raw)):
                return raw.decode("utf-8", "replace")
    if name and name != "utf-8":
        try:
            text = raw.decode(name)
        except UnicodeDecodeError:
            text = raw.decode(name, "replace")
            if text.count("\ufffd") * 50 < max(len(text), 50):
                return text
        else:
            if name != "cp1252" or not _looks_asian(raw):
                return _repaired(raw, text) if name == "cp1252" else text
    return _guess(raw)


def _by_mark(raw: bytes) -> str | None:
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if raw.startswith(mark):
            return raw.decode(name, "replace")
    head = raw[:400]
    if len(head) >= 8 and b"\0" in head:
        even, odd = head[0::2].count(0), head[1::2].count(0)
        if odd > len(head) // 4 and even == 0:
            return raw.decode("utf-16-le", "replace")
        if even > len(head) // 4 and odd == 0:
            return raw.decode("utf-16-be", "replace")
    return None


def _mostly_utf8(raw: bytes) -> bool:
    text = raw.decode("utf-8", "replace")
    high = sum(1 for char in text if ord(char) > 127)
    return text.count("\ufffd") * 4 < high


def _looks_asian(raw: bytes) -> bool:
    """True where high bytes come in pairs throughout, which Western text does not do."""
    runs = re.findall(rb"[\x80-\xff]+", raw[:20_000])
    total = sum(map(len, runs))
    return total >= 8 and sum(len(run) for run in runs if len(run) >= 4) > 0.8 * total


#: What Polish and Turkish letters of their own code pages look like where they are read as Western European ones.
_MISREAD_POLISH = re.compile(
    r"[^\W\d_][³¹¿±¶¼][^\W\d_³¹]|(?<=[^\W\d_]{3})[³¹]|(?<![^\W\d_])[¿¯£][^\W\d_]{2}|œæ|[^\W\d_]Ÿ[^\W\d_]|¶æ"
)
_MISREAD_TURKISH = re.compile(r"[^\W\d_][þðý]|[þðýÞÐÝ][^\W\d_]")
_POLISH = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ")
_TURKISH = frozenset("çğıöşüâîûÇĞİÖŞÜ")
#: Typographic signs that all these code pages share.
_SIGNS = frozenset("€‚„…†‡‰‹‘’“”•–—›™\u00a0§©«®°±·»¤¦¨´¸×¬¶\u00ad")


def _repaired(raw: bytes, western: str) -> str:
    """The text of bytes read as Western European, or read anew where it shows what became of Polish or Turkish."""
    return _as_central(raw, western) or _as_turkish(raw, western) or western


def _as_central(raw: bytes, western: str) -> str | None:
    """The text in a Central European code page, where every letter beyond ASCII then is a Polish one; None else."""
    if not _MISREAD_POLISH.search(western):
        return None
    texts = [raw.decode(name, "replace") for name in ("cp1250", "iso-8859-2")]
    sound = [text for text in texts if all(char in _POLISH or char in _SIGNS for char in text if ord(char) > 127)]
    return max(sound, key=lambda text: sum(char in _POLISH for char in text), default=None)


def _as_turkish(raw: bytes, western: str) -> str | None:
    if not _MISREAD_TURKISH.search(western):
        return None
    try:
        text = raw.decode("cp1254")
    except UnicodeDecodeError:
        return None
    return text if all(char in _TURKISH or char in _SIGNS for char in text if ord(char) > 127) else None


def _guess(raw: bytes) -> str:
    if b"\x1b$" in raw:
        return raw.decode("iso2022_jp_ext", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if _looks_asian(raw):
        texts = []
        for name in _LEGACY:
            text = raw.decode(name, "replace")
            common = sum(char in _COMMON_CHINESE or char in _COMMON_JAPANESE for char in text)
            texts.append((5 * common + len(_ASIAN.findall(text)) - 20 * text.count("\ufffd"), text))
        return max(texts, key=lambda item: item[0])[1]
    try:
        return _repaired(raw, raw.decode("cp1252"))
    except UnicodeDecodeError:
        polish = _as_central(raw, raw.decode("cp1252", "replace"))
        if polish is not None:
            return polish
        return raw.decode("cp1252", "replace") if b"\x81" not in raw else raw.decode("latin-1")
