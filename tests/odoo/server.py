"""Starts a real Odoo with a PostgreSQL of its own on free ports, from a template that is made once and cached.

Everything is stopped by whoever started it. The template holds our module, an empty company's settings and the orders
of `records.py`; each database of a test is a copy of it.
"""

import contextlib
import hashlib
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import install

ROOT = Path(__file__).parents[2]
ADDONS = ROOT / "odoo_addons"
RECORDS = Path(__file__).with_name("records.py")
BUYER = 5  # user "buyer" of those records
MODULES = "purchase_stock,sale_stock,base_automation"
_START = 90.0  # seconds until the server must answer
_MAKE = 900.0  # seconds that the template may take


@dataclass(slots=True, kw_only=True)
class Postgres:
    """A running PostgreSQL reached by a socket in `folder`."""

    folder: Path
    control: list[str]

    def run(self, statement: str, database: str = "postgres") -> str:
        done = subprocess.run(
            ["psql", "-h", str(self.folder), "-U", "odoo", "-d", database, "-Atqc", statement],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout.strip()


@contextlib.contextmanager
def postgres(data: Path) -> Iterator[Postgres]:
    """PostgreSQL on an existing or new data folder; forgets durability, since tests can be repeated."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        raise install.Unavailable("PostgreSQL is not installed")
    owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    data.mkdir(parents=True, exist_ok=True)
    sockets = Path("/tmp") / f"tt{uuid.uuid4().hex[:10]}"  # a socket's path must be short
    sockets.mkdir()
    if owner:
        for part in data.parents:
            if part == Path("/"):
                break
            part.chmod(part.stat().st_mode | 0o055)
        shutil.chown(data, "postgres")
        shutil.chown(sockets, "postgres")
    if not (data / "PG_VERSION").exists():
        made = [*owner, str(programs[-1]), "-D", str(data), "-A", "trust", "-U", "odoo", "-N", "-E", "UTF8"]
        subprocess.run([*made, "--locale=C"], check=True, capture_output=True)
    control = [*owner, str(programs[-1].with_name("pg_ctl")), "-D", str(data), "-w"]
    fast = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=60"
    (data / "postmaster.pid").unlink(missing_ok=True)
    log = sockets / "log"
    subprocess.run(
        [*control, "-l", str(log), "-o", f"-c listen_addresses='' -k {sockets} {fast}", "start"],
        check=True, capture_output=True,
    )  # fmt: skip
    try:
        yield Postgres(folder=sockets, control=control)
    finally:
        subprocess.run([*control, "-m", "fast", "stop"], check=False, capture_output=True)
        shutil.rmtree(sockets, ignore_errors=True)


@dataclass(slots=True, kw_only=True)
class Odoo:
    """A running Odoo with one database."""

    url: str
    database: str
    installed: install.Installed
    postgres: Postgres
    config: Path

    def shell(self, code: str, *, mark: str = "ANSWER") -> str:
        """Run Python in `odoo shell`; what it prints behind the mark comes back, without one all that it prints."""
        return _shell(self.installed, self.config, self.database, code, mark)

    def key(self, login: str, days: int = 1) -> str:
        """A new API key of a user."""
        return self.shell(
            "from datetime import datetime, timedelta\n"
            f"user = env['res.users'].search([('login', '=', {login!r})])\n"
            f"until = datetime.now() + timedelta(days={days})\n"
            "key = env['res.users.apikeys'].with_user(user).sudo()._generate('rpc', 'test', until)\n"
            "env.cr.commit()\n"
            "print('ANSWER' + key)\n"
        )

    def sql(self, statement: str) -> str:
        return self.postgres.run(statement, self.database)

    def call(self, key: str, model: str, method: str, /, **told: object) -> object:
        """A call as anybody with that key can make it, without our guard: for what people and mail servers do."""
        request = urllib.request.Request(
            f"{self.url}/json/2/{model}/{method}",
            json.dumps(told).encode(),
            {"Authorization": f"bearer {key}", "Content-Type": "application/json", "X-Odoo-Database": self.database},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def receive(self, key: str, order: str, raw: bytes) -> int:
        """Odoo's mail gateway receives a mail for an order; the message's number. key: an administrator's."""
        number = int(self.sql(f"SELECT id FROM purchase_order WHERE name = '{order}'"))
        told = {"model": "purchase.order", "message": raw.decode(), "thread_id": number}
        self.call(key, "mail.thread", "message_process", **told)
        return int(self.sql("SELECT max(id) FROM mail_message WHERE message_type = 'email'"))


def _shell(installed: install.Installed, config: Path, database: str, code: str, mark: str = "ANSWER") -> str:
    done = subprocess.run(
        [str(installed.python), str(installed.program), "shell", "-c", str(config), "-d", database, "--no-http"],
        input=code, capture_output=True, text=True, check=False, env=_environment(installed),
    )  # fmt: skip
    if "Traceback" in done.stderr + done.stdout or done.returncode:
        raise AssertionError((done.stderr + done.stdout)[-3000:])
    if not mark:
        return done.stdout.strip()
    return done.stdout.rpartition(mark)[2].strip() if mark in done.stdout else ""


def _environment(installed: install.Installed) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "PYTHONPATH": str(installed.library)}


def _configuration(folder: Path, installed: install.Installed, postgres: Postgres, port: int) -> Path:
    paths = [str(installed.library / "odoo" / "addons")] + ([str(ADDONS)] if ADDONS.is_dir() else [])
    path = folder / "odoo.conf"
    path.write_text(
        f"[options]\ndb_host = {postgres.folder}\ndb_user = odoo\nhttp_interface = 127.0.0.1\nhttp_port = {port}\n"
        f"data_dir = {folder / 'data'}\naddons_path = {','.join(paths)}\nworkers = 0\nmax_cron_threads = 0\n"
        "list_db = False\nwithout_demo = True\nlog_level = warn\n"
    )
    return path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def template_key(installed: install.Installed) -> str:
    """Changes with Odoo, our module, and the records of the tests."""
    digest = hashlib.sha256(installed.key.encode() + RECORDS.read_bytes() + MODULES.encode())
    for path in sorted(ADDONS.rglob("*")) if ADDONS.is_dir() else []:
        if path.is_file() and path.suffix in (".py", ".xml", ".csv", ".po"):
            digest.update(str(path.relative_to(ADDONS)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def prepared(folder: Path) -> tuple[install.Installed, Path]:
    """(Odoo, a copy of the template's PostgreSQL and files in `folder`). Makes the template where it is new."""
    installed = install.installed()
    template = install.cache() / f"template-{template_key(installed)}"
    with install._alone(install.cache() / "template.lock"):
        if not (template / "ready").exists():
            shutil.rmtree(template, ignore_errors=True)
            template.mkdir(parents=True)
            _make(installed, template)
            (template / "ready").touch()
    subprocess.run(["cp", "-a", f"{template}/pg", f"{template}/data", str(folder)], check=True)
    return installed, folder


def _make(installed: install.Installed, template: Path) -> None:
    """A database with the modules, ours among them, and the records of the tests."""
    modules = MODULES + (",triage_advisory" if (ADDONS / "triage_advisory").is_dir() else "")
    with postgres(template / "pg") as server:
        config = _configuration(template, installed, server, free_port())
        command = [str(installed.python), str(installed.program), "-c", str(config), "-d", "template", "-i", modules]
        done = subprocess.run(
            [*command, "--stop-after-init", "--no-http", "--skip-auto-install"],
            capture_output=True, text=True, env=_environment(installed), timeout=_MAKE, check=False,
        )  # fmt: skip
        (template / "init.log").write_text(done.stdout + done.stderr)
        if done.returncode:
            raise AssertionError((done.stdout + done.stderr)[-3000:])
        _shell(installed, config, "template", RECORDS.read_text())


def run_module_tests(folder: Path) -> str:
    """Run the module's own tests inside Odoo, on a copy of the template; returns Odoo's log."""
    installed, _ = prepared(folder)
    with postgres(folder / "pg") as server:
        config = _configuration(folder, installed, server, free_port())
        command = [str(installed.python), str(installed.program), "-c", str(config), "-d", "template"]
        done = subprocess.run(
            [*command, "-u", "triage_advisory", "--test-tags", "triage", "--stop-after-init", "--log-level=test"],
            capture_output=True, text=True, env=_environment(installed), timeout=_MAKE, check=False,
        )  # fmt: skip
    return done.stdout + done.stderr


@contextlib.contextmanager
def odoo(folder: Path, before: str = "") -> Iterator[Odoo]:
    """A running Odoo on a copy of the template. before: Python for its shell, run before it starts."""
    installed, _ = prepared(folder)
    port = free_port()
    with postgres(folder / "pg") as server:
        config = _configuration(folder, installed, server, port)
        if before:
            _shell(installed, config, "template", before)
        log = (folder / "odoo.log").open("w")
        process = subprocess.Popen(
            [str(installed.python), str(installed.program), "-c", str(config), "-d", "template"],
            stdout=log, stderr=log, env=_environment(installed),
        )  # fmt: skip
        try:
            _wait(f"http://127.0.0.1:{port}/web/health", process, folder / "odoo.log")
            yield Odoo(
                url=f"http://127.0.0.1:{port}", database="template", installed=installed, postgres=server, config=config
            )
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            log.close()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _START
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        with (
            contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError),
            urllib.request.urlopen(url, timeout=2) as answer,
        ):
            if json.load(answer).get("status") == "pass":
                return
        time.sleep(0.2)
    raise AssertionError(f"Odoo did not start: {log.read_text()[-3000:]}")
