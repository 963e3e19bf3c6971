"""The ERP's name for a unit that the supplier wrote."""

import re

_WORDS = {
    "Units": r"st|stk|stck|stuck|stueck|stuks|pc|pcs|pce|pieces?|ea|each|units?|unidades|uds?|unid|un|pz|pza|pzas"
    r"|pzs|pezzi|piezas?|pi[eè]ces?|p|szt|sztuk|adet|ad|h87|c62|nr|个|個|件|支|只|本|枚|台|套|条|pe[cç]as?|pç|pcs",
    "m": r"m|mtr|mtrs|meter|metres?|metros?|metri|metrow|lfm|ml|米",
    "kg": r"kg|kgs|kilo|kilos|kgm|公斤",
    "L": r"l|ltr|liter|litres?|litros?|litri|升",
}
_PATTERNS = {name: re.compile(rf"^(?:{words})\.?$", re.IGNORECASE) for name, words in _WORDS.items()}


def erp_name(written: str, ours: str) -> str | None:
    """The ERP's unit name where the written word means the order line's unit; None where it means another one."""
    word = written.strip().strip(".").casefold()
    word = word.translate(str.maketrans("üéèê", "ueee"))
    if word == ours.casefold():
        return ours
    for name, pattern in _PATTERNS.items():
        if pattern.match(word):
            return ours if _same_unit(name, ours) else name
    return None


def _same_unit(name: str, ours: str) -> bool:
    word = ours.strip().casefold()
    return word == name.casefold() or _PATTERNS[name].match(word) is not None
