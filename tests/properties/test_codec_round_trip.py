"""Whatever the domain's types hold, it is stored as text and comes back equal."""

import dataclasses
import enum
import types
import typing
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from understood_examples import late, order

from triage.domain.document import Reading
from triage.domain.outcome import Advised, Failed, NeedsPerson, Outcome
from triage.domain.statement import Statement
from triage.errors import StoreError
from triage.store import codec

_TEXT = st.text(st.characters(codec=None), max_size=8)
_ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(-timedelta(hours=8))])


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a domain type, shallow tuples, all of its optional fields sometimes there."""
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return st.one_of([values(item) for item in typing.get_args(kind)])
    if dataclasses.is_dataclass(origin or kind):
        fields = {name: st.deferred(lambda item=item: values(item)) for name, item in codec._fields(kind)}
        return st.builds(origin or kind, **fields)
    if origin is tuple:
        args = typing.get_args(kind)
        if args[1] is Ellipsis:
            return st.lists(values(args[0]), max_size=1).map(tuple)
        return st.tuples(*(values(item) for item in args))
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return st.sampled_from(kind)
    simple = {
        str: _TEXT,
        int: st.integers(),
        bool: st.booleans(),
        float: st.floats(allow_nan=False),
        Decimal: st.decimals(allow_nan=False, allow_infinity=False),
        date: st.dates(),
        datetime: st.datetimes(timezones=_ZONES),
        types.NoneType: st.none(),
    }
    return simple[kind]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(values(Outcome))
def test_outcomes_come_back_equal(outcome: Outcome) -> None:
    again = codec.unpack(codec.pack(outcome, Outcome), Outcome)
    assert again == outcome
    assert type(again) is type(outcome)
    assert hash(again) == hash(outcome)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.one_of(values(Statement).map(lambda item: (Statement, item)), values(Reading).map(lambda item: (Reading, item)))
)
def test_parts_of_outcomes_come_back_equal(pair: tuple[Any, object]) -> None:
    kind, value = pair
    assert codec.loads(codec.dumps(value, kind), kind) == value


def test_the_exact_form_of_money_is_kept() -> None:
    price = Decimal("12.500")
    assert str(codec.loads(codec.dumps(price, Decimal), Decimal)) == "12.500"


def test_which_of_several_types_it_was_is_kept() -> None:
    outcome = late("m", order())
    text = codec.dumps(outcome, Outcome)
    assert '"@":"Advised"' in text
    assert type(codec.loads(text, Outcome)) is Advised
    assert type(codec.loads(text.replace('"@":"Advised"', '"@":"NeedsPerson"'), Outcome)) is NeedsPerson


def test_a_field_added_since_takes_its_default() -> None:
    data = codec.dumps(Reading(headers=late("m", order()).reading.headers, parts=(), languages=("de",)), Reading)
    older = data.replace(',"languages":["de"]', "")
    assert older != data
    assert codec.loads(older, Reading).languages == ()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"@":"Path"}', '{"@":"Failed","message_id":1}', "null"])
def test_what_holds_no_outcome_is_a_store_error(text: str) -> None:
    if text == "null":
        assert codec.loads(text, Failed | None) is None
        return
    with pytest.raises(StoreError):
        codec.loads(text, Outcome)
    with pytest.raises(StoreError):
        codec.unpack(text.encode(), Outcome)
