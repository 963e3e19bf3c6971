"""Does a sentence address the reading program rather than a person? Rules in eleven languages (`addressed.yaml`).

Precision first: "please disregard our earlier confirmation" is business, and so is "according to your previous
instructions". A sentence must name a reading program and demand something of it, demand what only such a program
could do, or carry a marker that no supplier writes. A supplier that speaks of its own assistant names no reader.
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from functools import cache

from triage.classifiers import confusables, phrases
from triage.classifiers.phrases import Hit

#: From here on a sentence counts as addressed to the program.
BAR = 0.6
#: From here on a person should look, though nothing is called suspicious.
DOUBT = 0.4
_LONGEST = 1500  # characters of a sentence that are looked at
_NAMES = (
    r"(?:system|systeem|syst[eè]me|sistema|s[iİ]stem|systemmeldung|assistant|assistente?|asistente|asystent|asistan"
    r"|ai|ki|ia|yz|bot|robot|agente?|copilot|modell?|modelo|llm|gpt|user|developer|instruction|admin|系统|系统提示|助手|システム|アシスタント|ボット)s?"
    r"(?: (?:override|note|message|prompt|instruction|directive|command|update|assistant))?"
)
#: A sentence that opens like a turn of a conversation with a program.
_ROLE_MARK = re.compile(rf"^[\s\W_]{{0,8}}{_NAMES}[\s\W_]{{0,3}}[:：>\]}}]", re.IGNORECASE)
#: The same inside a sentence, in brackets or between signs: "[AI: …", "*** bot: …".
_ROLE_INSIDE = re.compile(rf"[\[({{<【「（*#|/]\s{{0,2}}{_NAMES}\s?[:：]", re.IGNORECASE)
#: Signs of a model's own conversation format.
_FORMAT = re.compile(
    r"<\|(?:im_start|im_end|system|user|assistant|endoftext)\|>|\[/?INST\]|<</?SYS>>|</?(?:system|assistant)>"
    r"|###\s*(?:instruction|system|response)|\"(?:document_type|needs_review|priority|route)\"\s*:",
    re.IGNORECASE,
)
#: In capitals only: "j'ai", "ki" and "ia" are ordinary words.
_SHORT = re.compile(r"(?<![A-Za-zÀ-ÿ0-9'’.-])(?:AI|A\.I\.|KI|K\.I\.|IA|I\.A\.|LLM|GPT|YZ)(?![A-Za-zÀ-ÿ0-9])")


#: A picture or link as markdown writes it, with an address.
_MARKDOWN = re.compile(r"!?\[[^\]\n]{0,200}\]\(\s*<?(?:https?:)?//[^)\s]{3,}", re.IGNORECASE)
#: A language has no blanks between a name and what follows it.
_GLUED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_OWN_ENDING = re.compile(r"(?:ımız|imiz|umuz|ümüz)\w{0,6}$")  # Turkish: of ours
_READERS = ("readers", "readers_auto", "readers_weak")
_PROGRAMS = (*_READERS, "machine")


@cache
def _index() -> phrases.PhraseIndex:
    return phrases.PhraseIndex(phrases.data_file("addressed.yaml"))


def signals(sentence: str) -> Counter[str]:
    """Section → hits of a sentence, and marks found by pattern: "role" and "format" of a conversation, "short" for AI
    and its like, "markdown", "duty" where a named program must do something."""
    text = confusables.folded(confusables.closed_up(sentence[:_LONGEST]))
    every = _index().hits(text)
    owners = [hit for hit in every if hit.section == "owners"]
    hits = [hit for hit in every if hit.section not in _PROGRAMS or not _is_owned(hit.start, hit.end, owners, text)]
    found = Counter(hit.section for hit in hits)
    found["composed"] = _composed(hits, text)
    found["duty"] = _in_duty(hits, text)
    found["role"] = int(bool(_ROLE_MARK.match(text)))
    found["role inside"] = int(bool(_ROLE_INSIDE.search(text)))
    found["format"] = len(_FORMAT.findall(text))
    found["short"] = sum(not _is_owned(*match.span(), owners, text) for match in _SHORT.finditer(text))
    found["markdown"] = len(_MARKDOWN.findall(text))
    return found


def _is_owned(start: int, end: int, owners: Sequence[Hit], text: str) -> bool:
    """The program between these places is one that the sender calls its own: "our digital assistant", "asistanımız"."""
    before = (owner for owner in owners if 0 <= start - owner.end <= 24)
    return any(len(text[owner.end : start].split()) <= 2 for owner in before) or bool(
        _OWN_ENDING.search(text[start:end])
    )


def _composed(hits: Sequence[Hit], text: str) -> int:
    """A program and what it does with a letter, or where that lies, side by side: "the bot that reads your mail",
    "software behind this mailbox", "software die leest"."""
    programs = [hit for hit in hits if hit.section in ("machine", "readers_weak")]
    reading = [hit for hit in hits if hit.section == "reads"]
    if not reading:
        return 0
    near = 0
    for one in programs:
        for other in reading:
            first, second = (one, other) if one.start <= other.start else (other, one)
            between = text[first.end : second.start] if second.start >= first.end else ""
            if len(between) <= 24 and len(between.split()) <= 2 and not re.search(r"[.,;:!?。，、；]", between):
                near += 1
    return near


def _in_duty(hits: Sequence[Hit], text: str) -> int:
    """A program is named, and right behind it stands that it must do something: "the assistant must …"."""
    named = [hit for hit in hits if hit.section in _READERS]
    duties = [hit for hit in hits if hit.section == "duty"]
    found = 0
    for hit in named:
        for duty in duties:
            gap = duty.start - hit.end
            words = len(text[hit.end : duty.start].split()) if 0 <= gap <= 20 else 9
            if words <= 1 or (0 <= gap <= 60 and _GLUED.search(text[hit.start : hit.end])):
                found += 1
    return found


def rule_score(sentence: str) -> float:
    """Likelihood by rules, 0 to 1; `BAR` and more is an attack."""
    return score_of(sentence, signals(sentence))


def score_of(sentence: str, found: Counter[str]) -> float:
    """As `rule_score`, for signals at hand."""
    if found["markers"] or found["format"]:
        return 0.97
    demands = found["orders"] + found["verbs"]
    if found["role"] and (found["orders"] or found["verbs"] > 1):
        return 0.95
    if found["role inside"] and demands:
        return 0.93
    return max(_of_named(sentence, found), _of_roles(found), _of_bookings(sentence, found))


def _of_named(sentence: str, found: Counter[str]) -> float:
    """A program is named, and something is demanded of it."""
    named = found["readers"] + found["short"]
    if named and found["orders"]:
        return 0.92
    if found["programs"] and (found["orders"] or found["verbs"] or found["inside"] or found["human"]):
        return 0.9
    if found["programs"] and found["outcomes"]:
        return 0.85
    if found["if_program"] and (found["orders"] or found["verbs"] or found["markdown"] or found["outcomes"]):
        return 0.9
    if found["if_program"] and found["composed"]:
        return 0.65
    if named and found["address"] and (found["verbs"] or _spoken_to(sentence)):
        return 0.88
    if named and found["verbs"] and _spoken_to(sentence):
        return 0.85
    automatic = found["readers_auto"]
    if automatic and found["address"] and _spoken_to(sentence, ":："):
        return 0.85
    if found["composed"] and (found["orders"] or (found["verbs"] and _spoken_to(sentence, ":："))):
        return 0.86
    if found["composed"] and found["mailish"] and found["outcomes"] and (found["verbs"] or found["record"]):
        return 0.8
    anybody = automatic + found["readers_weak"]
    if anybody and found["orders"] and (_spoken_to(sentence) or found["orders"] > 1 or found["duty"]):
        return 0.85
    if (named or anybody) and found["markdown"] and (found["verbs"] or found["orders"]):
        return 0.85
    if found["orders"] > 2:
        return 0.7
    return _faint(found, named, automatic)


def _of_roles(found: Counter[str]) -> float:
    """The reader is given another role: one without rules, or that of a program with something to do."""
    if not found["roleplay"]:
        return 0.0
    if found["norules"]:
        return 0.9
    program = found["readers"] + found["readers_auto"] + found["readers_weak"] + found["short"] + found["machine"]
    return 0.8 if program and (found["orders"] or found["verbs"] > 1) else 0.0


def _of_bookings(sentence: str, found: Counter[str]) -> float:
    """A program is to enter the message under a name that draws no attention, courteously or by a claimed rule."""
    if not found["record"]:
        return 0.0
    named = found["readers"] + found["short"] + found["composed"]
    if named and (found["outcomes"] or found["address"] or _spoken_to(sentence)):
        return 0.88
    if found["agent"] and found["outcomes"]:
        return 0.86
    if found["duty"] and found["outcomes"]:
        return 0.85
    if found["readers_auto"] and found["outcomes"] and (found["address"] or _spoken_to(sentence)):
        return 0.8
    return 0.0


def _faint(found: Counter[str], named: int, automatic: int) -> float:
    """Below the bar: what may be an attack, and what mostly is not."""
    if named and found["verbs"]:
        return 0.5
    if automatic and (found["orders"] or found["verbs"] > 1):
        return 0.45
    if found["agent"] and (found["orders"] or found["record"]):
        return 0.45
    if found["machine"] and found["reads"] and found["orders"]:
        return 0.5
    if found["markdown"]:
        return 0.3
    if named or found["programs"]:
        return 0.3
    return 0.2 if found["orders"] > 1 else 0.05 if automatic + found["readers_weak"] else 0.02


def name_score(name: str) -> float:
    """Likelihood for a subject or a file name: nobody gives orders to a program there, so a short one is enough."""
    found = signals(name)
    score = score_of(name, found)
    anybody = found["readers"] + found["short"] + found["readers_auto"] + found["readers_weak"] + found["role"]
    if anybody and found["orders"]:
        return max(score, 0.85)
    if anybody and found["verbs"] > 1:
        return max(score, 0.75)
    return max(score, 0.7) if found["orders"] > 1 else score


def hints(found: Counter[str]) -> bool:
    """Anything beyond words that people use among themselves: without it no sentence is more than ordinary."""
    named = found["readers"] + found["short"] + found["readers_auto"] + found["readers_weak"]
    inner = found["programs"] + found["inside"] + found["human"] + found["orders"] + found["role"]
    newer = found["role inside"] + found["markdown"] + found["agent"] + found["if_program"] + found["norules"]
    return bool(named or inner or newer or found["machine"] or found["roleplay"])


def hidden_score(sentence: str) -> float:
    """Likelihood for text that a person does not see: whoever hides an instruction means a program."""
    found = signals(sentence)
    score = score_of(sentence, found)
    named = found["readers"] + found["short"] + found["programs"] + found["if_program"] + found["composed"]
    others = found["verbs"] + found["address"] + found["readers_weak"] + found["readers_auto"]
    if found["orders"] > 1 or (found["orders"] and others):
        return max(score, 0.8)
    if (found["role"] and found["verbs"]) or (named and others) or (found["readers_auto"] and found["address"]):
        return max(score, 0.75)
    if found["record"] and found["outcomes"]:
        return max(score, 0.7)
    if found["role"] and (found["pay"] or found["orders"]):
        return max(score, 0.75)
    if found["readers_weak"] and found["verbs"] and (found["address"] or found["duty"] or found["reads"]):
        return max(score, 0.7)
    return score


def _spoken_to(sentence: str, marks: str = ":：,，、!！") -> bool:
    """The program is named near the beginning, and one of the marks follows: it is spoken to."""
    head = confusables.folded(sentence[:90])
    mark = re.search(f"[{marks}]", head)
    if mark is None:
        return False
    spoken = _index().count(head[: mark.start()])
    return bool(
        spoken["readers"] + spoken["readers_auto"] + spoken["readers_weak"] or _SHORT.search(head[: mark.start()])
    )


class RuleSuspicion:
    """The `SuspicionModel` port by rules."""

    name = "suspicion rules"
    digest = "rules"

    def suspicion(self, sentences: Collection[str]) -> tuple[float, ...]:
        """One likelihood a sentence."""
        return tuple(rule_score(sentence) for sentence in sentences)
