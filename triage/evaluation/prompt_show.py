"""`triage prompt show`: exactly what would be sent to a language model about a message. Sends nothing."""

import contextlib
import json
import sys
from pathlib import Path

from triage import bootstrap, pipeline
from triage.domain.asking import Task
from triage.domain.message import message_of
from triage.errors import InputError
from triage.settings import Settings


def run(settings: Settings, name: str, case: Path, *, snapshot: Path | None, as_json: bool) -> int:
    """Print the request of a task for a message.

    case: a message file, or a case's folder; the ERP is `snapshot`, else the erp.json of its eval set, else the
    setting. Returns 1 where there is nothing to ask about the message. Raises InputError, PromptError.
    """
    path = case / "message.eml" if case.is_dir() else case
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(
            error.strerror or "can't be read", subject=str(path), way_out="Name a message file."
        ) from error
    erp = bootstrap.erp(settings, snapshot or _beside(path))
    room = bootstrap.silent_room(settings)
    with contextlib.closing(bootstrap.reader(settings)) as reader:
        tools = bootstrap.toolkit(settings, bootstrap.NoMemory(), reader_of_parts=reader)
        message = message_of(raw, door="evaluation", received_at=erp.now, name=path.name)
        question = pipeline.question_of(Task(name), message, erp, tools)
    if question is None:
        sys.stderr.write(f"{path}: nothing is asked about it: it is suspicious, or there is nothing of that sort\n")
        return 1
    request = room.built(question).request
    if as_json:
        told = {"system": request.system, "user": request.user, "schema": request.schema}
        sys.stdout.write(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    else:
        schema = json.dumps(request.schema, ensure_ascii=False)
        sys.stdout.write(f"[system]\n{request.system}\n\n[user]\n{request.user}\n\n[schema]\n{schema}\n")
    return 0


def _beside(path: Path) -> Path | None:
    """The snapshot of the eval set that a case belongs to."""
    for folder in (path.parent, path.parent.parent.parent):
        if (folder / "erp.json").is_file():
            return folder / "erp.json"
    return None
