"""What of an HTML element a person can see: the few properties of CSS that hide text. Never a full CSS engine."""

import re
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

Node: TypeAlias = Any  # lxml.html.HtmlElement: lxml is loaded only where it is used
_Colour: TypeAlias = tuple[int, int, int]

_RULES = re.compile(r"([^{}]{1,500})\{([^{}]{0,4000})\}")
_MEDIA = re.compile(r"@[^{};]{1,300}\{(?:[^{}]{0,4000}\{[^{}]{0,4000}\}){0,400}[^{}]{0,4000}\}")
_SELECTOR = re.compile(r"^([a-z][a-z0-9]*)?([.#])([\w-]+)$", re.I)
_DECLARED = re.compile(r"([a-z-]{2,40})\s*:\s*([^;]{1,300})", re.I)
_LENGTH = re.compile(r"^(-?\d*\.?\d+)\s*(px|pt|em|rem|%|in|cm|mm|)$")
_WATCHED = re.compile(
    r"display|visib|opacity|color|colour|background|font|height|width|indent|left|top|position|overflow|white-space|mso-hide|border-top|clip|transform",
    re.I,
)
_NAMES: dict[str, _Colour] = {
    "white": (255, 255, 255),
    "black": (0, 0, 0),
    "red": (255, 0, 0),
    "green": (0, 128, 0),
    "blue": (0, 0, 255),
    "yellow": (255, 255, 0),
    "gray": (128, 128, 128),
    "grey": (128, 128, 128),
    "silver": (192, 192, 192),
    "whitesmoke": (245, 245, 245),
    "snow": (255, 250, 250),
    "ivory": (255, 255, 240),
    "ghostwhite": (248, 248, 255),
    "floralwhite": (255, 250, 240),
    "navy": (0, 0, 128),
    "orange": (255, 165, 0),
    "lightgray": (211, 211, 211),
    "lightgrey": (211, 211, 211),
}
_NEAR = 24  # steps of 255 in every channel: closer is not legible on any screen
_TINY = 2.0  # pixels: smaller is not legible
_FAR = 400.0  # pixels outside the page
_PIXELS = {"px": 1.0, "": 1.0, "pt": 4 / 3, "in": 96.0, "cm": 37.8, "mm": 3.78}


@dataclass(frozen=True, slots=True)
class Style:
    """The inherited state at one element."""

    colour: _Colour | None = (0, 0, 0)  # None: not known
    background: _Colour | None = (255, 255, 255)
    size: float = 16.0  # pixels
    hidden: bool = False  # with everything inside
    invisible: bool = False  # `visibility` can be switched on again inside
    preformatted: bool = False
    border_above: bool = False
    struck: bool = False  # crossed out

    @property
    def unseen(self) -> bool:
        """True for text that is there and can't be seen."""
        return self.invisible or self.size < _TINY + 0.01 or _near(self.colour, self.background)


PLAIN = Style()


def _near(one: _Colour | None, other: _Colour | None) -> bool:
    return one is not None and other is not None and max(abs(a - b) for a, b in zip(one, other, strict=True)) <= _NEAR


def colour(value: str) -> _Colour | None:
    """An opaque colour as three numbers from 0 to 255; None where it is not known."""
    plain = value.strip().lower().replace("!important", "").strip()
    if plain in _NAMES:
        return _NAMES[plain]
    match = re.match(r"^#?([0-9a-f]{6}|[0-9a-f]{3})$", plain)
    if match and (plain.startswith("#") or len(match[1]) == 6):
        digits = match[1] if len(match[1]) == 6 else "".join(char * 2 for char in match[1])
        return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
    match = re.match(r"^rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\s*(?:[,/]\s*([\d.]+)\s*)?\)$", plain)
    if match and (match[4] is None or _number(match[4]) > 0.5):
        return min(int(match[1]), 255), min(int(match[2]), 255), min(int(match[3]), 255)
    return None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 1.0


def _pixels(value: str, size: float) -> float | None:
    match = _LENGTH.match(value.strip().lower().replace("!important", "").strip())
    if not match:
        return None
    number, unit = _number(match[1]), match[2]
    if unit in ("em", "rem"):
        return number * size
    return number * size / 100 if unit == "%" else number * _PIXELS[unit]


def declarations(text: str) -> dict[str, str]:
    """The declarations of a style attribute, the later winning."""
    return {name.lower(): value.strip() for name, value in _DECLARED.findall(text[:8000])}


def _without_comments(css: str) -> str:
    first, *others = css.split("/*")
    return first + " ".join(piece.partition("*/")[2] for piece in others)


class Sheet:
    """The rules of a document's style elements, as far as they are one class, one id or one tag."""

    def __init__(self, css: str) -> None:
        self.by_name: dict[tuple[str, str], dict[str, str]] = {}
        for selectors, body in _RULES.findall(_MEDIA.sub(" ", _without_comments(css[:400_000]))):
            if not _WATCHED.search(body):
                continue
            found = declarations(body)
            for selector in selectors.split(","):
                match = _SELECTOR.match(selector.strip())
                if match:
                    self.by_name.setdefault((match[2], match[3]), {}).update(found)

    def style(self, node: Node, above: Style) -> Style:
        """The state at `node`, given the state around it."""
        attributes = node.attrib
        found: dict[str, str] = {}
        if not attributes:
            return replace(above, preformatted=True) if node.tag == "pre" else _without_border(above)
        if self.by_name:
            for name in attributes.get("class", "").split()[:20]:
                found.update(self.by_name.get((".", name), {}))
            found.update(self.by_name.get(("#", attributes.get("id", "")), {}))
        if "bgcolor" in attributes:
            found.setdefault("background-color", attributes["bgcolor"])
        if "background" in attributes:
            found.setdefault("background", f"url({attributes['background'][:50]})")
        if node.tag == "font" and "color" in attributes:
            found.setdefault("color", attributes["color"])
        if "style" in attributes:
            found.update(declarations(attributes["style"]))
        state = replace(_without_border(above), preformatted=above.preformatted or node.tag == "pre")
        if "hidden" in attributes and node.tag not in ("td", "th"):
            state = replace(state, hidden=True)
        return _applied(found, state) if found else state

    def style_within(self, row: Node, table: Node, style: Style) -> Style:
        """The state at a table's row, the groups between them included."""
        group = row.getparent()
        if group is not None and group is not table:
            style = self.style(group, style)
        return style if style.hidden else self.style(row, style)


def _without_border(style: Style) -> Style:
    return replace(style, border_above=False) if style.border_above else style


def _applied(found: dict[str, str], state: Style) -> Style:
    """`state` after the declarations."""
    low = {name: value.lower() for name, value in found.items()}
    size = _size(low, state.size)
    ground = _background(low, state.background)
    ink = colour(low["color"]) if "color" in low else state.colour
    if low.get("color", "").startswith("transparent"):
        ink = ground
    seen = low.get("visibility", "")
    unseen = ("hidden" in seen or "collapse" in seen) if seen else state.invisible
    hidden = state.hidden or _is_taken_out(low, size)
    return replace(
        state,
        size=size,
        colour=ink,
        background=ground,
        invisible=unseen,
        hidden=hidden,
        struck="line-through" in f"{low.get('text-decoration', '')} {low.get('text-decoration-line', '')}",
        preformatted=low["white-space"].startswith("pre") if "white-space" in low else state.preformatted,
        border_above=low.get("border-top", "none")[:4] not in ("none", "0", "")
        and "solid" in low.get("border-top", ""),
    )


def _size(low: dict[str, str], size: float) -> float:
    value = low.get("font-size")
    if value is None and "font" in low:
        match = re.search(r"(?<![\w.])(\d*\.?\d+(?:px|pt|em|%))", low["font"])
        value = match[1] if match else None
    if value is None:
        return size
    measured = _pixels(value, size)
    return size if measured is None else measured


def _background(low: dict[str, str], ground: _Colour | None) -> _Colour | None:
    value = low.get("background-color") or low.get("background")
    if value is None:
        return None if "url(" in low.get("background-image", "") else ground
    if (
        "url(" in low.get("background", "")
        or "gradient" in low.get("background", "")
        or "url(" in low.get("background-image", "")
    ):
        return None
    if value.strip() in ("transparent", "inherit", "none", "initial"):
        return ground
    for word in [value, *re.findall(r"rgba?\([^)]{1,60}\)|#[0-9a-f]{3,6}|[a-z]+", value)]:
        found = colour(word)
        if found:
            return found
    return None if "rgba" not in value else ground


def _is_taken_out(low: dict[str, str], size: float) -> bool:
    """True where the element takes no place, is transparent or stands outside the page."""
    if low.get("display", "").startswith("none") or low.get("mso-hide", "").startswith("all"):
        return True
    if "opacity" in low and _number(re.sub(r"[^\d.]", "", low["opacity"]) or "1") < 0.05:
        return True
    clipped = "hidden" in low.get("overflow", "") or "hidden" in low.get("overflow-y", "")
    for name in ("max-height", "height", "max-width", "width"):
        extent = _pixels(low[name], size) if name in low else None
        if clipped and extent is not None and extent <= 1.5 and "%" not in low[name]:
            return True
    placed = low.get("position", "")
    if "absolute" in placed or "fixed" in placed:
        for name in ("left", "top", "right", "bottom"):
            offset = _pixels(low[name], size) if name in low else None
            if offset is not None and offset <= -_FAR:
                return True
        if re.search(r"rect\(\s*0\w*[\s,]+0\w*[\s,]+0\w*[\s,]+0", low.get("clip", "")) or "inset(50%" in low.get(
            "clip-path", ""
        ):
            return True
    indent = _pixels(low["text-indent"], size) if "text-indent" in low else None
    return indent is not None and indent <= -_FAR
