"""The one way out to Odoo: guard, limits, retries and audit sit here; nothing else of ours opens a connection to it.

Speaks JSON-2 (19 and later) and XML-RPC (17 to 19). Tries again only what reads. Never logs a key or what an argument
says.
"""

import json
import random
import time
import urllib.parse
import xmlrpc.client
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

from triage.erp.odoo import allowed, faults
from triage.erp.odoo.audit import AuditLog, digest
from triage.errors import ErpUnavailableError, Error, SettingsError

_LARGEST = 64 * 1024 * 1024  # bytes of one answer
_READ_TRIES = 3
_FIRST_PAUSE = 0.5  # seconds; doubled, with jitter
_LONGEST_PAUSE = 20.0  # seconds that a Retry-After is honoured for
_BROKEN_AFTER = 5  # faults in a row
_BROKEN_FOR = 30.0  # seconds during which nothing is sent then


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where an Odoo is and who asks there."""

    url: str  # "https://odoo.example"
    database: str
    key: str = field(repr=False)  # API key
    login: str = ""  # for XML-RPC
    protocol: str = "json2"  # "json2" or "xmlrpc"
    timeout: float = 30.0  # seconds of one call
    calls_a_second: float = 20.0  # at most


class Wire:
    """Calls to one Odoo on behalf of one user. Not shared between threads."""

    def __init__(
        self,
        address: Address,
        *,
        audit: AuditLog | None,
        purpose: allowed.Purpose = allowed.Purpose.SERVICE,
        action_id: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        key_now: Callable[[], str] | None = None,
        told: Callable[[str, str, float], object] = lambda call, outcome, seconds: None,
    ) -> None:
        """key_now: the key that is valid now, where it may change while we run.

        told: of each call that was answered or failed: model.method, outcome, seconds.
        audit: where each call that leaves is recorded; None only for setup and probes that keep no log.
        """
        parts = urllib.parse.urlsplit(address.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingsError(
                f"{address.url!r} is no address", way_out="Write TRIAGE_ODOO_URL like https://odoo.example."
            )
        self.address, self.purpose, self.action_id = address, purpose, action_id
        self._audit, self._clock, self._sleep = audit, clock, sleep
        self._client = httpx2.Client(
            base_url=address.url.rstrip("/"), timeout=address.timeout, follow_redirects=False, trust_env=False
        )
        self._told = told
        self._key = key_now or (lambda: address.key)
        self._uid: int | None = None
        self._faults = 0
        self._closed_until = 0.0
        self._next = 0.0
        self.calls = 0

    def close(self) -> None:
        self._client.close()

    def version(self) -> tuple[int, str]:
        """(major version, version as Odoo writes it). Needs no rights. Raises ErpUnavailableError."""
        answer = self._send("GET", "/web/version", None, {})
        try:
            told = json.loads(answer.content)
            return int(told["version_info"][0]), str(told["version"])
        except (ValueError, KeyError, IndexError, TypeError):
            pass
        body = xmlrpc.client.dumps((), "version").encode()
        told = faults.of_xml("version", *self._post_xml("/xmlrpc/2/common", body))
        try:
            return int(told["server_version_info"][0]), str(told["server_version"])
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise ErpUnavailableError(
                "is no Odoo", subject=self.address.url, way_out="Check TRIAGE_ODOO_URL."
            ) from error

    def clock_difference(self) -> float | None:
        """Seconds by which Odoo's machine is ahead of us, to the second; None where it does not tell its time.

        Raises ErpUnavailableError.
        """
        before = datetime.now(UTC)
        answer = self._send("GET", "/web/version", None, {})
        middle = before + (datetime.now(UTC) - before) / 2
        try:
            told = parsedate_to_datetime(answer.headers.get("date", ""))
        except ValueError:
            return None
        # What is told to the second was half a second ago on average.
        return (told - middle).total_seconds() + 0.5

    def call(
        self,
        model: str,
        method: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        ids: Sequence[int] = (),
        context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Call a method with named arguments and return its result.

        Raises ForbiddenCallError before anything is sent where the call is not allowed; ErpUnavailableError where
        trying again can help; ErpRefusedError (faults.Refused, faults.Missing) where it can't.
        """
        given = dict(arguments or {})
        allowed.check(self.purpose, model, method, ids=ids, arguments=given, context=context, action_id=self.action_id)
        tries = _READ_TRIES if method in allowed.READ_METHODS else 1
        for attempt in range(1, tries + 1):
            self._open()
            try:
                return self._once(model, method, given, ids, context)
            except ErpUnavailableError as error:
                if attempt == tries:
                    raise
                self._sleep(_pause(attempt, error))
        raise AssertionError("unreachable")

    def _once(
        self, model: str, method: str, given: dict[str, Any], ids: Sequence[int], context: Mapping[str, Any] | None
    ) -> Any:
        self._wait()
        self.calls += 1
        outcome, subject = "ok", f"{model}.{method}"
        started = self._clock()
        try:
            if self.address.protocol == "json2":
                result = self._json2(subject, model, method, given, ids, context)
            else:
                result = self._xmlrpc(subject, model, method, given, ids, context)
        except Error as error:
            outcome = type(error).__name__
            self._count(error)
            raise
        finally:
            seconds = self._clock() - started
            self._record(model, method, given, ids, context, outcome, seconds)
            self._told(subject, outcome, seconds)
        self._faults = 0
        return result

    def _json2(
        self, subject: str, model: str, method: str, given: dict[str, Any], ids: Sequence[int], context: Any
    ) -> Any:
        body = {**given, **({"ids": list(ids)} if ids else {}), **({"context": dict(context)} if context else {})}
        headers = {"Authorization": f"bearer {self._key()}", "Content-Type": "application/json"}
        if self.address.database:
            headers["X-Odoo-Database"] = self.address.database
        path = f"/json/2/{urllib.parse.quote(model, safe='.')}/{urllib.parse.quote(method)}"
        answer = self._send("POST", path, json.dumps(body).encode(), headers)
        return faults.of_json(subject, answer.status_code, answer.headers.get("content-type", ""), answer.content)

    def _xmlrpc(
        self, subject: str, model: str, method: str, given: dict[str, Any], ids: Sequence[int], context: Any
    ) -> Any:
        if self._uid is None:
            who: tuple[Any, ...] = (self.address.database, self.address.login, self._key(), {})
            answer = self._post_xml("/xmlrpc/2/common", xmlrpc.client.dumps(who, "authenticate").encode())
            found = faults.of_xml("sign-in", *answer)
            if not isinstance(found, int) or isinstance(found, bool) or found <= 0:
                raise faults.Refused(
                    "Odoo does not know login and key",
                    subject=subject,
                    way_out="Set TRIAGE_ODOO_LOGIN and TRIAGE_ODOO_KEY.",
                )
            self._uid = found
        named = {**given, **({"context": dict(context)} if context else {})}
        # Methods of a model take no ids; "ids" of all others come first.
        of_model = (*allowed.READ_METHODS, "create", "get_param", "set_param", "check_access_rights")
        positional = [list(ids)] if ids or method not in of_model else []
        if method == "create":
            positional = [named.pop("vals_list")]
        parameters = (self.address.database, self._uid, self._key(), model, method, positional, named)
        body = xmlrpc.client.dumps(parameters, "execute_kw", allow_none=True).encode()
        return faults.of_xml(subject, *self._post_xml("/xmlrpc/2/object", body))

    def _post_xml(self, path: str, body: bytes) -> tuple[int, bytes]:
        answer = self._send("POST", path, body, {"Content-Type": "text/xml"})
        return answer.status_code, answer.content

    def _send(self, verb: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> "_Answer":
        try:
            with self._client.stream(verb, path, content=body, headers=dict(headers)) as answer:
                pieces, size = [], 0
                for piece in answer.iter_bytes():
                    size += len(piece)
                    if size > _LARGEST:
                        raise faults.TooLarge(
                            f"Odoo answers with more than {_LARGEST // 2**20} MiB",
                            subject=path,
                            way_out="Read fewer records.",
                        )
                    pieces.append(piece)
                found = _Answer(status_code=answer.status_code, headers=dict(answer.headers), content=b"".join(pieces))
        except httpx2.TimeoutException as error:
            raise ErpUnavailableError(
                f"Odoo did not answer within {self.address.timeout:g} seconds",
                subject=path,
                way_out="It is tried again.",
            ) from error
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise ErpUnavailableError(
                f"Odoo can't be reached ({type(error).__name__})",
                subject=path,
                way_out="Is it up? Check TRIAGE_ODOO_URL.",
            ) from error
        if found.status_code == 429:
            pause = found.headers.get("retry-after", "")
            raise faults.Throttled(path, min(float(pause), _LONGEST_PAUSE) if pause.isdigit() else None)
        return found

    def _open(self) -> None:
        if self._clock() < self._closed_until:
            raise ErpUnavailableError(
                f"Odoo failed {_BROKEN_AFTER} times in a row",
                subject=self.address.url,
                way_out="It is tried again in a while.",
            )

    def _count(self, error: Error) -> None:
        if isinstance(error, ErpUnavailableError):
            self._faults += 1
            if self._faults >= _BROKEN_AFTER:
                self._closed_until, self._faults = self._clock() + _BROKEN_FOR, 0
        else:
            self._faults = 0

    def _wait(self) -> None:
        """Keep to the rate."""
        now = self._clock()
        if now < self._next:
            self._sleep(self._next - now)
        self._next = max(now, self._next) + 1 / self.address.calls_a_second

    def _record(
        self,
        model: str,
        method: str,
        given: Mapping[str, Any],
        ids: Sequence[int],
        context: Mapping[str, Any] | None,
        outcome: str,
        seconds: float,
    ) -> None:
        if self._audit is None:
            return
        self._audit.record(
            datetime.now(UTC),
            {
                "purpose": self.purpose.value,
                "model": model,
                "method": method,
                "ids": len(ids),
                "arguments": digest([given, list(ids), context]),
                "outcome": outcome,
                "ms": round(seconds * 1000),
            },
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    status_code: int
    headers: dict[str, str]
    content: bytes


def _pause(attempt: int, error: ErpUnavailableError) -> float:
    """Seconds before the next try: as Odoo asks, else twice as long each time, with jitter."""
    if isinstance(error, faults.Throttled) and error.seconds is not None:
        return error.seconds
    return float(_FIRST_PAUSE * 2 ** (attempt - 1) * random.uniform(0.5, 1.5))  # noqa: S311  nothing secret
