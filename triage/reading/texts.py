"""The texts that a mail shows as its own, plain or HTML, as lines. Never decides which of them is the statement."""

from dataclasses import dataclass

from triage.reading import html, invisible, kinds
from triage.reading.lines import FlowLine, split_lines


@dataclass(slots=True)
class ShownText:
    """One text of a mail."""

    flow: list[FlowLine]
    hidden: list[str]
    kind: str
    active: tuple[str, ...] = ()  # what of it would act if a program showed it
    turned: tuple[str, ...] = ()  # words that direction marks show backwards


def plain_text(text: str, limit: int, *, flowed: bool = False) -> ShownText:
    """A plain text as lines."""
    lines = split_lines(text, characters=limit)
    if flowed:
        lines = _unfolded(text, limit)
    hidden = [found for found in invisible.smuggled(text) if invisible.is_telling(found)]
    return ShownText(
        flow=[FlowLine(text=line) for line in lines], hidden=hidden, kind=kinds.TEXT, turned=invisible.turned(text)
    )


def html_text(text: str, limit: int) -> ShownText:
    """An HTML text as lines."""
    page = html.read_html(text, characters=limit)
    return ShownText(
        flow=list(page.flow), hidden=list(page.hidden), kind=kinds.HTML, active=page.active, turned=page.turned
    )


def _unfolded(text: str, limit: int) -> list[str]:
    """Join lines that end in a blank (RFC 3676), each depth of quoting on its own."""
    joined: list[str] = []
    open_depth: int | None = None
    for line in text[:limit].replace("\r\n", "\n").split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        body = line[depth:].removeprefix(" ") if depth else line.removeprefix(" ")
        soft = body.endswith(" ") and body != "-- "
        if open_depth == depth and joined:
            joined[-1] += body
        else:
            joined.append(f"{'>' * depth} {body}" if depth else body)
        open_depth = depth if soft else None
    return [invisible.cleaned(line).rstrip() if line != "-- " else line for line in joined]
