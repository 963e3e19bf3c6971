"""What no model of kinds may overrule: new bank details are told by a sentence, and so are frauds."""

from triage.classifiers import bank_words, fraud
from triage.domain.assessment import Judged, Kind
from triage.domain.document import Reading
from triage.domain.statement import Statement


def checked(judged: Judged, reading: Reading, statement: Statement) -> Judged:
    """The kind after both checks."""
    found = bank_words.checked(judged, reading)
    if found.kind is Kind.BANK_DETAILS_CHANGE or statement.order_numbers:
        return found
    # An account in a letter that changes none may be where a swindler wants the money.
    return fraud.checked(found, reading)
