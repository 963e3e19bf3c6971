"""The rules of the house, each one tested: direction of imports, sizes, names, docs, what loads when."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from triage import cli, settings

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "triage").rglob("*.py"))
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "base", "misc"}
HEAVY = (
    "torch",
    "sklearn",
    "transformers",
    "sentence_transformers",
    "langchain",
    "langchain_core",
    "langsmith",
    "openai",
)
#: The named edges: task, HTTP handler, command line, parser sandbox; an evaluation goes on with the next case.
EDGES = {
    "triage/tasks/work.py",
    "triage/web/app.py",
    "triage/cli/__init__.py",
    "triage/evaluation/run.py",
}


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name and length of every function."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def test_imports_point_down() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(program)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def test_files_and_functions_stay_short(capsys: pytest.CaptureFixture[str]) -> None:
    files = sorted(((len(path.read_text(encoding="utf-8").splitlines()), path) for path in SOURCES), reverse=True)
    lengths = sorted((item for path in SOURCES for item in functions(path)), key=lambda item: -item[1])
    with capsys.disabled():
        print("\nlongest files:", ", ".join(f"{path.relative_to(ROOT)} {lines}" for lines, path in files[:10]))
        print("longest functions:", ", ".join(f"{name} {length}" for name, length in lengths[:10]))
    assert [str(path) for lines, path in files if lines > 400] == []
    assert [name for name, length in lengths if length > 60] == []


def test_no_room_for_odds_and_ends() -> None:
    named = [path for path in SOURCES if path.stem in FORBIDDEN_NAMES or path.parent.name in FORBIDDEN_NAMES]
    assert named == []


def test_a_module_opens_with_what_it_does() -> None:
    silent = [path for path in SOURCES if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert [str(path) for path in silent] == []


def test_everything_is_caught_only_at_the_edges() -> None:
    broad = re.compile(r"except\s*(?:\(?\s*(?:Base)?Exception\b.*)?:")
    found = {
        str(path.relative_to(ROOT))
        for path in SOURCES
        if any(broad.match(line.strip()) for line in path.read_text(encoding="utf-8").splitlines())
    }
    sandbox = {name for name in found if name.startswith("triage/reading/")}
    assert found - EDGES - sandbox == set()


@pytest.mark.parametrize(
    "code",
    ["from triage import cli; cli.parser().format_help()", "import triage.web.serving", "import triage.llm.opening"],
)
def test_what_a_person_waits_for_loads_nothing_heavy(code: str) -> None:
    program = f"import sys; {code}; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_command_line_without_a_command_loads_next_to_nothing() -> None:
    heavy = ("pydantic", "sqlalchemy", "celery", "rich", "fastapi", "structlog", "numpy", "lxml")
    code = f"import sys; from triage import cli; cli.parser(); print(sum(name in sys.modules for name in {heavy!r}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"


def test_the_manual_holds_every_setting_as_it_is() -> None:
    manual = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
    assert settings.table() in manual, "run `triage settings` and paste its table into docs/operator.md"


def test_every_command_stands_in_the_manual() -> None:
    manual = "".join(path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
    choices = next(action.choices for action in cli.parser()._actions if action.choices)
    assert choices is not None
    missing = [name for name in choices if f"triage {name}" not in manual]
    assert missing == []


def test_the_locks_name_no_host_and_agree_with_each_other() -> None:
    pinned: dict[str, set[str]] = {}
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"https?://|--index-url|--extra-index|--find-links|file:", text), path
        for name, version, marker in re.findall(r"^([\w.-]+)==([^\s;\\]+)\s*(;[^\\\n]*)?", text, re.MULTILINE):
            pinned.setdefault(f"{name}{marker.strip()}", set()).add(version)
    assert len(pinned) > 60
    assert {name: sorted(found) for name, found in pinned.items() if len(found) > 1} == {}


def test_licences_of_dependencies_allow_what_we_do() -> None:
    from triage import licences

    found = licences.of_dependencies()
    assert len(found) > 40
    assert [item.name for item in found if item.forbidden] == []


@pytest.mark.parametrize(
    ("text", "forbidden"),
    [
        ("MIT", False),
        ("LGPL-3.0-only", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("GPL-3.0-or-later", True),
        ("GNU Affero General Public License v3", True),
        ("AGPL-3.0-only", True),
        ("MIT OR GPL-2.0-only", False),
        ("BSD-3-Clause AND GPL-3.0-only WITH GCC-exception-3.1", False),
        ("MIT AND GPL-2.0-only", True),
        ("", False),
    ],
)
def test_which_licences_are_not_allowed(text: str, forbidden: bool) -> None:
    from triage import licences

    assert licences.Licence(name="x", version="1", text=text).forbidden is forbidden


def test_nothing_secret_and_no_words_of_a_supplier_are_logged(tmp_path: Path) -> None:
    program = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from triage import bootstrap, settings\n"
        "from triage.store import inbox\n"
        "from triage.tasks import work\n"
        "from understood_examples import late, order\n"
        f"loaded = settings.load({{'TRIAGE_DATABASE_URL': 'sqlite:///{tmp_path}/t.db', 'TRIAGE_LOG_LEVEL': 'debug',"
        " 'TRIAGE_WEB_PASSWORD': 'geheim', 'TRIAGE_LOG_FORMAT': 'json'}, dotenv=None)\n"
        "bootstrap.configure_logging(loaded)\n"
        "services = bootstrap.services(loaded)\n"
        "def triage(message, reached):\n"
        "    if message.raw == b'Geheimtext bad': raise ValueError('Geheimtext')\n"
        "    return late(message.id, order(), headline='Geheimtext')\n"
        "job = work.Work(store=services.store, terms=inbox.Terms(), triage=triage, fingerprint=lambda _: 'f',"
        " poster=services.poster)\n"
        "for raw in (b'Geheimtext', b'Geheimtext bad'):\n"
        "    stored = work.read(job, services.intake.accept(raw, door='upload', name='Geheimtext.eml').message_id)\n"
        "    if stored.outbox_id: work.post(job, stored.outbox_id)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "eheim" not in done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    events = {line["event"] for line in lines}
    assert {"message accepted", "reading started", "reading ended", "note left", "reading broke"} <= events
    ours = [line for line in lines if line["event"].startswith(("reading", "note"))]
    assert all(len(line["message_id"]) == 64 for line in ours)
