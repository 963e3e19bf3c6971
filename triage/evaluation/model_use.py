"""What a run asked of a language model: calls, tokens and money per 1,000 messages, and how the answers ended.

Figures about the use of a model, never about its quality: scripted and recorded answers say nothing of that.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from triage.domain.asking import Result, Spending


class Recorded(Protocol):
    """Answers in a folder, with what was used and what was not there."""

    used: set[str]
    missing: set[str]


def figures(
    spendings: Sequence[Spending], messages: int, recording: Recorded | None, *, replay: bool
) -> dict[str, Any] | None:
    """None where nobody could be asked. messages: how many were read, earlier ones of the cases included."""
    asked = [item.asked for item in spendings]
    about = {item.message_id for item in spendings}
    reached = [item for item in asked if item.source]
    per = 1000 / messages if messages else None
    results = Counter(item.result for item in asked)
    told: dict[str, Any] = {
        "messages": messages,
        "asked_share": len(about) / messages if messages else None,
        "questions": len(asked),
        "by_task": dict(sorted(Counter(item.task for item in asked).items())),
        "by_result": {result.value: results[result] for result in Result if results[result]},
        "by_source": dict(sorted(Counter(item.source for item in reached).items())),
        "dropped_values": sum(item.dropped for item in asked),
        "calls_per_1000": round(len(reached) * per, 2) if per is not None else None,
        "tokens_per_1000": (
            round(sum(item.tokens_in + item.tokens_out for item in reached) * per) if per is not None else None
        ),
        "cost_per_1000": float(sum(item.cost for item in asked)) * per if per is not None else None,
    }
    if recording is not None:
        told["recording"] = {
            "mode": "replay" if replay else "record",
            "answers": len(recording.used),
            "missing": sorted(recording.missing) if replay else [],
        }
    return told


def sentence(told: Mapping[str, Any]) -> str:
    """One line for people."""
    share = told["asked_share"]
    text = (
        f"Language model: asked about {share:.1%} of {told['messages']} messages, "
        f"{told['calls_per_1000']:g} answers, {told['tokens_per_1000']} tokens and {told['cost_per_1000']:.4g} "
        "(in the currency of the prices set) per 1,000 messages"
        if share is not None
        else "Language model: no messages"
    )
    recording = told.get("recording")
    if recording:
        text += f"; {recording['mode']}: {recording['answers']} recorded answers, {len(recording['missing'])} missing"
    return text + "."
