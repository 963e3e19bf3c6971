"""Every setting of the service, with its default, unit and help, read from the environment, `.env` and secret files.

A setting `mode` is the variable `TRIAGE_MODE`; a secret may also come from the file that `TRIAGE_<NAME>_FILE` names.
Never reads anything at import, never opens a connection, never puts a secret into a message or a log.
"""

import contextlib
import difflib
import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, PrivateAttr, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from triage.errors import SettingsError
from triage.settings import events, language_model, odoo, queues

PREFIX = "TRIAGE_"
_FILE_SUFFIX = "_FILE"


def _setting(default: object, help: str, unit: str = "", **limits: Any) -> Any:
    return Field(default=default, description=help, json_schema_extra={"unit": unit}, validate_default=False, **limits)


class Settings(
    language_model.LanguageModelSettings, odoo.OdooSettings, events.EventSettings, queues.QueueSettings, BaseSettings
):
    """The settings, checked. Build it with `load`, which names everything that is wrong at once."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    mode: Literal["rules", "local", "llm"] = _setting(
        "local", "What reads a message: `rules` alone, with `local` models, or with a language model (`llm`)."
    )
    database_url: SecretStr = _setting(
        SecretStr("sqlite:///var/triage.db"),
        "Database: `sqlite:///path` or `postgresql://user:password@host/name`. SQLite is migrated at start.",
    )
    database_timeout: float = _setting(
        10.0, "How long a write waits for a lock or a connection.", "seconds", gt=0, le=300
    )
    broker_url: SecretStr = _setting(
        SecretStr("memory://"), "Celery's broker: `memory://` (one process) or `redis://host:6379/0`."
    )
    broker_timeout: float = _setting(
        10.0, "How long a call to the broker may take before it is given up.", "seconds", ge=2, le=300
    )
    erp_snapshot: Path = _setting(Path("eval_sets/first/erp.json"), "Recorded ERP snapshot that stands in for Odoo.")
    policy_file: Path | None = _setting(None, "Policy file; without it the default policy of the package applies.")
    max_message_size: int = _setting(
        40_000_000, "Largest message taken in; a larger one is refused with a reason.", "bytes", ge=1000
    )
    reading_time: float = _setting(30.0, "Time that reading one message may take.", "seconds", ge=1, le=600)
    reading_memory: int = _setting(1024, "Memory that the process reading a message may take.", "MiB", ge=128)
    task_time_limit: int = _setting(
        300, "A task that runs longer is killed; the message is tried again.", "seconds", ge=10
    )
    visibility_timeout: int = _setting(
        3600, "After this the broker hands a task that nobody finished to another worker.", "seconds", ge=60
    )
    lease: int = _setting(
        360, "How long a claim on a message holds; a worker that died loses it after this.", "seconds", ge=10
    )
    max_attempts: int = _setting(3, "Claims a message gets before it counts as failed.", "", ge=1, le=20)
    retry_delay: float = _setting(
        30.0, "Pause before the second attempt; doubled for each further one.", "seconds", ge=0, le=86_400
    )
    sweep_every: int = _setting(60, "How often stuck work is looked for and put back.", "seconds", ge=1)
    scan_every: int = _setting(
        3600, "How often the ERP is scanned for what no message tells; 0: never by itself.", "seconds", ge=0
    )
    retention_days: int = _setting(
        0, "Settled messages older than this are deleted once a day, with all that was made of them; 0: never.", "days",
        ge=0, le=36_500,
    )  # fmt: skip
    retention_companies: str = _setting("", "Companies with days of their own: `Northwind=365;Southwind=90`; 0: never.")
    watch_folder: Path | None = _setting(None, "Folder whose new files are taken in; empty: none is watched.")
    watch_every: float = _setting(5.0, "How often the watched folder is looked at.", "seconds", ge=0.1)
    host: str = _setting("127.0.0.1", "Address that the pages and the API listen on.")
    port: int = _setting(8321, "Port that the pages and the API listen on.", "", ge=0, le=65_535)
    web_password: SecretStr | None = _setting(
        None, "Password of the pages and the API (any user name). Needed to listen elsewhere than on this machine."
    )
    allowed_hosts: str = _setting(
        "localhost,127.0.0.1", "Host names under which the pages may be called, separated by commas; `*`: any."
    )
    page_size: int = _setting(25, "Entries on one page of the queue.", "", ge=1, le=200)
    log_level: Literal["debug", "info", "warning", "error"] = _setting("info", "The least serious log line written.")
    log_format: Literal["auto", "json", "console"] = _setting(
        "auto", "`json`, `console`, or `auto`: console where a person watches."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load` collected counts: the sources are read there, so that their faults are named too."""
        return (init_settings,)

    _secret_files: dict[str, Path] = PrivateAttr(default_factory=dict)

    def secrets(self, name: str) -> tuple[str, ...]:
        """The values of a secret that are valid now: the lines of its file as it is at this moment, newest first.

        Several lines let an old and a new value be valid side by side. Without a file, or where it can't be read just
        now, what was there at the start; empty where the secret is not set.
        """
        started = getattr(self, name)
        path = self._secret_files.get(name)
        if path is not None:
            with contextlib.suppress(OSError, UnicodeDecodeError):
                lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
                if found := tuple(filter(None, lines)):
                    return found
        return (started.get_secret_value(),) if started is not None else ()

    @property
    def embedded(self) -> bool:
        """True where broker and worker live in this one process."""
        return self.broker_url.get_secret_value().startswith("memory:")

    @property
    def sqlite(self) -> bool:
        """True where the database is a file beside us, which is migrated at start."""
        return self.database_url.get_secret_value().startswith("sqlite:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """One setting as the manual shows it."""

    variable: str
    default: str
    unit: str
    help: str
    secret: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Problem:
    name: str  # of the field
    problem: str
    way_out: str


def load(environ: Mapping[str, str] | None = None, *, dotenv: Path | None = Path(".env"), **given: object) -> Settings:
    """The settings from `given`, else `environ` (default: the process's), `dotenv`, secret files, defaults.

    Raises SettingsError that names every setting that is wrong, with the problem and the way out.
    """
    variables = {key.upper(): value for key, value in (os.environ if environ is None else environ).items()}
    problems: list[_Problem] = []
    if dotenv is not None and dotenv.is_file():
        for key, value in DotEnvSettingsSource(Settings, env_file=dotenv).env_vars.items():
            variables.setdefault(key.upper(), value or "")
    variables = {key: value for key, value in variables.items() if key.startswith(PREFIX) and value != ""}
    values: dict[str, object] = {
        name: variables[_variable(name)] for name in Settings.model_fields if _variable(name) in variables
    }
    problems += _from_files(variables, values)
    problems += _misspelt(variables)
    values.update({name: value for name, value in given.items() if value is not None})
    settings, faults = _validated(values)
    problems += faults
    wrong = {item.name for item in problems}
    problems += [item for names, item in _contradictions(settings) if not wrong & names]
    if problems:
        raise _as_error(problems)
    for name in filter(_is_secret, Settings.model_fields):
        if given.get(name) is None and (path := variables.get(_variable(name) + _FILE_SUFFIX)):
            settings._secret_files[name] = Path(path)
    return settings


def described() -> tuple[Described, ...]:
    """All settings as they are declared, Odoo's and the language model's last, for the manual and `triage settings`."""
    found = []
    last = ("odoo_", "llm_")
    for name, info in sorted(
        Settings.model_fields.items(), key=lambda item: [item[0].startswith(prefix) for prefix in reversed(last)]
    ):
        extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
        default = info.default.get_secret_value() if isinstance(info.default, SecretStr) else info.default
        found.append(
            Described(
                variable=_variable(name),
                default="" if default is None else str(default),
                unit=str(extra.get("unit", "")),
                help=info.description or "",
                secret=_is_secret(name),
            )
        )
    return tuple(found)


def table() -> str:
    """All settings as a Markdown table: what the manual holds and `triage settings` prints."""
    lines = ["| variable | default | unit | what it does |", "|---|---|---|---|"]
    for item in described():
        name = f"`{item.variable}`" + (f" or `{item.variable}{_FILE_SUFFIX}`" if item.secret else "")
        default = f"`{item.default}`" if item.default else "none"
        lines.append(f"| {name} | {default} | {item.unit} | {item.help} |")
    return "\n".join(lines)


def is_loopback(host: str) -> bool:
    """True for addresses that only this machine can reach."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _variable(name: str) -> str:
    return PREFIX + name.upper()


def _is_secret(name: str) -> bool:
    return "SecretStr" in str(Settings.model_fields[name].annotation)


def _from_files(variables: Mapping[str, str], values: dict[str, object]) -> list[_Problem]:
    problems = []
    for name in filter(_is_secret, Settings.model_fields):
        path = variables.get(_variable(name) + _FILE_SUFFIX)
        if path is None:
            continue
        if name in values:
            problems.append(
                _Problem(
                    name=name, problem=f"is set, and so is {_variable(name)}{_FILE_SUFFIX}", way_out="Set only one."
                )
            )
            continue
        try:
            values[name] = Path(path).read_text(encoding="utf-8").strip().partition("\n")[0].strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not text"
            problems.append(
                _Problem(
                    name=name,
                    problem=f"its file {path} can't be read: {reason}",
                    way_out="Correct the path or its rights.",
                )
            )
    return problems


def _misspelt(variables: Mapping[str, str]) -> list[_Problem]:
    """Variables that look like a setting but are none. Others are left alone: orchestrators add their own."""
    known = {_variable(name) for name in Settings.model_fields}
    known |= {_variable(name) + _FILE_SUFFIX for name in Settings.model_fields if _is_secret(name)}
    problems = []
    for variable in sorted(set(variables) - known):
        near = difflib.get_close_matches(variable, sorted(known), n=1, cutoff=0.9)
        if near:
            problems.append(_Problem(name=variable, problem="is no setting", way_out=f"Did you mean {near[0]}?"))
    return problems


def _validated(values: dict[str, object]) -> tuple[Settings, list[_Problem]]:
    """The settings with the values that can be used, and what is wrong with the others."""
    try:
        return Settings(**values), []  # type: ignore[arg-type]
    except ValidationError as error:
        problems = []
        for fault in error.errors(include_url=False, include_input=False):
            name = str(fault["loc"][0])
            problems.append(_Problem(name=name, problem=_lower_first(fault["msg"]), way_out=_how_to_set(name)))
        usable = {name: value for name, value in values.items() if name not in {item.name for item in problems}}
        return Settings(**usable), problems  # type: ignore[arg-type]


def _how_to_set(name: str) -> str:
    info = Settings.model_fields.get(name)
    return f"It is: {info.description}" if info else ""


def _contradictions(settings: Settings) -> list[tuple[set[str], _Problem]]:
    """Settings that are right alone and wrong together, each with the names of both."""
    limit = f"TRIAGE_TASK_TIME_LIMIT ({settings.task_time_limit} s)"
    found = []
    if settings.task_time_limit >= settings.visibility_timeout:
        problem = (
            f"is not below TRIAGE_VISIBILITY_TIMEOUT ({settings.visibility_timeout} s): work would be handed out twice"
        )
        found.append(
            ("task_time_limit", "visibility_timeout", problem, "Lower it, or raise TRIAGE_VISIBILITY_TIMEOUT.")
        )
    if settings.lease <= settings.task_time_limit:
        problem = f"is not above {limit}: a claim would end before its task"
        found.append(("lease", "task_time_limit", problem, "Raise it, or lower TRIAGE_TASK_TIME_LIMIT."))
    if settings.reading_time >= settings.task_time_limit:
        found.append(
            ("reading_time", "task_time_limit", f"is not below {limit}", "Lower it, or raise TRIAGE_TASK_TIME_LIMIT.")
        )
    for name, url, schemes in (
        ("database_url", settings.database_url, ("sqlite://", "postgresql://")),
        ("broker_url", settings.broker_url, ("memory://", "redis://", "rediss://")),
    ):
        if not url.get_secret_value().startswith(schemes):
            found.append((name, name, "is of no kind known here", f"It begins with {' or '.join(schemes)}."))
    found += odoo.contradictions(settings)
    found += queues.contradictions(settings)
    found += events.contradictions(settings, task_time_limit=settings.task_time_limit)
    found += language_model.contradictions(
        settings,
        mode=settings.mode,
        task_time_limit=settings.task_time_limit,
        reading_time=settings.reading_time,
    )
    if not is_loopback(settings.host) and settings.web_password is None:
        problem = f"is {settings.host}, which others can reach, and no sign-in is set up"
        found.append(("host", "web_password", problem, "Set TRIAGE_WEB_PASSWORD_FILE, or leave it at 127.0.0.1."))
    return [
        ({name, other}, _Problem(name=name, problem=problem, way_out=way_out))
        for name, other, problem, way_out in found
    ]


def _as_error(problems: list[_Problem]) -> SettingsError:
    lines = []
    for item in problems:
        name = item.name if item.name.startswith(PREFIX) else _variable(item.name)
        lines.append(f"{name} {item.problem}. {item.way_out}".strip())
    if len(lines) == 1:
        return SettingsError(lines[0].rstrip("."))
    return SettingsError(f"{len(lines)} settings can't be used:\n  " + "\n  ".join(lines))


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")
