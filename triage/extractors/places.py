"""Finds where words stand on a page: the box around them, for evidence that a sentence or a row gave without one."""

from collections.abc import Iterable, Sequence

from triage.domain.document import TextLine, Word
from triage.domain.evidence import Box

_MOST_LINES = 4  # that one sentence runs over


class Places:
    """The words of one part by page, looked up by their text. Costs nothing until it is asked."""

    def __init__(self, lines: Sequence[TextLine]) -> None:
        self._lines = lines
        self._by_page: dict[int, list[tuple[str, TextLine]]] = {}

    def box(self, text: str, page: int) -> Box | None:
        """The box around `text` (white space does not count), None where it can't be found on the page."""
        wanted = _squeezed(text)
        if not wanted:
            return None
        lines = self._on(page)
        for squeezed, line in lines:
            start = squeezed.find(wanted)
            if start >= 0:
                return _around(_covered(line.words, start, start + len(wanted))) or line.box
        return self._over_lines(wanted, lines)

    def _on(self, page: int) -> list[tuple[str, TextLine]]:
        if not self._by_page:
            for line in self._lines:
                if line.page is not None and line.words:
                    squeezed = "".join(_squeezed(word.text) for word in line.words)
                    self._by_page.setdefault(line.page, []).append((squeezed, line))
        return self._by_page.get(page, [])

    def _over_lines(self, wanted: str, lines: Sequence[tuple[str, TextLine]]) -> Box | None:
        """A sentence that runs over several lines: the box around all of them."""
        for index in range(len(lines)):
            joined = ""
            for place, (squeezed, _) in enumerate(lines[index : index + _MOST_LINES]):
                joined += squeezed
                start = joined.find(wanted)
                if start >= 0:
                    # Found only with this line's help: it begins in the first line, or a later start finds it better.
                    first = len(lines[index][0])
                    if start < first:
                        return _around(line.box for _, line in lines[index : index + place + 1])
                    break
        return None


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _covered(words: Sequence[Word], start: int, end: int) -> Iterable[Box | None]:
    """Boxes of the words that the characters from start to end touch."""
    position = 0
    for word in words:
        length = len(_squeezed(word.text))
        if position < end and position + length > start:
            yield word.box
        position += length


def _around(boxes: Iterable[Box | None]) -> Box | None:
    found: Box | None = None
    for box in boxes:
        if box is not None:
            found = box if found is None else found.around(box)
    return found
