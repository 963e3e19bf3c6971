"""What of HTML or SVG would act if a program showed it: scripts, event handlers, script links, redirections, frames.

Looks at a parsed tree; never loads, runs or follows anything. Data in a script element (JSON-LD of mail markup) and
the harmless handlers that mail programs leave behind ("return false") are none.
"""

import re
from typing import Any

_MOST_ELEMENTS = 60_000
_FRAMES = frozenset({"iframe", "frame", "object", "embed", "applet", "portal"})
_DATA_SCRIPT = re.compile(r"json|text/(?:x-)?(?:template|html|plain|xml|x-handlebars.*)", re.I)
#: Attributes whose value may be an address that runs.
_LINKS = frozenset(
    {"href", "src", "action", "formaction", "data", "background", "xlink:href", "poster", "to", "values"}
)
_RUNNING_LINK = re.compile(r"^(?:javascript|vbscript|livescript|mhtml|data:text/html)", re.I)
#: Handlers that run only when somebody clicks: web mail leaves them behind, so they count by what they do.
_CLICKED = frozenset({"onclick", "ondblclick", "onmousedown", "onmouseup", "onsubmit", "oncontextmenu", "onkeydown"})
_HARMLESS = re.compile(
    r"^\s*(?:return\s*(?:true|false)?|void\s*\(?0\)?|this\.(?:onerror|onload)\s*=\s*null"
    r"|this\.style\.[\w.]+\s*=\s*'[^']{0,60}'|;|\s)*\s*$",
    re.I,
)
_REACHES_OUT = re.compile(
    r"location|cookie|fetch|eval|xmlhttp|document\s*\.|window\s*\.|import\s*\(|atob|https?:|\.src\b|\.submit|alert|function",
    re.I,
)


def active_in(root: Any) -> set[str]:
    """Short names of everything active in a tree of lxml elements: "script", "event handler", …; empty where none."""
    found: set[str] = set()
    for number, node in enumerate(root.iter()):
        if number >= _MOST_ELEMENTS:
            break
        if not isinstance(node.tag, str):
            continue
        tag = node.tag.rpartition("}")[2].lower()
        if tag == "script" and not _DATA_SCRIPT.search(node.get("type") or ""):
            found.add("script")
        elif tag in _FRAMES:
            found.add(tag)
        elif tag == "meta" and (node.get("http-equiv") or "").lower() == "refresh" and "url" in _content(node):
            found.add("redirection")
        elif tag == "input" and (node.get("type") or "").lower() == "password":
            found.add("password field")
        for name, value in node.attrib.items():
            what = _attribute(str(name).rpartition("}")[2].lower(), str(value)[:2000])
            if what:
                found.add(what)
    return found


def _content(node: Any) -> str:
    return str(node.get("content") or "").lower()


def _attribute(name: str, value: str) -> str:
    """What an attribute does, "" where it does nothing."""
    if name.startswith("on") and len(name) > 3:
        acts = _REACHES_OUT.search(value) if name in _CLICKED else not _HARMLESS.match(value)
        return "event handler" if acts else ""
    if name in _LINKS and _RUNNING_LINK.match(re.sub(r"[\x00-\x20]+", "", value)):
        plain = value.strip().lower()
        if plain.startswith("javascript:") and _HARMLESS.match(plain.removeprefix("javascript:")):
            return ""
        return "script link"
    return ""
