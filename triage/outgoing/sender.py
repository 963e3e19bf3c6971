"""Sends one event to the address that the operator named, signed as the Standard Webhooks specification says.

Each event has one number however often it is sent, by which the receiver knows what it has already. Follows no
redirect, reads no answer, never logs what it sends.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import httpx2

from triage.errors import ReceiverRefusedError, ReceiverUnavailableError

_PREFIX = "whsec_"  # of a secret that is written as base64
_PASSING = (408, 409, 425, 429)  # refusals that a later try can change; so can every 5xx


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What is sent."""

    number: str  # the same for each try
    body: bytes  # JSON


class Sender:
    """Sends to one address."""

    def __init__(self, url: str, secrets: Callable[[], Sequence[str]], *, timeout: float) -> None:
        """secrets: those that are valid now, newest first; each signs. timeout: seconds of one try."""
        self._url, self._secrets = url, secrets
        self._client = httpx2.Client(timeout=timeout, follow_redirects=False, trust_env=False)

    def send(self, event: Event, now: datetime) -> None:
        """Return once the receiver has taken it.

        Raises ReceiverUnavailableError where trying again can help, ReceiverRefusedError where it can't.
        """
        moment = str(int(now.timestamp()))
        headers = {
            "content-type": "application/json",
            "user-agent": "triage",
            "webhook-id": event.number,
            "webhook-timestamp": moment,
            "webhook-signature": " ".join(signature(item, event, moment) for item in self._secrets()),
        }
        try:
            with self._client.stream("POST", self._url, content=event.body, headers=headers) as answer:
                status = answer.status_code
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise ReceiverUnavailableError(f"the receiver can't be reached ({type(error).__name__})") from error
        if 200 <= status < 300:
            return
        if status >= 500 or status in _PASSING:
            raise ReceiverUnavailableError(f"the receiver answers with status {status}")
        raise ReceiverRefusedError(
            f"the receiver refuses with status {status}",
            way_out="Check TRIAGE_EVENTS_URL and the secret there; then `triage events replay`.",
        )


def signature(secret: str, event: Event, moment: str) -> str:
    """The signature of an event sent at a moment (seconds since 1970) under one secret."""
    told = f"{event.number}.{moment}.".encode() + event.body
    return "v1," + base64.b64encode(hmac.new(_key(secret), told, hashlib.sha256).digest()).decode()


def _key(secret: str) -> bytes:
    if secret.startswith(_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
        except binascii.Error:
            pass  # then it only looks like one
    return secret.encode()
