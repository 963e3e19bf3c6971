"""Hints from Odoo that a look is worth while. A hint carries nothing else: what it says is not read.

Signed by our module, with a time stamp, and each signature counts once; or without a module by a token in the address,
where a repetition can do no more than ring once for the look that comes anyway.
"""

import hashlib
import hmac
import re
from datetime import timedelta

import structlog
from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse, Response

from triage.store import looks
from triage.web.means import Given

router = APIRouter(include_in_schema=False)
_log = structlog.get_logger(__name__)

#: Where hints arrive; answered without sign-in, since Odoo has none.
PATH = "/hooks/odoo"
_FRESH = timedelta(minutes=5)
_LARGEST = 64 * 1024  # bytes
_SIGNATURE = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


@router.post(PATH)
async def signed(request: Request, given: Given) -> Response:
    """A hint signed with the secret: `X-Triage-Signature: t=<seconds>,v1=<HMAC-SHA256 of "t.body">`."""
    secrets = given.services.settings.secrets("odoo_hook_secret")
    if not secrets:
        return _refused(404, "no hook is set up")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _LARGEST:
            return _refused(413, "too large")
    found = _SIGNATURE.fullmatch(request.headers.get("x-triage-signature", ""))
    if found is None:
        return _refused(401, "not signed")
    signed = found[1].encode() + b"." + body
    told = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    if not any(hmac.compare_digest(item, found[2]) for item in told):
        return _refused(401, "wrong signature")
    return await run_in_threadpool(_once, given, found[1], found[2])


def _once(given: Given, moment: str, signature: str) -> Response:
    store = given.services.store
    if abs(store.now.timestamp() - int(moment)) > _FRESH.total_seconds():
        return _refused(401, "too old, or our clocks differ")
    if not looks.first_time(store, signature, 2 * _FRESH):
        return _refused(409, "was here before")
    return _hinted(given)


@router.post(PATH + "/{token}")
def by_token(token: str, given: Given) -> Response:
    """A hint to an address that only our Odoo knows; see `looks.hook_token`."""
    secrets = given.services.settings.secrets("odoo_hook_secret")
    if not any(hmac.compare_digest(token.encode(), looks.hook_token(secret).encode()) for secret in secrets):
        return _refused(404, "no such hook")
    return _hinted(given)


def _hinted(given: Given) -> Response:
    if looks.hint(given.services.store, looks.CHATTER):
        given.look()
    return PlainTextResponse("thank you\n", 202)


def _refused(status: int, reason: str) -> Response:
    _log.warning("hint refused", reason=reason)
    return PlainTextResponse(f"{reason}\n", status)
