"""Answers kept by the digest of their request: in memory for a while, or as files that a run can be repeated from.

A recording is a folder with one JSON file a request: what was sent, what came back. It holds supplier text.
"""

import json
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

from triage.domain.asking import Answer
from triage.errors import InputError


class Remembered:
    """The last answers of this process."""

    source = "cache"

    def __init__(self, most: int = 2000) -> None:
        self._most = most
        self._known: OrderedDict[str, Answer] = OrderedDict()

    def get(self, request: str) -> Answer | None:
        return self._known.get(request)

    def put(self, request: str, answer: Answer, about: Mapping[str, str]) -> None:
        self._known[request] = answer
        while len(self._known) > self._most:
            self._known.popitem(last=False)


class Recording:
    """Answers in a folder. Counts what was asked for and is not there."""

    source = "recording"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.used: set[str] = set()
        self.missing: set[str] = set()

    def get(self, request: str) -> Answer | None:
        """Raises InputError for a file that is no recorded answer."""
        path = self._folder / f"{request}.json"
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            answer = Answer(text=str(data["answer"]), tokens_in=int(data["in"]), tokens_out=int(data["out"]))
        except FileNotFoundError:
            self.missing.add(request)
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError("is no recorded answer", subject=str(path), way_out="Record the run anew.") from error
        self.used.add(request)
        return answer

    def put(self, request: str, answer: Answer, about: Mapping[str, str]) -> None:
        """Raises InputError where the folder can't be written."""
        self.missing.discard(request)
        self.used.add(request)
        data = {**about, "answer": answer.text, "in": answer.tokens_in, "out": answer.tokens_out}
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._folder / f"{request}.json"
            path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        except OSError as error:
            raise InputError(error.strerror or "can't be written", subject=str(self._folder)) from error


def made_with(folder: Path) -> dict[str, str]:
    """Model, format, temperature and length that the answers of a folder were asked with. Raises InputError."""
    for path in sorted(folder.glob("*.json")):
        try:
            about = json.loads(path.read_text(encoding="utf-8"))
            told = json.loads(about["parameters"])
            temperature = told["temperature"]
            return {
                "llm_model": str(about["model"]),
                "llm_format": str(told["format"]),
                "llm_temperature": str(-1 if temperature is None else temperature),
                "llm_most_answer": str(told["max_completion_tokens"]),
            }
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError("is no recorded answer", subject=str(path), way_out="Record the run anew.") from error
    raise InputError("holds no recorded answers", subject=str(folder), way_out="Run with --record first.")
