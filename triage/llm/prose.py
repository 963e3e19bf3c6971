"""May prose of a model be shown? Only where every number, date, name, code and link in it stands in the facts given.

A capitalised word counts as a name unless the facts, our own texts or a short list of ordinary words (`openers.yaml`)
hold it: too strict rather than too trusting, since our own text stands ready in its place. Writing without capitals
can't be checked for names and is refused.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from triage.llm import quoting

_TOKEN = re.compile(r"[^\W_](?:[\w'’.,:/@&+\-]*[^\W_])?")
_LINK = re.compile(r"://|www\.|@|[a-z0-9]\.[a-z]{2,}", re.IGNORECASE)
_MARKUP = re.compile(r"[<>{}\[\]|`*_#]|&[a-z#]")
_NO_CAPITALS = re.compile(r"[\u0590-\u06ff\u0900-\u0dff\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SPLIT = re.compile(r"[.,:/\-'’]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What prose may say."""

    text: str
    words: frozenset[str]  # of the facts and of our own texts, case folded
    language: str

    def allow(self, text: str, *, whole: bool) -> bool:
        """See the module. whole: every number and code of the facts must stand in it, too."""
        return not refusal(text, self) and (not whole or _numbers(self.text) <= _numbers(text))


def facts(texts: Collection[str], known: Collection[str], language: str) -> Facts:
    """The facts of one question. texts: the facts themselves; known: words of our own texts in that language."""
    whole = "\n".join(texts)
    words = {word for text in (*texts, *known) for word in _words(text)}
    return Facts(text=_squeezed(whole), words=frozenset(words), language=language)


def _numbers(text: str) -> set[str]:
    return {token.casefold() for token in _TOKEN.findall(text) if any(char.isdigit() for char in token)}


def _words(text: str) -> set[str]:
    found: set[str] = set()
    for token in _TOKEN.findall(text):
        found.add(token.casefold())
        found.update(piece.casefold() for piece in _SPLIT.split(token) if piece)
    return found


def _squeezed(text: str) -> str:
    return " ".join(text.split()).casefold()


@cache
def _openers() -> dict[str, dict[str, frozenset[str]]]:
    source = resources.files("triage.llm") / "openers.yaml"
    data = yaml.safe_load(source.read_text(encoding="utf-8"))
    return {
        language: {key: frozenset(str(words).casefold().split()) for key, words in lists.items()}
        for language, lists in data.items()
    }


def languages() -> frozenset[str]:
    """Languages whose prose can be checked."""
    return frozenset(_openers())


def refusal(prose: str, given: Facts) -> str:
    """Why prose may not be shown; "" where it may. The reason repeats nothing of it."""
    lists = _openers().get(given.language)
    if lists is None:
        return "its language can't be checked"
    if not prose.strip() or prose != quoting.visible(prose).replace("[U+000A]", "\n"):
        return "it is empty, or holds invisible characters"
    if _NO_CAPITALS.search(prose):
        return "its writing has no capitals"
    if _LINK.search(prose):
        return "it holds a link or an address"
    if _MARKUP.search(prose):
        return "it holds markup"
    for token in _TOKEN.findall(prose):
        if any(char.isdigit() for char in token):
            if not _stands(token, given.text):
                return "it holds a number that the facts don't"
        elif token.casefold() in lists["numbers"] or token.casefold() in lists["months"]:
            if token.casefold() not in given.words:
                return "it holds a number or a date that the facts don't"
        elif any(char.isupper() for char in token) and not _is_ordinary(token, given, lists["words"]):
            return "it holds a name that the facts don't"
    return ""


def _stands(token: str, text: str) -> bool:
    """A number must stand in the facts just as it is written here, not as a piece of a longer one."""
    return re.search(rf"(?<![\w.,]){re.escape(token.casefold())}(?!\w|[.,]\d)", text) is not None


def _is_ordinary(token: str, given: Facts, ordinary: frozenset[str]) -> bool:
    folded = token.casefold()
    if folded in given.words or folded in ordinary:
        return True
    pieces = [piece.casefold() for piece in _SPLIT.split(token) if piece]
    return len(pieces) > 1 and all(piece in given.words or piece in ordinary for piece in pieces)
