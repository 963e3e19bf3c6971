"""`triage summary`: the queue in a few sentences, for a manager. A language model may put them in words; the figures
are ours and stand there in any case.
"""

import json
import sys
from collections.abc import Sequence
from datetime import datetime

from triage import bootstrap
from triage.domain.asking import Question, Task
from triage.settings import Settings
from triage.store import model_use, queue
from triage.store.queue import Entry
from triage.tasks import console

_SHOWN = 5  # entries that are named
_ORDER = ("urgent", "high", "normal", "low")


def run(settings: Settings, *, as_json: bool) -> int:
    """Print the summary. Returns 0. Raises StoreError."""
    services = bootstrap.services(settings)
    store = services.store
    page = queue.listed(store, queue.Filters(state="open"), size=_SHOWN)
    told = figures(queue.counts(store), page.entries, queue.unfinished(store).get("failed", 0), store.now)
    second = bootstrap.second_reader(
        settings, ledger=model_use.StoredLedger(store=store), answers=model_use.StoredAnswers(store=store)
    )
    prose = ""
    if second is not None and told:
        question = Question(task=Task.SUMMARY, values=(("facts", "\n".join(told)),), language="en")
        reply = second.about("summary").ask(question)
        prose = str(reply.answer["text"]).strip() if reply.answer is not None else ""
        if reply.answer is None:
            sys.stderr.write(f"triage: the language model was not heard: {reply.asked.reason}\n")
    if as_json:
        sys.stdout.write(json.dumps({"summary": prose or None, "figures": told}, indent=1, ensure_ascii=False) + "\n")
    else:
        worded = f"{prose}\n(worded by a language model)\n\n" if prose else ""
        sys.stdout.write(f"{worded}{chr(10).join(told)}\n")
    return 0


def figures(counts: dict[str, dict[str, int]], worst: Sequence[Entry], failed: int, now: datetime) -> tuple[str, ...]:
    """What the queue holds, a line a fact; headlines are our own words."""
    priorities = counts.get("priority", {})
    split = ", ".join(f"{priorities[name]} {name}" for name in _ORDER if priorities.get(name))
    lines = [f"Open: {sum(priorities.values())}" + (f" ({split})" if split else "")]
    for title, dimension in (("Kinds", "kind"), ("Exceptions", "deviation"), ("Roles", "role")):
        found = sorted(counts.get(dimension, {}).items(), key=lambda item: (-item[1], item[0]))
        if found:
            lines.append(f"{title}: " + ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in found[:8]))
    for entry in worst:
        lines.append(f"{entry.priority}: {entry.headline} (open for {console.age(entry.first_at, now)})")
    if failed:
        lines.append(f"Messages that failed: {failed}")
    return tuple(lines)
