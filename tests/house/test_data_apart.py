"""What models learn from and what they are measured on stay apart: no training text stands in an evaluation set."""

import email
import email.policy
import io
import json
import re
import tokenize
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHINGLE = 8  # words in a row
ALLOWED = 0.25  # share of a training text's shingles that may stand in one message: greetings and set phrases


def words(text):
    return re.findall(r"[^\W_]+", text.casefold())


def shingles(text):
    found = words(text)
    if any("\u3040" <= char <= "\u9fff" for char in text):
        plain = "".join(found)
        return {plain[i : i + 14] for i in range(max(len(plain) - 13, 1))}
    return {" ".join(found[i : i + SHINGLE]) for i in range(max(len(found) - SHINGLE + 1, 1))}


def eval_texts():
    for path in sorted((ROOT / "eval_sets").glob("*/cases/*/**/*.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.compat32)
        for part in message.walk():
            if part.get_content_maintype() == "text":
                raw = part.get_payload(decode=True) or b""
                text = raw.decode(part.get_content_charset() or "utf-8", errors="replace")
                yield path, re.sub(r"<[^>]+>", " ", text)


def training_texts():
    for path in sorted((ROOT / "training").glob("**/*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            yield f"{path.name}:{record['id']}", record.get("body") or record.get("text") or ""


def test_there_is_something_to_compare():
    assert sum(1 for _ in training_texts()) > 500
    assert sum(1 for _ in eval_texts()) > 40


def test_no_training_text_stands_in_an_evaluation_set():
    sets = [(path, shingles(text)) for path, text in eval_texts()]
    everything = set().union(*(found for _, found in sets))
    leaks = []
    for name, text in training_texts():
        mine = shingles(text)
        shared = mine & everything
        if len(words(text)) >= SHINGLE and len(shared) > len(mine) * ALLOWED:
            where = [str(path.parent.name) for path, found in sets if len(mine & found) > len(mine) * ALLOWED]
            leaks.append((name, where))
    assert not leaks


def test_the_check_can_fail():
    text = next(text for _, text in eval_texts() if len(words(text)) > 30)
    mine = shingles(text)
    assert len(mine & shingles(f"Hello, {text}")) > len(mine) * ALLOWED


QUOTED = 6  # words in a row: fewer are set phrases


def remarks(source):
    """(line, text) of the comments and strings of a module."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in (tokenize.COMMENT, tokenize.STRING):
            yield token.start[0], token.string


def test_the_program_quotes_no_evaluation_set():
    runs = set()
    for _, text in eval_texts():
        found = words(text)
        runs |= {tuple(found[i : i + QUOTED]) for i in range(len(found) - QUOTED + 1)}
    quoted = []
    for path in sorted((ROOT / "triage").rglob("*.py")):
        for line, text in remarks(path.read_text(encoding="utf-8")):
            found = words(text)
            if any(tuple(found[i : i + QUOTED]) in runs for i in range(len(found) - QUOTED + 1)):
                quoted.append(f"{path.relative_to(ROOT)}:{line}")
    assert not quoted
