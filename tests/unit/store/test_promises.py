"""Which days suppliers have told for an order line, as the messages told them one after the other."""

from datetime import date

from test_entries_and_queue import put
from understood_examples import as_ordered, late, order

from triage.store import results
from triage.store.database import Store


def test_promises_are_told_in_order_and_only_of_the_orders_asked_for(store: Store) -> None:
    one, other = order(1), order(2)
    for name, days in (("a", 5), ("b", 12), ("c", 12), ("d", 20)):
        put(store, name, lambda identity, days=days: late(identity, one, days=days))
    put(store, "e", lambda identity: as_ordered(identity, other))
    line = one.lines[0].id
    assert results.promises(store, [one.id]) == {line: (date(2026, 4, 6), date(2026, 4, 13), date(2026, 4, 21))}
    assert results.promises(store, [one.id, other.id])[other.lines[0].id] == (date(2026, 4, 1),)
    assert results.promises(store, [999]) == {}
