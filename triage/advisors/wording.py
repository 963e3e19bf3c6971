"""Lets you say things in a person's language: every sentence of notes and replies stands in `texts/<language>.yaml`.

Never formats a supplier's words as a template, and never mixes languages: what a language lacks is said in English.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib import resources

import yaml
from babel import dates, numbers

FALLBACK = "en"


class Money(Decimal):
    """An amount that is shown with at least two decimals."""


@cache
def _catalogue(language: str) -> Mapping[str, str]:
    """Sentences by key ("note.route"), empty for a language without a file."""
    if not (language.isascii() and language.isalpha() and len(language) in (2, 3)):
        return {}
    source = resources.files("triage.advisors") / "texts" / f"{language}.yaml"
    if not source.is_file():
        return {}
    sections: Mapping[str, Mapping[str, str]] = yaml.safe_load(source.read_text(encoding="utf-8"))
    return {f"{section}.{key}": text for section, texts in sections.items() for key, text in texts.items()}


@dataclass(frozen=True, slots=True)
class Wording:
    """How one language says things. Build it with `wording`."""

    language: str
    _texts: Mapping[str, str] = field(repr=False)
    plain: bool = False  # days in ISO 8601 and numbers without grouping, whatever the language

    def say(self, key: str, **values: object) -> str:
        """The sentence of a key, days and numbers in the language's own form. Raises KeyError for an unknown key."""
        shown = {name: self._shown(value) for name, value in values.items()}
        return self._texts[key].format(**shown)

    def knows(self, key: str) -> bool:
        """True where the catalogue holds the key."""
        return key in self._texts

    @property
    def sentences(self) -> tuple[str, ...]:
        """All sentences of the language."""
        return tuple(self._texts.values())

    def _shown(self, value: object) -> str:
        if self.plain and isinstance(value, Decimal | date):
            return f"{value:f}" if isinstance(value, Decimal) else value.isoformat()
        if isinstance(value, Decimal):
            pattern = "#,##0.00####" if isinstance(value, Money) else "#,##0.######"
            return numbers.format_decimal(value, format=pattern, locale=self.language)
        if isinstance(value, datetime):
            day = dates.format_date(value, format="medium", locale=self.language)
            return f"{day}, {value:%H:%M} {value.tzinfo}"
        if isinstance(value, date):
            return dates.format_date(value, format="medium", locale=self.language)
        return str(value)


@cache
def wording(section: str, *languages: str) -> Wording:
    """The sentences of a section ("note" or "reply") in the first of these languages that has them, else in English."""
    for language in (*languages, FALLBACK):
        texts = _catalogue(language)
        if any(key.startswith(f"{section}.") for key in texts):
            return Wording(language, texts)
    raise KeyError(section)
