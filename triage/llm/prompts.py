"""The prompt files: loaded, checked and hashed once at start; no prompt's text stands anywhere else.

A file is YAML with `name`, `version`, `about`, `variables`, `system`, `user`, `schema` and `examples`. A variable
stands in the text as `{{name}}` and is put in as it is: nothing in it is ever taken for a template.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from triage.domain.asking import Task
from triage.errors import PromptError
from triage.llm import schema as schemas

_KEYS = ("name", "version", "about", "variables", "system", "user", "schema", "examples")
_VARIABLE = re.compile(r"\{\{([a-z_]+)\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One prompt, as its file says it."""

    name: str
    version: int
    digest: str  # hexadecimal SHA-256 of the file
    variables: tuple[str, ...]
    system: str
    user: str
    schema: Mapping[str, Any]
    examples: str  # as the prompt shows them

    @property
    def label(self) -> str:
        return f"{self.name} {self.version}"

    def rendered(self, values: Mapping[str, str]) -> tuple[str, str]:
        """(system, user) with the variables put in, once: what they hold is not looked at again."""

        def put(match: re.Match[str]) -> str:
            return values[match[1]]

        return _VARIABLE.sub(put, self.system).strip(), _VARIABLE.sub(put, self.user).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompts:
    """All of them."""

    by_task: Mapping[Task, Prompt]
    digest: str  # over all files


def load(folder: Path) -> Prompts:
    """Every task's prompt. Raises PromptError that names file and key."""
    found = {task: _load(folder / f"{task.value}.yaml") for task in Task}
    whole = hashlib.sha256("".join(found[task].digest for task in Task).encode())
    return Prompts(by_task=found, digest=whole.hexdigest())


def _fail(path: Path, reason: str, way_out: str = "Mend the file.") -> PromptError:
    return PromptError(reason, subject=str(path), way_out=way_out)


def _load(path: Path) -> Prompt:
    try:
        raw = path.read_bytes()
        data = yaml.safe_load(raw)
    except OSError as error:
        raise _fail(path, error.strerror or "can't be read", "Set TRIAGE_LLM_PROMPTS to the folder.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise _fail(path, f"is not YAML ({error})") from error
    if not isinstance(data, dict) or set(data) != set(_KEYS):
        raise _fail(path, f"must hold exactly {', '.join(_KEYS)}")
    if data["name"] != path.stem or not isinstance(data["version"], int):
        raise _fail(path, "name must be that of the file, version a whole number")
    texts = (data["system"], data["user"], data["about"])
    variables = data["variables"]
    if not all(isinstance(text, str) and text.strip() for text in texts) or not isinstance(variables, list):
        raise _fail(path, "system, user and about are texts, variables is a list")
    used = set(_VARIABLE.findall(data["system"] + data["user"]))
    if used != set(variables):
        raise _fail(path, f"variables says {sorted(variables)}, its text uses {sorted(used)}")
    for fault in schemas.faults_of(data["schema"]):
        raise _fail(path, fault)
    if data["schema"]["type"] != "object":
        raise _fail(path, "schema: an answer is an object")
    _check_examples(path, data)
    return Prompt(
        name=data["name"],
        version=data["version"],
        digest=hashlib.sha256(raw).hexdigest(),
        variables=tuple(variables),
        system=data["system"],
        user=data["user"],
        schema=data["schema"],
        examples=_shown(data["examples"]),
    )


def _check_examples(path: Path, data: Mapping[str, Any]) -> None:
    examples = data["examples"]
    if not isinstance(examples, list) or not examples:
        raise _fail(path, "examples: there must be one at least")
    for index, example in enumerate(examples):
        if not isinstance(example, dict) or set(example) != {"given", "answer"}:
            raise _fail(path, f"examples[{index}]: it holds `given` and `answer`")
        for problem in schemas.problems(data["schema"], example["answer"]):
            raise _fail(path, f"examples[{index}]: {problem}")


def _shown(examples: list[dict[str, Any]]) -> str:
    return "\n\n".join(f"{item['given'].strip()}\n→ {json.dumps(item['answer'])}" for item in examples)
