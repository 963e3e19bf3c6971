"""What stands before every request: size, origin and sign-in; and the headers that go with every answer.

Never lets another site act through a person's browser, never answers a stranger where a password is set.
"""

import base64
import binascii
import hmac
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Nothing from elsewhere, nothing inline, no frame around us.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

#: Answered without sign-in: they tell nothing but whether the service stands.
OPEN = frozenset({"/health", "/ready"})
#: Hints come signed, or to an address that is a secret itself.
_HOOKS = "/hooks/"

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

#: Form fields and boundaries around an uploaded message (bytes).
_AROUND_UPLOAD = 100_000


class Guard:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, *, passwords: Callable[[], Sequence[str]], max_upload: int) -> None:
        """passwords: those valid now; none where no sign-in is set up. max_upload: bytes of a message."""
        self._app = app
        self._passwords = passwords
        self._most = max_upload + _AROUND_UPLOAD

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if not scope["path"].startswith("/static/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await refusal(scope, receive, send_with_headers)
            return
        taken = 0

        async def receive_bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._most:
                # The rest is not read: the request ends here.
                return {"type": "http.disconnect"}
            return message

        await self._app(scope, receive_bounded, send_with_headers)

    def _refusal(self, scope: Scope, headers: Headers) -> PlainTextResponse | None:
        if scope["path"] not in OPEN and not scope["path"].startswith(_HOOKS):
            person = _signed_in(headers.get("authorization", ""), self._passwords())
            if person is None:
                challenge = {"WWW-Authenticate": 'Basic realm="triage", charset="UTF-8"'}
                return PlainTextResponse("Sign in with the password of this service.\n", 401, challenge)
            scope.setdefault("state", {})["person"] = person
        if scope["method"] not in _SAFE and _foreign(headers):
            return PlainTextResponse("This came from another site and was not done.\n", 403)
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > self._most:
            return PlainTextResponse("Too large. Split it, or raise TRIAGE_MAX_MESSAGE_SIZE.\n", 413)
        return None


def _signed_in(authorization: str, passwords: Sequence[str]) -> str | None:
    """Who asks: "" where no sign-in is set up; None for a stranger."""
    if not passwords:
        return ""
    scheme, _, told = authorization.partition(" ")
    name, given = "", told.strip()
    if scheme.lower() == "basic":
        try:
            name, _, given = base64.b64decode(told, validate=True).decode("utf-8").partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
    elif scheme.lower() != "bearer":
        return None
    right = [hmac.compare_digest(given.encode(), password.encode()) for password in passwords]
    return (name or "api") if any(right) else None


def _foreign(headers: Headers) -> bool:
    """True where a browser says that another site's page sent this."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower()


def hosts(allowed: str) -> Iterable[str]:
    """The host names of a setting, separated by commas."""
    return [item.strip() for item in allowed.split(",") if item.strip()]
